"""What the Dimension page shows: a number over the dimension, the plane through three modes, and what was
found, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import torch

from explorer.data.equal_tails import honest_share, tail_share
from explorer.data.layouts import TITLES
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.seed_range import SeedRange
from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.methods import CURES, METHODS, SAMPLERS
from explorer.dimension.plane import Plane, shown_steps
from explorer.dimension.rows import K
from explorer.dimension.spec import SAMPLER_STEPS, SCHEDULE, DimensionSpec
from explorer.dimension.table import Place, Value, Who, auroc, bridge, rate, series, tail, width
from explorer.figures.film.film import Film
from explorer.figures.film.plane import KINDS, plane_film
from explorer.figures.palette import Mode, Role
from explorer.figures.vega.dimension import Series, dimension_data, dimension_spec
from explorer.figures.words import GROWTHS, format_rate, growth, percent
from explorer.page_figures.main_figure import ChartFigure
from explorer.page_figures.views.dimension import BOUNDS, View

HEIGHT = 400
LOWEST = 1e-6  # of a rate that is drawn
NEARLY_ALL = 0.99
BESIDE = 0.3  # of the gap, that is shown around the modes
PIXELS = 96  # of a side of the density in the plane
TITLES_SHOWN = {
    "rate": "share beyond",
    "where": "on bridges, in tails",
    "cures": "cures, on DDIM",
    "width": "width of the modes",
    "hal": "AUROC of Hal",
}
ANSWERS = GROWTHS
WHO: tuple[Who, ...] = ("network", "truth")


# ---- over the dimension ----------------------------------------------------------------------------------


def main_figure(spec: DimensionSpec, parts: Sequence[DimensionPart], mode: Mode = "light") -> ChartFigure:
    """The rate over the dimension, as the page opens."""
    chart = over_dimension(spec, parts, View(), mode)
    return replace(chart, caption=f"{chart.caption} · {TITLES[spec.layout]}")


def over_dimension(
    spec: DimensionSpec, parts: Sequence[DimensionPart], view: View, mode: Mode
) -> ChartFigure:
    """What a view shows over the dimension."""
    lines, title, log, rule = _lines(parts, view)
    shown = [value for line in lines for place in line.places for value in place[1:]]
    span = (_lowest(lines), 1.0) if log else _linear_span(shown, rule)
    figure = dimension_spec(lines, title, spec.dimensions, span, mode, log=log, rule=rule)
    data = dimension_data(lines, view.d, span, log=log)
    said = "; ".join(_in_words(line, log) for line in lines if line.places)
    alt = f"{title}, over {', '.join(map(str, spec.dimensions))} coordinates."
    return ChartFigure(figure, data, alt, said, caption=f"{title} · {describe_numbers(spec)}")


def _lines(parts: Sequence[DimensionPart], view: View) -> tuple[list[Series], str, bool, float | None]:
    """The lines of what is shown, its title, whether its axis is logarithmic, and a value to compare with."""
    k, other = view.k, next(name for name in SAMPLERS if name != view.drawn)

    def line(name: str, role: Role, who: str, method: str, value: Value, **marks: bool) -> Series:
        found = series(parts, who, method, value)  # type: ignore[arg-type]
        return Series(name, role, tuple(_place(one) for one in found), **marks)

    def of_both(value: Value) -> list[Series]:
        return [
            line(METHODS[other].title, "neutral", "network", other, value),
            line(METHODS[view.drawn].title, "model", "network", view.drawn, value, strong=True),
        ]

    if view.curves == "where":
        drawn = METHODS[view.drawn].title
        return (
            [
                line("in tails", "neutral", "network", view.drawn, tail(k)),
                line("on bridges", "hallucinated", "network", view.drawn, bridge(k), strong=True),
            ],
            f"{drawn}’s samples beyond {k} σ by equal tails",
            True,
            None,
        )
    plain = view.bound == BOUNDS[1]
    value = rate(k, plain=plain)
    beyond = f"beyond {k} σ" + (" of every mode" if plain else " by equal tails")
    if view.curves == "cures":
        lines = [line("DDIM", "model", "network", "ddim", value, strong=True)]
        roles: tuple[Role, ...] = ("kept", "truth", "neutral")
        lines += [
            line(METHODS[name].title, role, "network", name, value)
            for name, role in zip(CURES, roles, strict=True)
        ]
        return lines, f"share {beyond} by DDIM, and with a cure", True, None
    if view.curves == "width":
        lines = [*of_both(width), line("truth", "truth", "truth", view.drawn, width, dashed=True)]
        return lines, "width of the modes across an axis, over the truth’s", False, 1.0
    if view.curves == "hal":
        title = "AUROC of the trajectory variance, for beyond 5 σ by equal tails"
        return of_both(auroc), title, False, 0.5
    honest = Series(
        "fresh samples" if not plain else "fresh",
        "truth",
        tuple((part.dimensions, *[honest_at(part.dimensions, k, plain=plain)] * 3) for part in parts),  # type: ignore[misc]
        dashed=True,
    )
    return [*of_both(value), honest], f"share {beyond}", True, None


def honest_at(dimensions: int, k: float, *, plain: bool) -> float:
    """The share of fresh samples of one mode beyond the bound."""
    return tail_share(dimensions, k) if plain else honest_share(k)


def _place(found: Place) -> tuple[int, float, float, float]:
    return found.dimensions, found.over.median, found.over.low, found.over.high


def _lowest(lines: Sequence[Series]) -> float:
    """Where the axis of rates begins: a power of ten below half of all that networks make, and of all of a
    line of the truth that rises."""
    known = [value for line in lines if not line.dashed for _, value, *_ in line.places if value > 0]
    rising = [line for line in lines if line.dashed and len({value for _, value, *_ in line.places}) > 1]
    known += [value for line in rising for _, value, *_ in line.places]
    return float(max(LOWEST, 10.0 ** math.floor(math.log10(min(known, default=0.1) / 2))))


def _linear_span(values: Sequence[float], rule: float | None) -> tuple[float, float]:
    known = [*values, *([] if rule is None else [rule])]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = 0.08 * max(high - low, 0.1)
    return low - room, high + room


def _in_words(line: Series, log: bool) -> str:
    first, last = line.places[0], line.places[-1]
    said = percent if log else "{:.2f}".format
    return f"{line.name}: {said(first[1])} in {first[0]}, {said(last[1])} in {last[0]} coordinates"


# ---- the plane -------------------------------------------------------------------------------------------


@cache
def plane_of(mixture: GaussianMixture) -> Plane:
    """The plane through three of its modes."""
    return Plane.through(mixture)


def picture(spec: DimensionSpec, part: DimensionPart, sampler: str) -> Film:
    """The plane through three modes in a dimension: the true density there, both scores, and the first
    network's samples projected onto it."""
    mixture = spec.mixture(part.dimensions)
    plane, shown = plane_of(mixture), part.picture
    steps = shown_steps(SCHEDULE)
    sigmas = SCHEDULE.sigmas[list(steps)].tolist()
    captions = [f"σ = {sigma:.2g} of the gap · t = {t}" for sigma, t in zip(sigmas, steps, strict=True)]
    region = plane.region(BESIDE)
    density = np.stack([_log_density(mixture, plane, sigma) for sigma in sigmas])
    title = METHODS[sampler].title
    alt = (
        f"The plane through three modes in {part.dimensions} dimensions: the true score, and the learned one "
        f"with {len(shown.samples[sampler]):,} samples by {title}, {_counts(shown.kinds[sampler])}."
    )
    return plane_film(
        density,
        plane.lattice(),
        shown.model,
        shown.truth,
        shown.samples[sampler],
        shown.kinds[sampler],
        plane.means,
        region,
        captions,
        alt=alt,
    )


