"""A frame taken away says what the film says: in every kind of file, at the places that its axes name."""

import io
import re
import threading
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageColor

from explorer.figures.colourmaps import colourmap
from explorer.figures.film.film import Film, Panel, Reading, Zoom
from explorer.figures.film.layers import Arrows, Axis, Band, HeatMap, Judged, Lines, Points, Regions, Rule
from explorer.figures.palette import INK, PALETTE
from explorer.figures.print.film_figure import FilmFigure
from explorer.figures.print.stills import still
from explorer.figures.print.style import style

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
X = Axis(-1.0, 3.0, "x")
Y = Axis(-2.0, 2.0, "y")
LIGHT = PALETTE["light"]
POINTS_PER_MM = 72 / 25.4


def film_of(*layers, frames=1, x=X, y=Y, title="one", seconds=0.08, readings=(), **panel):
    captions = tuple(f"frame {i} of them" for i in range(frames))
    panels = (Panel(title, "truth", x, y, layers, **panel),)
    return Film(panels, captions, "step t", ("T", "0"), "a film", seconds, readings=readings)


def parsed(film, frame=-1, **options):
    return ElementTree.fromstring(still(film, frame, "svg", **({"width_mm": 85} | options)))


def look(element):
    """The style of an element, by property."""
    said = (part.split(":", 1) for part in (element.get("style") or "").split(";") if part.strip())
    return {name.strip(): value.strip() for name, value in said}


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def painted(root, tag, role, paint="fill"):
    """Elements of a kind that are painted in a role's colour."""
    found = root.iter(f"{SVG}{tag}")
    return [
        element for element in found if look(element).get(paint) == LIGHT[role].lower() and ticked(element)
    ]


def ticked(element):
    """Whether a mark is one of the data: definitions have no place, and ticks have the colour of axes."""
    return element.tag != f"{SVG}path" or element.get("id") is None


def dots(root, role):
    return np.array([[float(each.get("x")), float(each.get("y"))] for each in painted(root, "use", role)])


def corners(path):
    """The corners of a path, one array (n, 2) for each stretch of it."""
    stretches = re.findall(r"M([^Mz]*)", path.get("d"))
    return [np.array([pair.split() for pair in part.strip().split("L")], float) for part in stretches]


def line(root, role):
    """The corners of the one line of a role's colour."""
    (path,) = [each for each in painted(root, "path", role, "stroke") if look(each).get("fill") == "none"]
    return corners(path)


def ticks(root, side):
    """Where the ticks of an axis stand, by what is written at them."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        if (group.get("id") or "").startswith(f"{side}tick_"):
            mark = [use for use in group.iter(f"{SVG}use")][-1]
            found[number(texts(group)[0])] = float(mark.get(side))
    return found


def without_legend(root):
    """The picture without what explains its marks."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for group in [each for each in root.iter(f"{SVG}g") if (each.get("id") or "").startswith("legend")]:
        parents[group].remove(group)
    return root


def number(text):
    try:
        return float(text.replace("−", "-").replace(",", ""))
    except ValueError:
        return text


def places(root, side):
    """Values as places in the SVG, by the straight line through the ticks of an axis."""
    found = ticks(root, side)
    assert len(found) > 1
    return np.poly1d(np.polyfit(list(found), list(found.values()), 1))


def pixels(file):
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def rgb(role, mode="light"):
    return ImageColor.getrgb(PALETTE[mode][role])


# ---- places ----------------------------------------------------------------------------------------------


def test_lines_and_dots_lie_where_the_ticks_say():
    x = np.linspace(-1, 3, 81)
    layers = Lines(x, np.sin(2 * x)[None, None], "model"), Points(np.array([[[0.7, -1.3]]]), "kept")
    root = parsed(film_of(*layers))
    across, up = places(root, "x"), places(root, "y")
    (drawn,) = line(root, "model")
    at = np.interp(across(x), drawn[:, 0], drawn[:, 1])  # corners on a straight stretch are left out
    assert np.abs(at - up(np.sin(2 * x))).max() < 0.2  # points of 1/72 inch
    assert dots(root, "kept")[0] == pytest.approx([across(0.7), up(-1.3)], abs=0.01)


@pytest.mark.parametrize("width", [85, 180])
def test_a_dot_of_a_png_lies_at_the_pixel_of_its_axes(width):
    film = film_of(Points(np.array([[[0.7, -1.3], [2.0, 1.0]]]), "kept", size=12, opacity=1))
    with style("light"):
        drawn = FilmFigure(film, "light", width, [0], 300)
        (axes,) = drawn.figure.axes
        expected = axes.transData.transform([[0.7, -1.3], [2.0, 1.0]])
    picture = pixels(still(film, width_mm=width))
    rows, columns = np.nonzero((picture == rgb("kept")).all(axis=-1))
    left = columns < expected[:, 0].mean()
    for here, (x, y) in ((left, expected[0]), (~left, expected[1])):
        assert columns[here].mean() + 0.5 == pytest.approx(x, abs=1)
        assert picture.shape[0] - rows[here].mean() - 0.5 == pytest.approx(y, abs=1)


