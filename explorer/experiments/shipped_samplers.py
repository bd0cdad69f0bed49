"""Tables of samplers that ship beside the runs, so that a page and code answer at once.

    samplers.json   the experiment and the network, every sampler with every number of calls by network and
                    true score, how all was computed, and its own seal

A table of another experiment or another network than the run's is as if it were not there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from explorer.compute.progress import map_progress
from explorer.compute.provenance import Provenance
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.experiments.run import Result, computed_by
from explorer.experiments.sampler_rates import SamplerRow, default_rates, sampler_rates
from explorer.experiments.trials import trial_device
from explorer.storage.files import CheckpointError, read_sealed, readable, write_sealed

FORMAT = 1
TABLE = "samplers.json"
WITH_SAMPLERS: tuple[str, ...] = (*PRESETS, *PICTURE_PRESETS)


@dataclass(frozen=True)
class SamplerTable:
    """Every sampler that was measured of a run, and how that was computed; None if it was not recorded."""

    rows: tuple[SamplerRow, ...]
    computed: Provenance | None = None


def shipped_samplers(result: Result) -> SamplerTable | None:
    """The table that ships beside a run; None if there is none, or it is damaged."""
    folder = checkpoints.shipped_folder(result.experiment)
    if folder is None or not (folder / TABLE).is_file():
        return None
    changed = (folder / TABLE).stat().st_mtime_ns
    return _loaded(folder, changed, result.experiment, result.network_digest)


@lru_cache(32)
def _loaded(folder: Path, changed: int, experiment: Experiment, network: str) -> SamplerTable | None:
    """The table in a run's folder; it is read anew when `changed`, when it was written, is another."""
    try:
        return load_samplers(folder, experiment, network)
    except CheckpointError:
        return None


def build_samplers(result: Result, folder: Path) -> Generator[float, None, None]:
    """Measure every sampler of a run and write the table into the run's folder; yields the share done.

    Raises ValueError for a run whose truth is unknown.
    """
    work = sampler_rates(result, default_rates(result.experiment))
    rows = yield from map_progress(work, lambda update: update.share)
    _, computed = computed_by(result.experiment, trial_device(result))
    values = {
        "experiment": result.experiment.to_json(),
        "network": result.network_digest,
        "computed": dataclasses.asdict(computed),
        "rows": [row.to_json() for row in rows],
    }
    write_sealed(folder / TABLE, FORMAT, values)


def load_samplers(folder: Path, experiment: Experiment, network: str) -> SamplerTable:
    """The table in the folder of a run. Raises CheckpointError if it is missing, damaged, or of another
    experiment or network than the run with that digest."""
    if not (folder / TABLE).is_file():
        raise CheckpointError(f"There is no table of samplers of the run {folder.name}.")
    table = read_sealed(folder / TABLE, FORMAT, "run")
    with readable(f"The table of samplers of {folder.name}"):
        for part, stored, own in (
            ("experiment", Experiment.from_stored(table["experiment"]), experiment),
            ("network", table["network"], network),
        ):
            if stored != own:
                raise CheckpointError(
                    f"The table of samplers of {folder.name} is of another {part} than the run."
                )
        rows = tuple(SamplerRow.from_json(row) for row in table["rows"])
        return SamplerTable(rows, Provenance.from_json(table["computed"]))
