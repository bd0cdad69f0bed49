"""A film taken away says what the film says: in every kind of file, at the places that its axes name."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageSequence

from explorer.charts import export
from explorer.charts.film import Film, Panel, Reading
from explorer.charts.film_layers import Arrows, Axis, Band, HeatMap, Judged, Lines, Points, Rule
from explorer.charts.palette import PALETTE
from explorer.charts.pictures import lettering
from explorer.charts.colourmaps import colourmap, rgb
from explorer.charts.pictures.raster import Raster

SVG = "{http://www.w3.org/2000/svg}"
X = Axis(-1.0, 3.0, "x")
Y = Axis(-2.0, 2.0, "y")
LIGHT = PALETTE["light"]


def film_of(*layers, frames=1, x=X, y=Y, title="one", seconds=0.08, readings=(), **panel):
    captions = tuple(f"frame {i} of them" for i in range(frames))
    panels = (Panel(title, "truth", x, y, layers, **panel),)
    return Film(panels, captions, "step t", ("T", "0"), "a film", seconds, readings=readings)


def parsed(film, frame=-1, **options):
    return ElementTree.fromstring(export.svg(film, frame, **options))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def in_colour(root, tag, role, paint="fill"):
    """Elements of a kind that lie in a group of a role's colour."""
    groups = (group for group in root.iter(f"{SVG}g") if group.get(paint) == LIGHT[role])
    return [element for group in groups for element in group.iter(f"{SVG}{tag}")]


def corners(path):
    """The corners of a path, one array (n, 2) for each stretch of it."""
    stretches = re.findall(r"M([^MZ]*)", path.get("d"))
    return [np.array([pair.split(",") for pair in part.strip().split("L")], float) for part in stretches]


def centres(circles):
    return np.array([[float(circle.get("cx")), float(circle.get("cy"))] for circle in circles])


def x_ticks(root):
    """Where the words under the plot stand, by their text, or by their number."""
    ticks = [element for element in root.iter(f"{SVG}text") if element.get("text-anchor") == "middle"]
    return {number(tick.text): float(tick.get("x")) for tick in ticks if tick.text != "x"}


def number(text):
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return text


def grid(root):
    """The y of the grid's lines from the top down, and the words at their left."""
    lines = [line for line in root.iter(f"{SVG}line") if line.get("stroke") == LIGHT["grid"]]
    words = [element for element in root.iter(f"{SVG}text") if element.get("text-anchor") == "end"]
    lines.sort(key=lambda line: float(line.get("y1")))
    words.sort(key=lambda word: float(word.get("y")))
    return [float(line.get("y1")) for line in lines], [word.text.replace("−", "-") for word in words]


def pixels(file):
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


# ---- places ----------------------------------------------------------------------------------------------


def test_a_line_runs_where_the_ticks_say():
    x = np.linspace(-1, 3, 81)
    y = np.sin(2 * x)
    root = parsed(film_of(Lines(x, y[None, None], "model"), y=Axis(-2, 2)))
    (path,) = in_colour(root, "path", "model", "stroke")
    (drawn,) = corners(path)
    ticks = x_ticks(root)
    across = np.polyfit([ticks[-1], ticks[3]], [-1, 3], 1)
    heights, words = grid(root)
    up = np.polyfit(heights, [float(word) for word in words], 1)
    assert len(ticks) > 2
    assert np.abs(np.polyval(across, drawn[:, 0]) - x).max() < abs(across[0])  # within a pixel
    assert np.abs(np.polyval(up, drawn[:, 1]) - y).max() < abs(up[0])


def test_decades_lie_evenly_on_a_log_axis_and_what_is_below_sits_on_its_floor():
    y = np.array([10.0, 1e-1, 1e-3, 1e-5, 0.0, -1.0])
    axis = Axis(1e-5, 10.0, log=True)
    root = parsed(film_of(Lines(np.linspace(-1, 3, 6), y[None, None], "model"), y=axis))
    (drawn,) = corners(in_colour(root, "path", "model", "stroke")[0])
    heights, words = grid(root)
    assert (words[0], words[-1]) == ("10¹", "10⁻⁵")
    assert drawn[:4, 1] == pytest.approx(np.linspace(heights[0], heights[-1], 4), abs=1)
    assert drawn[4:, 1] == pytest.approx(heights[-1:] * 2, abs=1)


