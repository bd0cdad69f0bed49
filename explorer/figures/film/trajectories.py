"""Films of samples on their way from noise to data: many at once, one alone, and one step in slow motion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, Band, Layer, Lines, Points
from explorer.figures.palette import Role

ENDS = ("noise", "t = 0, clean")
TICKS_AT = (300, 200, 100, 80, 60, 40, 20, 10, 5, 0)
SUB_STEPS = ("1 predict the noise", "2 form x̂₀", "3 take the mean", "4 add fresh noise")
FRAMES_PER_SUB_STEP = 14
STEP_LABEL = "step t (0 = clean), most room for the last 60"


def step_axis(steps: np.ndarray, label: str, *, sparse: bool = False) -> Axis:
    """An axis on which frame i of a film, at steps[i], stands at i and is called by its t.

    sparse      leave the choice of ticks to the space there is
    """
    wanted = [int(steps[0]), *(t for t in TICKS_AT if t <= steps[0])]
    ticks: list[float] = []
    for place in sorted({int(np.abs(steps - t).argmin()) for t in wanted}, reverse=True):
        if not ticks or ticks[-1] - place >= len(steps) / 20:
            ticks.append(float(place))
    names = tuple(str(t) for t in steps)
    return Axis(0, max(len(steps) - 1, 1), label, ticks=None if sparse else tuple(ticks[::-1]), names=names)


def path_film(
    steps: np.ndarray,
    paths: Sequence[np.ndarray],
    titles: Sequence[tuple[str, Role]],
    hallucinated: Sequence[np.ndarray],
    captions: Sequence[str],
    *,
    modes: Sequence[tuple[float, float]],
    interval: tuple[float, float],
    at_the_end: bool,
    alt: str,
) -> Film:
    """Predicted x0 (F, m) of each panel against the step, time running right: the paper's picture.

    hallucinated    (m,) bool of each panel
    modes           the low and high end of each mode's support
    at_the_end      colour the verdict only on the last frame, not throughout
    """
    axis, y = step_axis(steps, STEP_LABEL), Axis(*interval, "predicted x̂₀")
    frames = np.arange(len(steps), dtype=float)
    panels = []
    for path, (title, role), wrong in zip(paths, titles, hallucinated, strict=True):
        cut = np.clip(path, *interval)
        bands = tuple(Band(low, high, "y", "truth", 0.18) for low, high in modes)
        lines = Lines(
            frames,
            cut.T[None],
            role,
            width=1.2,
            opacity=0.35,
            category=None if at_the_end else wrong.astype(np.uint8),
            colours=(role, "hallucinated"),
            pick=True,
        )
        layers: list[Layer] = [*bands, lines]
        # The verdict's dots run along the lines.
        dots = np.stack([np.broadcast_to(frames[:, None], cut.shape), cut], axis=2)
        layers.append(_dots(dots, wrong, at_the_end, role, 4.5))
        panels.append(Panel(title, role, axis, y, tuple(layers), cursor=tuple(frames)))
    return Film(tuple(panels), tuple(captions), "step t", ENDS, alt)


def cloud_film(
    places: Sequence[np.ndarray],
    titles: Sequence[tuple[str, Role]],
    hallucinated: Sequence[np.ndarray],
    captions: Sequence[str],
    *,
    modes: np.ndarray,
    centre: tuple[float, float],
    reach: float,
    at_the_end: bool,
    alt: str,
) -> Film:
    """Samples (F, m, 2) of each panel moving over the true modes (K, 2); places off the square are cut at its
    edge.

    hallucinated    (m,) bool of each panel
    at_the_end      colour the verdict only on the last frame, not throughout
    """
    x, y = (Axis(c - reach, c + reach) for c in centre)
    low, high = np.array(centre) - reach, np.array(centre) + reach
    panels = []
    for place, (title, role), wrong in zip(places, titles, hallucinated, strict=True):
        layers = (
            Points(modes[None], "truth", size=5, opacity=0.9, name="true modes"),
            _dots(np.clip(place, low, high), wrong, at_the_end, role, 3.8),
        )
        panels.append(Panel(title, role, x, y, layers, equal=True))
    return Film(tuple(panels), tuple(captions), "step t", ENDS, alt)


def sample_film(
    steps: np.ndarray,
    model: np.ndarray,
    truth: np.ndarray,
    *,
    modes: Sequence[tuple[float, float]],
    interval: tuple[float, float],
    label: str,
    hallucinated: bool,
    alt: str,
) -> Film:
    """One sample's predictions (F,) by the model and by the truth, against the step: a still."""
    frames = np.arange(len(steps), dtype=float)
    role: Role = "hallucinated" if hallucinated else "model"
    layers: list[Layer] = [Band(low, high, "y", "truth", 0.18) for low, high in modes]
    layers.append(Lines(frames, np.clip(truth, *interval)[None, None], "truth", "truth", width=2))
    layers.append(Lines(frames, np.clip(model, *interval)[None, None], role, "model", width=2.5))
    panel = Panel(
        "this sample", role, step_axis(steps, "step t", sparse=True), Axis(*interval, label), tuple(layers)
    )
    return Film((panel,), ("",), "step t", ENDS, alt)