def test_decades_lie_evenly_on_a_log_axis_and_what_is_below_sits_on_its_floor():
    y = np.array([10.0, 1e-1, 1e-3, 1e-5, 0.0, -1.0])
    axis = Axis(1e-5, 10.0, log=True)
    root = parsed(film_of(Lines(np.linspace(-1, 3, 6), y[None, None], "model"), y=axis))
    (drawn,) = line(root, "model")
    up = ticks(root, "y")
    assert {"10¹", "10⁻⁵"} <= set(up)
    at = [np.interp(place, *drawn.T) for place in places(root, "x")(np.linspace(-1, 3, 6))]
    assert at[:4] == pytest.approx(np.linspace(up["10¹"], up["10⁻⁵"], 4), abs=0.1)
    assert at[4:] == pytest.approx([up["10⁻⁵"]] * 2, abs=0.01)


def test_a_reversed_axis_has_its_high_end_at_the_left():
    axis = Axis(0, 100, "t", reverse=True)
    root = parsed(film_of(Points(np.array([[[0.0, 0], [100.0, 0]]]), "truth"), x=axis))
    low, high = dots(root, "truth")[:, 0]
    assert high < low
    assert (ticks(root, "x")[0], ticks(root, "x")[100]) == pytest.approx((low, high), abs=0.01)


def test_whole_numbers_are_called_by_their_names():
    names = tuple(f"t{i}" for i in range(5))
    root = parsed(film_of(Points(np.array([[[3.0, 0.0], [1.0, 0.0]]]), "truth"), x=Axis(0, 4, names=names)))
    assert sorted(ticks(root, "x")) == sorted(names)
    assert ticks(root, "x")["t3"] == pytest.approx(dots(root, "truth")[0, 0], abs=0.01)


def test_names_that_would_touch_are_slanted_and_none_is_left_out():
    kinds = ("valid", "duplicate", "wrong place", "malformed", "empty", "another kind of them")
    root = parsed(film_of(x=Axis(-0.5, 5.5, names=kinds), y=Y), width_mm=85)
    slanted = [each for each in root.iter(f"{SVG}text") if each.text in kinds]
    assert [each.text for each in slanted] == list(kinds)
    assert all("rotate(-35" in each.get("transform") for each in slanted)


def test_numbers_at_an_axis_stand_apart():
    names = tuple(f"{1000 * i:,}" for i in range(400))
    for width in (40, 85, 180):
        found = ticks(parsed(film_of(x=Axis(0, 399, names=names)), width_mm=width), "x")
        assert len(found) >= 2
        assert np.diff(sorted(found.values())).min() > 7 * 0.6 * 7  # seven signs of seven points


@pytest.mark.parametrize("width", [60, 85, 180])
def test_equal_aspect_keeps_a_circle_round(width):
    angle = np.linspace(0, 2 * np.pi, 61)
    ring = np.stack([np.cos(angle) + 1, np.sin(angle)], axis=1)[None]
    across, up = np.ptp(
        dots(parsed(film_of(Points(ring, "truth"), equal=True), width_mm=width), "truth"), axis=0
    )
    assert across == pytest.approx(up, abs=0.01)


def test_equal_y_axes_have_their_words_once_in_a_row():
    panels = tuple(Panel(name, "truth", X, Y, ()) for name in ("a", "b", "c"))
    film = Film(panels, ("",), "t", ("", ""), "three")
    assert texts(parsed(film, width_mm=180)).count("y") == 1
    assert texts(parsed(film, width_mm=85)).count("y") == 3  # one below the other
    other = Film((*panels[:2], Panel("c", "truth", X, Axis(0, 1, "p"), ())), ("",), "t", ("", ""), "three")
    assert "p" in texts(parsed(other, width_mm=180))


@pytest.mark.parametrize(("panels", "width", "columns"), [(3, 180, 3), (3, 85, 1), (4, 180, 2), (1, 180, 1)])
def test_panels_wrap_to_rows_where_the_width_is_narrow(panels, width, columns):
    shown = tuple(Panel(f"panel {i}", "truth", X, Axis(0, i + 1), ()) for i in range(panels))
    with style("light"):
        drawn = FilmFigure(Film(shown, ("",), "t", ("", ""), ""), "light", width, [0], 100)
    lefts = {round(axes.get_position().x0, 3) for axes in drawn.figure.axes}
    assert len(lefts) == columns
    sizes = {tuple(np.round(axes.get_position().size, 3)) for axes in drawn.figure.axes}
    assert len(sizes) == 1


