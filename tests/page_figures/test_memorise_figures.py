"""The figures of the Memorise page: bands that fill, pulls that agree with the truth, and places that fit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.run import training_points
from explorer.figures.vega.memorisation import ORDER
from explorer.memorisation import phases
from explorer.memorisation.presets import MEMORISATIONS, default_sizes, shipped_memorisation
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.sample_kinds import KINDS, sample_kinds
from explorer.page_figures import memorise as figures
from explorer.page_figures.memorise import ShownMemorisation
from explorer.page_figures.memorise_findings import describe_findings
from explorer.page_figures.views.memorise import View, asked_figure


@pytest.fixture(scope="module", params=MEMORISATIONS)
def shown(request):
    spec = MEMORISATIONS[request.param]
    return ShownMemorisation(spec, shipped_memorisation(spec))


@pytest.mark.parametrize("who", ["network", "empirical"])
def test_bands_fill_the_height_and_are_means_over_seeds(shown, who):
    table = figures.bands_chart(shown, who, 300, "light").data
    for one in shown.sizes:
        rows = table[table["size"] == one.size].set_index("kind")
        assert list(rows.index) == list(ORDER)
        assert rows["bottom"].iloc[0] == 0
        assert rows["top"].iloc[-1] == pytest.approx(1)
        for kind in ORDER:
            values = [row.shares(who).rate(kind).value for row in one.rows]
            assert rows["top"][kind] - rows["bottom"][kind] == pytest.approx(np.mean(values))
        memorised = [row.shares(who).memorised.value for row in one.rows]
        assert (rows["low"]["memorised"], rows["high"]["memorised"]) == (min(memorised), max(memorised))


def test_what_ships_has_three_points_a_mode_and_its_samples_are_of_the_kinds_it_says(shown):
    assert shown.spec.sizes == default_sizes(shown.spec.experiment)
    assert min(shown.spec.sizes) >= 3 * shown.mixture.modes
    assert [one.size for one in shown.sizes] == list(shown.spec.sizes)
    one = shown.sizes[1]
    training = training_points(shown.spec.members_of(one.size)[0]).numpy()
    for place in range(2):
        assert np.array_equal(sample_kinds(one.samples[place], training, shown.mixture), one.kinds[place])
    data = figures.samples_chart(shown, "network", 200, "light").data
    assert (data["kind"] == "training point").sum() == shown.size


def test_pulls_fall_through_zero_at_training_points_by_heart_and_by_the_truth_at_the_mode():
    spec = MEMORISATIONS["three-modes"]
    shown = ShownMemorisation(spec, shipped_memorisation(spec), asked=10, level=10)
    x, pulls = figures.pulls_of(shown, shown.picked)
    a = shown.experiment.schedule.alpha_bar(shown.step)
    variance = 0.05**2
    assert shown.sigma == pytest.approx(math.sqrt((1 - a) / a))
    expected = (2 - x) * shown.sigma**2 / (variance + shown.sigma**2)  # of one Gaussian: the others are far
    assert np.abs(pulls["truth"] - expected).max() < 1e-9
    training = training_points(shown.experiment).numpy()[:, 0]
    for point in training[(training > x[0]) & (training < x[-1])]:
        alone = np.abs(training - point)[training != point].min() > 10 * shown.sigma
        if alone:
            assert abs(np.interp(point, x, pulls["by heart"])) < 1e-3
    plane = MEMORISATIONS["ring-8"]
    there = ShownMemorisation(plane, shipped_memorisation(plane))
    with pytest.raises(ValueError, match="not over the plane"):
        figures.pull_chart(there, 200, "light")


def test_the_number_of_points_that_there_is_stands_for_the_one_that_is_asked_for(shown):
    assert asked_figure(View(learned_from=500), shown).size == 300
    assert asked_figure(View(learned_from=10), shown).size == shown.spec.sizes[0]
    assert asked_figure(View(noise_level=3), shown).place == 3


def with_spurious(one: MemorisedSize, shares: dict[str, tuple[float, ...]]):
    class Seen:
        size = one.size

        def over_seeds(self, who, kind):
            values = shares.get(f"{who} {kind}", (0.1, 0.1))
            return SeedRange(values)

    return Seen()


@pytest.mark.parametrize(
    ("shares", "there"),
    [
        ({"network spurious": (0.6, 0.7)}, True),
        ({"network spurious": (0.6, 0.7), "empirical spurious": (0.1, 0.65)}, False),  # one seed by heart
        ({"network spurious": (0.6, 0.7), "network memorised": (0.8, 0.8)}, False),  # not the commonest
    ],
)
def test_a_phase_is_where_spurious_draws_are_the_commonest_and_more_in_every_seed(shown, shares, there):
    one = with_spurious(shown.sizes[0], shares)
    assert (phases.spurious_sizes([one]) == [one]) == there


def test_what_was_found_says_the_numbers_that_ship(shown):
    said = " ".join(describe_findings(shown.spec, shown.sizes))
    assert "nan" not in said
    peak = phases.most_spurious(shown.sizes)
    assert f"{100 * peak.over_seeds('network', 'spurious').median:.1f} %" in said
    assert ("There is a spurious phase" in said) == bool(phases.spurious_sizes(shown.sizes))
    assert set(KINDS) == set(ORDER)
