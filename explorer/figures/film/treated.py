"""A treated model as films: its density over the true one, and its score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, Layer, Lines, Rule
from explorer.figures.film.training import FLOOR


def treated_film(
    x: np.ndarray,
    treated: np.ndarray,
    untreated: np.ndarray | None,
    truth: np.ndarray,
    outside: np.ndarray,
    *,
    title: str,
    alt: str,
) -> Film:
    """A treated density (n,) at x (n,) on a log axis, over the truth and its own before a treatment."""
    top = 10 ** np.ceil(np.log10(max(float(treated.max()), float(truth.max()), 1.0)) + 0.2)
    bridges = np.where(outside & (treated > FLOOR), treated, np.nan)
    layers: list[Layer] = [
        Lines(x, bridges[None, None], "hallucinated", "", width=0.5, fill=FLOOR, opacity=0.9),
        Lines(x, np.maximum(truth, FLOOR)[None, None], "truth", "truth", width=2.5),
    ]
    if untreated is not None:
        layers.append(
            Lines(x, np.maximum(untreated, FLOOR)[None, None], "model", "untreated", width=1.8, dash=True)
        )
    role, name = ("model", "model") if untreated is None else ("kept", "treated")
    layers.append(Lines(x, np.maximum(treated, FLOOR)[None, None], role, name, width=2.5))  # type: ignore[arg-type]
    panel = Panel(
        title,
        "neutral",
        Axis(float(x[0]), float(x[-1]), "x"),
        Axis(FLOOR, float(top), "p(x), log", log=True),
        tuple(layers),
    )
    return Film((panel,), ("",), "", ("", ""), alt)


def treated_score_film(
    x: np.ndarray,
    truth: np.ndarray,
    untreated: np.ndarray,
    treated: np.ndarray,
    captions: Sequence[str],
    *,
    ends: tuple[str, str],
    ticks: tuple[float, ...] | None,
    alt: str,
) -> Film:
    """Scaled scores (F, n) of truth, model and treated model on common axes, and what the two are off by."""
    axis = Axis(float(x[0]), float(x[-1]), "x at step t", ticks=ticks)
    panels = []
    for title, curves in (
        ("scaled score", (("truth", truth), ("model", untreated), ("kept", treated))),
        ("less the truth", (("model", untreated - truth), ("kept", treated - truth))),
    ):
        reach = 1.08 * max(float(np.abs(values).max()) for _, values in curves)
        names = {"truth": "truth", "model": "untreated", "kept": "treated"}
        layers: list[Layer] = [Rule(0.0, "y", dash=False)]
        layers += [
            Lines(x, values[:, None], role, names[role], width=2.2, dash=role == "model")  # type: ignore[arg-type]
            for role, values in curves
        ]
        panels.append(Panel(title, "neutral", axis, Axis(-reach, reach), tuple(layers)))
    return Film(tuple(panels), tuple(captions), "step t", ends, alt, 0.12)
