"""What the Recursive page shows: what every arm made in every generation, as films and curves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch

from explorer.data.digits.mnist import CLASSES
from explorer.data.mixture import GaussianMixture
from explorer.data.own.world_file import is_own
from explorer.data.pictures import hallucinated_kinds, kind_names
from explorer.detection.statistics.drift import distance_floor
from explorer.detection.statistics.rates import Rate
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.settings import nearest_preset
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import as_drawn, fitting, gallery_film
from explorer.figures.film.generations import (
    SIDE,
    Tile,
    density_tile,
    miniatures_film,
    pictures_tile,
    points_tile,
)
from explorer.figures.film.training import density_film, samples_film
from explorer.figures.palette import Mode
from explorer.figures.vega.generations import ARM_TITLES, Band, Curve, curve_data, curve_spec
from explorer.figures.words import format_rate, percent
from explorer.page_figures.extents import GRID, shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure, FilmFigure
from explorer.page_figures.picture_kinds import kinds_of
from explorer.page_figures.recursive_findings import (
    counted_rate,
    describe_compared,
    describe_findings,
    describe_generation,
    exact_beyond,
    impossible,
    measured,
    middle_mode,
    of_digits,
    plain,
    real_distance,
    seeds_in_words,
)
from explorer.recursion.own_pictures import real_pictures
from explorer.recursion.seeds import counted, seed_range, seeds_of
from explorer.recursion.spec import Generation, RecursionSpec, of_seed

SHOWN_PICTURES, COLUMNS = 60, 15
SIDE_HEIGHT, CURVE_HEIGHT = 210, 270  # pixels of a curve beside the tiles, and of one among all
Row = tuple[str, int, float | None, float | None, float | None]


# ---- tiles and films -----------------------------------------------------------------------------


def main_figure(spec: RecursionSpec, generations: Sequence[Generation]) -> FilmFigure:
    """A tile for each arm and generation of a loop, with the first of its seeds."""
    seed, name = spec.experiment.seed, nearest_preset(spec.experiment).name
    caption = f"{file_caption(spec, generations, seed)} · {name}, {seeds_in_words(spec)}"
    return FilmFigure(grid_film(spec, generations, seed), caption=lambda frame: caption)


def file_caption(spec: RecursionSpec, generations: Sequence[Generation], seed: int) -> str:
    """The caption in the file of the tiles."""
    far = f"beyond {spec.k:g} σ of every mode" if spec.experiment.mixture else impossible(spec)
    note = f"Orange: {far}." if spec.judged else f"{describe_compared(spec).capitalize()}."
    return (
        f"What each arm drew with seed {seed}, {spec.drawn:,} samples a generation. {note} "
        f"{plain(describe_findings(spec, generations))}"
    )


def tile(spec: RecursionSpec, one: Generation) -> Tile:
    """What a generation drew, small."""
    mixture = spec.experiment.mixture
    if mixture is None:
        return pictures_tile(as_drawn(one.samples), _wrong(spec, one))
    if one.density is not None:
        x = np.linspace(*shown_interval(mixture), SIDE)
        outside = mixture.is_hallucination(torch.from_numpy(x)[:, None], spec.k).numpy()
        return density_tile(one.density.resampled(x), outside)
    return points_tile(one.samples, _wrong(spec, one), *shown_square(mixture))


def grid_film(
    spec: RecursionSpec,
    generations: Sequence[Generation],
    seed: int,
    tile: Callable[[RecursionSpec, Generation], Tile] = tile,
) -> Film:
    """Small multiples of what one of the seeds drew: generations across, arms down.

    tile    makes one of them; a page that draws the grid often passes one that remembers them
    """
    tiles = {(ARM_TITLES[one.arm], one.number): tile(spec, one) for one in of_seed(generations, seed)}
    arms = [ARM_TITLES[arm] for arm in spec.arms]
    return miniatures_film(
        tiles,
        arms,
        spec.generations,
        alt=f"What {len(arms)} arms drew in {len(tiles)} generations{_with_seed(spec, seed)}. "
        f"{plain(describe_findings(spec, generations))}",
        colormap="ink" if spec.judged else "photo",
    )


def picked(spec: RecursionSpec, tile: int | None) -> tuple[str, int] | None:
    """The arm and the generation of a tile; None if it is none."""
    if tile is None or not 0 <= tile < len(spec.arms) * spec.generations:
        return None
    row, number = divmod(tile, spec.generations)
    return spec.arms[len(spec.arms) - 1 - row], number


def tile_number(spec: RecursionSpec, text: str) -> int | None:
    """The tile that "arm:generation" names; None if the loop has none of that name."""
    arm, _, number = text.partition(":")
    if arm not in spec.arms or not number.isdecimal() or int(number) >= spec.generations:
        return None
    return (len(spec.arms) - 1 - spec.arms.index(arm)) * spec.generations + int(number)


def describe_tile(spec: RecursionSpec, one: Generation) -> str:
    """The arm and the number of a generation, and what it made."""
    return f"{ARM_TITLES[one.arm]}, generation {one.number} · {describe_generation(spec, one)}"


def arm_film(spec: RecursionSpec, generations: Sequence[Generation], arm: str, seed: int) -> Film:
    """What an arm drew with one of the seeds, large, a generation a frame."""
    mine = [one for one in of_seed(generations, seed) if one.arm == arm]
    captions = [describe_tile(spec, one) for one in mine]
    mixture = spec.experiment.mixture
    alt = (
        f"What the arm {ARM_TITLES[arm]} drew in {len(mine)} generations{_with_seed(spec, seed)}. "
        f"At the end {captions[-1]}."
    )
    if mixture is None:
        most, shape = min(SHOWN_PICTURES, len(mine[0].samples)), mine[0].samples.shape[1:]
        shown = fitting(most, len(mine), shape, COLUMNS)
        columns = min(COLUMNS, shown) if shown < most else COLUMNS
        filling = -shown % columns  # the last row is filled up with nothing
        pictures = np.stack([as_drawn(one.samples[:shown]) for one in mine])
        none = ((0, 0),) * (pictures.ndim - 2)
        pictures = np.pad(pictures, ((0, 0), (0, filling), *none), constant_values=np.nan)
        wrong = np.stack([np.pad(_wrong(spec, one)[:shown], (0, filling)) for one in mine])
        film = gallery_film(
            [("samples", "model", pictures, wrong)],
            captions,
            columns=columns,
            slider="",
            ends=("", ""),
            alt=alt,
            colormap="ink" if spec.judged else "photo",
        )
    elif mixture.dimensions == 1:
        x = np.linspace(*shown_interval(mixture), GRID)
        column = torch.from_numpy(x)[:, None]
        film = density_film(
            x,
            np.stack([one.density.resampled(x) for one in mine if one.density is not None]),
            captions,
            truth=mixture.log_density(column).exp().numpy(),
            outside=mixture.is_hallucination(column, spec.k).numpy(),
            alt=alt,
        )
    else:
        centre, reach = shown_square(mixture)
        film = samples_film(
            [one.samples for one in mine],
            [_wrong(spec, one) for one in mine],
            captions,
            modes=np.array(mixture.means),
            reach=reach,
            centre=centre,
            known=True,
            alt=alt,
        )
    ends = ("generation 0", f"generation {mine[-1].number}")
    return dataclasses.replace(film, slider="generation", ends=ends, frame_seconds=0.8)


# ---- curves --------------------------------------------------------------------------------------


def curves(spec: RecursionSpec) -> dict[str, Curve]:
    """The curves of a loop, by what they measure."""
    mixture = spec.experiment.mixture
    if not spec.judged:
        nearest = real_pictures(spec.experiment, spec.drawn).levels.nearest
        return {
            "distance": Curve("Fréchet distance"),
            "diversity": Curve("diversity"),
            "nearest": Curve("to the nearest picture learned from", rule=nearest),
        }
    title = "hallucinated" if mixture is None else f"hallucinated, beyond {spec.k:g} σ"
    if mixture is not None and mixture.dimensions == 1 and spec.k in THRESHOLDS:
        title = f"beyond {spec.k:g} σ, exact"
    found = {"rate": Curve(title, log=mixture is not None, percent=True, floor=rate_floor(spec))}
    if mixture is None:
        if of_digits(spec):
            found["distance"] = Curve("Fréchet distance, judge's features", rule=real_distance(spec))
            return found | {"alive": Curve("digits alive, of ten", top=float(CLASSES))}
        names = [
            kind_names(spec.experiment.pictures)[kind]
            for kind in hallucinated_kinds(spec.experiment.pictures)
        ]
        shown = [name for name in names if name != "malformed"]
        return found | {name: Curve(f"{name}, of all pictures", percent=True) for name in shown}
    found["width"] = Curve("width of the modes / σ", rule=1.0)
    middle = middle_mode(mixture)
    if middle is not None:
        found["middle"] = Curve("share of the middle mode", percent=True, rule=mixture.weights[middle])
    else:
        found["alive"] = Curve("modes alive", top=float(mixture.modes))
    found["distance"] = Curve("distance from the data")
    return found


def real_band(spec: RecursionSpec, what: str) -> Band | None:
    """The range of a measure that as many true samples have: of the distance from a mixture, of distance and
    diversity of a user's own pictures; None for other data and measures."""
    if spec.experiment.mixture is not None and what == "distance":
        floor = distance_floor(spec.experiment.mixture, spec.drawn)
        return Band(floor.low, floor.median, floor.high, "true samples of the same n")
    if spec.judged or what not in ("distance", "diversity"):
        return None
    levels = real_pictures(spec.experiment, spec.drawn).levels
    found = levels.frechet if what == "distance" else levels.diversity
    return None if found is None else Band(found.low, found.median, found.high, "real ones")


