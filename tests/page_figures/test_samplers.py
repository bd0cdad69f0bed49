"""What the Samplers page says: the parts of solver and network, and the numbers of its sentences."""

import dataclasses
import re

import numpy as np
import pytest

from explorer.data.pictures import kind_names
from explorer.detection.statistics.rates import Rate
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.experiments.sampler_rates import SamplerRow, sampler_at
from explorer.experiments.shipped_samplers import shipped_samplers
from explorer.experiments.summary import RunSummary
from explorer.figures.words import percent
from explorer.page_figures import samplers as figures
from explorer.page_figures import samplers_findings as findings


def summary(rate, n=None, kinds=None):
    """A summary with one rate at every threshold."""
    if kinds is not None:
        return RunSummary(n=n, beyond_counts=None, mode_counts=(), width=None, kinds=kinds)
    counts = dict.fromkeys((4, 5, 6, 8), rate if n is None else round(rate * n))
    return RunSummary(n=n, beyond_counts=counts, mode_counts=(0.3, 0.3, 0.3), width=1.0)


def row(name, calls, model, truth, n=None):
    spec = sampler_at(preset("three-modes").experiment, name, calls)
    return SamplerRow(name, spec, calls, summary(model, n), summary(truth, n), 1.0)


@pytest.fixture(scope="module")
def line():
    return checkpoints.shipped().load("three-modes").result


@pytest.fixture(scope="module")
def rows(line):
    return figures.with_spacing(shipped_samplers(line).rows, "log-snr")


def test_a_sentence_tells_the_two_parts(line):
    said = findings.describe_rate(row("ddim", 10, 0.04, 0.01), line.experiment, 5)
    assert said == (
        "With 10 network calls DDIM makes 4.00 % that lie beyond 5 σ (exact). The true score with the same "
        "steps makes 1.00 %: the solver’s part. The other 3.00 % is the network’s."
    )
    less = findings.describe_rate(row("ddim", 10, 0.01, 0.02, n=1_000), line.experiment, 5)
    assert "1.00 % [" in less
    assert "(n = 1,000)" in less
    assert less.endswith("The network adds nothing to it.")


def test_the_answer_is_who_owes_more():
    assert findings.answer([row("ddim", 10, 0.04, 0.01)], 5) == "the network"
    assert findings.answer([row("ddim", 10, 0.04, 0.03)], 5) == "the solver"
    assert findings.answer([row("heun", 10, 0.04, 0.03)], 5) is None


def test_the_sampler_that_makes_least_at_a_budget_is_named(line):
    known = [row("ddim", 10, 0.04, 0.01), row("heun", 11, 0.02, 0.01), row("rk4", 49, 0.001, 0)]
    (first,) = findings.describe_findings(known, line.experiment, 5)
    assert first == "At about 10 calls Heun makes least: 2.00 %, DDIM 4.00 %."


def test_what_every_step_leaves_is_told(line, rows):
    part, times = findings.describe_findings(rows, line.experiment, 5)[-2:]
    assert re.search(r"is 22\.\d % with 10 calls and 0\.\d+ % with 344\.", part)
    assert "With 344 calls DDIM makes 2.2 times what DPM-Solver++(2M) makes: 0.082" in times


def test_pictures_are_compared_with_the_interval_of_the_run(line):
    experiment, kinds = preset("shapes-32").experiment, kind_names("shapes-32")

    def pictures(name, calls, valid):
        spec = sampler_at(experiment, name, calls)
        made = summary(0, 100, {"valid": valid} | dict.fromkeys(kinds[1:], 0) | {kinds[1]: 100 - valid})
        return SamplerRow(name, spec, calls, made, made, 1.0)

    own = pictures("ddpm", 100, 92)
    near, far = pictures("ddim", 60, 91), pictures("ddim", 20, 60)
    kind, said = findings.describe_findings([own, near, far], experiment, 5, Rate(8, 100))[-2:]
    assert kind == f"The commonest impossible kind at about 20 calls: DDIM {kinds[1]} 40.0 % [30.9, 49.8]."
    assert said.startswith("DDIM with 60 calls makes 9.00 %")
    assert "8.00 %" in said
    assert findings.describe_findings([own, far], experiment, 5, Rate(8, 100))[-1].startswith(
        "No sampler with fewer calls"
    )
    chart = figures.kinds_chart(experiment, [own, near, far], own, "light")
    assert set(chart.data["kind"]) == {kinds[1]}
    assert chart.data["share"].tolist() == [0.08]  # DDIM with 60 calls is too far away