def _log_density(mixture: GaussianMixture, plane: Plane, sigma: float) -> np.ndarray:
    """The logarithm of the density of x_t / a in the plane, of which the projected modes are the mixture:
    (PIXELS, PIXELS)."""
    left, right, low, high = plane.region(BESIDE)
    x, y = (a + (b - a) * (np.arange(PIXELS) + 0.5) / PIXELS for a, b in ((left, right), (low, high)))
    places = torch.from_numpy(np.stack(np.meshgrid(x, y), -1))  # (r, c, 2)
    variance = mixture.sigmas[0] ** 2 + sigma**2
    away = (places[:, :, None] - torch.from_numpy(plane.means)).square().sum(-1)
    return torch.logsumexp(-away / (2 * variance), -1).numpy()


def _counts(kinds: np.ndarray) -> str:
    counts = np.bincount(kinds, minlength=len(KINDS))
    return ", ".join(f"{count:,} {name}" for count, name in zip(counts, KINDS, strict=True))


def describe_plane(part: DimensionPart, sampler: str) -> str:
    """What the picture's samples are."""
    shown = part.picture.kinds[sampler]
    return f"d = {part.dimensions}, {METHODS[sampler].title}, seed 0: {_counts(shown)}"


# ---- in words --------------------------------------------------------------------------------------------


