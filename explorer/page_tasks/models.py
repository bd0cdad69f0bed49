"""Samples of a model of one's own."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from explorer.adapters.diffusers.samples import DrawSpec, DrawUpdate, ModelSamples, draw_samples
from explorer.compute.device import on_threads, spare_processors
from explorer.compute.progress import returning_last


def draw_on_spare_processors(folder: Path, spec: DrawSpec) -> Generator[DrawUpdate, None, ModelSamples]:
    """Samples of the model in a folder, as draw_samples has them."""
    last = yield from returning_last(on_threads(draw_samples(folder, spec), spare_processors()))
    assert last.samples is not None  # a drawing ends with all of them
    return last.samples
