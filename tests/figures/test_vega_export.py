"""A chart taken away is what the page shows: its data, colours and words, at the size of a paper."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image, ImageColor

from explorer.figures.palette import PALETTE, contrast
from explorer.figures.print.vega import chart_file
from explorer.figures.vega.detectors import (
    PrecisionCurve,
    RocCurve,
    precision_data,
    precision_spec,
    roc_data,
    roc_spec,
)
from explorer.figures.vega.dimension import Series, dimension_data, dimension_spec
from explorer.figures.vega.generations import ARM_TITLES, Curve, curve_data, curve_spec
from explorer.figures.vega.remedies import Dot, price_data, price_spec
from explorer.figures.vega.sweeps import Sides, heat_data, heat_spec, slice_data, slice_spec
from explorer.figures.vega.training import loss_data, loss_spec, rate_data, rate_spec

SVG = "{http://www.w3.org/2000/svg}"
POINTS_PER_MM = 72 / 25.4
DOTS = pd.DataFrame({"a": [0.0, 10.0, 5.0, np.nan], "b": [0.0, 4.0, 1.0, 2.0]})
AXIS = {"scale": {"nice": False}, "type": "quantitative"}
PLAIN = {
    "mark": {"type": "point", "filled": True, "size": 60, "color": "#123456", "opacity": 1},
    "encoding": {"x": {"field": "a", **AXIS}, "y": {"field": "b", **AXIS}},
}


def parsed(data, spec, **options):
    return ElementTree.fromstring(chart_file(data, spec, "svg", **options))


def texts(root):
    return [each.text or "".join(part.text or "" for part in each) for each in root.iter(f"{SVG}text")]


def box_of(root):
    """Width and height in mm, and those of the drawing's own units."""
    sides = [float(root.get(side).removesuffix("mm")) for side in ("width", "height")]
    return sides, [float(part) for part in root.get("viewBox").split()[2:]]


def sides():
    return Sides("modes", (2.0, 3.0, 4.0), "spacing", (8.0, 12.0))


def every_chart(mode="light"):
    """Each chart that a page draws, by name: data, specification and what its file says besides."""
    treated = [
        Dot(
            "guidance",
            i,
            f"guidance={i}",
            f"Guidance {i}",
            "guidance" if i == 2 else "",
            0.01 * 4**i,
            0.1**i,
            0.05**i,
            1,
        )
        for i in range(3)
    ]
    rival = RocCurve("variance", np.array([0, 0.01, 1]), np.array([0, 0.8, 1]))
    precision = PrecisionCurve("variance", np.array([0.5, 1.0]), np.array([1.0, 0.3]))
    curve = Curve("hallucinated", log=True, percent=True)
    title = "shares of the modes: how far they are off, with a name that is a long one"
    arms = [
        (arm, number, 0.01 * (number + 1), None, None) for arm in ARM_TITLES.values() for number in range(4)
    ]
    return {
        "loss": (loss_data(np.geomspace(1, 0.1, 500)), loss_spec(), {}),
        "rate": (rate_data([(1, 0.1, 0.5, 0.4, 0.6), (9, 2.0, 0.01, 0.005, 0.02)]), rate_spec(5), {}),
        "heat": (
            heat_data(
                sides(),
                [(2.0, 8.0, 0.1, 0.05, 0.2), (3.0, 12.0, 2e-5, 1e-5, 3e-5)],
                rates=True,
                picked=(2.0, 8.0),
            ),
            heat_spec(sides(), "the map", 340, mode),
            {},
        ),
        "slice": (
            slice_data([(8.0, 0, 0.1), (8.0, 1, 0.2), (12.0, 0, 0.01)], 1e-3),
            slice_spec("spacing", (8, 12), "by spacing", 160, 1e-3),
            {},
        ),
        "prices": (
            price_data(treated, 1e-4, 1e-3, "guidance=1"),
            price_spec("what is left", title, 1e-4, (1e-3, 2.0), 0.05, mode, log=True),
            {},
        ),
        "rivals": (roc_data([rival], 1e-4), roc_spec([rival], 1e-4, 0.96, 400, mode), {}),
        "precision": (precision_data([precision]), precision_spec([precision], 0.01, 192, mode), {}),
        "curve": (curve_data(arms, curve), curve_spec(curve, 4, 180), {"explained": "arm"}),
    }


