"""The error of a score over every step and place at once: a map to hover over, and a film of it for files."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, HeatMap, Lines
from explorer.figures.film.scores import ENDS
from explorer.figures.palette import Mode, colour

STEP_LABEL = "step t (0 = clean), spaced by log-SNR"


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
            colorbar={
                "title": {"text": label, "side": "right"},
                "thickness": 12,
                "outlinewidth": 0,
                "tickvals": [-reach, 0, reach],
                "ticktext": [f"≤ −{reach:.3g}", "0", f"≥ {reach:.3g}"],
            },
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
