"""The words of charts: they can be read in both themes, say values as they are, and name each tick."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import vl_convert

from explorer.figures.palette import PALETTE, contrast
from explorer.figures.print.vega import VERSION
from explorer.figures.vega.axes import AXIS, RATE_LABELS, on_page
from explorer.figures.vega.generations import ARM_COLOURS, Curve, curve_data
from explorer.figures.vega.remedies import LOOKS, Dot, ceiling_of, price_data, price_spec
from explorer.figures.vega.sweeps import Sides, heat_data, heat_spec, slice_data
from explorer.figures.vega.training import RATE_FLOOR, rate_data
from explorer.figures.words import percent
from tests.figures.test_vega_export import every_chart

MODES = ("light", "dark")
READABLE = 4.5  # of letters, WCAG 2.2
VISIBLE = 3.0  # of marks


def colours_of_words(spec):
    """Every colour that a specification gives to letters by itself, but in the cells of a heat map."""
    for key, value in spec.items():
        if key in ("labelColor", "titleColor") or (key == "color" and "text" in spec.get("type", "")):
            yield value
        if key == "layer":
            for layer in value:
                if layer["mark"]["type"] == "text":
                    yield from layer["encoding"].get("color", {}).get("scale", {}).get("range", ())
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from colours_of_words(part)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", every_chart())
def test_headings_labels_and_names_can_be_read(name, mode):
    spec = on_page(every_chart(mode)[name][1], mode)
    config = spec["config"]
    found = [*colours_of_words(spec), config["title"]["color"]]
    assert len(found) >= 3
    for colour in found:
        assert contrast(colour, PALETTE[mode]["ground"]) >= READABLE, colour
    if "title" in spec:
        assert "color" not in spec["title"]  # so that the page's shade holds
        assert spec["title"]["limit"] >= 1000  # and Streamlit cuts nothing off


@pytest.mark.parametrize("mode", MODES)
def test_the_marks_of_remedies_and_arms_stand_out_and_apart(mode):
    looks = {name: look.colour(mode) for name, look in LOOKS.items()}
    arms = ARM_COLOURS[mode]
    assert len(set(arms.values())) == len(arms)
    assert len({(look.colour(mode), look.shape) for look in LOOKS.values()}) == len(LOOKS)
    if mode == "dark":
        for name, colour in {**looks, **arms}.items():
            assert contrast(colour, PALETTE[mode]["ground"]) >= VISIBLE, name
    assert looks["truth"] == arms["oracle"] == PALETTE[mode]["truth"]


def test_every_tick_of_rates_is_called_what_it_is():
    powers = [10.0**-power for power in range(10)]
    axis = {**AXIS, "values": powers, "labelExpr": RATE_LABELS, "labelOverlap": False}
    spec = {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VERSION}.json",
        "height": 400,
        "data": {"values": [{"rate": power} for power in powers]},
        "mark": "point",
        "encoding": {"y": {"field": "rate", "type": "quantitative", "scale": {"type": "log"}, "axis": axis}},
    }
    svg = vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])
    texts = [each.text for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    plain = [text for text in texts if text and text.endswith("%")]
    assert plain[::-1] == [
        *("100 %", "10 %", "1 %", "0.1 %", "0.01 %"),
        *("10⁻³ %", "10⁻⁴ %", "10⁻⁵ %", "10⁻⁶ %", "10⁻⁷ %"),
    ]
    assert percent(1e-7) == "1.00 · 10⁻⁵ %"  # sentences use the same powers


def test_what_lies_below_an_axis_is_drawn_at_its_end_and_said_as_it_is():
    rate = rate_data([(1, 0.1, 3e-7, 3e-7, 3e-7), (2, 0.2, 2e-4, 1e-4, 3e-4)]).to_pydict()
    assert rate["share"] == [RATE_FLOOR, 2e-4]
    assert rate["said"] == ["3.00 · 10⁻⁵ %", "0.0200 % [0.0100, 0.0300]"]
    curve = curve_data([("no filter", 0, 2e-7, 1e-7, 3e-7)], Curve("rate", log=True, percent=True))
    assert (curve["value"][0], curve["said"][0]) == (1e-5, "2.00 · 10⁻⁵ %")
    assert curve["reach"][0] == "1.00 · 10⁻⁵ %, 3.00 · 10⁻⁵ %"
    table = slice_data([(8.0, 0, 2e-8)], 1e-3)
    assert (table["value"][0], table["said"][0]) == (1e-3, "2.00 · 10⁻⁶ %")
    dot = Dot("truth", 0, "truth=1", "True score", "truth", 1e-5, 2e-8, 2e-8, 2e-8)
    row = price_data([dot], 1e-6, 1e-3, None).iloc[0]
    assert (row["rate"], row["price"], row["said"], row["paid"]) == (1e-6, 1e-3, "2.00 · 10⁻⁶ %", "1e-05")


def test_a_remedy_that_does_the_same_as_another_lies_under_its_dots():
    same = (0.1, 1e-4, 1e-4, 1e-4)
    dots = [Dot(look, i, look, look, "", *same) for i, look in enumerate(("guidance", "found-guidance"))]
    assert price_data(dots, 1e-6, 1e-3, None)["look"].tolist() == ["found-guidance", "guidance"]
    assert LOOKS["found-guidance"].size > 2 * LOOKS["guidance"].size  # and shows around them


def test_names_of_remedies_leave_room_for_each_other():
    def dot(label, price, rate, leftwards=False):
        return Dot("truth", 0, label, label, label, price, rate, rate, rate, leftwards)

    near = [dot("truth, smoothed", 0.1, 5e-3), dot("step", 0.11, 5.2e-3), dot("model", 0.1, 5e-3, True)]
    lifts = dict(zip(*price_data(near, 1e-5, 1e-3, None)[["label", "lift"]].to_numpy().T, strict=True))
    assert lifts["truth, smoothed"] == lifts["model"] == -7  # one at the right, one at the left
    assert abs(lifts["step"] - lifts["truth, smoothed"]) > 12
    alone = price_data([dot("step", 0.1, 5e-3), dot("other", 0.1, 5e-5)], 1e-5, 1e-3, None)
    assert list(alone["lift"]) == [-7, -7]


def test_letters_are_not_smaller_than_they_were_asked_for():
    sizes = [int(size) for size in re.findall(r"'\w*ontSize': (\d+)", str(every_chart()))]
    assert np.min(sizes) >= 13


def test_names_of_remedies_are_whole_on_a_phone():
    dots = [
        Dot("ddim", 0, "", "", "a long name at the left", 2e-3, 1e-3, 1e-3, 1e-3, leftwards=True),
        Dot("step", 1, "", "", "a long name at the right", 0.5, 1e-3, 1e-3, 1e-3),
    ]
    spec = price_spec("rate", "price", 1e-6, (1e-3, 1.0), None, "light", log=True)
    spec |= {"data": {"values": price_data(dots, 1e-6, 1e-3, None).to_dict("records")}}
    spec |= {"width": 340, "height": 380, "autosize": {"type": "fit", "contains": "padding"}}
    drawn = vl_convert.vegalite_to_scenegraph(on_page(spec, "light"))
    names = list(_texts(drawn["scenegraph"], drawn["origin"][0]))
    assert len(names) == 2
    for text, x, align in names:
        long = 6 * len(text)  # pixels, at 13 px to a letter's height
        left, right = (x, x + long) if align == "left" else (x - long, x)
        assert 0 <= left < right <= 340, text


def _texts(item, x):
    """The names in a scene graph, with where they begin or end."""
    inner = x + item.get("x", 0) if "items" in item and "marktype" not in item else x
    for part in item.get("items", ()):
        if str(part.get("text", "")).startswith("a long name"):
            yield part["text"], inner + part["x"] + part["dx"], part.get("align", "left")
        yield from _texts(part, inner)


@pytest.mark.parametrize(
    ("rates", "ceiling"),
    [((3e-4, 2.3e-3), 1e-2), ((0.06, 0.0), 1.0), ((1.0,), 1.0), ((0.0,), 1.0), ((), 1.0)],
)
def test_the_axis_of_rates_ends_a_little_above_all_of_them(rates, ceiling):
    assert ceiling_of(rates) == pytest.approx(ceiling)


@pytest.mark.parametrize("width", [340, 700])
def test_the_numbers_of_a_sweep_stay_in_their_cells(width):
    many = Sides("modes", (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), "spacing", (8.0, 12.0))
    cells = [(x, y, 10.0 ** -(x + 1), 0.0, 1.0) for x in many.xs for y in many.ys]
    data = heat_data(many, cells, rates=True, picked=None)
    spec = heat_spec(many, "rate", 200, "light") | {"data": {"values": data.to_dict("records")}}
    spec |= {"width": width, "autosize": {"type": "fit", "contains": "padding"}}
    svg = vl_convert.vegalite_to_svg(on_page(spec, "light"))
    letters = {text: float(size) for size, text in re.findall(r'font-size="([\d.]+)px"[^>]*>([^<]* %)<', svg)}
    assert set(letters) == set(data["label"])
    for text, size in letters.items():
        assert 0.55 * size * len(text) < width / len(many.xs), text
        assert size <= 13
