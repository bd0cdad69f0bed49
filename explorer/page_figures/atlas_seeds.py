"""Seeds of the Atlas that are singled out: the way of one by the network and by the true score, and where all
end that lie on a line across borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from explorer.compute.progress import finish
from explorer.data.mixture import GaussianMixture
from explorer.detection.fate import Fates, fates_of_ends
from explorer.experiments.atlas import K, LineAtlas, PlaneAtlas, atlas_sampler
from explorer.experiments.atlas_seeds import EndsAlong, Ways, ends_along, ways_of_seeds
from explorer.experiments.run import Result
from explorer.experiments.shipped_atlases import atlas_of
from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, Band, Layer, Lines, Points
from explorer.figures.palette import Role
from explorer.figures.words import percent
from explorer.page_figures.atlas import (
    COLUMNS,
    REACH,
    line_film,
    modes_panel,
    plane_film,
    region_places,
)
from explorer.page_figures.atlas_findings import describe_exactness, describe_rates
from explorer.page_figures.extents import mode_ticks, shown_interval
from explorer.page_figures.main_figure import FilmFigure, named

SIDES: tuple[Role, ...] = ("model", "truth")  # as ways and ends have them
DOT, END = 7, 8
LINE, LINE_SEEDS = ((-REACH,), (REACH,)), 401  # of the line of initial noise, whose ends are drawn
Seed = tuple[float, ...]


def opening_seed(atlas: PlaneAtlas | LineAtlas) -> Seed:
    """A seed that the network hallucinates, of those the nearest to 0; 0 where none is."""
    if isinstance(atlas, LineAtlas):
        final = atlas.model[-1]
        if not final.hallucinated.any():
            return (0.0,)
        heaviest = int(np.where(final.hallucinated, final.mass, 0.0).argmax())
        low, high = final.edges[heaviest : heaviest + 2]
        return (float(np.clip((low + high) / 2, -REACH, REACH)),)
    model = atlas.model
    x, y = model.square.middles(model.size).double().numpy().T
    radius = np.where((model.distance > model.k).ravel(), np.hypot(x, y), np.inf)
    nearest = int(radius.argmin())
    return (float(x[nearest]), float(y[nearest])) if np.isfinite(radius[nearest]) else (0.0, 0.0)


def seed_of_cell(atlas: PlaneAtlas | LineAtlas, cell: int, seen: tuple[float, float] | None = None) -> Seed:
    """The seed of a cell that was clicked: the middle of a pixel of the plane; on the line the middle of a
    hallucinated stripe of the finished network that reaches into the cell, else that of the cell.

    seen    the part of the line that is drawn finely
    """
    if isinstance(atlas, LineAtlas):
        edges = np.linspace(*(seen or (-REACH, REACH)), COLUMNS + 1)
        low, high = edges[cell % COLUMNS : cell % COLUMNS + 2]
        final = atlas.model[-1]
        inside = final.hallucinated & (final.edges[:-1] < high) & (final.edges[1:] > low)
        if inside.any():
            first = int(inside.argmax())
            low, high = max(low, final.edges[first]), min(high, final.edges[first + 1])
        return (float((low + high) / 2),)
    size = atlas.model.size
    row, column = divmod(cell % size**2, size)
    edges_of = [atlas.model.square.edges(at, size) for at in (atlas.model.square.x, atlas.model.square.y)]
    x, y = (float((edges[at] + edges[at + 1]) / 2) for edges, at in zip(edges_of, (column, row), strict=True))
    return x, y


def main_figure(result: Result) -> FilmFigure:
    """The atlas of a run with its own sampler of 80 steps and k = 5, and the way of a seed that the network
    hallucinates.

    Raises ValueError for pictures and for uploaded points, whose modes are not known.
    """
    spec, experiment = atlas_sampler(result.experiment), result.experiment
    atlas = finish(atlas_of(result, spec, K))
    mixture, seed = experiment.mixture, opening_seed(atlas)
    assert mixture is not None  # or there were no atlas
    ways = finish(ways_of_seeds(result, [seed], spec))
    if isinstance(atlas, PlaneAtlas):
        film = with_seed(plane_film(atlas, mixture), seed, ways)
    else:
        along = finish(ends_along(result, *LINE, spec, LINE_SEEDS))
        film = line_figure(line_film(atlas, mixture), along, seed, ways, mixture, K, ways.steps)
    return FilmFigure(film, caption=lambda frame: named(result, file_caption(atlas)))


def file_caption(atlas: PlaneAtlas | LineAtlas) -> str:
    """The caption of an atlas in a file: the shares, and how they were found."""
    return f"{describe_rates(atlas)} · {describe_exactness(atlas)}"


# ---- one seed ----------------------------------------------------------------------------------------------


def with_seed(film: Film, seed: Seed, ways: Ways | None) -> Film:
    """A film of the plane with a seed in it and, once they are known, its ways in the plane of the data."""
    data, *others = film.panels
    dot = Points(np.array(seed)[None, None], "text", size=DOT, opacity=1)
    panels = [replace(panel, layers=(*panel.layers, dot)) for panel in others]
    if ways is None:
        return replace(film, panels=(data, *panels))
    drawn: list[Layer] = []
    for side, role in enumerate(SIDES):
        x, y = _path(ways, side).T
        beside = np.full_like(y, np.nan)  # two lines, which are not read off as one is
        drawn += [Lines(x, np.stack([y, beside])[None], role, width=2)]
    for side, role in enumerate(SIDES):
        drawn += [Points(ways.ends[side][None], role, size=END, opacity=1, name=_NAMES[role])]
    return replace(film, panels=(replace(data, layers=(*data.layers, *drawn)), *panels))


def _path(ways: Ways, side: int) -> np.ndarray:
    """Where the first seed was at every step, and where it ended: (F + 1, D)."""
    return np.concatenate([ways.x_t[side, :, 0], ways.ends[side, :1]])


_NAMES: dict[Role, str] = {"model": "network", "truth": "true score"}


def describe_seed(seed: Seed, ways: Ways, mixture: GaussianMixture, k: float) -> str:
    """Where the network and the true score lead a seed, in words whose colours are between braces."""
    place = ", ".join(f"{c:.3g}" for c in seed)
    found = [_fate(ways.ends[side, 0], mixture, k) for side in range(2)]
    return f"The seed ({place}): the {{model}} {found[0]}, the {{truth}} {found[1]}."


def _fate(end: np.ndarray, mixture: GaussianMixture, k: float) -> str:
    fate = fates_of_ends(mixture, torch.from_numpy(np.atleast_2d(end)).double())
    far, mode = float(fate.distance[0]), int(fate.mode[0])
    if fate.hallucinated(k)[0]:
        return f"{{hallucinated:hallucinates:}}, {far:.3g} σ from the nearest mode, {_called(mixture, mode)}"
    return f"ends in {_called(mixture, mode)}, {far:.2g} σ from its centre"


def _called(mixture: GaussianMixture, mode: int) -> str:
    """What a mode is called in a sentence: on the line by its centre, in the plane by its number."""
    return f"the one at {mixture.means[mode][0]:.3g}" if mixture.dimensions == 1 else f"number {mode + 1}"


# ---- the line ----------------------------------------------------------------------------------------------


def line_figure(
    film: Film,
    along: EndsAlong | None,
    seed: Seed,
    ways: Ways | None,
    mixture: GaussianMixture,
    k: float,
    steps: Sequence[int],
) -> Film:
    """The stripes of a line with a seed in them, where every seed ends, and the way of that seed, as far as
    they are known; steps are those of the way."""
    (strip,) = film.panels
    data = Axis(*shown_interval(mixture), "data x₀", ticks=mode_ticks(mixture))
    ends: list[Layer] = list(_bands(mixture, k))
    way = list(ends)
    for side in (1, 0):
        role = SIDES[side]
        if along is not None:
            ends.append(Lines(along.seeds[:, 0], along.ends[side].T[None], role, _NAMES[role]))
        if ways is not None:
            place = np.array([[[seed[0], ways.ends[side, 0, 0]]]])
            ends.append(Points(place, role, size=END, opacity=1))
            moments = np.arange(len(ways.steps) + 1, dtype=float)
            path = _path(ways, side).T[None]
            way.append(Lines(moments, path, role, _NAMES[role]))
    rows = np.arange(len(strip.y.names or ()), dtype=float)
    dots = Points(np.stack([np.full_like(rows, seed[0]), rows], 1)[None], "text", size=4)
    down = Axis(0.0, float(len(steps)), "step t", names=(*map(str, steps), "end"))
    noisy = replace(data, low=min(data.low, -REACH), high=max(data.high, REACH), label="x at step t")
    panels = (
        replace(strip, layers=(*strip.layers, dots)),
        Panel("where each seed ends", "text", strip.x, data, tuple(ends)),
        Panel("the way of the seed", "text", down, noisy, tuple(way)),
    )
    return replace(film, panels=panels)


def _bands(mixture: GaussianMixture, k: float) -> list[Band]:
    """What lies within k sigma of each mode."""
    sigmas = np.broadcast_to(mixture.sigmas, mixture.modes).tolist()
    return [
        Band(mean - k * sigma, mean + k * sigma, "y", "neutral")
        for (mean,), sigma in zip(mixture.means, sigmas, strict=True)
    ]


# ---- across borders ----------------------------------------------------------------------------------------


def neighbours(atlas: PlaneAtlas, mixture: GaussianMixture) -> tuple[int, int]:
    """The mode whose place in the plane of seeds is the nearest to 0, where most seeds are, and the mode
    whose centre is the nearest to its own: their numbers."""
    places = {int(text) - 1: np.hypot(x, y) for x, y, text in region_places(atlas.truth, mixture)}
    first = min(places, key=places.__getitem__)
    means = np.array(mixture.means)
    far = np.linalg.norm(means - means[first], axis=1)
    second = min((mode for mode in places if mode != first), key=far.__getitem__)
    return first + 1, second + 1


def ends_of_line(atlas: PlaneAtlas, mixture: GaussianMixture, first: int, second: int) -> tuple[Seed, Seed]:
    """Where the line runs from one mode's seeds to another's: the places of their numbers in the plane.

    Raises ValueError for a mode that has no place there.
    """
    places = {int(text): (x, y) for x, y, text in region_places(atlas.truth, mixture)}
    for number in (first, second):
        if number not in places:
            raise ValueError(f"Mode {number} has too few seeds to be seen in the plane.")
    return places[first], places[second]


def across_film(along: EndsAlong, atlas: PlaneAtlas, mixture: GaussianMixture) -> Film:
    """A frame for each seed of a line: the seed in the plane of initial noise, its ends in that of the
    data."""
    k, count = atlas.model.k, len(along.seeds)
    still = plane_film(atlas, mixture)
    data, truth, model = modes_panel(mixture, k), *still.panels[1:]
    trail = [Points(along.ends[side][None], SIDES[side], size=2, opacity=0.5) for side in (0, 1)]
    ends = [Points(along.ends[side][:, None], SIDES[side], size=END, opacity=1) for side in (1, 0)]
    moving = Points(along.seeds[:, None], "text", size=DOT, opacity=1)
    x, y = along.seeds[[0, -1]].T
    line = Lines(x, np.stack([y, np.full_like(y, np.nan)])[None], "text", width=1)
    panels = (
        replace(data, layers=(*data.layers, *trail, *ends)),
        *(replace(panel, layers=(*panel.layers, line, moving)) for panel in (truth, model)),
    )
    fates = [_fates(along.ends[side], mixture) for side in range(2)]
    captions = tuple(
        f"network: {_briefly(fates[0], at, k)} · true score: {_briefly(fates[1], at, k)}"
        for at in range(count)
    )
    (x0, y0), (x1, y1) = along.seeds[[0, -1]]
    alt = (
        f"Seeds on the line from ({x0:.2g}, {y0:.2g}) to ({x1:.2g}, {y1:.2g}), and where they end. "
        f"{describe_across(along, mixture, k, coloured=False)}"
    )
    first, last = (f"mode {int(fates[1].mode[at]) + 1}" for at in (0, -1))
    return Film(panels, captions, "seed on the line", (first, last), alt, frame_seconds=0.06)


def describe_across(along: EndsAlong, mixture: GaussianMixture, k: float, *, coloured: bool = True) -> str:
    """How much of a line hallucinates by the network and by the true score."""
    between = np.linalg.norm(np.diff(along.seeds, axis=0), axis=1)
    cells = np.convolve(between, [0.5, 0.5]) / between.sum()
    model, truth = (
        percent(float(cells[_fates(along.ends[side], mixture).hallucinated(k)].sum())) for side in range(2)
    )
    names = ("{model}", "{truth}") if coloured else ("network", "true score")
    return (
        f"On this line the end point runs from one mode to the next. By the {names[0]} {model} of the line "
        f"hallucinates, by the {names[1]} {truth}."
    )


def opening_frame(along: EndsAlong, mixture: GaussianMixture) -> int:
    """The seed of a line that the network leaves farthest from every mode."""
    return int(_fates(along.ends[0], mixture).distance.argmax())


def _fates(ends: np.ndarray, mixture: GaussianMixture) -> Fates:
    return fates_of_ends(mixture, torch.from_numpy(ends))


def _briefly(fates: Fates, at: int, k: float) -> str:
    if fates.hallucinated(k)[at]:
        return f"hallucinated, {fates.distance[at]:.3g} σ"
    return f"mode {int(fates.mode[at]) + 1}"
