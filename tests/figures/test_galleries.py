"""Galleries: every picture stands where its tile's number says, framed if it is hallucinated."""

import numpy as np
import pytest

from explorer.figures.film.galleries import GAP, gallery_film, mosaic, pictures_film, tile_of
from explorer.figures.film.message import pack


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
