"""What the Recursive page shows: what every arm made in every generation, as films, curves and words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import hallucinated_kinds, kind_names
from explorer.detection.statistics.rates import Rate
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import gallery_film
from explorer.figures.film.generations import (
    SIDE,
    Tile,
    density_tile,
    miniatures_film,
    pictures_tile,
    points_tile,
)
from explorer.figures.film.training import density_film, samples_film
from explorer.figures.vega.generations import ARM_TITLES, Curve, curve_data, curve_spec
from explorer.figures.words import GROWTHS, format_rate, growth, percent
from explorer.page_figures.extents import GRID, shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure, FilmFigure
from explorer.page_figures.shapes import kinds_of
from explorer.recursion.spec import Generation, RecursionSpec

SHOWN_PICTURES, COLUMNS = 60, 15
MIDDLE_ANSWERS = ("shrinks", "keeps its share", "grows")
Row = tuple[str, int, float | None, float | None, float | None]


# ---- tiles and films -----------------------------------------------------------------------------


def main_figure(spec: RecursionSpec, generations: Sequence[Generation]) -> FilmFigure:
    """A tile for each arm and generation of a loop."""
    return FilmFigure(grid_film(spec, generations))


def tile(spec: RecursionSpec, one: Generation) -> Tile:
    """What a generation drew, small."""
    mixture = spec.experiment.mixture
    if mixture is None:
        return pictures_tile(one.samples[:, 0], _wrong(spec, one))
    if one.density is not None:
        x = np.linspace(*shown_interval(mixture), SIDE)
        outside = mixture.is_hallucination(torch.from_numpy(x)[:, None], spec.k).numpy()
        return density_tile(one.density.resampled(x), outside)
    return points_tile(one.samples, _wrong(spec, one), *shown_square(mixture))


def grid_film(
    spec: RecursionSpec,
    generations: Sequence[Generation],
    tile: Callable[[RecursionSpec, Generation], Tile] = tile,
) -> Film:
    """Small multiples: generations across, arms down.

    tile    makes one of them; a page that draws the grid often passes one that remembers them
    """
    tiles = {(ARM_TITLES[one.arm], one.number): tile(spec, one) for one in generations}
    arms = [ARM_TITLES[arm] for arm in spec.arms]
    return miniatures_film(
        tiles,
        arms,
        spec.generations,
        alt=f"What {len(arms)} arms drew in {len(tiles)} generations. {describe_findings(spec, generations)}",
    )


def picked(spec: RecursionSpec, tile: int | None) -> tuple[str, int] | None:
    """The arm and the generation of a tile; None if it is none."""
    if tile is None or not 0 <= tile < len(spec.arms) * spec.generations:
        return None
    row, number = divmod(tile, spec.generations)
    return spec.arms[len(spec.arms) - 1 - row], number


def arm_film(spec: RecursionSpec, generations: Sequence[Generation], arm: str) -> Film:
    """One arm large, a generation a frame."""
    mine = [one for one in generations if one.arm == arm]
    captions = [f"{ARM_TITLES[arm]}, generation {one.number} · {describe_generation(one)}" for one in mine]
    mixture = spec.experiment.mixture
    alt = f"What the arm {ARM_TITLES[arm]} drew in {len(mine)} generations. At the end {captions[-1]}."
    if mixture is None:
        pictures = np.stack([one.samples[:SHOWN_PICTURES, 0] for one in mine])
        wrong = np.stack([_wrong(spec, one)[:SHOWN_PICTURES] for one in mine])
        film = gallery_film(
            [("samples", "model", pictures, wrong)],
            captions,
            columns=COLUMNS,
            slider="",
            ends=("", ""),
            alt=alt,
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
    title = "hallucinated" if mixture is None else f"hallucinated, beyond {spec.k:g} σ"
    found = {"rate": Curve(title, log=True, percent=True, floor=rate_floor(spec))}
    if mixture is None:
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


def rows(spec: RecursionSpec, generations: Sequence[Generation], what: str) -> list[Row]:
    """One curve's points: arm, generation, value, and the ends of its interval where it has one."""
    found: list[Row] = []
    for one in generations:
        low = high = None
        if what == "rate":
            value: float | None = one.rate.value
            low, high = one.rate.interval
        elif one.kinds is not None:
            share = Rate(one.kinds[what], one.drawn)
            value, (low, high) = share.value, share.interval
        elif what == "middle":
            middle = middle_mode(_mixture(spec))
            value = one.mode_shares[middle] if middle is not None else None
        else:
            value = {"width": one.width, "distance": one.distance, "alive": float(one.alive)}[what]
        found.append((ARM_TITLES[one.arm], one.number, value, low, high))
    return found


