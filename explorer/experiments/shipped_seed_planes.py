"""Planes of seeds that ship beside the runs of pictures, so that a page shows them at once.

seeds.json          of which run, sampler, how all was computed, size and SHA-256 of the other file
seeds.safetensors   the pictures by the network and by the true score, each a PNG file of all
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.experiments.beside_runs import BesideRuns
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.experiments.seed_plane import SIDE, SeedPlane, seed_plane
from explorer.storage.arrays import load_arrays, save_arrays
from explorer.storage.files import listing, verified, write_file
from explorer.storage.pictures import pictures_of, sheet

FORMAT = 1
TABLE, ARRAYS = "seeds.json", "seeds.safetensors"
WITH_PLANES = ("shapes-32", "shapes-64", "hands-48")  # of digits the page draws its plane when it is asked


def build_seed_plane(result: Result, folder: Path, *, side: int = SIDE) -> Generator[float, None, None]:
    """Draw the plane of a run of pictures and write it into the run's folder; yields the share done.

    Raises ValueError as seed_plane does.
    """
    made = yield from seed_plane(result, side=side)
    blob = save_arrays({"model": sheet(made.model), "truth": sheet(made.truth)})
    write_file(folder / ARRAYS, blob)
    table = {"sampler": dataclasses.asdict(made.sampler), "file": listing(blob)}
    SEED_PLANES.write(folder, result, table)


def _read(folder: Path, table: Mapping[str, Any], experiment: Experiment) -> SeedPlane:
    arrays = load_arrays(verified(folder / ARRAYS, table["file"]))
    model, truth = (pictures_of(arrays[name], experiment.pictures) for name in ("model", "truth"))
    if len(model) != len(truth) or round(len(model) ** 0.5) ** 2 != len(model):
        raise ValueError(f"its {len(model)} and {len(truth)} pictures are no squares of equal size")
    return SeedPlane(SamplerSpec(**table["sampler"]), model, truth)


SEED_PLANES = BesideRuns("plane of seeds", TABLE, FORMAT, _read)