WORDS = {
    "loss": {"loss", "training step"},
    "rate": {"beyond 5 σ", "seconds of training", "100 %"},
    "heat": {"the map", "modes", "spacing", "10.0 %", "2.00 · 10⁻³ %", "12"},
    "slice": {"by spacing", "8", "10 %"},
    "prices": {"guidance", "what is left", "0.01 %"},
    "precision": {"variance", "hallucinated removed", "precision, hairline: base rate"},
    "rivals": {"variance", "96 % kept", "honest removed, log axis", "hallucinated removed"},
    "curve": {"hallucinated", "generation", *ARM_TITLES.values()},
}


@pytest.mark.parametrize("width", [85, 180])
@pytest.mark.parametrize("name", WORDS)
def test_every_chart_of_the_pages_says_its_words_within_the_sheet(name, width):
    data, spec, besides = every_chart()[name]
    root = parsed(data, spec, width_mm=width, **besides)
    assert WORDS[name] <= set(texts(root))
    (across, _), (units, _) = box_of(root)
    assert across == pytest.approx(width, abs=0.01)
    sizes = {
        float(re.search(r"[\d.]+", each.get("font-size"))[0]) for each in root.iter(f"{SVG}text") if each.text
    }
    points = across * POINTS_PER_MM / units
    assert min(sizes) * points >= 5
    assert 7 <= max(sizes) * points <= 9
    picture = np.asarray(
        Image.open(io.BytesIO(chart_file(data, spec, width_mm=width, dpi=100, **besides))).convert("RGB")
    )
    edges = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (edges == 255).all()  # nothing reaches over the edge


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [60, 85, 180])
def test_dots_lie_where_the_axes_say_in_their_colour_on_the_ground(mode, width):
    file = chart_file(DOTS, PLAIN, "png", mode=mode, width_mm=width, dpi=300)
    image = Image.open(io.BytesIO(file))
    picture = np.asarray(image.convert("RGB"))
    assert image.width == pytest.approx(width / 25.4 * 300, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=1)
    assert tuple(picture[0, 0]) == ImageColor.getrgb(PALETTE[mode]["ground"])
    drawn = (picture == ImageColor.getrgb("#123456")).all(-1)
    assert drawn.sum() > 300
    root = parsed(DOTS, PLAIN, mode=mode, width_mm=width)
    places = marks(root)
    assert len(places) == 3  # a row that is no number has none
    scale = picture.shape[1] / box_of(root)[1][0]
    for x, y in places:
        at = (round(y * scale), round(x * scale))
        assert drawn[min(at[0], drawn.shape[0] - 1), min(at[1], drawn.shape[1] - 1)]
    (x0, y0), (x1, y1), (x2, y2) = places
    assert (x2, y2) == pytest.approx(((x0 + x1) / 2, y0 + (y1 - y0) / 4), abs=0.01)
    assert x1 > x0
    assert y1 < y0


def marks(root):
    """Where the marks of the data stand, in the units of the drawing."""
    found = []

    def walk(element, x, y):
        if move := re.match(r"translate\(([-\d.]+),? ?([-\d.]*)\)", element.get("transform") or ""):
            x, y = x + float(move[1]), y + float(move[2] or 0)
        if element.tag == f"{SVG}path" and element.get("fill") == "#123456":
            found.append((x, y))
        for child in element:
            walk(child, x, y)

    walk(root, 0.0, 0.0)
    return found


@pytest.mark.parametrize("width", [85, 180])
def test_a_pdf_is_as_wide_as_was_asked_and_carries_its_fonts(width):
    data, spec, besides = every_chart()["prices"]
    file = chart_file(data, spec, "pdf", width_mm=width, **besides)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", file)
    assert float(box[1]) / POINTS_PER_MM == pytest.approx(width, abs=0.1)
    (_, height), _ = box_of(parsed(data, spec, width_mm=width, **besides))
    assert float(box[2]) / POINTS_PER_MM == pytest.approx(height, abs=0.1)
    assert b"DejaVuSans" in file
    assert b"FontFile" in file
    assert not re.search(rb"\+(?!DejaVuSans)\w+", b" ".join(re.findall(rb"/FontName /(\S+)", file)))


def test_the_height_is_what_was_asked_or_follows_from_the_width():
    for width, asked, due in ((85, None, 56), (180, None, 94), (85, 40, 40), (120, 100, 100)):
        (_, height), _ = box_of(parsed(DOTS, PLAIN, width_mm=width, height_mm=asked))
        assert height == pytest.approx(due, rel=0.03)


def test_what_a_pointer_would_do_does_no_harm():
    picked = {"condition": {"param": "p", "value": "#123456"}, "value": "#dddddd"}
    clicked = {
        "params": [
            {"name": "p", "select": {"type": "point", "fields": ["a"]}},
            {"name": "z", "select": "interval", "bind": "scales"},
        ],
        "mark": {"type": "point", "filled": True, "cursor": "pointer", "tooltip": True},
        "encoding": {
            **PLAIN["encoding"],
            "color": picked,
            "tooltip": [{"field": "a", "type": "quantitative"}],
        },
    }
    root = parsed(DOTS, clicked)
    assert len(marks(root)) == 3  # as before anybody clicks, when all are picked