def rows(spec: RecursionSpec, generations: Sequence[Generation], what: str) -> list[Row]:
    """One curve's points: arm, generation, value, and the ends of its interval where it has one; of several
    seeds the median, the lowest and the highest."""
    seen = counted(spec, generations)
    several = len(seeds_of(seen)) > 1
    found: list[Row] = []
    for arm, number in dict.fromkeys((one.arm, one.number) for one in seen):
        over = seed_range(seen, arm, number, lambda one: measured(spec, one, what))
        value = low = high = None
        if over is not None:
            value, (low, high) = over.median, (over.low, over.high) if several else (None, None)
        if over is not None and not several:
            one = next(one for one in seen if (one.arm, one.number) == (arm, number))
            if what == "rate" and exact_beyond(one, spec.k) is None:
                low, high = counted_rate(one).interval
            elif one.kinds is not None and what in one.kinds:
                low, high = Rate(one.kinds[what], one.drawn).interval
        found.append((ARM_TITLES[arm], number, value, low, high))
    return found


def curve_chart(
    spec: RecursionSpec, generations: Sequence[Generation], what: str, height: int, mode: Mode = "light"
) -> ChartFigure:
    """One measure by generation, a line for each arm; of several seeds the median in a band from the lowest
    to the highest."""
    seeds = len(seeds_of(counted(spec, generations)))
    band = real_band(spec, what)
    curve = dataclasses.replace(curves(spec)[what], band=band, seeds=max(seeds, 1))
    if (
        band is not None and what == "distance"
    ):  # a log axis, on which the band shows beside distances that are many times larger
        curve = dataclasses.replace(curve, log=True, floor=10.0 ** np.floor(np.log10(band.low)))
    points = rows(spec, generations, what)
    ends = {arm: (value, low, high) for arm, _, value, low, high in points if value is not None}
    last = ", ".join(f"{arm} {_in_words(curve, *end)}" for arm, end in ends.items())
    numbers = f"At the end: {last}."
    if seeds > 1:
        numbers = f"At the end, median of {seeds} seeds, range in brackets: {last}."
    if band is not None:
        reach = _in_words(curve, band.middle, band.low, band.high)
        numbers += f" {'True samples' if spec.judged else 'Real pictures'} of the same n: {reach}."
        if what == "distance":
            numbers += f" Distances up to {band.high:.3g} say nothing."
    if what == "nearest":
        which = "Of a held-out picture" if held_out(spec) else "Of one of yours to the nearest other"
        numbers += f" {which}: {curve.rule:.3g}, the dashed line."
    if what == "distance" and curve.rule is not None:
        unseen = "" if is_own(spec.experiment.pictures) else " that no model has seen"
        numbers += f" As many real digits{unseen}: {curve.rule:.3g}, the dashed line."
    return ChartFigure(
        curve_spec(curve, spec.generations, height, mode),
        curve_data(points, curve),
        f"{curve.title} by generation, a line for each arm.",
        numbers,
        explained="arm",
        caption=f"{curve.title}, by generation, {spec.drawn:,} samples each. {numbers}",
    )