def curve_chart(
    spec: RecursionSpec, generations: Sequence[Generation], what: str, height: int
) -> ChartFigure:
    """One measure by generation, a line for each arm."""
    curve, points = curves(spec)[what], rows(spec, generations, what)
    ends = {arm: value for arm, _, value, *_ in points if value is not None}
    last = ", ".join(
        f"{arm} {percent(value) if curve.percent else f'{value:.3g}'}" for arm, value in ends.items()
    )
    return ChartFigure(
        curve_spec(curve, spec.generations, height),
        curve_data(points, curve),
        f"{curve.title} by generation, a line for each arm.",
        f"At the end: {last}.",
        explained="arm",
    )


# ---- words ---------------------------------------------------------------------------------------


def question(spec: RecursionSpec) -> tuple[str, tuple[str, ...]]:
    """What is asked before the reveal, and the answers there are."""
    mixture = spec.experiment.mixture
    if mixture is not None and middle_mode(mixture) is not None:
        return "Without a filter, what will happen to the middle mode?", MIDDLE_ANSWERS
    return "Without a filter, what will happen to the rate of hallucinations?", GROWTHS


def answer(spec: RecursionSpec, generations: Sequence[Generation]) -> str | None:
    """The answer that was measured; None while the arm without a filter has not come to its end."""
    ends = change(generations, "none")
    if ends is None or ends[1].number < spec.generations - 1:
        return None
    first, last = ends
    middle = None if spec.experiment.mixture is None else middle_mode(spec.experiment.mixture)
    if middle is not None:
        ratio = last.mode_shares[middle] / max(first.mode_shares[middle], 1e-9)
        return MIDDLE_ANSWERS[0 if ratio < 0.95 else 1 if ratio <= 1.05 else 2]
    ratio = last.rate.value / max(first.rate.value, 1e-9)
    return growth(ratio)


def describe_generation(one: Generation) -> str:
    """What a generation made, in a few words."""
    parts = [f"{format_rate(one.rate.value, *one.rate.interval)} hallucinated"]
    if one.width is not None:
        parts.append(f"width {one.width:.2f} σ")
    return ", ".join(parts)


def describe_findings(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """What came of it so far, in a sentence."""
    parts: list[str] = []
    for arm, words in (("none", "without a filter"), ("variance", "with the {kept:variance filter:}")):
        ends = change(generations, arm)
        if ends is None:
            continue
        start = "" if parts else f"The rate goes from {_share(ends[0], spec.k)} "
        text = f"{start}to {_share(ends[1], spec.k)} {words}"
        if ends[0].width and ends[1].width is not None:
            text += f", the modes {ends[1].width / ends[0].width:.2f} times as wide"
        parts.append(text)
    return "; ".join(parts) + "." if parts else "Each generation learns only from samples of the one before."


def _share(one: Generation, k: float) -> str:
    """A generation's rate: exact where that is known, else counted, with its interval."""
    exact = None if one.exact is None else one.exact.get(int(k))
    return format_rate(one.rate.value, *one.rate.interval) if exact is None else percent(exact)


def middle_mode(mixture: GaussianMixture) -> int | None:
    """The mode in the middle of an odd number of modes on a line; None where there is none."""
    if mixture.dimensions != 1 or mixture.modes % 2 == 0 or mixture.modes < 3:
        return None
    return sorted(range(mixture.modes), key=lambda i: mixture.means[i])[mixture.modes // 2]


def change(generations: Sequence[Generation], arm: str) -> tuple[Generation, Generation] | None:
    """The first and the last generation of an arm; None until it has two."""
    mine = [one for one in generations if one.arm == arm]
    return (mine[0], mine[-1]) if len(mine) > 1 else None


def _wrong(spec: RecursionSpec, one: Generation) -> np.ndarray:
    """Which of the samples that are shown are hallucinated, (n,) bool."""
    mixture = spec.experiment.mixture
    if mixture is None:
        return kinds_of(spec.experiment, one.samples) != 0
    return mixture.is_hallucination(torch.from_numpy(one.samples), spec.k).numpy()


def _mixture(spec: RecursionSpec) -> GaussianMixture:
    assert spec.experiment.mixture is not None
    return spec.experiment.mixture


def rate_floor(spec: RecursionSpec) -> float:
    """The lowest rate that a chart of counted rates needs to show: a third of one sample."""
    return 10.0 ** np.floor(np.log10(1 / (3 * spec.drawn)))