def test_numbers_stay_in_the_cells_of_a_table():
    many = Sides("modes", tuple(float(x) for x in range(2, 12)), "spacing", (8.0, 12.0))
    data = heat_data(many, [(x, 8.0, 2e-5, 1e-5, 3e-5) for x in many.xs], rates=True, picked=None)
    for width in (85, 180):
        root = parsed(data, heat_spec(many, "the map", 340, "light"), width_mm=width)
        size = {
            float(each.get("font-size").removesuffix("px"))
            for each in root.iter(f"{SVG}text")
            if each.text == "2.00 · 10⁻³ %"
        }
        assert len(size) == 1
        assert size.pop() * len("2.00 · 10⁻³ %") * 0.55 < box_of(root)[1][0] / len(many.xs)


def test_tables_of_arrow_and_pandas_are_one():
    table = pa.Table.from_pandas(DOTS)
    assert chart_file(table, PLAIN, "svg") == chart_file(DOTS, PLAIN, "svg")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_chart_gives_the_same_bytes_and_its_specification_stays(kind):
    data, spec, besides = every_chart()["curve"]
    before = repr(spec)
    one, other = (chart_file(data, spec, kind, **besides) for _ in range(2))
    if kind == "pdf":  # its parts are listed in any order
        one, other = (b"\n".join(sorted(file.split(b"\n"))) for file in (one, other))
    assert one == other
    assert repr(spec) == before


def test_a_caption_stands_under_the_chart_in_lines_that_fit():
    said = "three-modes, seed 0 · beyond 5 σ · " + "median of five seeds, " * 6
    bare, root = parsed(DOTS, PLAIN, width_mm=60), parsed(DOTS, PLAIN, width_mm=60, caption=said)
    lines = [each for each in root.iter(f"{SVG}text") if each.text and (each.text in said)]
    written = [each for each in lines if float(each.get("font-size", "0px").removesuffix("px")) == 12]
    assert " ".join(each.text for each in written) == said.strip()
    heights = [float(each.get("y")) for each in written]
    assert len(heights) > 1
    assert heights == sorted(heights)
    (_, (_, drawn)), ((_, high), (_, taller)) = box_of(bare), box_of(root)
    assert taller == pytest.approx(drawn + 16 * len(heights), abs=2)
    assert heights[-1] < taller
    assert high > 0


def test_an_svg_says_what_it_shows():
    hostile = "rates & <b>prices</b>\x00"
    root = parsed(DOTS, PLAIN, alt=hostile)
    assert root.find(f"{SVG}title").text == hostile[:-1]
    assert root.get("role") == "img"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "gif"}, "A chart is png, svg or pdf, not gif"),
        ({"width_mm": 39}, "The width must be 40 to 400 mm, not 39"),
        ({"dpi": 1300}, "The resolution must be 50 to 1200 dpi, not 1300"),
        ({"width_mm": 400, "dpi": 1200}, "million pixels of 60 million; choose a smaller width or fewer dpi"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(asked, words):
    with pytest.raises(ValueError, match=words):
        chart_file(DOTS, PLAIN, **asked)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_names_of_lines_stand_out_from_the_ground(mode):
    lines = [
        Series(name, role, ((2, 0.1, 0.05, 0.2), (4, 0.2, 0.1, 0.3)), strong=strong)
        for name, role, strong in (("DDIM", "model", True), ("late noise", "neutral", False))
    ]
    span = (0.01, 1.0)
    over = (
        dimension_data(lines, 4, span, log=True),
        dimension_spec(lines, "rate", (2, 4), span, mode, log=True),
    )
    dots = [
        Dot(look, 0, look, look, look, 0.1, 10.0**-n, 10.0**-n, 10.0**-n)
        for n, look in enumerate(("untreated", "sharpening", "late", "quenching"), 1)
    ]
    price = (
        price_data(dots, 1e-4, 1e-3, None),
        price_spec("left", "price", 1e-4, (1e-3, 2), None, mode, log=True),
    )
    for (data, spec), names in ((over, ("DDIM", "late noise")), (price, [dot.label for dot in dots])):
        root = parsed(data, spec, mode=mode)
        fills = {text.text: text.get("fill") for text in root.iter(f"{SVG}text")}
        for name in names:
            assert contrast(fills[name], PALETTE[mode]["ground"]) >= 4.5, name
