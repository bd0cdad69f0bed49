"""What the Shapes page shows: galleries of pictures by kind, one picture alone, pictures on their way from
noise, and the network beside the exact mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.digits.mnist import CLASSES
from explorer.data.hands.finger_match import match_fingers
from explorer.data.hands.five_fingers import FiveFingers
from explorer.data.pictures import (
    hallucinated_kinds,
    kind_names,
    learned_pictures,
    picture_distribution,
    subject,
)
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.paired_trajectories import Strips
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result, Snapshot, training_points
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import (
    PictureColours,
    as_drawn,
    difference,
    gallery_film,
    pictures_film,
    tile_of,
)
from explorer.figures.film.layers import HeatMap
from explorer.figures.words import seconds
from explorer.page_figures.main_figure import FilmFigure
from explorer.page_figures.picture_kinds import digits_of, kind_readings, kinds_of
from explorer.page_figures.shapes_findings import decided, describe_share

ORDERS = ("hallucinated first", "as drawn")
SHOWN, COLUMNS = 60, 15  # pictures of a gallery
WAY_COLUMNS = 6  # of each gallery of pictures on their way
COMPARED = 8  # data pictures whose posterior means are compared
STEPS_COMPARED = 24


# ---- galleries -----------------------------------------------------------------------------------


def without_counts(film: Film) -> Film:
    """A film of samples as long as a prediction is open: nothing says how many are of which kind."""
    return dataclasses.replace(film, readings=())


def main_figure(result: Result) -> FilmFigure:
    """The samples of a run on pictures, hallucinated ones first; it opens at the end of the training.

    Raises ValueError for a run on points.
    """
    if not result.experiment.pictures:
        raise ValueError("Points are no pictures: the Learn page shows what such a run learned.")
    film = samples_film(result.experiment, result.snapshots, ORDERS[0])
    return FilmFigure(film, len(film.captions) - 1)


def ordered_samples(experiment: Experiment, snapshot: Snapshot, order: str) -> np.ndarray:
    """The samples of a snapshot that are shown, (SHOWN, 1, s, s), NaN where there are no more.

    As they were drawn; or up to a row of each hallucinated kind first, the most telling on top, and then of
    digits as many of each; or those of the kind, or of the digit, that `order` names.
    """
    samples = snapshot.measurement.samples
    if samples is None:
        raise ValueError("This snapshot has no samples.")
    names, kinds = kind_names(experiment.pictures), kinds_of(experiment, samples)
    if order in names:
        chosen = samples[kinds == names.index(order)]
    elif order == ORDERS[1]:
        chosen = samples
    elif order in picture_digits(experiment):
        chosen = samples[digits_of(experiment, samples) == int(order)]
    else:
        rank = np.full(len(samples), len(names) + 1)
        rank[kinds == 0] = len(names)
        for place, kind in enumerate(hallucinated_kinds(experiment.pictures)):
            rank[np.flatnonzero(kinds == kind)[:COLUMNS]] = place
        if picture_digits(experiment):
            rank = _by_digit(rank, digits_of(experiment, samples), kinds)
        chosen = samples[np.argsort(rank, kind="stable")]
    shown = np.full((SHOWN, *samples.shape[1:]), np.nan, np.float32)
    shown[: len(chosen)] = chosen[:SHOWN]
    return shown


def picture_digits(experiment: Experiment) -> tuple[str, ...]:
    """The names of the digits that an experiment's pictures can be; () for other pictures."""
    return tuple(map(str, range(CLASSES))) if subject(experiment.pictures) == "digits" else ()


