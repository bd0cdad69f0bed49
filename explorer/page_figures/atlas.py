"""The Atlas: the initial noise, coloured by the mode in which each seed ends, by the true score and by the
network."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import binary_dilation, binary_opening, distance_transform_edt

from explorer.data.mixture import GaussianMixture
from explorer.detection.basins import Basins, Square
from explorer.detection.fate import Stripes
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments.atlas import LineAtlas, ModesOnTheWay, PlaneAtlas
from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import OPEN, Axis, Layer, Lines, Regions, Rule
from explorer.figures.film.scores import ENDS, captions
from explorer.figures.palette import Role, colour
from explorer.figures.region_colours import region_colours
from explorer.page_figures.atlas_findings import (
    HALF,
    THIN,
    describe_line,
    describe_plane,
    describe_rates,
    share_by,
    share_of,
)
from explorer.page_figures.extents import shown_square

RADII = (1, 2, 3)  # of circles: 39, 86 and 99 % of the seeds lie within
REACH, COLUMNS = 3.5, 1024  # of the line of initial noise, and how many cells of it are drawn
DATA_CELLS, LABEL_CELLS, WIDE = 320, 128, 0.8
SMALLEST_LABELLED, NARROWEST_LABELLED = 2e-3, 0.6  # of the plane's pixels, and of the line
LEAST_DRAWN = 1e-6  # of the seeds, in a hallucinated stripe of the line
Labels = tuple[tuple[float, float, str], ...]
DRAWN_WIDTH = 3 / 512  # of a side: as wide is a black border drawn at least


def plane_film(
    atlas: PlaneAtlas, mixture: GaussianMixture, closer: PlaneAtlas | None = None, *, pick: bool = False
) -> Film:
    """One frame: the modes, and the plane of seeds by the true score and by the network.

    closer  the same of a smaller square, which is laid over it
    pick    whether a click on a pixel singles it out, in the smaller square if there is one
    """
    places = region_places(atlas.truth, mixture)
    near: tuple[Basins | None, Basins | None] = (None, None)
    if closer is not None:
        square = closer.truth.square
        beside = [(x, y, text) for x, y, text in places if not square.holds(x, y)]
        places = (*region_places(closer.truth, mixture), *beside)
        near = closer.model, closer.truth
    model, truth = (
        _seeds(title, role, (found,), mixture, places, over, pick=pick)
        for (title, role, found), over in zip(_both(atlas), near, strict=True)
    )
    return Film(
        (modes_panel(mixture, atlas.model.k), truth, model),
        (describe_rates(atlas),),
        "",
        ("", ""),
        describe_plane(atlas),
    )


def axes_film(mixture: GaussianMixture, k: float) -> Film:
    """The axes of an atlas that is being computed."""
    if mixture.dimensions == 1:
        across, up = Axis(-REACH, REACH, "initial noise"), Axis(0.0, 1.0, "training step", ticks=())
        panels: tuple[Panel, ...] = (Panel("seeds through the training", "model", across, up, ()),)
    else:
        across, up = Axis(-REACH, REACH, "initial noise"), Axis(-REACH, REACH)
        seeds: tuple[tuple[str, Role], ...] = (
            ("seeds by the true score", "truth"),
            ("seeds by the network", "model"),
        )
        circles = tuple(_circles(Square()))
        planes = (Panel(title, role, across, up, circles, equal=True) for title, role in seeds)
        panels = (modes_panel(mixture, k), *planes)
    return Film(panels, ("",), "", ("", ""), "The seeds are being carried; there is nothing to see yet.")


def training_film(
    atlas: PlaneAtlas, steps: Sequence[int], trained: Sequence[Basins], mixture: GaussianMixture
) -> Film:
    """A frame for each of the steps of a training: the seeds of the network then, beside those of the true
    score."""
    captions = tuple(
        f"step {step:,} · {share_by(found, 'network')}" for step, found in zip(steps, trained, strict=True)
    )
    first, last, places = trained[0], trained[-1], region_places(atlas.truth, mixture)
    alt = (
        f"The plane of initial noise through the training. Hallucinated, beyond {last.k:g} σ of every mode: "
        f"{share_of(first)} of the seeds at step {steps[0]:,}, {share_of(last)} at step {steps[-1]:,}. "
        f"{THIN}"
    )
    panels = (
        modes_panel(mixture, last.k),
        _seeds("seeds by the true score", "truth", (atlas.truth,), mixture, places),
        _seeds("seeds by the network", "model", trained, mixture, ()),
    )
    return Film(panels, captions, "training step", ("untrained", "trained"), alt, frame_seconds=0.5)


def way_film(way: ModesOnTheWay, schedule: NoiseSchedule, mixture: GaussianMixture, k: float) -> Film:
    """A frame for each of some steps t: the mode nearest to the x_0 that the network predicts of every seed
    there."""
    panel = Panel(
        "predicted mode",
        "model",
        Axis(-REACH, REACH, "initial noise"),
        Axis(-REACH, REACH),
        (_regions(way.modes, mixture, k, ()), *_circles(Square())),
        equal=True,
    )
    labels = captions(np.array(way.steps), np.array([schedule.alpha_bar(t) for t in way.steps]))
    alt = (
        f"The plane of initial noise, coloured by the mode nearest to what the network predicts at each of "
        f"{len(way.steps)} steps. From t = {settled_step(way)} on, more than half of the pixels have the "
        f"mode in which they end."
    )
    return Film((modes_panel(mixture, k), panel), labels, "step t", ENDS, alt, frame_seconds=0.25)


def settled_step(way: ModesOnTheWay) -> int:
    """The step t from which on more than half of the pixels have the mode in which they end."""
    settled = [float((frame == way.modes[-1]).mean()) for frame in way.modes]
    return next(t for t, share in zip(way.steps, settled, strict=True) if share > HALF)


def describe_settled(way: ModesOnTheWay) -> str:
    """The same in a sentence, whose colours are between braces."""
    return (
        f"From t = {settled_step(way)} on, the {{model}} predicts of more than half of the seeds "
        "the mode in which they end."
    )


def line_film(
    atlas: LineAtlas, mixture: GaussianMixture, seen: tuple[float, float] | None = None, *, pick: bool = False
) -> Film:
    """One frame: initial noise against the step of the training, in stripes; the true score in the top row.

    seen    the part of the line that is drawn finely
    pick    whether a click on a cell singles it out, in that part if there is one
    """
    rows = [*atlas.model, atlas.truth]
    names = (*(f"{step:,}" for step in atlas.steps), "true score")
    whole = (-REACH, REACH)
    labels = _stripe_labels(atlas, mixture)
    layers: list[Layer] = [_stripe_regions(rows, whole, mixture, atlas.k, labels, pick=pick and not seen)]
    if seen is not None:
        layers.append(_stripe_regions(rows, seen, mixture, atlas.k, (), pick=pick))
    layers += [Rule(float(border), "x") for border in atlas.truth.mode_borders]
    panel = Panel(
        "seeds through the training",
        "model",
        Axis(*whole, "initial noise"),
        Axis(-0.5, len(rows) - 0.5, "training step", names=names),
        tuple(layers),
    )
    return Film((panel,), (describe_rates(atlas),), "", ("", ""), describe_line(atlas))


def _stripe_regions(
    rows: Sequence[Stripes],
    ends: tuple[float, float],
    mixture: GaussianMixture,
    k: float,
    labels: Labels,
    *,
    pick: bool,
) -> Regions:
    """A part of the line of initial noise, a row for each of some stripes."""
    edges = np.linspace(*ends, COLUMNS + 1)
    values = np.stack([_codes_of_line(found, edges, mixture) for found in rows])
    return dataclasses.replace(_regions(values[None], mixture, k, labels), x=ends, pick=pick)


def _both(atlas: PlaneAtlas) -> tuple[tuple[str, Role, Basins], tuple[str, Role, Basins]]:
    return ("seeds by the network", "model", atlas.model), ("seeds by the true score", "truth", atlas.truth)


def _seeds(
    title: str,
    role: Role,
    found: Sequence[Basins],
    mixture: GaussianMixture,
    places: Labels,
    closer: Basins | None = None,
    *,
    pick: bool = False,
) -> Panel:
    """The plane of initial noise, a frame for each of the basins of one square; those of a smaller square lie
    over it."""
    square = found[0].square
    across = Axis(square.x - square.half, square.x + square.half, "initial noise")
    up = Axis(square.y - square.half, square.y + square.half)
    layers: list[Layer] = [_basin_regions(found, mixture, places, pick=pick and closer is None)]
    if closer is not None:
        near = closer.square
        x, y = ((at - near.half, at + near.half) for at in (near.x, near.y))
        over = _basin_regions((closer,), mixture, (), pick=pick)
        layers.append(dataclasses.replace(over, x=x, y=y))
    return Panel(title, role, across, up, (*layers, *_circles(square)), equal=True)


def _basin_regions(
    found: Sequence[Basins], mixture: GaussianMixture, labels: Labels, *, pick: bool
) -> Regions:
    """Pixels in the colours of their modes, with their distances, where those are kept."""
    width = max(1, round(DRAWN_WIDTH * found[0].size))
    codes = [np.where(_widened(one.hallucinated, width), mixture.modes, one.mode) for one in found]
    kept = not any(np.isnan(one.distance).all() for one in found)
    return dataclasses.replace(
        _regions(np.stack(codes), mixture, found[0].k, labels),
        amount=np.stack([one.distance for one in found]) if kept else None,
        unit="σ away",
        pick=pick,
    )


def _widened(black: np.ndarray, width: int) -> np.ndarray:
    """What is black, and what is thinner than so many cells made so wide that it can be seen."""
    around = np.ones((width,) * black.ndim, bool)
    thin = black & ~binary_opening(black, around)
    drawn: np.ndarray = black | binary_dilation(thin, around)
    return drawn


def _circles(square: Square) -> list[Lines]:
    """The circles around 0 that run through a square."""
    turn = np.linspace(0, np.pi, 91)
    halves = np.stack([np.sin(turn), -np.sin(turn)])[None]  # two lines, which are not read off as one is
    return [
        Lines(r * np.cos(turn), r * halves, "text", width=1, dash=True, opacity=0.5)
        for r in RADII
        if _reaches(square.x, square.y, square.half, r)
    ]


def _reaches(x: float, y: float, half: float, radius: float) -> bool:
    """Whether a circle around 0 runs through a square."""
    far = np.hypot(abs(x) + half, abs(y) + half)
    near = np.hypot(max(abs(x) - half, 0.0), max(abs(y) - half, 0.0))
    return bool(near < radius < far)


def modes_panel(mixture: GaussianMixture, k: float) -> Panel:
    """The plane of the data: what lies within k sigma of a mode has its colour."""
    (x, y), reach = shown_square(mixture)
    middles = reach * ((2 * np.arange(DATA_CELLS) + 1) / DATA_CELLS - 1)
    points = torch.from_numpy(np.stack(np.meshgrid(x + middles, y + middles), -1).reshape(-1, 2))
    nearest = np.where(
        mixture.is_hallucination(points, k).numpy(), OPEN, mixture.nearest_mode(points).numpy()
    )
    values = nearest.reshape(1, DATA_CELLS, DATA_CELLS)
    above = max(k * max(mixture.sigmas), 0.02 * reach) + 0.06 * reach
    labels = tuple((a, b + above, str(number)) for number, (a, b) in enumerate(mixture.means, 1))
    across, up = Axis(x - reach, x + reach, "data x₀"), Axis(y - reach, y + reach)
    return Panel("the modes", "text", across, up, (_regions(values, mixture, k, labels),), equal=True)


def _regions(values: np.ndarray, mixture: GaussianMixture, k: float, labels: Labels) -> Regions:
    """Modes, and what is hallucinated in the ink of text: (1 or F, rows, columns)."""
    kinds = (*_names(mixture), f"hallucinated, beyond {k:g} σ")
    light, dark = ((*region_colours(mixture.means, mode), colour("text", mode)) for mode in ("light", "dark"))
    return Regions(values, kinds, light, dark, "ends in", labels)


def _names(mixture: GaussianMixture) -> list[str]:
    """What modes are called: on the line by their centres, in the plane by their numbers."""
    if mixture.dimensions == 1:
        return [f"mode at {mean[0]:.3g}" for mean in mixture.means]
    return [f"mode {number}" for number in range(1, mixture.modes + 1)]


def region_places(found: Basins, mixture: GaussianMixture) -> Labels:
    """Where the number of a mode stands in the plane of seeds: the middle of where its largest part that is
    seen is widest; none for what is too small for it."""
    square, every = found.square, max(1, found.size // LABEL_CELLS)
    some = slice(every // 2, None, every)
    x, y = (
        np.convolve(square.edges(at, found.size), [0.5, 0.5], "valid")[some] for at in (square.x, square.y)
    )
    ends = np.where(found.hallucinated, mixture.modes, found.mode)[some, some]
    labels = []
    for mode in range(mixture.modes):
        here = ends == mode
        if here.mean() < SMALLEST_LABELLED:
            continue
        inside = distance_transform_edt(np.pad(here, 1))[1:-1, 1:-1]
        widest = np.argwhere(inside >= WIDE * inside.max())
        middle = np.linalg.norm(widest - widest.mean(0), axis=1).argmin()
        row, column = widest[middle]
        labels.append((float(x[column]), float(y[row]), str(mode + 1)))
    return tuple(labels)


def _stripe_labels(atlas: LineAtlas, mixture: GaussianMixture) -> Labels:
    """The centre of each mode in the row of the true score, in the middle of its widest stripe."""
    found, row = atlas.truth, float(len(atlas.model))
    ends = np.clip(np.concatenate([[-REACH], found.borders, [REACH]]), -REACH, REACH)
    labels = []
    for mode in range(mixture.modes):
        widths = np.where((found.mode == mode) & ~found.hallucinated, np.diff(ends), 0.0)
        widest = int(widths.argmax())
        if widths[widest] > NARROWEST_LABELLED:
            labels.append((float(ends[widest : widest + 2].mean()), row, f"{mixture.means[mode][0]:.3g}"))
    return tuple(labels)


def _codes_of_line(found: Stripes, edges: np.ndarray, mixture: GaussianMixture) -> np.ndarray:
    mode, _ = found.at((edges[1:] + edges[:-1]) / 2)
    black = _widened(found.touched(edges, LEAST_DRAWN), round(DRAWN_WIDTH * COLUMNS))
    return np.where(black, mixture.modes, mode)
