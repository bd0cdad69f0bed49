"""The chart of remedies: which dot of each kind carries its name."""

from __future__ import annotations

import pytest

from explorer.experiments.presets import preset
from explorer.page_figures.remedies import dots, price_chart, prices_of
from explorer.remedies.remedy_table import shipped_remedies


@pytest.mark.parametrize("name", ["three-modes", "grid-25", "shapes-32"])
def test_the_best_combination_is_named_and_no_two_names_lie_on_each_other(name):
    found = dots(shipped_remedies(name), None, prices_of(preset(name).experiment)[0], 5)
    together = [dot for dot in found if dot.look == "together"]
    named = [dot for dot in together if dot.label]
    assert [dot.label for dot in named] == ["combined"]
    assert named[0].rate == min(dot.rate for dot in together)
    places = [(dot.price, dot.rate, dot.leftwards) for dot in found if dot.label]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("name", "title"),
    [("three-modes", "share beyond 6 σ, log axis"), ("shapes-32", "share that cannot exist, log axis")],
)
def test_the_axis_of_rates_has_a_title(name, title):
    experiment = preset(name).experiment
    chart = price_chart(experiment, shipped_remedies(name), None, prices_of(experiment)[0], 6, "light")
    assert chart.spec["title"]["text"] == title