def _by_digit(rank: np.ndarray, digits: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Ranks by which, after the hallucinated pictures that come first, the first few of each digit follow."""
    first = int((rank == 0).sum())
    of_each, more = divmod(SHOWN - first, CLASSES)
    ranked = np.where(rank == 0, 0, 2 * CLASSES + rank)
    for digit in range(CLASSES):
        rows = np.flatnonzero((digits == digit) & (kinds == 0))[: of_each + (digit < more)]
        ranked[rows] = 1 + digit
    return ranked


@dataclass(frozen=True)
class ShownPictures:
    """The pictures of one snapshot that are shown, (SHOWN, 1, s, s), which of them are hallucinated (SHOWN,),
    and the tips of fingers too many and missing, as (tile, column, row) each."""

    pictures: np.ndarray
    wrong: np.ndarray
    surplus: np.ndarray
    missing: np.ndarray


def shown_pictures(experiment: Experiment, snapshot: Snapshot, order: str) -> ShownPictures:
    """The pictures of a snapshot in an order, and what is wrong with them."""
    pictures = ordered_samples(experiment, snapshot, order)
    there = np.isfinite(pictures[:, 0, 0, 0])
    wrong = np.zeros(SHOWN, bool)
    wrong[there] = kinds_of(experiment, pictures[there]) != 0
    marks: list[list[tuple[float, float, float]]] = [[], []]
    if isinstance(picture_distribution(experiment.pictures), FiveFingers) and wrong.any():
        match = match_fingers(torch.from_numpy(pictures[wrong]))
        for found, sets in zip(marks, (match.surplus, match.missing), strict=True):
            for tile, places in zip(np.flatnonzero(wrong), sets, strict=True):
                found += [(float(tile), x, y) for x, y in places.tolist()]
    surplus, missing = (np.array(found, float).reshape(-1, 3) for found in marks)
    return ShownPictures(pictures, wrong, surplus, missing)


def samples_film(
    experiment: Experiment,
    snapshots: Sequence[Snapshot],
    order: str,
    shown: Callable[[Experiment, Snapshot, str], ShownPictures] = shown_pictures,
) -> Film:
    """Samples of every snapshot, hallucinated ones framed, the tips of surplus and missing fingers marked;
    the data while nothing is trained.

    shown   finds the pictures of a snapshot; a page that draws them often passes one that remembers them
    """
    if not snapshots:
        return data_film(experiment)
    found = [shown(experiment, snapshot, order) for snapshot in snapshots]
    galleries, wrong = (np.stack([getattr(one, name) for one in found]) for name in ("pictures", "wrong"))
    marks = [(one.surplus, one.missing) for one in found]
    captions = [
        f"step {s.step:,} · {seconds(s.seconds)} · {describe_share(s.measurement)}" for s in snapshots
    ]
    return gallery_film(
        [(f"samples, {order}", "model", galleries[:, :, 0], wrong)],
        captions,
        columns=COLUMNS,
        slider="training step",
        ends=("start of the training", "end"),
        alt=f"{SHOWN} samples at {len(snapshots)} times of the training; at the end {captions[-1]}.",
        frame_seconds=0.6,
        marks=marks if any(len(places) for frame in marks for places in frame) else None,
        readings=kind_readings([snapshot.measurement for snapshot in snapshots]),
    )


def data_film(experiment: Experiment) -> Film:
    """Pictures the network is trained on."""
    pictures = data_pictures(experiment, SHOWN)
    return gallery_film(
        [("data", "truth", as_drawn(pictures[None]), np.zeros((1, SHOWN), bool))],
        ("the data",),
        columns=COLUMNS,
        slider="",
        ends=("", ""),
        alt=f"{SHOWN} pictures of the data.",
        colormap=colours_of(experiment),
    )


def colours_of(experiment: Experiment) -> PictureColours:
    """How an experiment's pictures are coloured: a user's own that are no digits as photographs."""
    return "photo" if subject(experiment.pictures) == "own" else "ink"


def describe_data(experiment: Experiment) -> str:
    """How many pictures of the data are shown, and how many there are to learn from."""
    return f"the first {SHOWN} of {experiment.points:,} pictures"


def picked_film(experiment: Experiment, picture: np.ndarray) -> Film:
    """One sample beside the nearest valid picture, or the nearest of the data, and the pixels that differ; of
    a hand the fingers that are too many or missing."""
    known, one = picture_distribution(experiment.pictures), torch.from_numpy(picture[None])
    marks: tuple[np.ndarray, np.ndarray] | None = None
    if isinstance(known, SimpleShapes):
        nearest, word = known.nearest_valid(one)[0].numpy(), "nearest valid"
        apart = np.sign(picture) - nearest
    elif isinstance(known, HandwrittenDigits):
        nearest, word = known.nearest(one)[0].numpy(), "nearest digit of the data"
        apart = np.clip(picture, -1, 1) - nearest
    else:
        match, word = match_fingers(one), "nearest of 4,000 drawings"
        nearest = match.nearest[0].numpy()
        apart, marks = np.clip(picture, -1, 1) - nearest, (match.surplus[0], match.missing[0])
    return pictures_film(
        [
            ("sample", "model", picture, "ink"),
            (word, "truth", nearest, "ink"),
            ("difference", "hallucinated", apart, "diverging"),
        ],
        ("",),
        slider="",
        ends=("", ""),
        alt=f"A sample, the {word}, and where they differ.",
        marks=marks,
    )


@lru_cache(maxsize=8)
def data_pictures(experiment: Experiment, n: int) -> np.ndarray:
    """The first n pictures of the data, (n, c, s, s)."""
    return training_points(experiment.replace(points=max(n, 100)))[:n].numpy()


# ---- pictures on their way -----------------------------------------------------------------------


def optimum(experiment: Experiment) -> str:
    """What the perfect denoiser is called: of others than shapes only that of a finite set is
    known."""
    return "truth" if subject(experiment.pictures) == "shapes" else "empirical optimum"


def wrong_first(experiment: Experiment, strips: Strips) -> np.ndarray:
    """The places of the pictures among the strips, in the order of the gallery: as many as fill its rows."""
    wrong = kinds_of(experiment, strips.samples[0]) != 0
    count = len(wrong) - len(wrong) % WAY_COLUMNS if len(wrong) > WAY_COLUMNS else len(wrong)
    return np.argsort(~wrong, kind="stable")[:count]


def way_film(experiment: Experiment, strips: Strips) -> Film:
    """Predicted clean pictures at every step, by the network and by the truth from the same noise."""
    order = wrong_first(experiment, strips)
    predicted = strips.x0_hat[:, :, order, 0]
    wrong = np.stack([kinds_of(experiment, ends[order]) != 0 for ends in strips.samples])
    return gallery_film(
        [
            ("model", "model", predicted[0], wrong[:1]),
            (optimum(experiment), "truth", predicted[1], wrong[1:]),
        ],
        [f"t = {t}" for t in strips.steps],
        columns=min(WAY_COLUMNS, len(order)),
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt=f"Predicted pictures of {len(order)} samples from noise to t = 0; hallucinated at the end: "
        f"{int(wrong[0].sum())} of the model, {int(wrong[1].sum())} of the truth.",
        frame_seconds=0.15,
    )


def picture_at(order: np.ndarray, tile: int) -> int | None:
    """The place among the strips of the picture that a tile shows, by their order in the gallery; None for a
    tile that holds none."""
    if not 0 <= tile < len(order):
        return None
    return int(order[tile_of(tile, len(order), min(WAY_COLUMNS, len(order)))])


def decided_film(experiment: Experiment, strips: Strips, place: int) -> Film:
    """One picture on its way by model and truth, and where the model's prediction changed late."""
    model, truth = np.clip(strips.x0_hat[:, :, place, 0], -1, 1)
    late = model[-len(model) // 2 :].var(0)
    names = decided(experiment, strips, place)[1]
    return pictures_film(
        [
            ("model", "model", model, "ink"),
            (optimum(experiment), "truth", truth, "ink"),
            ("variance of the model's x̂₀", "hallucinated", late[None], "sequential"),
        ],
        [f"t = {t} · {name}" for t, name in zip(strips.steps, names, strict=True)],
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt="A predicted picture through time, by model and truth, and the variance of each pixel.",
    )


def posterior_film(result: Result, which: int) -> Film:
    """One picture of the data with ever less noise: what the network predicts, and what it should."""
    experiment = result.experiment
    picture = torch.from_numpy(data_pictures(experiment, COMPARED)[which : which + 1])
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(which))
    schedule, network = experiment.schedule, result.denoiser()
    truth = TrueDenoiser(learned_pictures(experiment.pictures), schedule)
    steps = schedule.timesteps(STEPS_COMPARED)
    shown: list[list[np.ndarray]] = [[], [], []]
    for t in steps:
        alpha_bar = schedule.alpha_bar(t)
        x_t = alpha_bar**0.5 * picture + (1 - alpha_bar) ** 0.5 * noise
        learned, exact = (
            ((x_t - (1 - alpha_bar) ** 0.5 * each.predict_noise(x_t, t)) / alpha_bar**0.5).clamp(-1, 1)
            for each in (network, truth)
        )
        for kept, value in zip(shown, (x_t, learned, exact), strict=True):
            kept.append(as_drawn(value[0].numpy()))
    x_t, learned, exact = (np.stack(kept) for kept in shown)
    (differ, differ_colours), colours = difference(learned, exact), colours_of(experiment)
    known = subject(experiment.pictures) == "shapes"
    word = "exact E[x₀ | xₜ]" if known else "empirical E[x₀ | xₜ]"
    between = "network − truth" if known else "network − empirical"
    between = f"|{between}|" if differ_colours == "sequential" else between
    return pictures_film(
        [
            ("xₜ", "neutral", np.clip(x_t, -1, 1), colours),
            ("network's x̂₀", "model", learned, colours),
            (word, "truth", exact, colours),
            (between, "hallucinated", differ, differ_colours),
        ],
        [f"t = {t} · ᾱ = {schedule.alpha_bar(t):.3g}" for t in steps],
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt="A noisy picture, the network's and the exact mean of what it was, and their difference.",
    )


def most_apart(film: Film) -> int:
    """The frame of posterior_film() at which network and truth differ most."""
    apart = film.panels[-1].layers[0]
    assert isinstance(apart, HeatMap)
    return int(np.abs(apart.values).mean(axis=(1, 2)).argmax())