def test_the_row_on_view_is_the_nearest_in_calls(rows):
    assert findings.row_at(rows, "rk4", 30).calls == 37
    assert findings.row_at(rows, "ddim", 4_000).calls == 344
    assert findings.row_at([], "ddim", 10) is None


@pytest.mark.parametrize("price", figures.PRICES)
def test_the_chart_holds_every_row_and_says_its_numbers(line, rows, price):
    picked = findings.row_at(rows, "ddim", 10)
    chart = figures.rates_chart(line, rows, picked, price, 5, "light")
    table = chart.data
    assert table["picked"].sum() == 2  # by the network and by the true score
    assert set(table[table["label"] != ""]["sampler"]) == set(table["sampler"])
    assert "DDIM" in chart.numbers
    if price == "rate":
        assert len(table) == 2 * len(rows)
        assert percent(picked.model.beyond[5]) in chart.numbers
        words = [layer["data"]["values"][0] for layer in chart.spec["layer"] if _says(layer)]
        assert {one["text"] for one in words} == {"network’s part", "solver’s part"}
        for one in words:  # each stands inside its part
            near = min(rows, key=lambda r: abs(r.calls - one["calls"]) + 1e3 * (r.sampler != "ddim"))
            inside = near.truth.beyond[5] < one["value"] < near.model.beyond[5]
            assert inside == (one["text"] == "network’s part")


def test_before_a_prediction_the_network_stands_alone(line, rows):
    picked = findings.row_at(rows, "ddim", 10)
    chart = figures.rates_chart(line, rows, picked, "rate", 5, "light", asked=True)
    assert len(chart.data) == len(rows)
    assert set(chart.data["who"]) == {"model"}
    assert (chart.data["below"] == chart.data["value"]).all()  # an area without a height
    assert not [layer for layer in chart.spec["layer"] if _says(layer)]
    assert "true score" not in chart.alt + chart.numbers + chart.caption
    whole = figures.rates_chart(line, rows, picked, "rate", 5, "light")
    own = whole.data[whole.data["who"] == "model"]
    assert chart.data["value"].tolist() == own["value"].tolist()


def _says(layer):
    return "data" in layer and "text" in layer["data"]["values"][0]


def test_the_main_figure_is_of_the_preset(line):
    chart = figures.main_figure(line, shipped_samplers(line).rows)
    assert chart.caption.endswith("exact · three-modes, seed 0")


def test_what_a_sampler_makes_is_drawn_with_its_hallucinations(line, rows):
    table = shipped_samplers(line)
    film = figures.output_film(line, table.output, findings.row_at(rows, "ddim", 10), 5)
    (panel,) = film.panels
    assert panel.title == "DDIM, 10 calls"
    assert [layer.name for layer in panel.layers] == ["", "data", "true score", "network"]
    plane = checkpoints.shipped().load("grid-25").result
    kept = shipped_samplers(plane)
    film = figures.output_film(plane, kept.output, findings.row_at(kept.rows, "ddim", 10), 5)
    count = int(np.sum(film.panels[0].layers[0].category))
    assert count > 100
    assert film.panels[0].title == f"DDIM, 10 calls: {count} of 2,000"


def test_its_steps_stand_where_their_log_snr_is(line, rows):
    picked = findings.row_at(rows, "ddim", 10)
    chart = figures.steps_chart(line.experiment, picked, "light")
    schedule = line.experiment.schedule
    for t, log_snr, sigma in chart.data.itertuples(index=False):
        signal = schedule.alpha_bar(int(t))
        assert log_snr == pytest.approx(np.log(signal / (1 - signal)))
        assert sigma == pytest.approx(np.sqrt((1 - signal) / signal))
    assert len(chart.data) == 10
    other = dataclasses.replace(picked, spec=dataclasses.replace(picked.spec, spacing="karras"))
    assert "Karras" in figures.steps_chart(line.experiment, other, "light").spec["title"]["text"]