# ---- layers ----------------------------------------------------------------------------------------------


def test_every_dot_and_line_is_drawn_once_in_its_colour():
    rng = np.random.default_rng(0)
    xy = rng.uniform(-1, 1, (1, 50, 2))
    xy[0, :7, 0] = np.nan
    kinds = np.arange(50) % 2
    lines = Lines(
        np.linspace(-1, 3, 9),
        rng.uniform(-1, 1, (1, 5, 9)),
        "truth",
        category=np.array([0, 1, 0, 0, 1]),
        colours=("truth", "model"),
    )
    root = parsed(film_of(Points(xy, "kept", category=kinds, colours=("kept", "hallucinated")), lines))
    assert len(dots(root, "kept")) == 25 - 4
    assert len(dots(root, "hallucinated")) == 25 - 3
    of = {role: painted(root, "path", role, "stroke") for role in ("truth", "model")}
    assert (len(of["truth"]), len(of["model"])) == (3, 2)
    order = list(root.iter())
    assert max(order.index(each) for each in of["truth"]) < min(order.index(each) for each in of["model"])


def test_a_gap_in_the_data_is_a_gap_in_line_and_fill():
    y = np.array([0.0, 1, 1, np.nan, 1, 1, 0])
    film = film_of(Lines(np.linspace(-1, 3, 7), y[None, None], "model", width=2, fill=0.0, dash=True))
    root = parsed(film)
    (path,) = painted(root, "path", "model", "stroke")
    assert [len(part) for part in corners(path)] == [3, 3]
    assert float(look(path)["stroke-width"]) == pytest.approx(0.96)
    assert "stroke-dasharray" in look(path)
    areas = painted(root, "path", "model")
    across, up = places(root, "x"), places(root, "y")
    assert len(areas) == 2
    assert {look(area)["fill-opacity"] for area in areas} == {"0.25"}
    for area, (left, right) in zip(areas, ((-1, 1 / 3), (5 / 3, 3)), strict=True):
        (outline,) = corners(area)
        assert (outline[:, 0].min(), outline[:, 0].max()) == pytest.approx(
            (across(left), across(right)), abs=0.1
        )
        assert (outline[:, 1].min(), outline[:, 1].max()) == pytest.approx((up(1), up(0)), abs=0.1)
    picture = pixels(still(film, dpi=100, width_mm=85))
    height = picture.shape[0]
    column, row = (round(float(place) * 100 / 72) for place in (across(1), up(0.5)))
    assert tuple(picture[row, column]) == rgb("ground")
    assert tuple(picture[row, round(float(across(0)) * 100 / 72)]) != rgb("ground")
    assert height > row


def test_strokes_are_as_thin_and_letters_as_large_as_a_paper_asks():
    x = np.linspace(-1, 3, 9)
    layers = [Lines(x, np.full((1, 1, 9), i / 4), "model", width=w) for i, w in enumerate((0.5, 1.2, 2.5, 9))]
    readings = (Reading("kept", ("1 %",), "kept", ("[0, 2]",)),)
    for width in (85, 180):
        root = parsed(film_of(*layers, readings=readings), width_mm=width)
        strokes = [float(look(each)["stroke-width"]) for each in painted(root, "path", "model", "stroke")]
        assert len(strokes) == 4
        assert 0.5 <= min(strokes) <= max(strokes) <= 1.2
        letters = [float(look(each)["font-size"].removesuffix("px")) for each in root.iter(f"{SVG}text")]
        assert 7 <= min(letters) <= max(letters) <= 9


def test_judged_dots_turn_from_cross_to_dot_at_their_level():
    xy = np.array([[0.0, 0], [1, 0], [2, 0], [0, 1], [1, 1]])
    level, wrong = np.array([0, 1, 3, 2, 0]), np.array([False, False, False, True, True])
    film = film_of(Judged(xy, level, wrong, size=4), frames=3)
    found = []
    for frame in range(3):
        root = without_legend(parsed(film, frame))
        crossed = [len(painted(root, "use", role, "stroke")) for role in ("neutral", "hallucinated")]
        across = places(root, "x")
        ticks_of_axes = len(ticks(root, "x")) + len(ticks(root, "y"))
        found.append((len(dots(root, "kept")), crossed[0] - ticks_of_axes, crossed[1]))
        assert len(dots(root, "hallucinated")) == 2
        assert dots(root, "kept")[:, 0] == pytest.approx(across([0, 1, 2][: frame + 1][:2]), abs=0.01)
    assert found == [(1, 2, 1), (2, 1, 1), (2, 1, 0)]
    names = {each.get("id"): each for each in root.iter(f"{SVG}path") if each.get("id")}

    def radius(role):
        return max(
            float(n)
            for n in re.findall(r"[\d.]+", names[painted(root, "use", role)[0].get(HREF)[1:]].get("d"))
        )

    assert radius("hallucinated") > 1.5 * radius("kept")


