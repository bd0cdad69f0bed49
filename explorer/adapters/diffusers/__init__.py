"""Models and pipelines of the library diffusers (an optional extra: pip install diffusers)."""

from explorer.adapters.diffusers.denoiser import DiffusersDenoiser
from explorer.adapters.diffusers.folder import export_run, load_model
from explorer.adapters.diffusers.recorder import RecordedVariance, record, window_of_steps

__all__ = [
    "DiffusersDenoiser",
    "RecordedVariance",
    "export_run",
    "load_model",
    "record",
    "window_of_steps",
]
