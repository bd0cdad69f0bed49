"""Kutta's family against the conditions of order four, and the room that its inner evaluations need."""

import itertools

import pytest

from explorer.diffusion.runge_kutta import SMALLEST_STEP, inner_steps, kutta_tableau, steps_with_room
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULES = [NoiseSchedule(), NoiseSchedule("cosine"), NoiseSchedule("sigmoid"), NoiseSchedule("flow")]


def levels_of(schedule):
    return (-schedule.log_snr / 2).tolist()


@pytest.mark.parametrize(
    ("u", "v"), [(1 / 3, 2 / 3), (0.25, 0.7), (0.41, 0.52), (0.2, 0.5), (0.6, 0.9), (0.7, 0.3)]
)
def test_every_choice_of_nodes_meets_the_eight_conditions_of_order_four(u, v):
    """Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.1."""
    tableau = kutta_tableau(u, v)
    c, b = tableau.nodes, tableau.weights
    a = [[*row, *[0.0] * (4 - len(row))] for row in tableau.stages]
    assert c == (0, u, v, 1)
    for node, row in zip(c, a, strict=True):
        assert sum(row) == pytest.approx(node, abs=1e-12)
    r = range(4)
    ac = [sum(a[i][j] * c[j] for j in r) for i in r]
    conditions = [
        (sum(b), 1),
        (sum(b[i] * c[i] for i in r), 1 / 2),
        (sum(b[i] * c[i] ** 2 for i in r), 1 / 3),
        (sum(b[i] * ac[i] for i in r), 1 / 6),
        (sum(b[i] * c[i] ** 3 for i in r), 1 / 4),
        (sum(b[i] * c[i] * ac[i] for i in r), 1 / 8),
        (sum(b[i] * a[i][j] * c[j] ** 2 for i in r for j in r), 1 / 12),
        (sum(b[i] * a[i][j] * ac[j] for i in r for j in r), 1 / 24),
    ]
    for found, wanted in conditions:
        assert found == pytest.approx(wanted, abs=1e-12)


def test_thirds_make_the_rule_of_three_eighths():
    assert kutta_tableau(1 / 3, 2 / 3).weights == pytest.approx((1 / 8, 3 / 8, 3 / 8, 1 / 8))


@pytest.mark.parametrize("nodes", [(0.5, 0.7), (0.3, 0.3), (0.0, 0.5), (0.3, 1.0)])
def test_there_is_no_method_with_some_nodes(nodes):
    assert kutta_tableau(*nodes) is None


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.kind)
@pytest.mark.parametrize("count", [2, 5, 10, 40, 100])
def test_the_visited_steps_leave_room_for_two_evaluations_each(schedule, count):
    levels, start = levels_of(schedule), schedule.first_informative_step()
    wanted = schedule.timesteps(count, start)
    visited = steps_with_room(levels, wanted)
    assert len(visited) == count
    assert (visited[0], visited[-1]) == (start, 0)
    for t, s in itertools.pairwise(visited):
        first, second, tableau = inner_steps(levels, t, s)
        assert t > first > second > s
        assert tableau.largest <= 4
        way = [(levels[t] - levels[p]) / (levels[t] - levels[s]) for p in (first, second)]
        assert tableau.nodes == pytest.approx((0, *way, 1))


def test_steps_that_have_room_stay_as_they_were_wanted():
    assert steps_with_room(levels_of(NoiseSchedule()), [343, 200, 90, 30, 0]) == [343, 200, 90, 30, 0]


def test_more_steps_than_there_is_room_for_are_refused():
    levels = levels_of(NoiseSchedule())
    most = 343 // SMALLEST_STEP + 1
    assert len(steps_with_room(levels, NoiseSchedule().timesteps(most, 343))) == most == 115
    with pytest.raises(ValueError, match="From step 343 .* at most 115 steps, not 116: it needs 3 steps"):
        steps_with_room(levels, NoiseSchedule().timesteps(116, 343))
