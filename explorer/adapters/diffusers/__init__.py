"""Models and pipelines of the library diffusers (an optional extra: pip install diffusers)."""

from explorer.adapters.diffusers.denoiser import DiffusersDenoiser
from explorer.adapters.diffusers.folder import export_run, load_model
from explorer.adapters.diffusers.recorder import (
    RecordedPredictions,
    RecordedVariance,
    record,
    recorded_by,
    window_of_steps,
)

__all__ = [
    "DiffusersDenoiser",
    "RecordedPredictions",
    "RecordedVariance",
    "export_run",
    "load_model",
    "record",
    "recorded_by",
    "window_of_steps",
]
