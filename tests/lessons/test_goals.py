"""The goals of tasks: when they are reached, in which words, and that what ships can reach each of them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.data.pictures import support_bound
from explorer.detection.judged_trial import KEEP, JudgedTrial, fitting_window
from explorer.experiments import checkpoints
from explorer.experiments.shipped_samplers import shipped_samplers
from explorer.experiments.shipped_trials import shipped_trial
from explorer.experiments.trials import default_count, sampler, stored_trial
from explorer.lessons.claims import filled
from explorer.lessons.goals import (
    Filtered,
    Remembered,
    Sampled,
    Trained,
    Treated,
    Windowed,
    check_goal,
    reached,
)
from explorer.lessons.lesson import Task, lessons
from explorer.memorisation.presets import MEMORISATIONS, shipped_memorisation
from explorer.remedies.remedy_table import shipped_remedies
from explorer.ui.shell.link import link_text, read_link

TASKS = {f"{one.name}-{n}": task for one in lessons().values() for n, task in enumerate(one.tasks, 1)}


@pytest.mark.parametrize(
    ("goal", "seen", "done", "sentence"),
    [
        ("rate 0.001 3000", Trained(0.00099, 3000), True, "0.0990 % beyond 5 σ after 3,000 steps"),
        ("rate 0.001 3000", Trained(0.00099, 3001), False, "0.0990 % beyond 5 σ after 3,001 steps"),
        ("rate 0.001 3000", Trained(0.001, 3000), False, "0.100 % beyond 5 σ after 3,000 steps"),
        ("filter 0.9 0.99", Filtered(9, 10, 990, 1000), True, "caught 9 of 10, kept 99.0 %"),
        ("filter 0.9 0.99", Filtered(8, 10, 999, 1000), False, "caught 8 of 10, kept 99.9 %"),
        ("filter 0.9 0.99", Filtered(10, 10, 989, 1000), False, "caught 10 of 10, kept 98.9 %"),
        ("filter 0.9 0.99", Filtered(0, 0, 10, 10), False, "caught 0 of 0, kept 100.0 %"),
        ("window 0.5", Windowed(5, 10, 96, 100, (0, 3)), True, "t = 0 to 3: caught 5 of 10, kept 96.0 %"),
        (
            "cure 0.5 0.9",
            Treated(1e-4, 2e-4, 0.9),
            True,
            "0.50 times the rate, the poorest mode has 90% of its",
        ),
        ("cure 0.5 0.9", Treated(1e-4, 2e-4, 0.89), False, "0.50 times the rate"),
        ("calls 0.001 40", Sampled(0.0009, 40), True, "0.0900 % beyond 5 σ with 40 calls"),
        ("calls 0.001 40", Sampled(0.0009, 41), False, "0.0900 % beyond 5 σ with 41 calls"),
        ("memory 0.5", Remembered(100, 0.25, 0.75), True, "100 points: by heart 75.0 %, the network 25.0 %"),
        ("memory 0.5", Remembered(100, 0.26, 0.75), False, "100 points: by heart 75.0 %, the network 26.0 %"),
    ],
)
def test_a_goal_is_reached_at_its_bounds_and_says_what_was_found(goal, seen, done, sentence):
    found = reached(goal, seen)
    assert found.done == done
    assert found.sentence.startswith(sentence)


def test_a_goal_says_nothing_of_what_it_is_not_about():
    assert reached("filter 0.9 0.99", Windowed(9, 10, 990, 1000)) is None
    assert reached("rate 0.1 10", Sampled(0.01, 5)) is None


@pytest.mark.parametrize("goal", ["", "fame 1", "rate 1", "rate 1 2 3", "rate one two"])
def test_what_is_no_goal_is_refused(goal):
    with pytest.raises(ValueError, match=r"There is no goal|bounds, which are numbers"):
        check_goal(goal)
    with pytest.raises(ValueError, match=r"There is no goal|bounds, which are numbers"):
        Task("Do it.", "learn", {"preset": "three-modes"}, goal)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_begins_at_a_link_and_is_not_reached_there(name):
    task = TASKS[name]
    state = read_link(task.link)
    assert state.problems == ()
    assert link_text(state.preset, state.experiment, state.parameters) == task.link
    assert "{" not in filled(task.text)
    assert not any(one.done for one in seen_at_start(task))


@pytest.mark.parametrize("name", TASKS)
def test_what_ships_reaches_every_task(name):
    assert any(one.done for one in seen_anywhere(TASKS[name]))


def seen_at_start(task: Task):
    """What the goal says of what the task's link shows."""
    kind, link = task.goal.split()[0], read_link(task.link).parameters
    run = checkpoints.shipped().load_preset(task.link["preset"]).result
    if kind == "rate":
        return [reached(task.goal, Trained(run.final.measurement.beyond[5], run.final.step))]
    if kind in ("filter", "window"):
        return [judged(task, "", KEEP)]
    if kind == "calls":
        rows = [one for one in shipped_samplers(run).rows if one.sampler == link["solver"]]
        row = min(rows, key=lambda one: abs(one.calls - link["calls"]))
        return [reached(task.goal, Sampled(row.model.beyond[5], row.calls))]
    if kind == "memory":
        return [one for size, one in remembered(task) if size == link["learned_from"]]
    rows = [one for one in treated(task) if one[0] == task.link["treatment"]]
    return [one for _, one in rows]


