"""The films of what a model has learned, one frame a snapshot of its training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, Layer, Lines, Points

FLOOR = 1e-7


def density_film(
    x: np.ndarray,
    learned: np.ndarray | None,
    captions: Sequence[str],
    *,
    truth: np.ndarray | None,
    outside: np.ndarray | None,
    data: np.ndarray | None = None,
    alt: str,
) -> Film:
    """Learned densities (F, n) at x (n,) on a log axis, over the true one (n,) or a histogram of the data
    (n,).

    learned     None while nothing is trained: then only the truth is drawn
    outside     (n,) bool: where no data can be; the learned density is filled there
    """
    peak = max(float(curve.max()) for curve in (learned, truth, data) if curve is not None)
    top = 10 ** np.ceil(np.log10(max(peak, 1.0)) + 0.2)
    layers: list[Layer] = []
    if outside is not None and learned is not None:
        bridges = np.where(outside & (learned > FLOOR), learned, np.nan)
        layers.append(
            Lines(
                x, bridges[:, None], "hallucinated", "never in the data", width=0.5, fill=FLOOR, opacity=0.9
            )
        )
    if truth is not None:
        layers.append(Lines(x, np.maximum(truth, FLOOR)[None, None], "truth", "truth", width=2.5))
    if data is not None:
        layers.append(Lines(x, np.maximum(data, FLOOR)[None, None], "truth", "your points", width=2))
    if learned is not None:
        layers.append(Lines(x, np.maximum(learned, FLOOR)[:, None], "model", "model", width=2.5))
    panel = Panel(
        "Density of the samples, log axis",
        "neutral",
        Axis(float(x[0]), float(x[-1]), "x"),
        Axis(FLOOR, float(top), "p(x)", log=True),
        tuple(layers),
    )
    return Film((panel,), tuple(captions), "training step", ("start of the training", "end"), alt, 0.5)


def samples_film(
    samples: Sequence[np.ndarray],
    hallucinated: Sequence[np.ndarray] | None,
    captions: Sequence[str],
    *,
    modes: np.ndarray,
    reach: float,
    centre: tuple[float, float],
    known: bool,
    alt: str,
) -> Film:
    """Samples (n, 2) of each snapshot, hallucinated ones (n,) bool coloured, with the true modes (K, 2)
    drawn.

    reach   half the side of the square that is shown, around centre
    known   whether modes are the true modes; otherwise they are points of the data
    """
    layers: list[Layer] = []
    count = min((len(s) for s in samples), default=0)
    cloud = np.stack([s[:count] for s in samples]) if count else np.zeros((1, 0, 2))
    if hallucinated is None or not count:
        layers.append(Points(cloud, "model", size=2.5, opacity=0.6, name="samples"))
    else:
        verdict = np.stack([h[:count] for h in hallucinated]).astype(np.uint8)
        layers.append(Points(cloud, "kept", 2.5, 0.6, "samples", verdict, ("kept", "hallucinated")))
    if len(modes):
        layers.append(
            Points(modes[None], "truth", size=2.5, opacity=1, name="true modes" if known else "your points")
        )
    axes = [Axis(c - reach, c + reach) for c in centre]
    panel = Panel("", "model", axes[0], axes[1], tuple(layers), equal=True)
    return Film((panel,), tuple(captions), "training step", ("start of the training", "end"), alt, 0.5)
