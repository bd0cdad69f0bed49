"""What the Recursive page shows: what every arm made in every generation, as films, curves and words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import hallucinated_kinds, kind_names
from explorer.detection.statistics.drift import distance_floor
from explorer.detection.statistics.rates import Rate
from explorer.experiments.measurement import THRESHOLDS
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
from explorer.figures.vega.generations import ARM_TITLES, Band, Curve, curve_data, curve_spec
from explorer.figures.words import GROWTHS, format_rate, growth, percent
from explorer.page_figures.extents import GRID, shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure, FilmFigure
from explorer.page_figures.shapes import kinds_of
from explorer.recursion.spec import Generation, RecursionSpec, of_seed
from explorer.recursion.spread import Spread, by_seed, counted, seeds_of, spread, verdict

SHOWN_PICTURES, COLUMNS = 60, 15
MIDDLE_ANSWERS = ("shrinks", "keeps its share", "grows")
UNDER = {  # an arm, as it stands in a sentence
    "none": "without a filter",
    "variance": "with the {kept:variance filter:}",
    "random": "with a random drop",
    "oracle": "with the oracle filter",
    "real": "with real data mixed in",
    "accumulate": "with accumulated data",
}
Row = tuple[str, int, float | None, float | None, float | None]


# ---- tiles and films -----------------------------------------------------------------------------


def main_figure(spec: RecursionSpec, generations: Sequence[Generation]) -> FilmFigure:
    """A tile for each arm and generation of a loop, with the first of its seeds."""
    return FilmFigure(grid_film(spec, generations, spec.experiment.seed))


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
        f"{_plain(describe_findings(spec, generations))}",
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


def arm_film(spec: RecursionSpec, generations: Sequence[Generation], arm: str, seed: int) -> Film:
    """What an arm drew with one of the seeds, large, a generation a frame."""
    mine = [one for one in of_seed(generations, seed) if one.arm == arm]
    captions = [f"{ARM_TITLES[arm]}, generation {one.number} · {describe_generation(one)}" for one in mine]
    mixture = spec.experiment.mixture
    alt = (
        f"What the arm {ARM_TITLES[arm]} drew in {len(mine)} generations{_with_seed(spec, seed)}. "
        f"At the end {captions[-1]}."
    )
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
    if mixture is not None and mixture.dimensions == 1 and spec.k in THRESHOLDS:
        title = f"beyond {spec.k:g} σ, exact"
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


def distance_band(spec: RecursionSpec) -> Band | None:
    """The distances that true samples have, as many as a generation draws; None for pictures."""
    if spec.experiment.mixture is None:
        return None
    floor = distance_floor(spec.experiment.mixture, spec.drawn)
    return Band(floor.low, floor.median, floor.high, "true samples of the same n")


def measured(spec: RecursionSpec, one: Generation, what: str) -> float | None:
    """What a curve shows of a generation; rates are exact where that is known."""
    if what == "rate":
        exact = _exact(one, spec.k)
        return one.rate.value if exact is None else exact
    if one.kinds is not None:
        return one.kinds[what] / one.drawn
    if what == "middle":
        middle = middle_mode(_mixture(spec))
        return one.mode_shares[middle] if middle is not None else None
    return {"width": one.width, "distance": one.distance, "alive": float(one.alive)}[what]


def rows(spec: RecursionSpec, generations: Sequence[Generation], what: str) -> list[Row]:
    """One curve's points: arm, generation, value, and the ends of its interval where it has one; of several
    seeds the median, the lowest and the highest."""
    seen = counted(spec, generations)
    several = len(seeds_of(seen)) > 1
    found: list[Row] = []
    for arm, number in dict.fromkeys((one.arm, one.number) for one in seen):
        over = spread(seen, arm, number, lambda one: measured(spec, one, what))
        value = low = high = None
        if over is not None:
            value, (low, high) = over.median, (over.low, over.high) if several else (None, None)
        if over is not None and not several:
            one = next(one for one in seen if (one.arm, one.number) == (arm, number))
            if what == "rate" and _exact(one, spec.k) is None:
                low, high = one.rate.interval
            elif one.kinds is not None and what != "rate":
                low, high = Rate(one.kinds[what], one.drawn).interval
        found.append((ARM_TITLES[arm], number, value, low, high))
    return found


def curve_chart(
    spec: RecursionSpec, generations: Sequence[Generation], what: str, height: int
) -> ChartFigure:
    """One measure by generation, a line for each arm; of several seeds the median in a band from the lowest
    to the highest."""
    seeds = len(seeds_of(counted(spec, generations)))
    band = distance_band(spec) if what == "distance" else None
    curve = dataclasses.replace(curves(spec)[what], band=band, seeds=max(seeds, 1))
    if band is not None:  # a log axis, on which the band shows beside distances that are many times larger
        curve = dataclasses.replace(curve, log=True, floor=10.0 ** np.floor(np.log10(band.low)))
    points = rows(spec, generations, what)
    ends = {arm: (value, low, high) for arm, _, value, low, high in points if value is not None}
    last = ", ".join(f"{arm} {_in_words(curve, *end)}" for arm, end in ends.items())
    numbers = f"At the end: {last}."
    if seeds > 1:
        numbers = f"At the end, median of {seeds} seeds, range in brackets: {last}."
    if band is not None:
        reach = _in_words(curve, band.middle, band.low, band.high)
        numbers += f" True samples of the same n: {reach}. Distances up to {band.high:.3g} say nothing."
    return ChartFigure(
        curve_spec(curve, spec.generations, height),
        curve_data(points, curve),
        f"{curve.title} by generation, a line for each arm.",
        numbers,
        explained="arm",
    )


def _in_words(curve: Curve, value: float, low: float | None, high: float | None) -> str:
    """A value of a curve, with its range if it has one."""
    if low is None or high is None:
        return percent(value) if curve.percent else f"{value:.3g}"
    return format_rate(value, low, high) if curve.percent else f"{value:.3g} [{low:.3g}, {high:.3g}]"


# ---- words ---------------------------------------------------------------------------------------


def question(spec: RecursionSpec) -> tuple[str, tuple[str, ...]]:
    """What is asked before the reveal, and the answers there are."""
    mixture = spec.experiment.mixture
    if mixture is not None and middle_mode(mixture) is not None:
        return "Without a filter, what will happen to the middle mode?", MIDDLE_ANSWERS
    return "Without a filter, what will happen to the rate of hallucinations?", GROWTHS


def answer(spec: RecursionSpec, generations: Sequence[Generation]) -> str | None:
    """The answer that was measured, in the median of the seeds; None while the arm without a filter has not
    come to its end."""
    ends = changes(counted(spec, generations), "none")
    if not ends or any(last.number < spec.generations - 1 for _, last in ends.values()):
        return None
    middle = None if spec.experiment.mixture is None else middle_mode(spec.experiment.mixture)
    if middle is not None:
        ratio = np.median(
            [last.mode_shares[middle] / max(first.mode_shares[middle], 1e-9) for first, last in ends.values()]
        )
        return MIDDLE_ANSWERS[0 if ratio < 0.95 else 1 if ratio <= 1.05 else 2]
    ratio = np.median([last.rate.value / max(first.rate.value, 1e-9) for first, last in ends.values()])
    return growth(float(ratio))


def describe_generation(one: Generation) -> str:
    """What a generation made, in a few words."""
    parts = [f"{format_rate(one.rate.value, *one.rate.interval)} hallucinated"]
    if one.width is not None:
        parts.append(f"width {one.width:.2f} σ")
    return ", ".join(parts)


def describe_findings(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """What came of it so far, in a few sentences; of several seeds what they say together."""
    seen = counted(spec, generations)
    parts: list[str] = []
    for arm in ("none", "variance"):
        ends = changes(seen, arm)
        if not ends:
            continue
        firsts, lasts = ([pair[place] for pair in ends.values()] for place in (0, 1))
        start = "" if parts else f"the rate goes from {_rate_of(spec, firsts)} "
        text = f"{start}to {_rate_of(spec, lasts)} {UNDER[arm]}"
        wide = tuple(
            last.width / first.width
            for first, last in ends.values()
            if first.width and last.width is not None
        )
        if wide:
            text += f", the modes {_times(Spread(wide))} times as wide"
        parts.append(text)
    if not parts:
        return "Each generation learns only from samples of the one before."
    text = "; ".join(parts) + "."
    if (seeds := len(seeds_of(seen))) > 1:
        text = f"Median of {seeds} seeds, range in brackets: {text}"
    return " ".join(filter(None, [text[0].upper() + text[1:], *ranking(spec, seen)]))


def ranking(spec: RecursionSpec, generations: Sequence[Generation]) -> list[str]:
    """Which arms end with a lower or a higher rate than that without a filter, as far as the seeds carry it,
    in sentences; none where there is nothing to compare."""
    others, seeds = [arm for arm in spec.arms if arm != "none"], len(seeds_of(generations))
    if len(others) == len(spec.arms) or not others or not generations:
        return []
    if seeds == 1:
        return ["One seed ranks no arms that lie closer than networks of several seeds do."]
    last = max(one.number for one in generations)
    rates = {
        arm: by_seed(generations, arm, last, lambda one: measured(spec, one, "rate")) for arm in spec.arms
    }
    found: dict[str, list[str]] = {"lower": [], "higher": [], "unclear": []}
    for arm in others:
        whole = len(rates[arm]) == len(rates["none"]) == seeds
        found[verdict(rates[arm], rates["none"]) if whole else "unclear"].append(arm)
    sentences = [
        f"In all {seeds} seeds the rate ends {way} {_listed([UNDER[arm] for arm in found[way]])} than "
        "without."
        for way in ("lower", "higher")
        if found[way]
    ]
    if found["unclear"]:
        names = _listed([ARM_TITLES[arm] for arm in found["unclear"]])
        sentences.append(f"The seeds do not tell {names} from no filter.")
    return sentences


def _listed(words: Sequence[str]) -> str:
    """Words with commas and an "and"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _times(ratio: Spread) -> str:
    """A ratio with its range over several seeds."""
    ends = f" [{ratio.low:.2f}, {ratio.high:.2f}]" if len(ratio.values) > 1 else ""
    return f"{ratio.median:.2f}{ends}"