def seen_anywhere(task: Task):
    """What the goal says of everything that was computed and ships."""
    kind = task.goal.split()[0]
    run = checkpoints.shipped().load_preset(task.link["preset"]).result
    if kind == "rate":
        steps = run.experiment.training.steps
        rows = shipped_remedies(task.link["preset"]).seeds("octaves")  # in the recipe: octaves of x
        return [reached(task.goal, Trained(row.result.beyond[5], steps)) for row in rows]
    if kind == "filter":
        return [judged(task, "", f"{cut}") for cut in np.geomspace(1e-4, 1e-1, 40)]
    if kind == "window":
        return [of_scan(task, run) if task.page == "detect" else judged(task, "2:312", KEEP)]
    if kind == "calls":
        rows = shipped_samplers(run).rows
        return [reached(task.goal, Sampled(row.model.beyond[5], row.calls)) for row in rows]
    if kind == "memory":
        return [one for _, one in remembered(task)]
    return [one for _, one in treated(task)]


def remembered(task: Task):
    """What the goal says of every number of points that ships, by that number."""
    for one in shipped_memorisation(MEMORISATIONS[task.link["preset"]]):
        shares = (one.over_seeds(who, "memorised").median for who in ("network", "empirical"))
        yield one.size, reached(task.goal, Remembered(one.size, *shares))


def of_scan(task: Task, run):
    """What the goal says of the best window of the scan that ships."""
    shipped = shipped_trial(run, default_count(run.experiment), run.experiment.sampler)
    found = shipped.scanned[5].scan
    window, count = found.best(), int(shipped.trial.hallucinated(5).sum())
    honest, recall = shipped.trial.n - count, found.at(*window)[1]
    kept = round(found.retention * honest)
    return reached(task.goal, Windowed(round(recall * count), count, kept, honest, window))


def judged(task: Task, window: str, cut: str):
    """What the goal says of the trial that ships, through a window and by a threshold."""
    run = checkpoints.shipped().load_preset(task.link["preset"]).result
    experiment = run.experiment
    spec, n = sampler(experiment, "DDPM"), default_count(experiment)
    shipped = shipped_trial(run, n, spec)
    drawn = stored_trial(run, n, spec) if shipped is None else shipped.trial
    k = support_bound(experiment.pictures) if experiment.pictures else 5
    one = JudgedTrial(drawn, experiment.distribution, k, fitting_window(window, drawn.windows.steps))
    found = one.judged(one.frame_of(cut))
    counts = (found.caught, found.caught + found.missed, found.kept, found.kept + found.lost)
    seen = Windowed(*counts, one.window) if task.goal.startswith("window") else Filtered(*counts)
    return reached(task.goal, seen)


def treated(task: Task):
    """What the goal says of every treatment of the table, by the treatment."""
    prices = shipped_remedies(task.link["preset"])
    untreated = prices.find(()).result.beyond[5]
    weights = checkpoints.shipped().load_preset(task.link["preset"]).result.experiment.mixture.weights
    for row in prices.treated:
        poorest = min(share / weight for share, weight in zip(row.result.mode_shares, weights, strict=True))
        text = "+".join(f"{spec.name}={spec.dial:g}" for spec in row.treatment)
        yield text, reached(task.goal, Treated(row.result.beyond[5], untreated, poorest))
