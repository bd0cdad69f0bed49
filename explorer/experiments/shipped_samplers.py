"""Tables of samplers that ship beside the runs, so that a page and code answer at once.

    samplers.json           every sampler with every number of calls by network and true score, size and
                            SHA-256 of the other file, and what beside_runs.py adds
    samplers.safetensors    of points: what the sampler makes that a page shows first, densities or samples

A page that finds none measures the samplers of the spacing on view itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.compute.progress import map_progress, rescaled
from explorer.compute.provenance import Provenance
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.beside_runs import BesideRuns
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import density_span
from explorer.experiments.run import Result
from explorer.experiments.sampler_output import SamplerOutput, sampler_output
from explorer.experiments.sampler_rates import (
    DEFAULT_CALLS,
    DEFAULT_SAMPLER,
    SamplerRow,
    default_rates,
    sampler_at,
    sampler_rates,
)
from explorer.storage.arrays import density_array, density_of, load_arrays, save_arrays
from explorer.storage.files import (
    listing,
    verified,
    write_file,
)

FORMAT = 1
TABLE, ARRAYS = "samplers.json", "samplers.safetensors"
WHO = ("model", "truth")
WITH_SAMPLERS = (
    "three-modes",
    "four-modes",
    "two-modes",
    "weights-3",
    "widths-3",
    "ladder-5",
    "grid-25",
    "diamond-25",
    "rotated-25",
    "imbalanced-25",
    "ring-8",
    "shapes-32",
)


@dataclass(frozen=True)
class SamplerTable:
    """Every sampler that was measured of a run, and what the first that is shown makes; None for pictures.

    computed    how all was computed; None if it was not recorded
    """

    rows: tuple[SamplerRow, ...]
    output: SamplerOutput | None = None
    computed: Provenance | None = None


def shipped_samplers(result: Result) -> SamplerTable | None:
    """The table that ships beside a run; None if there is none, or it is damaged."""
    return SAMPLER_TABLES.shipped(result)


def build_samplers(result: Result, folder: Path) -> Generator[float, None, None]:
    """Measure every sampler of a run and write the table into the run's folder; yields the share done.

    Raises ValueError for a run whose truth is unknown.
    """
    experiment = result.experiment
    work = sampler_rates(result, default_rates(experiment))
    rows = yield from map_progress(work, lambda update: 0.99 * update.share)
    output = None
    if not experiment.pictures:
        spec = sampler_at(experiment, DEFAULT_SAMPLER, DEFAULT_CALLS)
        output = yield from rescaled(sampler_output(result, spec), 0.99, 1.0)
    save_samplers(folder, result, rows, output)
    yield 1.0


def save_samplers(
    folder: Path, result: Result, rows: Sequence[SamplerRow], output: SamplerOutput | None
) -> None:
    """Write what was measured here and now of a run's samplers into its folder."""
    values: dict[str, Any] = {"rows": [row.to_json() for row in rows]}
    if output is not None:
        blob = save_arrays(_arrays(output))
        values |= {"output": dataclasses.asdict(output.spec), "file": listing(blob)}
        write_file(folder / ARRAYS, blob)
    SAMPLER_TABLES.write(folder, result, values)


def _arrays(output: SamplerOutput) -> dict[str, np.ndarray]:
    if output.densities is not None:
        both = [density_array(density) for density in output.densities]
    else:
        assert output.samples is not None  # there are densities or samples
        both = [samples.astype(np.float16) for samples in output.samples]
    return dict(zip(WHO, both, strict=True))


def _output(arrays: Mapping[str, np.ndarray], spec: SamplerSpec, experiment: Experiment) -> SamplerOutput:
    model, truth = (arrays[who] for who in WHO)
    if model.ndim == 2:
        return SamplerOutput(spec, None, (model.astype(np.float32), truth.astype(np.float32)))
    span = density_span(experiment)
    return SamplerOutput(spec, (density_of(model, span), density_of(truth, span)), None)


def _read(folder: Path, table: Mapping[str, Any], experiment: Experiment) -> SamplerTable:
    rows, output = tuple(SamplerRow.from_json(row) for row in table["rows"]), None
    if "output" in table:
        arrays = load_arrays(verified(folder / ARRAYS, table["file"]))
        output = _output(arrays, SamplerSpec(**table["output"]), experiment)
    return SamplerTable(rows, output, Provenance.from_json(table["computed"]))


SAMPLER_TABLES = BesideRuns("table of samplers", TABLE, FORMAT, _read)
