"""The score of truth and model side by side, and their difference: films over t, and a map over x and t."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.charts.film import Film, Panel
from explorer.charts.film_layers import Arrows, Axis, HeatMap, Layer, Lines, Points, Rule
from explorer.charts.palette import Mode, colour

FRAME_SECONDS = 0.12
ENDS = ("noise", "t = 0, clean")
STEP_LABEL = "step t (0 = clean), spaced by log-SNR"


def captions(steps: np.ndarray, alpha_bars: np.ndarray) -> tuple[str, ...]:
    """What each frame shows: t = 37 · ᾱ = 0.93."""
    return tuple(
        f"t = {t} · ᾱ = {a:.2g}" if a < 0.995 else f"t = {t} · ᾱ = {a:.4f}"
        for t, a in zip(steps, alpha_bars, strict=True)
    )


def score_film(
    x: np.ndarray,
    truth: np.ndarray | None,
    model: np.ndarray,
    frame_captions: Sequence[str],
    *,
    y_label: str,
    boundaries: np.ndarray,
    ticks: tuple[float, ...] | None,
    alt: str,
) -> Film:
    """Curves (F, n) of truth, model and model - truth on common axes; boundaries (F, b) lie between the
    modes."""
    reach = 1.08 * max(float(np.abs(values).max()) for values in (truth, model) if values is not None)
    x_axis = Axis(float(x[0]), float(x[-1]), "x at step t", ticks=ticks)
    ends = np.array([[[-reach, reach]]])
    upright = (
        Lines(np.stack([b, b], 1), ends, "neutral", width=1, dash=True, opacity=0.6) for b in boundaries.T
    )
    rules: tuple[Layer, ...] = (*upright, Rule(0.0, "y", dash=False))
    axis = Axis(-reach, reach, y_label)
    panels = []
    if truth is not None:
        panels.append(
            Panel("truth", "truth", x_axis, axis, (*rules, Lines(x, truth[:, None], "truth", width=2.5)))
        )
    panels.append(
        Panel("model", "model", x_axis, axis, (*rules, Lines(x, model[:, None], "model", width=2.5)))
    )
    if truth is not None:
        gap = Lines(x, (model - truth)[:, None], "hallucinated", width=2.5, fill=0.0)
        panels.append(Panel("model − truth", "hallucinated", x_axis, axis, (*rules, gap)))
    return Film(tuple(panels), tuple(frame_captions), "step t", ENDS, alt, FRAME_SECONDS)


def field_film(
    xy: np.ndarray,
    truth: np.ndarray,
    model: np.ndarray,
    log_density: np.ndarray,
    error: np.ndarray,
    frame_captions: Sequence[str],
    *,
    near: np.ndarray,
    region: tuple[float, float, float, float],
    modes: np.ndarray,
    alt: str,
) -> Film:
    """Arrows (F, n, 2) of truth, model and model - truth; log p_t (F, r, c) and the error lie under them.

    Lengths are scaled by one factor for all panels and frames, and drawn no longer than the lattice's
    spacing.
    """
    x_axis, y_axis = Axis(region[0], region[1]), Axis(region[2], region[3])
    spacing = (region[1] - region[0]) / np.sqrt(len(xy))
    scale = float(np.quantile(np.linalg.norm(truth, axis=-1), 0.97)) or 1.0
    ground = HeatMap(_relative(log_density), -12.0, 0.0, "faint")
    wrong = HeatMap(error, 0.0, max(float(np.quantile(error[near], 0.99)), 1e-6), "sequential")
    dots = Points(modes[None], "neutral", size=3, opacity=0.9) if len(modes) else None

    def panel(title: str, role: str, under: HeatMap, vectors: np.ndarray) -> Panel:
        arrows = Arrows(xy, _shortened(vectors / scale) * spacing, "text" if role == "hallucinated" else role)  # type: ignore[arg-type]
        layers: list[Layer] = [under, arrows]
        if dots is not None:
            layers.append(dots)
        return Panel(title, role, x_axis, y_axis, tuple(layers), equal=True)  # type: ignore[arg-type]

    panels = (
        panel("truth", "truth", ground, truth),
        panel("model", "model", ground, model),
        panel("model − truth", "hallucinated", wrong, model - truth),
    )
    return Film(panels, tuple(frame_captions), "step t", ENDS, alt, FRAME_SECONDS)


def error_map(
    steps: np.ndarray,
    x: np.ndarray,
    error: np.ndarray,
    boundaries: np.ndarray,
    *,
    mode: Mode,
    label: str,
    height: int,
) -> go.Figure:
    """model - truth (F, n) over the step t, noisy at the left, and x; boundaries (F, b) between the true
    modes.

    The steps are spaced as the frames of the film are, by log-SNR; the axis names them.
    """
    reach = _reach(error)
    column = np.arange(len(steps))
    ticks = np.unique(np.linspace(0, len(steps) - 1, 9).astype(int))
    figure = go.Figure(
        go.Heatmap(
            x=column,
            y=x.astype(np.float32),
            z=error.T.astype(np.float32),
            customdata=np.broadcast_to(steps.astype(np.float32), error.T.shape),
            zmin=-reach,
            zmax=reach,
            colorscale=[
                [0, colour("truth", mode)],
                [0.5, colour("ground", mode)],
                [1, colour("hallucinated", mode)],
            ],
            colorbar={"title": {"text": label, "side": "right"}, "thickness": 12, "outlinewidth": 0},
            hovertemplate="t = %{customdata:.0f}<br>x = %{y:.3f}<br>model − truth = %{z:.3f}<extra></extra>",
        )
    )
    for line in boundaries.T:
        figure.add_scatter(
            x=column,
            y=line,
            mode="lines",
            line={"color": colour("text", mode), "width": 1, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_xaxes(
        title=STEP_LABEL,
        tickvals=ticks,
        ticktext=[str(steps[i]) for i in ticks],
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(
        title="x at step t", showgrid=False, zeroline=False, range=[float(x[0]), float(x[-1])]
    )
    figure.update_layout(height=height, margin={"l": 60, "r": 10, "t": 10, "b": 55}, font={"size": 14})
    return figure


def error_film(
    steps: np.ndarray, x: np.ndarray, error: np.ndarray, boundaries: np.ndarray, *, label: str, alt: str
) -> Film:
    """The same as a film of one frame, whose file is for print."""
    column = np.arange(len(steps), dtype=float)
    reach = _reach(error)
    x_axis = Axis(-0.5, len(steps) - 0.5, STEP_LABEL, names=tuple(str(t) for t in steps))
    layers = (
        HeatMap(error.T[None], -reach, reach, "diverging", unit=label),
        Lines(column, boundaries.T[None], "text", width=1, dash=True),
    )
    panel = Panel("", "neutral", x_axis, Axis(float(x[0]), float(x[-1]), "x at step t"), layers)
    return Film((panel,), ("",), "step t", ENDS, alt)


def _reach(error: np.ndarray) -> float:
    """The end of the colour scale: a few places may lie beyond it."""
    return float(np.quantile(np.abs(error), 0.998)) or 1.0


def _relative(log_density: np.ndarray) -> np.ndarray:
    return log_density - log_density.max(axis=(1, 2), keepdims=True)


def _shortened(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length at most 1."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, 1.0)