def test_what_crosses_and_dots_are_is_written_above_judged_dots():
    xy, level = np.array([[0.0, 0], [1, 0]]), np.array([0, 1])
    both = texts(parsed(film_of(Judged(xy, level, np.array([False, True])), frames=2)))
    plain = texts(parsed(film_of(Judged(xy, level, np.array([False, False])), frames=2)))
    assert {"kept", "removed", "hallucinated"} <= set(both)
    assert {"kept", "removed"} <= set(plain)
    assert "hallucinated" not in plain


def test_a_zoomed_panel_has_the_axes_that_are_seen_and_names_nothing_beyond_them():
    near = Lines(np.array([-1.0, 3.0]), np.array([[[-2.0, 2.0]]]), "truth", name="near")
    far = Lines(np.array([-1.0, 0.0]), np.array([[[1.9, 2.0]]]), "model", name="far")
    film = film_of(near, far, Rule(2.5, "x", "kept", name="beside"))
    root = parsed(film, zoom=(Zoom((1.0, 2.0), (-0.5, 1.5)),))
    across, up = places(root, "x"), places(root, "y")
    assert {tick for side in "xy" for tick in ticks(root, side)} <= {*np.round(np.arange(-0.5, 2.01, 0.1), 1)}
    # The line runs through the same places as before, though its ends lie beyond the axes.
    start, end = line(root, "truth")[0][[0, -1]]
    slope = (end[1] - start[1]) / (end[0] - start[0])
    assert slope == pytest.approx((up(1) - up(0)) / (across(1) - across(0)), rel=1e-3)
    assert "near" in texts(root)
    assert not {"far", "beside"} & set(texts(root))
    with pytest.raises(ValueError, match="0 to 4 is no part of the x axis of 'one', -1 to 3"):
        still(film, zoom=(Zoom((0.0, 4.0), (-2.0, 2.0)),))


def test_a_zoomed_heat_map_keeps_its_cells_in_their_places():
    values = np.arange(16.0).reshape(1, 4, 4) / 15
    film = film_of(HeatMap(values, 0, 1, "ink", sharp=True), title="")
    whole = pixels(still(film, width_mm=40, dpi=200))
    seen = pixels(still(film, width_mm=40, dpi=200, zoom=(Zoom((1.0, 3.0), (0.0, 2.0)),)))
    there = {tuple(each) for each in seen.reshape(-1, 3)[::7]}
    levels = {
        tuple(colourmap("ink", "light")[round(254 * values[0, r, c])][:3]) for r in (2, 3) for c in (2, 3)
    }
    gone = {tuple(colourmap("ink", "light")[round(254 * values[0, r, 0])][:3]) for r in (0, 1, 2)}
    assert levels <= there
    assert not gone & there
    assert gone <= {tuple(each) for each in whole.reshape(-1, 3)[::7]}


def test_what_is_picked_is_marked_in_every_layer_that_may_be_picked():
    way = np.array([[[0.0, 0.0], [1.0, 1.0]], [[0.5, 0.5], [1.0, -1.0]]])
    lines = Lines(np.array([-1.0, 3.0]), np.array([[[0.0, 0.0], [1.5, 1.5]]]), "model", pick=True)
    film = film_of(lines, Points(way, "truth", size=4, pick=True), frames=2)
    plain, root = parsed(film, 1), parsed(film, 1, picked=1)
    ringed = [each for each in root.iter(f"{SVG}use") if look(each).get("stroke") == LIGHT["text"].lower()]
    (ring,) = [each for each in ringed if look(each).get("fill") == LIGHT["ground"].lower()]
    across, up = places(root, "x"), places(root, "y")
    assert (float(ring.get("x")), float(ring.get("y"))) == pytest.approx((across(1), up(-1)), abs=0.01)
    trail = corners([each for each in painted(root, "path", "text", "stroke")][0])[0]
    assert trail == pytest.approx(np.array([[across(1), up(1)], [across(1), up(-1)]]), abs=0.01)
    strong = [each for each in painted(root, "path", "model", "stroke")]
    assert len(strong) == len([each for each in painted(plain, "path", "model", "stroke")]) + 1
    widest = max(strong, key=lambda each: float(look(each).get("stroke-width", 1)))
    assert corners(widest)[0][:, 1] == pytest.approx([up(1.5)] * 2, abs=0.01)
    assert not [each for each in plain.iter(f"{SVG}use") if look(each).get("fill") == LIGHT["ground"].lower()]