def held_out(spec: RecursionSpec) -> bool:
    """Whether samples of a user's own pictures are compared with pictures that no network learned from."""
    return real_pictures(spec.experiment, spec.drawn).held_out


def _in_words(curve: Curve, value: float, low: float | None, high: float | None) -> str:
    """A value of a curve, with its range if it has one."""
    if low is None or high is None:
        return percent(value) if curve.percent else f"{value:.3g}"
    return format_rate(value, low, high) if curve.percent else f"{value:.3g} [{low:.3g}, {high:.3g}]"


def _with_seed(spec: RecursionSpec, seed: int) -> str:
    """Of which seed a picture is, where there are several."""
    return "" if spec.seeds == 1 else f" with seed {seed}"


def _wrong(spec: RecursionSpec, one: Generation) -> np.ndarray:
    """Which of the samples that are shown are hallucinated, (n,) bool."""
    mixture = spec.experiment.mixture
    if not spec.judged:
        return np.zeros(len(one.samples), bool)
    if mixture is None:
        return kinds_of(spec.experiment, one.samples) != 0
    return mixture.is_hallucination(torch.from_numpy(one.samples), spec.k).numpy()


def _mixture(spec: RecursionSpec) -> GaussianMixture:
    assert spec.experiment.mixture is not None
    return spec.experiment.mixture


def rate_floor(spec: RecursionSpec) -> float:
    """The lowest rate that a chart of counted rates needs to show: a third of one sample."""
    return 10.0 ** np.floor(np.log10(1 / (3 * spec.drawn)))
