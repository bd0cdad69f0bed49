"""Small multiples and curves of the recursive loop: every tile and every point stands where it belongs."""

import numpy as np
import pytest

from explorer.figures.film.generations import (
    GAP,
    SIDE,
    density_tile,
    miniatures_film,
    pictures_tile,
    points_tile,
)
from explorer.figures.film.message import pack
from explorer.figures.vega.generations import (
    ARM_COLOURS,
    ARM_MARKS,
    ARM_TITLES,
    Band,
    Curve,
    curve_data,
    curve_spec,
)
from explorer.recursion.spec import ARMS


def test_a_density_fills_its_tile_as_high_as_its_logarithm():
    p = np.full(SIDE, 1e-2)  # half-way between 1e-6 and 1e2
    p[:3] = 0
    outside = np.zeros(SIDE, bool)
    outside[10:] = True
    ink, wrong = density_tile(p, outside)
    assert np.isnan(ink[:, :3]).all()
    assert np.isfinite(ink[:, 3:10]).sum(0).tolist() == [SIDE // 2] * 7
    assert np.isfinite(ink[: SIDE // 2, 3:10]).all()  # from the floor up
    assert np.isnan(ink[:, 10:]).all()
    assert np.isfinite(wrong[:, 10:]).sum(0).tolist() == [SIDE // 2] * (SIDE - 10)


def test_points_lie_in_their_cells_and_hallucinated_ones_on_top():
    points = np.array([[-1.0, -1.0], [0.999, 0.999], [0.001, 0.001], [0.002, 0.001], [5.0, 0.0]])
    ink, wrong = points_tile(points, np.array([False, False, False, True, True]), (0.0, 0.0), 1.0)
    assert np.argwhere(np.isfinite(ink)).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [SIDE - 1, SIDE - 1]]
    half = SIDE // 2
    assert np.argwhere(np.isfinite(wrong)).tolist() == [
        [half, half],
        [half, half + 1],
        [half + 1, half],
        [half + 1, half + 1],
    ]


def test_pictures_stand_upright_in_rows_of_three():
    pictures = np.full((4, 32, 32), -1.0)
    pictures[0, 0, 0] = 1.0  # upper left corner
    ink, wrong = pictures_tile(pictures, np.array([False, True, False, False]))
    assert ink[SIDE - 2, 1] == 1.0
    third = SIDE // 3
    assert np.isfinite(wrong[SIDE - 1, third : 2 * third]).all()
    assert np.isnan(wrong[:, :third]).all()
    assert np.isnan(ink[: SIDE - 2 * third]).all()  # the fourth begins the second row; the third row is open


def test_tiles_stand_by_arm_and_generation():
    full = (np.ones((SIDE, SIDE)), np.full((SIDE, SIDE), np.nan))
    film = miniatures_film({("random", 2): full}, ["none", "random", "oracle"], 4, alt="a grid")
    sheet = film.panels[0].layers[0].values[0]
    step = SIDE + 2 * GAP
    assert sheet.shape == (3 * step, 4 * step)
    rows, columns = np.nonzero(np.isfinite(sheet))
    assert (rows.min(), rows.max()) == (step + GAP, step + GAP + SIDE - 1)  # the middle row
    assert (columns.min(), columns.max()) == (2 * step + GAP, 2 * step + GAP + SIDE - 1)
    assert film.panels[0].y.names == ("oracle", "random", "none")
    assert pack(film)


def test_a_row_without_a_value_is_left_out_and_an_interval_without_ends_is_its_value():
    rows = [("none", 0, 0.1, 0.05, 0.2), ("none", 1, None, None, None), ("real", 1, 1e-9, None, None)]
    frame = curve_data(rows, Curve("rate", log=True, floor=1e-5))
    assert frame["value"].tolist() == [0.1, 1e-5]
    assert frame["low"].tolist() == [0.05, 1e-5]
    assert frame["said"].tolist() == ["0.1", "1e-09"]  # and not where the axis ends
    assert frame["reach"].tolist() == ["0.05, 0.2", ""]
    assert frame["generation"].tolist() == [0, 1]
    assert curve_data([], Curve("rate")).empty


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("curve", [Curve("rate", log=True, percent=True), Curve("width", rule=1.0)])
def test_each_arm_has_its_colour_and_the_axis_holds_all_generations(curve, mode):
    spec, shades = curve_spec(curve, 8, 180, mode), ARM_COLOURS[mode]
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    colours = line["encoding"]["color"]["scale"]
    assert dict(zip(colours["domain"], colours["range"], strict=True)) == {
        ARM_TITLES[arm]: shade for arm, shade in shades.items()
    }
    assert line["encoding"]["x"]["scale"]["domain"] == [0, 7]
    assert set(ARM_TITLES) == set(shades)
    assert len(set(shades.values())) == len(ARM_MARKS) == len(set(ARM_MARKS.values())) == len(ARMS)
    assert set(shades) == set(ARM_MARKS) == set(ARMS)
    assert (spec["layer"][0]["mark"].get("strokeDash") is not None) == (curve.rule is not None)


def test_several_seeds_have_a_band_along_each_line_and_a_range_to_compare_with_lies_behind_all():
    curve = Curve("distance", seeds=5, band=Band(0.1, 0.2, 0.4, "true samples"))
    band, middle, area, line, point = curve_spec(curve, 8, 180)["layer"]
    assert [layer["mark"]["type"] for layer in (band, middle, area, line, point)] == [
        *("rect", "rule", "area", "line", "point")
    ]
    assert band["data"]["values"] == [{"low": 0.1, "middle": 0.2, "high": 0.4}]
    assert (area["encoding"]["y"]["field"], area["encoding"]["y2"]["field"]) == ("low", "high")
    assert area["encoding"]["color"] == line["encoding"]["color"]
    assert point["encoding"]["tooltip"][2]["title"] == "median of 5 seeds"
    assert curve_spec(curve, 8, 180)["title"]["text"] == "distance · grey: true samples"


def test_pictures_in_colour_keep_their_colours_in_a_tile():
    pictures = np.zeros((9, 22, 22, 3))
    pictures[:] = np.linspace(-1, 1, 27).reshape(9, 1, 1, 3)
    ink, wrong = pictures_tile(pictures, np.zeros(9, bool))
    assert ink[60, 12] == pytest.approx(pictures[0, 0, 0])  # above, left
    assert ink[12, 60] == pytest.approx(pictures[8, 0, 0])  # below, right
    film = miniatures_film({("arm", 1): (ink, wrong)}, ["arm"], 2, alt="", colormap="photo")
    sheet = film.panels[0].layers[0].values[0]
    assert sheet.shape == (78, 156, 3)
    assert np.array_equal(sheet[3:75, 81:153], ink, equal_nan=True)
    assert np.isnan(sheet[:, :78]).all()
