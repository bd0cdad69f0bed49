"""The Atlas: the initial noise, coloured by the mode in which each seed ends, by the true score and by the
network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt

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
from explorer.figures.words import exact_rate, percent
from explorer.page_figures.extents import shown_square

RADII = (1, 2, 3)  # of circles: 39, 86 and 99 % of the seeds lie within
REACH, COLUMNS = 3.5, 1024  # of the line of initial noise, and how many cells of it are drawn
DATA_CELLS, LABEL_CELLS, HALF = 320, 128, 0.5
SMALLEST_LABELLED, NARROWEST_LABELLED = 2e-3, 0.6  # of the plane's pixels, and of the line
Labels = tuple[tuple[float, float, str], ...]
THIN = "A border thinner than a pixel is drawn a pixel wide."


def plane_film(atlas: PlaneAtlas, mixture: GaussianMixture) -> Film:
    """One frame: the modes, and the plane of seeds by the true score and by the network."""
    places = _places(atlas.truth, mixture)
    model, truth = (_seeds(title, role, (found,), mixture, places) for title, role, found in _both(atlas))
    return Film(
        (_modes(mixture, atlas.model.k), truth, model),
        (_shares(atlas.model, "network") + " · " + _shares(atlas.truth, "true score"),),
        "",
        ("", ""),
        describe_plane(atlas),
    )


def training_film(
    atlas: PlaneAtlas, steps: Sequence[int], trained: Sequence[Basins], mixture: GaussianMixture
) -> Film:
    """A frame for each of the steps of a training: the seeds of the network then, beside those of the true
    score."""
    captions = tuple(
        f"step {step:,} · {_shares(found, 'network')}" for step, found in zip(steps, trained, strict=True)
    )
    first, last, places = trained[0], trained[-1], _places(atlas.truth, mixture)
    alt = (
        f"The plane of initial noise through the training. Hallucinated, beyond {last.k:g} σ of every mode: "
        f"{_share(first)} of the seeds at step {steps[0]:,}, {_share(last)} at step {steps[-1]:,}. {THIN}"
    )
    panels = (
        _modes(mixture, last.k),
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
        Axis(-REACH, REACH, "initial noise x_T"),
        Axis(-REACH, REACH),
        (_regions(way.modes, mixture, k, ()), *_circles(Square())),
        equal=True,
    )
    settled = [float((frame == way.modes[-1]).mean()) for frame in way.modes]
    half = next(t for t, share in zip(way.steps, settled, strict=True) if share > HALF)
    told = captions(np.array(way.steps), np.array([schedule.alpha_bar(t) for t in way.steps]))
    alt = (
        f"The plane of initial noise, coloured by the mode nearest to what the network predicts at each of "
        f"{len(way.steps)} steps. From t = {half} on, more than half of the pixels have the mode in which "
        f"they end."
    )
    return Film((_modes(mixture, k), panel), told, "step t", ENDS, alt, frame_seconds=0.25)


def line_film(atlas: LineAtlas, mixture: GaussianMixture) -> Film:
    """One frame: initial noise against the step of the training, in stripes; the true score in the top
    row."""
    edges = np.linspace(-REACH, REACH, COLUMNS + 1)
    rows = [*atlas.model, atlas.truth]
    values = np.stack([_codes_of_line(found, edges, mixture) for found in rows])
    names = (*(f"{step:,}" for step in atlas.steps), "true score")
    layers: list[Layer] = [_regions(values[None], mixture, atlas.k, _stripe_labels(atlas, mixture))]
    layers += [Rule(float(border), "x") for border in _mode_borders(atlas.truth)]
    panel = Panel(
        "initial noise through the training",
        "model",
        Axis(-REACH, REACH, "initial noise x_T"),
        Axis(-0.5, len(rows) - 0.5, "training step", names=names),
        tuple(layers),
    )
    final = atlas.model[-1]
    caption = (
        f"beyond {atlas.k:g} σ: {exact_rate(final.hallucinated_share, final.error)} of the seeds by the "
        f"network · {exact_rate(atlas.truth.hallucinated_share, atlas.truth.error)} by the true score"
    )
    return Film((panel,), (caption,), "", ("", ""), describe_line(atlas))


def describe_plane(atlas: PlaneAtlas) -> str:
    """What the plane shows, with its numbers, for who cannot see it."""
    model = atlas.model
    return (
        f"The plane of initial noise, coloured by the mode in which a seed ends with {atlas.sampler.name}. "
        f"Hallucinated, farther than {model.k:g} σ from every mode: {_share(model)} of the seeds by the "
        f"network, {_share(atlas.truth)} by the true score. {percent(atlas.misassigned)} of the seeds end in "
        f"another mode than by the true score. {percent(model.square.outside)} of all seeds lie outside of "
        f"the square. {THIN}"
    )


def describe_line(atlas: LineAtlas) -> str:
    """What the stripes show, with their numbers, for who cannot see them."""
    first, final = atlas.model[0], atlas.model[-1]
    return (
        f"Initial noise against the training step, coloured by the mode in which a seed ends with "
        f"{atlas.sampler.name}. The hallucinated stripes, farther than {atlas.k:g} σ from every mode, hold "
        f"{percent(first.hallucinated_share)} of the seeds at step {atlas.steps[0]:,} and "
        f"{exact_rate(final.hallucinated_share, final.error)} at step {atlas.steps[-1]:,}, by the true score "
        f"{exact_rate(atlas.truth.hallucinated_share, atlas.truth.error)} (exact). {THIN}"
    )


def _both(atlas: PlaneAtlas) -> tuple[tuple[str, Role, Basins], tuple[str, Role, Basins]]:
    return ("seeds by the network", "model", atlas.model), ("seeds by the true score", "truth", atlas.truth)


def _seeds(
    title: str, role: Role, found: Sequence[Basins], mixture: GaussianMixture, places: Labels
) -> Panel:
    """The plane of initial noise, a frame for each of the basins of one square."""
    square = found[0].square
    across = Axis(square.x - square.half, square.x + square.half, "initial noise x_T")
    up = Axis(square.y - square.half, square.y + square.half)
    values = np.stack([np.where(one.hallucinated, mixture.modes, one.mode) for one in found])
    layers: list[Layer] = [_regions(values, mixture, found[0].k, places)]
    return Panel(title, role, across, up, (*layers, *_circles(square)), equal=True)


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


def _modes(mixture: GaussianMixture, k: float) -> Panel:
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
    across, up = Axis(x - reach, x + reach, "data x_0"), Axis(y - reach, y + reach)
    return Panel("the modes", "text", across, up, (_regions(values, mixture, k, labels),), equal=True)


def _regions(values: np.ndarray, mixture: GaussianMixture, k: float, labels: Labels) -> Regions:
    """Modes, and what is hallucinated in the ink of text: (1 or F, rows, columns)."""
    kinds = (*_names(mixture), f"hallucinated, beyond {k:g} σ")
    light, dark = ((*region_colours(mixture.means, mode), colour("text", mode)) for mode in ("light", "dark"))
    return Regions(values, kinds, light, dark, "ends in", labels)


def _names(mixture: GaussianMixture) -> list[str]:
    """What modes are called: on the line by their centres, in the plane also by their numbers."""
    places = [", ".join(f"{c:.3g}" for c in mean) for mean in mixture.means]
    if mixture.dimensions == 1:
        return [f"mode at {place}" for place in places]
    return [f"mode {number} at ({place})" for number, place in enumerate(places, 1)]


def _places(found: Basins, mixture: GaussianMixture) -> Labels:
    """Where the number of a mode stands in the plane of seeds: the middle of its largest part that is seen,
    by the normal's mass; none for what is too small for it."""
    square, every = found.square, max(1, found.size // LABEL_CELLS)
    some = slice(every // 2, None, every)
    along, up = (masses[some] for masses in square.masses(found.size))
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
        row, column = np.unravel_index((inside * np.outer(up, along) ** 0.25).argmax(), here.shape)
        labels.append((float(x[column]), float(y[row]), str(mode + 1)))
    return tuple(labels)


def _stripe_labels(atlas: LineAtlas, mixture: GaussianMixture) -> Labels:
    """The name of each mode in the row of the true score, in the middle of its widest stripe."""
    found, row = atlas.truth, float(len(atlas.model))
    ends = np.clip(np.concatenate([[-REACH], found.borders, [REACH]]), -REACH, REACH)
    names, labels = _names(mixture), []
    for mode in range(mixture.modes):
        widths = np.where((found.mode == mode) & ~found.hallucinated, np.diff(ends), 0.0)
        widest = int(widths.argmax())
        if widths[widest] > NARROWEST_LABELLED:
            labels.append((float(ends[widest : widest + 2].mean()), row, names[mode]))
    return tuple(labels)


def _codes_of_line(found: Stripes, edges: np.ndarray, mixture: GaussianMixture) -> np.ndarray:
    mode, _ = found.at((edges[1:] + edges[:-1]) / 2)
    return np.where(found.touched(edges), mixture.modes, mode)


def _mode_borders(found: Stripes) -> np.ndarray:
    """Where the mode changes, (b,)."""
    return found.borders[found.mode[1:] != found.mode[:-1]]


def _shares(found: Basins, by: str) -> str:
    return f"{by}: {_share(found)} hallucinated"


def _share(found: Basins) -> str:
    return exact_rate(found.hallucinated_share, found.error)
