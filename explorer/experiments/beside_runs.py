"""What ships beside a run's own files: made of its network, kept in its folder, and of no use to another.

Each kind has a sealed table with the experiment and the digest of the network of which it was made, and how
it was computed. Of another experiment or network than the run's it is as if it were not there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result, computed_by
from explorer.storage.files import CheckpointError, read_sealed, readable, write_sealed

T = TypeVar("T")


@dataclass(frozen=True)
class BesideRuns(Generic[T]):
    """A kind of results that ship beside runs.

    what        its name in a sentence: what of a run
    table       the name of its sealed file
    version     of that file's format
    read        what the run's folder, the table and the experiment hold; raises ValueError, KeyError or
                TypeError for values that were never written
    """

    what: str
    table: str
    version: int
    read: Callable[[Path, Mapping[str, Any], Experiment], T]

    def shipped(self, result: Result) -> T | None:
        """What ships beside a run; None if there is nothing, or it is damaged."""
        folder = checkpoints.shipped_folder(result.experiment)
        if folder is None or not (folder / self.table).is_file():
            return None
        changed = (folder / self.table).stat().st_mtime_ns
        found: T | None = _loaded(self, folder, changed, result.experiment, result.network_digest)
        return found

    def load(self, folder: Path, experiment: Experiment, network: str) -> T:
        """What is in the folder of a run. Raises CheckpointError if it is missing, damaged, or of another
        experiment or network than the run with that digest."""
        if not (folder / self.table).is_file():
            raise CheckpointError(f"There is no {self.what} of the run {folder.name}.")
        table = read_sealed(folder / self.table, self.version, "run")
        with readable(f"The {self.what} of {folder.name}"):
            for part, stored, own in (
                ("experiment", Experiment.from_stored(table["experiment"]), experiment),
                ("network", table["network"], network),
            ):
                if stored != own:
                    raise CheckpointError(
                        f"The {self.what} of {folder.name} is of another {part} than the run."
                    )
            return self.read(folder, table, experiment)

    def write(self, folder: Path, result: Result, values: dict[str, Any]) -> None:
        """Write a table into the folder of a run, with what it was made of and how; last, after the files
        that it lists."""
        _, computed = computed_by(result.experiment, result.device)
        made = {
            "experiment": result.experiment.to_json(),
            "network": result.network_digest,
            "computed": dataclasses.asdict(computed),
        }
        write_sealed(folder / self.table, self.version, values | made)


@lru_cache(64)
def _loaded(kind: BesideRuns[Any], folder: Path, changed: int, experiment: Experiment, network: str) -> Any:
    """What lies in a run's folder; it is read anew when `changed`, when it was written, is another."""
    try:
        return kind.load(folder, experiment, network)
    except CheckpointError:
        return None