def test_a_reversed_axis_has_its_high_end_at_the_left():
    axis = Axis(0, 100, "t", reverse=True)
    root = parsed(film_of(Points(np.array([[[0.0, 0], [100.0, 0]]]), "truth"), x=axis))
    low, high = centres(in_colour(root, "circle", "truth"))[:, 0]
    ticks = x_ticks(root)
    assert high < low
    assert (ticks[0], ticks[100]) == pytest.approx((low, high), abs=0.1)


def test_whole_numbers_are_called_by_their_names():
    names = tuple(f"t{i}" for i in range(5))
    root = parsed(film_of(Points(np.array([[[3.0, 0.0]]]), "truth"), x=Axis(0, 4, names=names)))
    ticks = x_ticks(root)
    assert sorted(ticks) == sorted(names)
    assert ticks["t3"] == pytest.approx(centres(in_colour(root, "circle", "truth"))[0, 0], abs=0.1)


def test_equal_aspect_keeps_a_circle_round():
    angle = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([np.cos(angle) + 1, np.sin(angle)], axis=1)[None]
    for width, height in ((900, 300), (400, 700)):
        root = parsed(film_of(Points(ring, "truth"), equal=True), width=width, height=height)
        across, up = np.ptp(centres(in_colour(root, "circle", "truth")), axis=0)
        assert across == pytest.approx(up, abs=0.1)


def test_equal_y_axes_have_their_words_once():
    panels = tuple(Panel(name, "truth", X, Y, ()) for name in ("a", "b", "c"))
    film = Film(panels, ("",), "t", ("", ""), "three")
    once, lines = len(grid(parsed(film))[1]), len(grid(parsed(film))[0])
    assert lines == 3 * once
    other = Film((*panels[:2], Panel("c", "truth", X, Axis(0, 1), ())), ("",), "t", ("", ""), "three")
    assert len(grid(parsed(other))[1]) > once


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
    assert len(in_colour(root, "circle", "kept")) == 25 - 4
    assert len(in_colour(root, "circle", "hallucinated")) == 25 - 3
    assert len(in_colour(root, "path", "truth", "stroke")) == 3
    assert len(in_colour(root, "path", "model", "stroke")) == 2


def test_a_gap_in_the_data_is_a_gap_in_line_and_fill():
    y = np.array([0.0, 1, 1, np.nan, 1, 1, 0])
    root = parsed(film_of(Lines(np.linspace(-1, 3, 7), y[None, None], "model", fill=0.0, dash=True)))
    (path,) = in_colour(root, "path", "model", "stroke")
    (area,) = [each for each in root.iter(f"{SVG}path") if each.get("fill") == LIGHT["model"]]
    assert [len(part) for part in corners(path)] == [3, 3]
    assert [len(part) for part in corners(area)] == [5, 5]  # and down to the level at both ends
    assert (area.get("d").count("Z"), area.get("fill-opacity")) == (2, "0.25")


def test_judged_dots_turn_from_cross_to_dot_at_their_level():
    xy = np.array([[0.0, 0], [1, 0], [2, 0], [0, 1], [1, 1]])
    level, wrong = np.array([0, 1, 3, 2, 0]), np.array([False, False, False, True, True])
    film = film_of(Judged(xy, level, wrong, size=4), frames=3)
    honest, removed, kept_wrong = [], [], []
    for frame in range(3):
        root = parsed(film, frame)
        honest.append(len(in_colour(root, "circle", "kept")))
        removed.append(len(in_colour(root, "path", "neutral", "stroke")))
        kept_wrong.append(len(in_colour(root, "circle", "hallucinated")))
    assert (honest, removed, kept_wrong) == ([1, 2, 2], [2, 1, 1], [1, 1, 2])
    root = parsed(film, 2)
    (small, *_), (large, *_) = (in_colour(root, "circle", role) for role in ("kept", "hallucinated"))
    assert float(large.get("r")) > 1.5 * float(small.get("r"))
    x, y = centres([large])[0]
    beside = int(2 * y), int(2 * (x + 0.75 * float(large.get("r"))))  # within a dot, between a cross's arms
    vermilion = rgb(LIGHT["hallucinated"])
    assert tuple(pixels(export.png(film, 2))[beside]) == vermilion
    assert tuple(pixels(export.png(film, 1))[beside]) != vermilion