def _rate_of(spec: RecursionSpec, seeds: Sequence[Generation]) -> str:
    """The rate of one generation with each of its seeds: exact where that is known; of one seed counted with
    its interval, of several the median with the range."""
    found = Spread(tuple(measured(spec, one, "rate") or 0.0 for one in seeds))
    if len(seeds) > 1:
        return format_rate(found.median, found.low, found.high)
    if _exact(seeds[0], spec.k) is None:
        return format_rate(seeds[0].rate.value, *seeds[0].rate.interval)
    return percent(found.median)


def _exact(one: Generation, k: float) -> float | None:
    """The exact rate beyond k sigma, where it is known."""
    return None if one.exact is None or k != int(k) else one.exact.get(int(k))


def seeds_in_words(spec: RecursionSpec) -> str:
    """Which seeds a loop has."""
    first = spec.experiment.seed
    return f"seed {first}" if spec.seeds == 1 else f"seeds {first} to {first + spec.seeds - 1}"


def _plain(text: str) -> str:
    """A sentence without its marks of colour."""
    return text.replace("{kept:", "").replace(":}", "")


def _with_seed(spec: RecursionSpec, seed: int) -> str:
    """Of which seed a picture is, where there are several."""
    return "" if spec.seeds == 1 else f" with seed {seed}"


def middle_mode(mixture: GaussianMixture) -> int | None:
    """The mode in the middle of an odd number of modes on a line; None where there is none."""
    if mixture.dimensions != 1 or mixture.modes % 2 == 0 or mixture.modes < 3:
        return None
    return sorted(range(mixture.modes), key=lambda i: mixture.means[i])[mixture.modes // 2]


def changes(generations: Sequence[Generation], arm: str) -> dict[int, tuple[Generation, Generation]]:
    """The first and the last generation of an arm by seed; without seeds that have only one of it."""
    mine = {
        seed: [one for one in of_seed(generations, seed) if one.arm == arm] for seed in seeds_of(generations)
    }
    return {seed: (made[0], made[-1]) for seed, made in mine.items() if len(made) > 1}


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