@pytest.mark.parametrize("sharp", [True, False])
def test_a_heat_map_has_its_first_row_at_the_low_end_of_y(sharp):
    values = np.array([[[0.0, 1.0], [0.5, np.nan]]])
    film = film_of(HeatMap(values, 0, 1, "sequential", unit="nats", sharp=sharp), equal=True)
    assert {"0", "0.5", "1", "nats"} <= set(texts(parsed(film)))
    with style("light"):
        drawn = FilmFigure(film, "light", 85, [0], 200)
        axes = drawn.figure.axes[0]
        middles = axes.transData.transform([[0, -1], [2, -1], [0, 1], [2, 1]]).round().astype(int)
    picture, colours = pixels(still(film, width_mm=85, dpi=200))[::-1], colourmap("sequential", "light")
    due = [colours[0, :3], colours[254, :3], colours[127, :3], rgb("ground")]
    for (x, y), expected in zip(middles, due, strict=True):
        assert np.abs(picture[y, x].astype(int) - np.array(expected, int)).max() <= (0 if sharp else 40)
    between = picture[middles[0, 1], middles[0, 0] : middles[1, 0]]
    assert (len(np.unique(between, axis=0)) <= 3) == sharp  # the cells' colours, and one where they meet


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_regions_have_the_colours_of_their_kinds_and_open_cells_that_of_the_ground(mode):
    colours = {"light": ("#112233", "#445566"), "dark": ("#778899", "#aabbcc")}
    film = film_of(Regions(np.array([[[0, 1], [255, 0]]]), ("a", "b"), **colours), equal=True)
    with style(mode):
        drawn = FilmFigure(film, mode, 85, [0], 100)
        axes = drawn.figure.axes[0]
        middles = axes.transData.transform([[0, -1], [2, -1], [0, 1], [2, 1]]).round().astype(int)
    picture = pixels(still(film, width_mm=85, dpi=100, mode=mode))[::-1]
    due = (*colours[mode], PALETTE[mode]["ground"], colours[mode][0])
    assert [picture[y, x].tolist() for x, y in middles] == [list(ImageColor.getrgb(one)) for one in due]


def test_the_labels_of_regions_stand_at_their_places_and_are_no_legend():
    colours = {"light": ("#112233", "#445566"), "dark": ("#778899", "#aabbcc")}
    labels = ((0.0, 1.0, "west"), (2.5, -1.0, "east"))
    one = Regions(np.array([[[0, 1]]]), ("a", "b"), **colours, name="ends in", labels=labels)
    root = parsed(film_of(one))
    assert {"west", "east"} <= set(texts(root))
    assert "ends in" not in texts(root)


def test_a_cell_of_regions_that_is_picked_is_framed():
    one = Regions(
        np.array([[[0, 1], [1, 0]]]), ("a", "b"), ("#112233", "#445566"), ("#112233", "#445566"), pick=True
    )
    plain, framed = (pixels(still(film_of(one), width_mm=40, dpi=200, picked=at)) for at in (None, 3))
    rows, columns = np.nonzero((plain != framed).any(-1))
    assert rows.max() < len(plain) / 2 + 40  # the upper right cell
    assert columns.min() > framed.shape[1] / 2 - 40


