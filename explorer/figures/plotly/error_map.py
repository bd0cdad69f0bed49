"""The error of a score over every step and place at once, as a heat map."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from explorer.figures.palette import Mode, colour


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
    reach = float(np.quantile(np.abs(error), 0.998)) or 1.0
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
        title="step t (0 = clean), spaced by log-SNR",
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