@pytest.mark.parametrize("sharp", [True, False])
def test_a_heat_map_has_its_first_row_at_the_low_end_of_y(sharp):
    values = np.array([[[0.0, 1.0], [0.5, np.nan]]])
    film = film_of(HeatMap(values, 0, 1, "sequential", unit="nats", sharp=sharp), equal=True)
    root = parsed(film)
    images = list(root.iter(f"{SVG}image"))
    data = [image.get("{http://www.w3.org/1999/xlink}href").split(",")[1] for image in images]
    bar, cells = (np.asarray(Image.open(io.BytesIO(base64.b64decode(each)))) for each in data)
    colours = colourmap("sequential", "light")
    assert cells.tolist() == colours[[[127, 255], [0, 254]]].tolist()
    assert cells[0, 1, 3] == 0
    assert (bar == colours[None, :-1]).all()
    assert ("image-rendering" in (images[1].get("style") or "")) == sharp
    assert {"0", "1 nats"} <= set(texts(root))
    if sharp:  # the middle of each cell has exactly its colour
        picture, (left, top, side) = (
            pixels(export.png(film)),
            (2 * float(images[1].get(name)) for name in ("x", "y", "width")),
        )
        quarter = side / 4
        middles = [picture[int(top + i * quarter), int(left + j * quarter)] for i in (1, 3) for j in (1, 3)]
        assert np.array(middles).tolist() == [
            colours[127, :3].tolist(),
            list(rgb(LIGHT["ground"])),
            colours[0, :3].tolist(),
            colours[254, :3].tolist(),
        ]


def test_an_arrow_points_from_its_foot_to_its_tip():
    film = film_of(Arrows(np.array([[0.0, 0.0]]), np.array([[[1.0, 1.0]]]), "model"))
    (path,) = in_colour(parsed(film), "path", "model", "stroke")
    shaft, barbs = corners(path)
    foot, tip = shaft
    assert tip[0] > foot[0]
    assert tip[1] < foot[1]
    assert barbs[1] == pytest.approx(tip)
    assert all(np.hypot(*(end - foot)) < np.hypot(*(tip - foot)) for end in (barbs[0], barbs[2]))


def test_bands_rules_and_the_cursor_stand_where_they_should():
    film = film_of(
        Band(0, 1, "x", "kept", name="5σ"), Rule(2, "x", "truth", name="bound"), frames=2, cursor=(0.0, 2.0)
    )
    root = parsed(film, 1)
    ticks = x_ticks(root)
    (band,) = [each for each in root.iter(f"{SVG}rect") if each.get("fill") == LIGHT["kept"]]
    (rule,) = [each for each in root.iter(f"{SVG}line") if each.get("stroke") == LIGHT["truth"]]
    (cursor,) = [each for each in root.iter(f"{SVG}line") if each.get("stroke") == LIGHT["text"]]
    left, width = float(band.get("x")), float(band.get("width"))
    assert (left, left + width) == pytest.approx((ticks[0], ticks[1]), abs=0.1)
    assert float(rule.get("x1")) == pytest.approx(ticks[2], abs=1)
    assert float(cursor.get("x1")) == pytest.approx(ticks[2], abs=1)
    assert {"5σ", "bound"} <= set(texts(root))