def answer(parts: Sequence[DimensionPart]) -> str | None:
    """What the share on bridges does from the fewest to the most coordinates, by DDIM, as one of ANSWERS;
    None where there are not two dimensions yet."""
    found = series(parts, "network", "ddim", bridge(K))
    if len(found) < 2 or not found[0].over.median:
        return None
    return growth(found[-1].over.median / found[0].over.median)


def describe_findings(parts: Sequence[DimensionPart], view: View) -> str:
    """One sentence or two on what is seen, with numbers."""
    if not parts:
        return ""
    if view.curves == "width":
        return _widths(parts, view)
    if view.curves == "hal":
        return _ranked(parts, view)
    k, drawn = view.k, "ddim" if view.curves == "cures" else view.drawn
    unfair = view.bound == BOUNDS[1] and view.curves in ("rate", "cures")
    ends = (parts[0], parts[-1])
    rates = [series([part], "network", drawn, rate(k, plain=unfair))[0].over for part in ends]
    first, last = (part.dimensions for part in ends)
    text = f"By {METHODS[drawn].title} {_range(rates[0])} of the {{model}}’s samples lie beyond {k} σ"
    text += f"{'' if unfair else ' by equal tails'} in {first} coordinates"
    if last != first:
        text += f", {_range(rates[1])} in {last}"
    share = tail_share(last, k)
    fresh = "nearly all" if share > NEARLY_ALL else percent(share)
    if unfair:
        few = percent(tail_share(first, k))
        return f"{text}. So do {few} of fresh samples of the {{truth}} in {first}, and {fresh} in {last}."
    on, off = (series([ends[1]], "network", drawn, value(k))[0].over.median for value in (bridge, tail))
    return text + (
        f": {percent(on)} on {{hallucinated:bridges:}}, {percent(off)} in tails. "
        f"Of fresh samples of the {{truth}} {percent(honest_share(k))} do, in every dimension; plain {k} σ "
        f"would call {fresh} of them hallucinated in {last}."
    )


def _widths(parts: Sequence[DimensionPart], view: View) -> str:
    """How wide the modes come out in the fewest and in the most coordinates."""
    by_network, by_truth = (_at_ends(parts, who, view.drawn, width) for who in WHO)
    return (
        f"The width of the {{model}}’s modes by {METHODS[view.drawn].title}, over that of the data: "
        f"{by_network}. By the {{truth}}, in as few steps: {by_truth}."
    )


def _ranked(parts: Sequence[DimensionPart], view: View) -> str:
    """How well the trajectory variance ranks in the fewest and in the most coordinates."""
    chance = _at_ends(parts, "network", view.drawn, auroc)
    return (
        f"By {METHODS[view.drawn].title} the chance that a {{hallucinated:hallucinated:}} sample has a "
        f"higher Hal than an honest one is {chance}. A guess has 0.5."
    )


def _at_ends(parts: Sequence[DimensionPart], who: Who, method: str, value: Value) -> str:
    """A number in the fewest coordinates that have one, and in the most: median and range over seeds."""
    found = series(parts, who, method, value)
    said = [f"{one.over:.2f} in {one.dimensions}" for one in (*found[:1], *found[1:][-1:])]
    return ", ".join(said) + " coordinates" if said else "not known yet"


def _range(over: SeedRange) -> str:
    if over.low == over.high:
        return percent(over.median)
    return format_rate(over.median, over.low, over.high)


def describe_numbers(spec: DimensionSpec) -> str:
    """How the numbers came about, in one line."""
    return (
        f"median and range of {spec.seeds} networks in each dimension (width {spec.width}, "
        f"{spec.steps:,} training steps), n = {spec.n:,} samples each, {SAMPLER_STEPS} steps · "
        f"σ = {spec.sigma:g} of the gap"
    )
