"""A film survives the message within its stated error, and a film that cannot be drawn is refused."""

import json
from typing import Any

import numpy as np
import pytest

from explorer.figures.film.codes import COORDINATE_NAN, COORDINATE_STEPS, LEVEL_NAN, LEVEL_STEPS
from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Arrows, Axis, Band, HeatMap, Lines, Points, Rule
from explorer.figures.film.message import pack

UNIT = Axis(-1.0, 3.0)
LOG = Axis(1e-6, 1e2, log=True)


def film_of(*layers: Any, frames: int = 1, x: Axis = UNIT, y: Axis = UNIT, **panel: Any) -> Film:
    captions = tuple(f"frame {i}" for i in range(frames))
    return Film((Panel("one", "truth", x, y, layers, **panel),), captions, "step t", ("T", "0"), "a film")


def read(message: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(message[:4], "little")
    return json.loads(message[4 : 4 + length]), message[4 + length :]


def codes_of(film: Film, name: str, layer: int = 0) -> np.ndarray:
    header, blocks = read(pack(film))
    place = header["panels"][0]["layers"][layer][name]
    kind = np.uint8 if place["bytes"] == 1 else np.dtype("<i2")
    return np.frombuffer(blocks, kind, int(np.prod(place["shape"])), place["at"]).reshape(place["shape"])


def decode(codes: np.ndarray, low: float, high: float) -> np.ndarray:
    return (low + high) / 2 + codes / COORDINATE_STEPS * (high - low)


def test_coordinates_come_back_within_the_stated_error():
    xy = np.random.default_rng(0).uniform(-1, 3, (7, 50, 2))
    back = decode(codes_of(film_of(Points(xy, "truth"), frames=7), "xy"), -1, 3)
    assert np.abs(back - xy).max() <= 4 / 65534 * (1 + 1e-9)
    assert np.abs(back - xy).max() > 4 / 65534 / 10  # it is quantised: the bound is not an idle one


def test_log_axis_is_quantised_in_decades_and_has_a_floor():
    y = np.array([[[1e-6, 3e-4, 5.0, 1e2, 0.0, -1.0, 1e-9]]])
    codes = codes_of(film_of(Lines(np.linspace(-1, 3, 7), y, "model"), y=LOG), "y")
    back = decode(codes, -6, 2)[0, 0]
    assert back[:4] == pytest.approx(np.log10(y[0, 0, :4]), abs=8 / 65534)
    assert back[4:] == pytest.approx([-6, -6, -6], abs=8 / 65534)


def test_gaps_and_far_values_keep_their_meaning():
    y = np.array([[[np.nan, 1e9, -1e9, np.inf, 1.0]]])
    codes = codes_of(film_of(Lines(np.arange(5) / 2 - 1, y, "model")), "y")[0, 0]
    assert codes.tolist() == [COORDINATE_NAN, COORDINATE_STEPS, -COORDINATE_STEPS, COORDINATE_STEPS, 0]
    assert decode(np.array([COORDINATE_STEPS]), -1, 3) == pytest.approx([5.0])  # one range above the middle


def test_arrows_are_quantised_around_zero():
    xy, uv = np.zeros((3, 2)), np.array([[[0, 0], [0.1, -0.2], [-4, 4]]], float)
    codes = codes_of(film_of(Arrows(xy, uv, "truth")), "uv")
    assert codes[0, 0].tolist() == [0, 0]
    assert codes / COORDINATE_STEPS * 4 == pytest.approx(uv, abs=4 / 65534)


def test_heat_maps_come_back_within_the_stated_error():
    values = np.random.default_rng(1).uniform(-2, 2, (3, 4, 5))
    values[0, 0, 0] = np.nan
    codes = codes_of(film_of(HeatMap(values, -2, 2, "diverging"), frames=3), "values")
    assert codes[0, 0, 0] == LEVEL_NAN
    back = np.where(codes == LEVEL_NAN, np.nan, -2 + codes * (4 / LEVEL_STEPS))
    assert np.nanmax(np.abs(back - values)) <= 4 / 508 * (1 + 1e-9)


def test_categories_travel_as_they_are():
    kinds = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    layer = Points(np.zeros((2, 3, 2)), "kept", category=kinds, colours=("kept", "hallucinated", "neutral"))
    assert codes_of(film_of(layer, frames=2), "category").tolist() == kinds.tolist()


def test_blocks_are_aligned_and_still_frames_are_stored_once():
    still, x = np.zeros((5, 1, 3)), np.array([0.0, 1, 2])
    film = film_of(Lines(x, still, "truth"), Lines(x, still + np.arange(5)[:, None, None], "model"), frames=5)
    message = pack(film)
    header, blocks = read(message)
    places = [layer[name] for layer in header["panels"][0]["layers"] for name in ("x", "y")]
    assert [place["shape"][0] for place in places] == [1, 1, 1, 5]
    assert all(place["at"] % 8 == 0 for place in places)
    assert (len(message) - len(blocks)) % 8 == 0


def test_the_header_says_everything_else():
    film = film_of(
        Band(0, 1, "x", "kept", name="5σ"), Rule(0.5, "y"), cursor=(1.0, 2.0), equal=True, frames=2
    )
    header, _ = read(pack(film))
    panel = header["panels"][0]
    assert [layer["kind"] for layer in panel["layers"]] == ["Band", "Rule"]
    assert (panel["cursor"], panel["equal"], panel["x"]["high"]) == ([1.0, 2.0], True, 3.0)
    assert panel["layers"][0]["name"] == "5σ"
    assert header["captions"] == ["frame 0", "frame 1"]
    assert header["palette"]["dark"]["truth"] == "#56B4E9"


def test_two_thousand_points_over_a_hundred_frames_take_less_than_a_megabyte():
    xy = np.random.default_rng(2).normal(size=(100, 2000, 2))
    assert len(pack(film_of(Points(xy, "truth"), frames=100))) < 1_000_000


def test_a_film_that_is_too_large_is_refused():
    film = film_of(HeatMap(np.random.default_rng(3).random((5, 1000, 1000)), 0, 1, "faint"), frames=5)
    with pytest.raises(ValueError, match=r"5\.0 MB of 4 MB"):
        pack(film)


X = np.zeros(3)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Axis(1, 1), "not 1 to 1"),
        (lambda: Axis(2, 1), "not 2 to 1"),
        (lambda: Axis(float("nan"), 1), "not nan to 1"),
        (lambda: Axis(0, 1, log=True), "above 0, not at 0"),
        (
            lambda: Lines(X, np.zeros((1, 3)), "truth"),
            r"Lines.y must have the shape \(F, m, n\), not \(1, 3\)",
        ),
        (lambda: Lines(X, np.zeros((1, 1, 4)), "truth"), r"Lines.x .* \(4,\) or \(F, 4\), not \(3,\)"),
        (lambda: Points(np.zeros((1, 3, 3)), "truth"), r"Points.xy .* \(F, 3, 2\), not \(1, 3, 3\)"),
        (
            lambda: Points(np.zeros((1, 3, 2)), "truth", category=np.zeros(4, int)),
            r"\(3,\) or \(F, 3\), not \(4,\)",
        ),
        (
            lambda: Points(np.zeros((1, 3, 2)), "truth", category=np.ones(3, int), colours=("kept",)),
            "must be 0 to 0, not 1 to 1",
        ),
        (lambda: Arrows(np.zeros((3, 2)), np.zeros((1, 4, 2)), "truth"), r"\(F, 3, 2\), not \(1, 4, 2\)"),
        (lambda: HeatMap(np.zeros((2, 2)), 0, 1, "faint"), r"\(F, r, c, 3\), not \(2, 2\)"),
        (lambda: HeatMap(np.zeros((1, 2, 2)), 1, 1, "faint"), "not 1 against 1"),
        (lambda: film_of(frames=0), "at least 1 frame"),
        (
            lambda: film_of(Lines(X, np.zeros((4, 1, 3)), "truth"), frames=5),
            "has 4 frames; it must be 1 or 5",
        ),
        (lambda: film_of(cursor=(1.0,), frames=2), "1 cursors for 2 frames"),
        (lambda: film_of(Arrows(np.zeros((1, 2)), np.zeros((1, 1, 2)), "truth"), y=LOG), "two linear axes"),
        (lambda: Film((), ("",), "t", ("", ""), ""), "1 to 4 panels, not 0"),
        (lambda: Film(film_of().panels, ("",), "t", ("", ""), "", frame_seconds=0), "above 0, not 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(build, words):
    with pytest.raises(ValueError, match=words):
        build()