def test_a_single_dot_is_named_beside_it_and_a_cloud_along_the_top():
    one = Points(np.array([[[0.0, -1.0]]]), "model", name="yours")
    cloud = Points(np.zeros((1, 9, 2)), "truth", name="modes")
    root = parsed(film_of(one, cloud))
    (dot,) = centres(in_colour(root, "circle", "model"))
    place = {word.text: (float(word.get("x")), float(word.get("y"))) for word in root.iter(f"{SVG}text")}
    assert 0 < place["yours"][0] - dot[0] < 20
    assert abs(place["yours"][1] - dot[1]) < 10
    assert place["modes"][1] < min(grid(root)[0]) + 60


# ---- words -----------------------------------------------------------------------------------------------


def test_all_words_of_the_film_are_text():
    x = np.linspace(-1, 3, 50)
    readings = (Reading("kept", ("1 %", "2 %"), "kept"), Reading("of them removed", ("3", "4")))
    film = film_of(
        Lines(x, np.sin(x)[None, None], "model", "the model"),
        Points(np.zeros((1, 3, 2)), "truth", name="modes"),
        frames=2,
        title="What it shows",
        readings=readings,
    )
    words = texts(parsed(film, 1))
    assert {"What it shows", "the model", "modes", "x", "y", "frame 1 of them"} <= set(words)
    assert {"kept", "of them removed", "2 %", "4"} <= set(words)
    assert not {"frame 0 of them", "1 %", "3"} & set(words)
    root = parsed(film, 1)
    assert root.find(f"{SVG}title").text == "a film"
    assert root.find(f"{SVG}desc").text.startswith("a film · frame 1 of them · kept: 2 %")


def test_hostile_words_stay_words():
    hostile = "<script>alert('&\")</script>]]>\x00\x1b"
    readings = (Reading(hostile, (hostile,)),)
    film = Film(
        (
            Panel(
                hostile,
                "truth",
                X,
                Axis(0, 1, hostile),
                (Points(np.zeros((1, 1, 2)), "truth", name=hostile),),
            ),
        ),
        (hostile,),
        hostile,
        ("", ""),
        hostile,
        readings=readings,
    )
    file = export.svg(film)
    assert "<script" not in file
    clean = hostile[:-2]
    words = texts(ElementTree.fromstring(file))
    assert words.count(clean) >= 4
    assert pixels(export.png(film, scale=1)).shape[1] == 1200


LONG = "a caption of very many words that no single line of a narrow picture can hold " * 3


@pytest.mark.parametrize(("panels", "width"), [(1, 200), (1, 1200), (2, 400), (3, 900), (4, 900), (4, 4000)])
def test_no_words_overlap_or_leave_the_sheet(panels, width):
    axis = Axis(0, 1_000_000, "steps of the training")
    layers = (Points(np.zeros((1, 1, 2)), "truth", name="modes"), Rule(1_000_000, "x", name="the very end"))
    shown = tuple(Panel(f"panel {i}", "truth", axis, Axis(0, 1, f"p{i}"), layers) for i in range(panels))
    readings = tuple(Reading(f"reading number {i}", (f"{i}00,000 of 1,000,000",)) for i in range(5))
    film = Film(shown, (LONG,), "t", ("", ""), "", readings=readings)
    root = parsed(film, width=width)
    boxes = []
    for word in root.iter(f"{SVG}text"):
        size, bold = float(word.get("font-size")), word.get("font-weight") is not None
        across = lettering.typeset(word.text, size, bold).width
        before = {"start": 0, "middle": 0.5, "end": 1}[word.get("text-anchor", "start")] * across
        left, base = float(word.get("x")) - before, float(word.get("y"))
        boxes.append((left, base - 0.7 * size, left + across, base, word.text))
    height = float(root.get("height"))
    for i, (left, top, right, base, text) in enumerate(boxes):
        assert left >= 0, text
        assert right <= width, text
        assert top >= 0, text
        assert base <= height - 2, text
        for other in boxes[:i]:
            apart = left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= base
            assert apart, (text, other[4])