def variance_film(
    steps: np.ndarray,
    sample: np.ndarray,
    truth: np.ndarray,
    median: np.ndarray,
    *,
    width: int,
    hallucinated: bool,
    alt: str,
) -> Film:
    """The running variance (F,) over the last `width` steps of one sample, of the truth from the same noise,
    and of the median sample: a still.

    NaN where fewer than `width` steps have been walked; the picture begins where that ends.
    """
    known = np.isfinite(sample)
    steps, sample, truth, median = (values[known] for values in (steps, sample, truth, median))
    frames = np.arange(len(steps), dtype=float)
    role: Role = "hallucinated" if hallucinated else "model"
    curves = np.stack([sample, truth, median])
    curves = curves[curves > 0]
    low = max(float(curves.min(initial=1.0)), 1e-9)
    high = max(float(curves.max(initial=0.0)), 10 * low)
    axis = Axis(10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high)), "of x̂₀", log=True)
    layers = (
        Lines(frames, median[None, None], "neutral", "median", width=1.5, dash=True),
        Lines(frames, truth[None, None], "truth", "truth", width=2),
        Lines(frames, sample[None, None], role, "model", width=2.5),
    )
    panel = Panel(f"variance, last {width}", "neutral", step_axis(steps, "step t", sparse=True), axis, layers)
    return Film((panel,), ("",), "step t", ENDS, alt)


def slow_step_film(
    x_t: np.ndarray,
    x0_hat: np.ndarray,
    mean: np.ndarray,
    x_s: np.ndarray,
    roles: np.ndarray,
    *,
    t: int,
    centre: tuple[float, float],
    reach: tuple[float, float],
    modes: np.ndarray,
    bands: Sequence[tuple[float, float]] = (),
    labels: tuple[str, str],
    equal: bool,
    alt: str,
) -> Film:
    """One reverse step of a handful of points in slow motion, in four sub-steps.

    x_t, x0_hat, mean, x_s      (m, 2): before the step, predicted, without its noise, after it
    roles                       (m,) bool: which of them end as hallucinations
    modes, bands                the truth that is drawn: centres (K, 2) in the plane, strips along x on a line
    """
    x = Axis(centre[0] - reach[0], centre[0] + reach[0], labels[0])
    y = Axis(centre[1] - reach[1], centre[1] + reach[1], labels[1], ticks=None if equal else ())
    share = (np.arange(FRAMES_PER_SUB_STEP) + 1) / FRAMES_PER_SUB_STEP
    share = share**2 * (3 - 2 * share)
    still, full = np.zeros_like(share), np.ones_like(share)
    # How far each sub-step has come, frame by frame.
    noise, form, move, jump = (
        np.concatenate(parts)
        for parts in (
            (share, full, full, full),
            (still, share, full, full),
            (still, still, share, full),
            (still, still, still, share),
        )
    )
    count = len(noise)

    def between(start: np.ndarray, end: np.ndarray, of: np.ndarray) -> np.ndarray:
        return start + (end - start) * of[:, None, None]

    here = between(between(np.broadcast_to(x_t, (count, *x_t.shape)), mean, move), x_s, jump)
    category = roles.astype(np.uint8)
    guide = between(np.broadcast_to(x_t, (count, *x_t.shape)), x0_hat, noise * 0.35 + form * 0.65)
    appearing = np.where(form[:, None, None] > 0.98, x0_hat, np.nan)
    stray = np.where(
        jump[:, None, None] > 0, between(np.broadcast_to(mean, (count, *x_t.shape)), x_s, jump), np.nan
    )
    layers: list[Layer] = [Band(low, high, "x", "truth", 0.18) for low, high in bands]
    if len(modes):
        layers.append(Points(modes[None], "truth", size=9, opacity=0.8, name="true modes"))
    layers += [
        _segments(np.broadcast_to(x_t, guide.shape), guide, "neutral", dash=True),
        _segments(np.broadcast_to(mean, stray.shape), stray, "kept", dash=False),
        Points(np.broadcast_to(x_t, guide.shape), "neutral", 6, 0.5, "where it was"),
        Points(appearing, "text", 6, 0.9, "x̂₀"),
        Points(here, "model", 10, 1.0, "x", category, ("model", "hallucinated")),
    ]
    captions = tuple(f"t = {t} · {name}" for name in SUB_STEPS for _ in range(FRAMES_PER_SUB_STEP))
    panel = Panel(f"one reverse step, t = {t} to {t - 1}", "model", x, y, tuple(layers), equal=equal)
    ends = ("x at step t", "x at step t − 1")
    return Film((panel,), captions, "beat", ends, alt, frame_seconds=0.11)


def _segments(start: np.ndarray, end: np.ndarray, colour: Role, *, dash: bool) -> Lines:
    """Lines from start to end, (F, m, 2) each, as one line with gaps."""
    gap = np.full_like(start, np.nan)
    joined = np.stack([start, end, gap], axis=2).reshape(len(start), -1, 2)
    return Lines(joined[..., 0], joined[:, None, :, 1], colour, width=1.5, dash=dash, opacity=0.8)


def _dots(places: np.ndarray, wrong: np.ndarray, at_the_end: bool, role: Role, size: float) -> Points:
    category = np.zeros(places.shape[:2], np.uint8)
    category[-1 if at_the_end else slice(None)] = wrong
    # The hallucinated ones last, so that they lie on top: the player draws one colour after the other.
    return Points(places, role, size, 0.75, "", category, (role, "hallucinated"), pick=True)
