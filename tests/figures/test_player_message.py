"""A film packed by Python is read by the player's own JavaScript, run by node, as what it was."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from explorer.figures.film.film import Film, Panel, Reading
from explorer.figures.film.layers import Arrows, Axis, Band, HeatMap, Judged, Lines, Points, Regions, Rule
from explorer.figures.film.message import pack
from explorer.figures.player.message import player_message

SCRIPT = Path(__file__).parents[1] / "javascript" / "decoded.js"
FRAMES = 3

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@pytest.fixture
def read(tmp_path):
    """read(film, ...) is the message as JavaScript reads it."""

    def read_(film, start=0, flags=0, height=400, picked=None, name=""):
        message = player_message(pack(film), start, flags, height, picked, name)
        (tmp_path / "message").write_bytes(message)
        ran = subprocess.run(
            ["node", SCRIPT, tmp_path / "message"], capture_output=True, text=True, check=True
        )
        return json.loads(ran.stdout)

    return read_


def film_of(*layers, x=None, y=None, **more):
    panel = Panel("panel", "truth", x or Axis(-2, 6), y or Axis(0, 10), layers, **more)
    return Film((panel,), tuple(f"frame {i}" for i in range(FRAMES)), "step t", ("noise", "clean"), "A film")


def first_layer(message):
    return message["film"]["panels"][0]["layers"][0]


def assert_close(found, due, error):
    """Equal up to this error, with NaN as None."""
    found = np.array(found, dtype=float)
    due = np.reshape(due, found.shape)
    assert (np.isnan(found) == np.isnan(due)).all()
    assert np.nanmax(np.abs(found - due)) <= error * (1 + 1e-9)


def test_points_come_back_within_half_a_code_and_gaps_as_gaps(read):
    rng = np.random.default_rng(0)
    xy = rng.uniform([-2, 0], [6, 10], (FRAMES, 200, 2))
    xy[1, 7] = np.nan
    layer = first_layer(
        read(film_of(Points(xy, "truth", category=np.arange(200) % 3, colours=("truth", "model", "kept"))))
    )
    found = np.array(layer["xy"], dtype=float).reshape(xy.shape)
    assert_close(found[..., 0], xy[..., 0], 8 / 65534)
    assert_close(found[..., 1], xy[..., 1], 10 / 65534)
    assert layer["category"] == [[i % 3 for i in range(200)]]
    assert layer["moves"]


def test_a_log_axis_comes_back_within_a_factor_and_its_floor_as_the_floor(read):
    values = np.array([[[1e-5, 3e-4, 1e-9, np.nan, 0.0, 9.5]]])
    x = np.linspace(-2, 6, 6)
    layer = first_layer(read(film_of(Lines(x, values, "model", fill=1e-5), y=Axis(1e-5, 10, log=True))))
    due = np.log10([1e-5, 3e-4, 1e-5, np.nan, 1e-5, 9.5])
    assert_close(np.log10(np.array(layer["y"], dtype=float)), due, 6 / 65534)
    assert_close(layer["x"], x, 8 / 65534)
    assert (layer["moves"], layer["fill"], layer["category"]) == (False, 1e-5, None)


def test_a_heat_map_comes_back_within_half_a_level(read):
    values = np.random.default_rng(1).uniform(-1, 3, (FRAMES, 4, 5))
    values[2, 3, 4] = np.nan
    layer = first_layer(read(film_of(HeatMap(values, -1, 3, "diverging", x=(0, 1)))))
    assert (layer["below"], layer["above"]) == (False, False)
    assert_close(layer["values"], values, 4 / 508)
    assert (layer["x"], layer["y"]) == ([0, 1], None)


@pytest.mark.parametrize(
    ("value", "beyond"), [(-1.1, (True, False)), (3.1, (False, True)), (3.0, (False, False))]
)
def test_a_heat_map_tells_whether_values_lie_beyond_its_colours(read, value, beyond):
    values = np.zeros((1, 2, 2))
    values[0, 0, 0], values[0, 1, 1] = value, np.nan
    layer = first_layer(read(film_of(HeatMap(values, -1, 3, "diverging"))))
    assert (layer["below"], layer["above"]) == beyond


def test_regions_come_back_with_their_kinds_and_colours(read):
    values = np.array([[[0, 1], [255, 1]], [[1, 1], [0, 0]], [[0, 0], [0, 1]]])
    colours = {"light": ("#112233", "#445566"), "dark": ("#778899", "#aabbcc")}
    message = read(film_of(Regions(values, ("mode 0", "mode 1"), **colours, x=(0, 4))))
    layer = first_layer(message)
    assert layer["values"] == [[0, 1, None, 1], [1, 1, 0, 0], [0, 0, 0, 1]]
    assert layer["kinds"] == ["mode 0", "mode 1"]
    assert (layer["light"], layer["dark"]) == tuple(map(list, colours.values()))
    assert (layer["x"], layer["y"], layer["moves"]) == ([0, 4], None, True)


def test_judged_dots_and_arrows_come_back(read):
    xy = np.array([[0.0, 1.0], [2.0, 3.0]])
    uv = np.tile([[0.5, -2.0]], (FRAMES, 2, 1))
    film = film_of(Judged(xy, np.array([0, 3]), np.array([True, False])), Arrows(xy, uv, "model"))
    judged, arrows = read(film)["film"]["panels"][0]["layers"]
    assert (judged["level"], judged["hallucinated"], judged["moves"]) == ([[0, 3]], [[1, 0]], True)
    assert_close(judged["xy"], xy, 10 / 65534)
    assert arrows["moves"] is False  # frames that are equal are sent once
    codes = np.array(arrows["uv"]).reshape(2, 2) / 32767
    assert_close(codes * [8, 10], uv[0], 10 / 65534)


def test_words_flags_and_cursors_come_back(read):
    film = film_of(
        Rule(3.0, "x"),
        Band(1.0, 2.0, "y", "kept"),
        x=Axis(0.01, 100, "Hal", log=True),
        cursor=(0.1, 1, 10),
        scrub=True,
    )
    film = Film(
        film.panels,
        film.captions,
        "bound",
        ("strict", "lax"),
        "A bound",
        readings=(Reading("n", ("1", "2", "3")),),
    )
    message = read(film, start=2, flags=0b1010 | 5 << 4, height=321, picked=0, name="learn-σ")
    assert (message["start"], message["height"], message["picked"], message["edition"]) == (2, 321, 0, 5)
    assert (message["reports"], message["play"]) == (
        {"frame": False, "picked": True, "seen": True},
        False,
    )
    assert message["name"] == "learn-σ"
    found = message["film"]
    assert (found["captions"], found["slider"], found["ends"]) == (
        list(film.captions),
        "bound",
        ["strict", "lax"],
    )
    assert found["readings"][0]["texts"] == ["1", "2", "3"]
    panel = found["panels"][0]
    assert panel["cursorUnits"] == pytest.approx([-1, 0, 1])
    assert (panel["x"]["start"], panel["x"]["end"]) == (-2, 2)
    assert [layer["kind"] for layer in panel["layers"]] == ["Rule", "Band"]
    assert read(film)["picked"] is None