def test_without_faces_that_have_them_letters_are_spelled(monkeypatch):
    caches = (lettering.typeset, lettering._face_of, lettering._faces)
    try:
        monkeypatch.setattr(lettering, "FACES", ())
        for cache in caches:
            cache.cache_clear()
        runs = lettering.typeset("t = 3 · ᾱ ≥ 10⁻⁴ é 日", 20).runs
        assert [(run.text, run.rise > 0) for run in runs] == [
            ("t = 3 · abar >= 10", False),
            ("-4", True),
            (" e ?", False),
        ]
        plain, bold = (lettering.typeset("bold", 20, each).mask(20, 0, 0)[0] for each in (False, True))
        assert np.asarray(bold, float).sum() > 1.15 * np.asarray(plain, float).sum()
    finally:
        for cache in caches:
            cache.cache_clear()


# ---- pixels ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_png_has_its_size_and_the_colours_of_its_mode(mode):
    level = np.full((1, 1, 2), 1.0)
    film = film_of(Lines(np.array([-1.0, 3.0]), level, "model", width=9))
    picture = pixels(export.png(film, mode=mode, width=600, height=400, scale=3))
    assert picture.shape == (1200, 1800, 3)
    assert tuple(picture[0, 0]) == rgb(PALETTE[mode]["ground"])
    root = parsed(film, width=600, height=400)
    (line,) = corners(in_colour(root, "path", "model", "stroke")[0])
    (x0, y0), (x1, _) = 3 * line
    assert tuple(picture[int(y0), int((x0 + x1) / 2)]) == rgb(PALETTE[mode]["model"])
    assert tuple(picture[int(y0) + 60, int((x0 + x1) / 2) + 3]) == rgb(PALETTE[mode]["ground"])


def test_dots_and_lines_cover_their_area_wherever_they_lie():
    rng = np.random.default_rng(1)
    for scale in (1, 2):
        canvas = Raster(400, 400, "#ffffff", scale)
        canvas.dots(rng.uniform(5, 195, (1, 2)) + 10, 7, "#000000", 1)
        ink = (1 - canvas.pixels[..., 0] / 255).sum() / scale**2
        assert ink == pytest.approx(np.pi * 3.5**2, rel=0.02)
        canvas = Raster(400, 400, "#ffffff", scale)
        canvas.lines(np.array([[[20.3, 30.1], [320.7, 211.9]]]), "#000000", 2.5)
        ink = (1 - canvas.pixels[..., 0] / 255).sum() / scale**2
        assert ink == pytest.approx(2.5 * np.hypot(300.4, 181.8), rel=0.03)


def test_translucent_dots_and_lines_add_up_but_a_line_does_not_darken_itself():
    canvas = Raster(300, 300, "#ffffff")
    canvas.dots(np.array([[100.5, 100.5]] * 2), 20, "#000000", 0.5)
    assert canvas.pixels[100, 100, 0] == pytest.approx(255 / 4, abs=1)
    bow = np.array([[[50.0, 200.5], [250.0, 200.5], [150.0, 200.5]]])
    canvas.lines(bow, "#000000", 8, 0.5)
    assert canvas.pixels[200, 200, 0] == pytest.approx(255 / 2, abs=1)
    canvas.lines(bow, "#000000", 8, 0.5)
    assert canvas.pixels[200, 200, 0] == pytest.approx(255 / 4, abs=1)


# ---- animations ------------------------------------------------------------------------------------------


def moving(frames=12, seconds=0.08):
    xy = np.linspace(-0.5, 2.5, frames)[:, None, None] + np.zeros((frames, 20, 2))
    xy[..., 1] = np.linspace(-1.5, 1.5, 20)
    return film_of(
        Lines(np.array([-1.0, 3.0]), np.zeros((1, 1, 2)), "truth", width=6),
        Points(xy, "hallucinated", size=9, opacity=1),
        frames=frames,
        seconds=seconds,
    )