@pytest.mark.parametrize("name", ["diverging", "faint", "ink", "wrong", "photo"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_heat_map_has_the_colours_of_its_map_and_a_bar_if_they_are_numbers(name, mode):
    film = film_of(HeatMap(np.array([[[0.0, 1.0]]]), 0, 1, name, sharp=True))
    with style(mode):
        drawn = FilmFigure(film, mode, 85, [0], 100)
        places = drawn.figure.axes[0].transData.transform([[0, 0], [2, 0]]).round().astype(int)
        bars = len(drawn.figure.axes[0].child_axes)
    picture = pixels(still(film, width_mm=85, dpi=100, mode=mode))[::-1]
    found = [picture[y, x].tolist() for x, y in places]
    assert found == colourmap(name, mode)[[0, 254], :3].tolist()
    assert bars == (name == "diverging")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_photograph_keeps_its_grey_values_on_any_ground(mode):
    grey = colourmap("photo", mode)[:-1, :3]
    assert (grey == np.rint(np.arange(255) * 255 / 254)[:, None]).all()


def test_a_heat_map_may_fill_a_part_of_its_panel_and_lies_even_on_a_log_axis():
    map_ = HeatMap(np.array([[[1.0], [1.0]]]), 0, 1, "wrong", x=(0, 2), y=(1e-2, 1e2), sharp=True)
    film = film_of(map_, y=Axis(1e-4, 1e4, log=True))
    with style("light"):
        drawn = FilmFigure(film, "light", 85, [0], 150)
        (left, bottom), (right, top) = drawn.figure.axes[0].transData.transform([[0, 1e-2], [2, 1e2]])
    rows, columns = np.nonzero(
        (pixels(still(film, width_mm=85, dpi=150))[::-1] == rgb("hallucinated")).all(-1)
    )
    assert (columns.min(), columns.max() + 1) == pytest.approx((left, right), abs=1.5)
    assert (rows.min(), rows.max() + 1) == pytest.approx((bottom, top), abs=1.5)


def test_an_arrow_points_from_its_foot_to_its_tip():
    arrows = Arrows(
        np.array([[0.0, 0.0], [1.0, -1.0], [2.0, 1.0]]), np.array([[[1.0, 1.0], [0, 0], [0, -0.5]]]), "model"
    )
    root = parsed(film_of(arrows))
    shapes = [corners(path)[0] for path in painted(root, "path", "model")]
    across, up = places(root, "x"), places(root, "y")
    assert len(shapes) == 2  # none where there is no length
    for shape, foot, tip in zip(shapes, ((0, 0), (2, 1)), ((1, 1), (2, 0.5)), strict=True):
        foot, tip = (np.array([across(x), up(y)]) for x, y in (foot, tip))
        assert np.hypot(*(shape - tip).T).min() < 0.2
        assert np.hypot(*(shape - foot).T).min() < 0.6  # half the width of the shaft
        along = (shape - foot) @ (tip - foot) / np.hypot(*(tip - foot))
        widest = along[np.abs((shape - foot) @ ((tip - foot)[::-1] * [-1, 1])).argmax()]
        assert widest > 0.6 * np.hypot(*(tip - foot))  # the head is at the tip


def test_bands_rules_and_the_cursor_stand_where_they_should():
    film = film_of(
        Band(0, 1, "x", "kept", name="5σ"),
        Band(-1, 0.5, "y", "model"),
        Rule(2, "x", "truth", name="bound"),
        Rule(-1.5, "y", "hallucinated", dash=False),
        frames=2,
        cursor=(0.0, 2.5),
    )
    root = parsed(film, 1)
    across, up = places(root, "x"), places(root, "y")
    upright, level = (corners(painted(root, "path", role)[0])[0] for role in ("kept", "model"))
    assert sorted({*upright[:, 0]}) == pytest.approx([across(0), across(1)], abs=0.01)
    assert sorted({*level[:, 1]}) == pytest.approx([up(0.5), up(-1)], abs=0.01)
    assert line(root, "truth")[0][:, 0] == pytest.approx([across(2)] * 2, abs=0.01)
    assert line(root, "hallucinated")[0][:, 1] == pytest.approx([up(-1.5)] * 2, abs=0.01)
    assert line(root, "text")[0][:, 0] == pytest.approx([across(2.5)] * 2, abs=0.01)
    assert {"5σ", "bound"} <= set(texts(root))


def test_later_layers_lie_on_earlier_ones():
    for roles in (("model", "truth"), ("truth", "model")):
        strips = (Lines(np.array([-1.0, 3.0]), np.zeros((1, 1, 2)), role, width=9) for role in roles)
        picture = pixels(still(film_of(*strips, title=""), width_mm=85, dpi=300))
        counts = [(picture == rgb(role)).all(-1).sum() for role in roles]
        assert counts[0] == 0
        assert counts[1] > 500


def test_a_single_dot_at_the_end_of_its_way_is_whole():
    inside, at_the_end = (
        (pixels(still(film_of(Points(np.array([[[x, 0.0]]]), "kept", size=9, opacity=1)))) == rgb("kept"))
        .all(-1)
        .sum()
        for x in (1.0, 3.0)
    )
    assert at_the_end == pytest.approx(inside, rel=0.03)


def test_a_cloud_of_many_dots_is_pixels_in_a_file_of_lines():
    xy = np.random.default_rng(0).uniform(-1, 2, (1, 100_000, 2))
    level = np.zeros(100_000, int)
    few, many = (film_of(Judged(xy[0, :n], level[:n], level[:n] > 0)) for n in (200, 100_000))
    root = parsed(few)
    assert len(dots(root, "kept")) == 200 + 1  # and that of the legend
    root = parsed(many)
    assert len(dots(root, "kept")) == 1
    assert list(root.iter(f"{SVG}image"))
    assert "x" in texts(root)
    assert len(still(many, kind="pdf", width_mm=180)) < 2_000_000


# ---- names -----------------------------------------------------------------------------------------------


def test_names_stand_at_what_they_name_and_on_nothing_else():
    x = np.linspace(-1, 3, 60)
    curves = {"upper": 1.5 + 0 * x, "rising": x / 2 - 0.5, "lower": -1.8 + 0 * x}
    lines = (Lines(x, y[None, None], "model", name) for name, y in curves.items())
    with style("light"):
        drawn = FilmFigure(film_of(*lines), "light", 85, [0], 200)
        drawn.show(0)
        (axes,) = drawn.figure.axes
        found = {text.get_text(): text.get_window_extent() for text in axes.texts}
        assert set(found) == set(curves)
        marks = {name: axes.transData.transform(np.stack([x, y], 1)) for name, y in curves.items()}
    for name, box in found.items():
        away = {each: np.hypot(*(np.clip(at, box.p0, box.p1) - at).T).min() for each, at in marks.items()}
        assert min(away, key=away.get) == name
        assert 0 < min(away.values()) < 10 / 72 * 200
        assert all(not box.overlaps(other) for each, other in found.items() if each != name)


def test_the_name_of_an_area_stands_in_it():
    x = np.linspace(-1, 3, 60)
    area = Lines(x, np.where(x > 1, 1.5, np.nan)[None, None], "hallucinated", "here", fill=-1.5)
    with style("light"):
        drawn = FilmFigure(film_of(area), "light", 85, [0], 100)
        drawn.show(0)
        (axes,) = drawn.figure.axes
        (text,) = axes.texts
        box = axes.transData.inverted().transform(text.get_window_extent())
    assert box[0, 0] > 1
    assert box[0, 1] > -1.5
    assert box[1, 1] < 1.5


def test_a_single_dot_is_named_beside_it_and_a_cloud_above_the_panel():
    one = Points(np.array([[[0.0, -1.0]]]), "model", name="yours")
    cloud = Points(np.zeros((1, 9, 2)), "truth", name="modes")
    root = parsed(film_of(one, cloud))
    place = {word.text: (float(word.get("x")), float(word.get("y"))) for word in root.iter(f"{SVG}text")}
    x, y = dots(root, "model")[0]
    assert -40 < place["yours"][0] - x < 20
    assert abs(place["yours"][1] - y) < 15
    assert place["modes"][1] < places(root, "y")(2.0)


# ---- words -----------------------------------------------------------------------------------------------


def test_all_words_of_the_film_are_text():
    x = np.linspace(-1, 3, 50)
    readings = (Reading("kept", ("1 %", "2 %"), "kept", ("[0, 2]", "[1, 3]")), Reading("removed", ("3", "4")))
    film = film_of(
        Lines(x, np.sin(x)[None, None], "model", "the model"),
        Points(np.zeros((1, 3, 2)), "truth", name="modes"),
        frames=2,
        title="What it shows",
        readings=readings,
    )
    root = parsed(film, 1)
    words = texts(root)
    assert {"What it shows", "the model", "modes", "x", "y", "frame 1 of them"} <= set(words)
    assert {"kept", "removed", "2 %", "4", "[1, 3]"} <= set(words)
    assert not {"frame 0 of them", "1 %", "3 %", "[0, 2]"} & set(words)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "a film"
    assert root.find(f"{SVG}desc").text == "a film · frame 1 of them · kept: 2 % · removed: 4"
    value = next(each for each in root.iter(f"{SVG}text") if each.text == "2 %")
    assert look(value)["fill"] == INK["light"]["kept"].lower()


def test_hostile_words_stay_words():
    hostile = "<script>alert('&\")</script>$x^2$]]>\x00\x1b"
    readings = (Reading(hostile, (hostile,)),)
    dot = Points(np.zeros((1, 1, 2)), "truth", name=hostile)
    panels = (Panel(hostile, "truth", X, Axis(0, 1, hostile), (dot,)), Panel("b", "truth", X, Y, (dot,)))
    film = Film(panels, (hostile,), hostile, ("", ""), hostile, readings=readings)
    file = still(film, kind="svg").decode()
    assert "<script" not in file
    root = ElementTree.fromstring(file)
    clean = hostile[:-2]
    assert texts(root).count(clean) >= 4
    assert root.find(f"{SVG}title").text == clean
    assert still(film, kind="pdf").startswith(b"%PDF")
    assert still(film, kind="png").startswith(b"\x89PNG")


LONG = "a caption of very many words that no single line of a narrow picture can hold " * 3


@pytest.mark.parametrize(
    ("panels", "width"), [(1, 40), (1, 400), (2, 60), (3, 85), (4, 85), (4, 180), (3, 180)]
)
def test_no_words_overlap_or_leave_the_sheet(panels, width):
    axis = Axis(0, 1_000_000, "steps of the training")
    layers = (Points(np.zeros((1, 1, 2)), "truth", name="modes"), Rule(1_000_000, "x", name="the very end"))
    shown = tuple(
        Panel(f"panel number {i}", "truth", axis, Axis(0, 1, f"p{i}"), layers) for i in range(panels)
    )
    readings = tuple(Reading(f"reading number {i}", (f"{i}00,000 of 1,000,000",)) for i in range(5))
    film = Film(shown, (LONG,), "t", ("", ""), "", readings=readings)
    with style("light"):
        drawn = FilmFigure(film, "light", width, [0], 100)
        drawn.show(0)
        written = [
            each
            for each in drawn.figure.findobj(matplotlib.text.Text)
            if each.get_text() and each.get_visible()
        ]
        boxes = [(each.get_text(), each.get_window_extent().frozen()) for each in written]
    sheet = drawn.figure.bbox
    assert len(boxes) > 10
    for i, (text, box) in enumerate(boxes):
        assert box.x0 >= sheet.x0 - 1, text
        assert box.y0 >= sheet.y0 - 1, text
        assert box.x1 <= sheet.x1 + 1, text
        assert box.y1 <= sheet.y1 + 1, text
        assert not [each for each, other in boxes[:i] if box.padded(-1).overlaps(other.padded(-1))], text


# ---- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [85, 180, 120.5])
def test_files_are_as_wide_as_was_asked(width):
    film = film_of(Points(np.zeros((1, 3, 2)), "truth"))
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", still(film, kind="pdf", width_mm=width))
    assert float(box[1]) / POINTS_PER_MM == pytest.approx(width, abs=0.1)
    root = parsed(film, width_mm=width)
    assert float(root.get("width").removesuffix("pt")) / POINTS_PER_MM == pytest.approx(width, abs=0.1)
    assert float(root.get("height").removesuffix("pt")) == pytest.approx(float(box[2]), abs=0.1)
    picture = Image.open(io.BytesIO(still(film, width_mm=width, dpi=150)))
    assert picture.width == pytest.approx(width / 25.4 * 150, abs=1)
    assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def test_a_pdf_carries_its_fonts_and_its_words():
    file = still(film_of(title="What it shows"), kind="pdf")
    assert (
        file.count(b"/FontFile2") == file.count(b"/Type /FontDescriptor") >= 2
    )  # plain and bold, as TrueType
    assert b"/Type3" not in file
    assert b"CreationDate" not in file


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_ground_is_that_of_the_mode(mode):
    film = film_of(Lines(np.array([-1.0, 3.0]), np.full((1, 1, 2), 1.0), "model", width=9))
    picture = pixels(still(film, mode=mode, width_mm=85))
    assert {tuple(picture[y, x]) for y in (0, -1) for x in (0, -1)} == {rgb("ground", mode)}
    assert (picture == rgb("model", mode)).all(-1).sum() > 500
    (ground, *_) = parsed(film, mode=mode).iter(f"{SVG}path")
    assert look(ground)["fill"] == PALETTE[mode]["ground"]


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_film_gives_the_same_bytes_in_any_thread(kind):
    film = film_of(
        HeatMap(np.arange(6.0).reshape(1, 2, 3), 0, 5, "sequential"),
        Points(np.random.default_rng(0).normal(size=(1, 6_000, 2)), "truth", name="samples"),
        Lines(np.linspace(-1, 3, 5), np.ones((1, 1, 5)), "model", "line"),
    )
    settings = dict(matplotlib.rcParams)
    first, found = still(film, kind=kind), []
    threads = [
        threading.Thread(target=lambda mode=mode: found.append((mode, still(film, kind=kind, mode=mode))))
        for mode in ("light", "dark", "light")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [mode for mode, file in found if file == first] == ["light", "light"]
    assert dict(matplotlib.rcParams) == settings  # of others that draw with matplotlib


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"frame": 3}, "frame must be 0 to 2, or -1 for the last, not 3"),
        ({"frame": -2}, "frame must be 0 to 2, or -1 for the last, not -2"),
        ({"kind": "bmp"}, "A still is png, svg or pdf, not bmp"),
        ({"width_mm": 39}, "The width must be 40 to 400 mm, not 39"),
        ({"width_mm": 401, "kind": "svg"}, "The width must be 40 to 400 mm, not 401"),
        ({"width_mm": float("nan")}, "The width must be 40 to 400 mm, not nan"),
        ({"dpi": 49}, "The resolution must be 50 to 1200 dpi, not 49"),
        ({"dpi": 1200, "width_mm": 400}, "million of 60 million; choose a smaller width or fewer dpi"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(asked, words):
    with pytest.raises(ValueError, match=words):
        still(film_of(frames=3), **asked)
