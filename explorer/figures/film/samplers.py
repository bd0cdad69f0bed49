"""What one sampler makes on the line: its density by the network and by the true score, over the data's."""

from __future__ import annotations

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, Layer, Lines
from explorer.figures.film.training import FLOOR


def sampled_density_film(
    x: np.ndarray,
    model: np.ndarray,
    solver: np.ndarray,
    data: np.ndarray,
    outside: np.ndarray,
    *,
    title: str,
    ticks: tuple[float, ...] | None,
    alt: str,
) -> Film:
    """Densities (n,) at x (n,) on a log axis: of the network, of the true score with the same sampler, and of
    the data.

    outside     (n,) bool: where no data can be; the network's density is filled there
    """
    peak = max(float(curve.max()) for curve in (model, solver, data))
    top = 10 ** np.ceil(np.log10(max(peak, 1.0)) + 0.2)
    bridges = np.where(outside & (model > FLOOR), model, np.nan)
    layers: tuple[Layer, ...] = (
        Lines(x, bridges[None, None], "hallucinated", "", width=0.5, fill=FLOOR, opacity=0.9),
        Lines(x, np.maximum(data, FLOOR)[None, None], "neutral", "data", width=1.8),
        Lines(x, np.maximum(solver, FLOOR)[None, None], "truth", "true score", width=2.5, dash=True),
        Lines(x, np.maximum(model, FLOOR)[None, None], "model", "network", width=2.5),
    )
    panel = Panel(
        title,
        "neutral",
        Axis(float(x[0]), float(x[-1]), "x", ticks=ticks),
        Axis(FLOOR, float(top), "p(x), log", log=True),
        layers,
    )
    return Film((panel,), ("",), "", ("", ""), alt)