def played(file):
    """The frames of a file as pixels, and the milliseconds that each is shown."""
    image = Image.open(io.BytesIO(file))
    shown = [
        (np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)
    ]
    assert image.info["loop"] == 0
    return [frame for frame, _ in shown], [duration for _, duration in shown]


@pytest.mark.parametrize("encode", [export.gif, export.webp])
def test_an_animation_has_every_frame_at_the_films_pace(encode):
    film = moving()
    frames, durations = played(encode(film, width=500, height=300))
    assert durations == [80] * 11 + [1500]
    assert all(frame.shape == (300, 500, 3) for frame in frames)
    for number in (0, 5, 11):  # the reds of each frame are where the still picture has them
        still = pixels(export.png(film, number, width=500, height=300, scale=1))
        red = (still == rgb(LIGHT["hallucinated"])).all(axis=-1)
        assert red.sum() > 200
        assert np.abs(frames[number][red].astype(int) - rgb(LIGHT["hallucinated"])).max() <= 8


@pytest.mark.parametrize("encode", [export.gif, export.webp])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_stands_still_does_not_flicker(encode, mode):
    frames, _ = played(encode(moving(), width=500, height=300, mode=mode))
    margin = np.stack(frames)[:, :40]
    assert (margin == margin[0]).all()
    assert all(tuple(frame[0, 0]) == rgb(PALETTE[mode]["ground"]) for frame in frames)


@pytest.mark.parametrize("encode", [export.gif, export.webp])
def test_frames_that_look_alike_last_as_long_together(encode):
    xy = np.repeat(np.array([0.0, 0.0, 0.0, 1.0, 1.0]), 2).reshape(5, 1, 2)
    film = Film(
        (Panel("", "truth", X, Y, (Points(xy, "truth", size=9),)),), ("",) * 5, "t", ("", ""), "", 0.2
    )
    _, durations = played(encode(film, width=400))
    assert sum(durations) == 4 * 200 + 1500
    if encode is export.gif:
        assert durations == [600, 1700]


def test_a_film_of_one_frame_is_held():
    for encode in (export.gif, export.webp):
        image = Image.open(io.BytesIO(encode(film_of(Points(np.zeros((1, 3, 2)), "truth")), width=400)))
        assert getattr(image, "n_frames", 1) == 1


def test_progress_is_told_and_may_stop_the_work():
    told = []
    export.gif(moving(4), width=300, progress=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export.webp(moving(4), width=300, progress=stop)


def test_a_thousand_moving_dots_stay_small():
    xy = np.random.default_rng(3).uniform(-1, 2, (10, 1000, 2))
    assert len(export.gif(film_of(Points(xy, "model"), frames=10), width=900, height=450)) < 400_000


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda film: export.svg(film, 3), "frame must be 0 to 2, or -1 for the last, not 3"),
        (lambda film: export.png(film, -2), "frame must be 0 to 2, or -1 for the last, not -2"),
        (lambda film: export.svg(film, width=199), "The width must be 200 to 4000 pixels, not 199"),
        (lambda film: export.gif(film, width=4001), "The width must be 200 to 4000 pixels, not 4001"),
        (lambda film: export.webp(film, height=10), "The height must be 200 to 4000 pixels, not 10"),
        (lambda film: export.png(film, width=2001), "The width must be 200 to 4000 pixels, not 2001 × 2"),
        (lambda film: export.png(film, scale=0), "not 1200 × 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(draw, words):
    with pytest.raises(ValueError, match=words):
        draw(film_of(frames=3))


def test_an_animation_that_would_fill_the_memory_is_refused():
    with pytest.raises(ValueError, match="100 frames of 4000 × 3000 are 1200 million pixels of 200 million"):
        export.gif(film_of(frames=100), width=4000, height=3000)


@pytest.mark.parametrize("encode", [export.gif, export.webp])
def test_a_long_film_is_thinned_and_keeps_its_pace(encode):
    frames, milliseconds = played(encode(moving(400, 0.05), width=300))
    assert len(frames) == export.MOST_FRAMES
    assert sum(milliseconds[:-1]) == pytest.approx(400 * 50, rel=0.1)
