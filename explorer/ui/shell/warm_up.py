"""First uses are slow (imports, optimiser, Fourier transform): have them before the first visitor does, and
measure how fast this machine trains."""

from __future__ import annotations

import altair  # noqa: F401
import matplotlib.figure  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401
import pyarrow  # noqa: F401
import scipy.stats  # noqa: F401
import sklearn.metrics  # noqa: F401
import vl_convert  # noqa: F401

from explorer.compute.device import choose_device
from explorer.experiments.presets import DEFAULT, preset
from explorer.experiments.run import learn
from explorer.ui.shell import server

PROBED_ON_ACCELERATORS = ("three-modes-paper", "shapes-32")  # on a processor the shipped runs' seconds tell


def warm_up() -> None:
    """Train the default preset for a moment, for its pace, and throw the result away."""
    tiny = preset(DEFAULT).experiment.replace(**{"training.steps": 2, "training.batch": 8, "points": 100})
    for _ in learn(tiny):
        pass
    for name in (DEFAULT, *PROBED_ON_ACCELERATORS):
        experiment = preset(name).experiment
        device = choose_device(experiment.network.kind).device
        if name == DEFAULT or device.type != "cpu":
            server.costs().probe(experiment, device)
