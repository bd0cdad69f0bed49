"""Galleries: every picture stands where its tile's number says, framed if it is hallucinated."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from explorer.figures.film.galleries import (
    GAP,
    as_drawn,
    difference,
    fitting,
    gallery_film,
    mosaic,
    pictures_film,
    tile_of,
)
from explorer.figures.film.layers import HeatMap
from explorer.figures.film.message import LARGEST_MESSAGE, pack
from explorer.figures.print.layers import draw_layer


def pictures(n: int, frames: int = 1, side: int = 6) -> np.ndarray:
    """Picture i of frame f is full of i + 100 f, with a mark in its top left corner."""
    found = (
        np.broadcast_to(
            np.arange(n)[None, :, None, None] + 100 * np.arange(frames)[:, None, None, None],
            (frames, n, side, side),
        )
        .astype(float)
        .copy()
    )
    found[:, :, 0, 0] = -1
    return found


def test_tiles_hold_their_pictures_upright_from_the_top():
    side, columns, n = 6, 4, 12
    tile = side + 2 * GAP
    found = mosaic(pictures(n, 2, side), columns)
    assert found.shape == (2, 3 * tile, 4 * tile)
    for place in range(n):
        row, column = divmod(tile_of(place, n, columns), columns)
        cut = found[1, row * tile : (row + 1) * tile, column * tile : (column + 1) * tile]
        inner = cut[GAP:-GAP, GAP:-GAP]
        assert np.isnan(cut[0]).all()
        assert (inner[-1, 1:] == place + 100).all()  # row 0 lies at the bottom of the panel
        assert inner[-1, 0] == -1
    assert tile_of(0, n, columns) == 8
    assert [tile_of(tile_of(i, n, columns), n, columns) for i in range(n)] == list(range(n))
    with pytest.raises(ValueError, match="10 pictures do not fill rows of 4"):
        mosaic(pictures(10), 4)


def test_only_hallucinated_pictures_are_framed():
    wrong = np.zeros((2, 12), bool)
    wrong[1, [0, 7]] = True
    film = gallery_film(
        [("samples", "model", np.clip(pictures(12, 2), -1, 1), wrong)],
        ["a", "b"],
        columns=4,
        slider="step",
        ends=("", ""),
        alt="a gallery",
    )
    frames = film.panels[0].layers[1].y[:, 0].reshape(2, 12, 6)
    drawn = np.isfinite(frames[..., :5]).all(-1)
    assert (drawn == wrong).all()
    assert frames[1, 0, :5].max() == pytest.approx(3 * (6 + 2 * GAP) - 0.5)
    assert len(pack(film)) < 5_000


def test_fingers_too_many_and_missing_are_marked_where_they_are():
    none = np.empty((0, 3))
    film = gallery_film(
        [("samples", "model", np.zeros((2, 12, 6, 6)), np.ones((1, 12), bool))],
        ["a", "b"],
        columns=4,
        slider="step",
        ends=("", ""),
        alt="a gallery",
        marks=[(none, none), (np.array([[5, 1.5, 2.0]]), none)],
    )
    surplus, missing = film.panels[0].layers[2:]
    assert (surplus.colour, missing.colour) == ("hallucinated", "truth")
    tile = 6 + 2 * GAP
    assert np.isnan(surplus.xy[0]).all()
    assert surplus.xy[1, 0].tolist() == [
        tile + GAP + 1.5,
        3 * tile - tile - GAP - 2.0,
    ]  # second row, second column
    assert np.isnan(missing.xy).all()
    assert pack(film)


def test_pictures_side_by_side_have_a_scale_each():
    square = np.linspace(-1, 1, 36).reshape(1, 6, 6)
    film = pictures_film(
        [
            ("x", "neutral", square, "ink"),
            ("y", "hallucinated", square, "diverging"),
            ("z", "model", square**2, "sequential"),
        ],
        ["only"],
        slider="",
        ends=("", ""),
        alt="three",
    )
    layers = [panel.layers[0] for panel in film.panels]
    assert [(layer.low, layer.high) for layer in layers] == [(-1, 1), (-2, 2), (0, 1)]
    assert layers[0].values[0, -1, 0] == -1  # the first row of a picture is on top


# ---- in colour ---------------------------------------------------------------------------------------------


def in_colour(n: int, side: int = 6) -> np.ndarray:
    """n pictures of any levels, (n, side, side, 3) uint8, with no 127, which is drawn as 128."""
    levels = np.random.default_rng(0).integers(0, 256, (n, side, side, 3), dtype=np.uint8)
    return np.where(levels == 127, 126, levels)


def colour_film(levels: np.ndarray):
    seen = levels.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1  # as a network sees them
    return gallery_film(
        [("data", "truth", as_drawn(seen)[None], np.zeros((1, len(levels)), bool))],
        ["only"],
        columns=4,
        slider="",
        ends=("", ""),
        alt="pictures in colour",
        colormap="photo",
    )


def test_a_drawn_pixel_has_the_colour_of_the_source():
    levels = in_colour(8)
    (panel,) = colour_film(levels).panels
    (artist,) = draw_layer(Figure().add_subplot(), panel, panel.layers[0], 0, "light", 1)
    sheet = np.asarray(artist.get_array())  # row 0 at the bottom
    for place, source in enumerate(levels):
        row, column = divmod(tile_of(place, 8, 4), 4)
        tile = sheet[10 * row : 10 * row + 10, 10 * column : 10 * column + 10]
        inner = tile[GAP:-GAP, GAP:-GAP][::-1]
        assert np.array_equal(inner[..., :3], source)
        assert (inner[..., 3] == 255).all()
        assert (tile[0, :, 3] == 0).all()  # the ground shows around it


def test_colours_travel_as_three_codes_a_cell():
    film = colour_film(in_colour(8))
    assert film.panels[0].layers[0].values.shape == (1, 20, 40, 3)
    header = json.loads(pack(film)[4 : 4 + int.from_bytes(pack(film)[:4], "little")])
    assert header["panels"][0]["layers"][0]["values"]["shape"] == [1, 20, 40, 3]
    with pytest.raises(ValueError, match="A HeatMap in colour has the colormap photo, not ink"):
        HeatMap(np.zeros((1, 2, 2, 3)), -1, 1, "ink")


def test_colours_differ_by_the_root_of_the_mean_square():
    one, other = np.zeros((1, 2, 2, 3)), np.zeros((1, 2, 2, 3))
    other[0, 0, 0] = 3, 4, 0
    apart, colours = difference(one, other)
    assert apart.tolist() == pytest.approx(np.array([[[(25 / 3) ** 0.5, 0], [0, 0]]]))
    assert colours == "sequential"
    assert difference(one[..., 0], other[..., 0])[1] == "diverging"


@pytest.mark.parametrize(
    ("frames", "shape", "count"),
    [(50, (1, 32, 32), 60), (7, (3, 32, 32), 60), (7, (3, 64, 64), 30), (50, (3, 64, 64), 5)],
)
def test_a_gallery_holds_as_many_pictures_as_a_message_does(frames, shape, count):
    assert fitting(60, frames, shape, 15) == count
    more = count + 15 if count >= 15 else count + 1  # pictures that would be too many, unless 60 are shown
    bytes_of = [shown * frames * shape[0] * (shape[1] + 2 * GAP) ** 2 for shown in (count, more)]
    assert bytes_of[0] < LARGEST_MESSAGE
    assert count == 60 or bytes_of[1] > LARGEST_MESSAGE
