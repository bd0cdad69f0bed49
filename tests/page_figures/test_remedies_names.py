"""The charts of remedies: which dot of each kind has its name, and what is left out while it is asked for."""

from __future__ import annotations

import pytest

from explorer.experiments.presets import preset
from explorer.page_figures.remedies import dots, price_chart, prices_of, variants_chart
from explorer.remedies.remedy_table import shipped_remedies
from explorer.remedies.treatment import read_treatment


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


@pytest.mark.parametrize("asked", ["sharpening=0.1", "guidance=0.5+sharpening=0.1", "truth=1+smoothing=1"])
def test_before_a_prediction_nothing_is_seen_of_the_remedies_that_it_is_about(asked):
    table, experiment = shipped_remedies("three-modes"), preset("three-modes").experiment
    row = table.find(read_treatment(asked))
    whole, open_ = (
        price_chart(experiment, table, row, "shares", 5, "light", asked=open_) for open_ in (False, True)
    )
    about = {part.partition("=")[0] for part in asked.split("+")}

    def is_about(text):
        return bool(about & {part.partition("=")[0] for part in text.split("+")})

    left = [text for text in whole.data["text"] if not is_about(text)]
    assert list(open_.data["text"]) == left
    assert 0 < len(left) < len(whole.data)
    assert open_.spec == whole.spec  # the axes stay where they are
    assert not open_.numbers


def test_before_a_prediction_the_training_as_it_is_stands_alone():
    chart = variants_chart(shipped_remedies("three-modes"), "calls", 5, "light", asked=True)
    assert set(chart.data["change"]) == {"As it is"}
    assert len(chart.data) == 3
    assert "Fourier" not in chart.numbers
