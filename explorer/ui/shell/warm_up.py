"""First uses are slow (imports, optimiser, Fourier transform): have them before the first visitor does."""

from __future__ import annotations

import altair  # noqa: F401
import matplotlib.figure  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401
import pyarrow  # noqa: F401
import vl_convert  # noqa: F401

from explorer.experiments.presets import DEFAULT, preset
from explorer.experiments.run import learn


def warm_up() -> None:
    """Train the default preset for a few steps and throw the result away."""
    tiny = preset(DEFAULT).experiment.replace(**{"training.steps": 2, "training.batch": 8, "points": 100})
    for _ in learn(tiny):
        pass
