"""Where measured treatments are stored: one folder a run, a sealed table and a file of densities or samples.

    prices.json            the run's experiment and network, the treatments and the trained variants with
                           their results, how these were computed, size and SHA-256 of the other file, and its
                           own seal
    shown.safetensors      what a page shows of each: a density, a few points, or a sheet of pictures

Nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.compute.provenance import Provenance
from explorer.diffusion.exact_density.density import Density
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import Measurement, density_span
from explorer.experiments.run import Result, computed_by
from explorer.remedies.evaluation import RemedyResult
from explorer.remedies.treatment import Treatment, read_treatment, treatment_text
from explorer.storage.arrays import density_array, density_of, load_arrays, save_arrays
from explorer.storage.files import (
    listing,
    read_sealed,
    readable,
    verified,
    write_file,
    write_sealed,
)
from explorer.storage.pictures import pictures_of, sheet

FORMAT = 1
TABLE, SHOWN = "prices.json", "shown.safetensors"
POINTS_SHOWN, PICTURES_SHOWN, CELLS_SHOWN = 2_000, 24, 2_048


@dataclass(frozen=True, eq=False)
class Shown:
    """What there is to see of a model: its density in 1-D, else some of its samples (n, *shape)."""

    density: Density | None
    samples: np.ndarray | None


@dataclass(frozen=True, eq=False)
class TreatedRow:
    """A treatment of the run, its result, and what there is to see.

    computed    how it was computed, where that is not how the whole table was
    """

    treatment: Treatment
    result: RemedyResult
    shown: Shown
    computed: Provenance | None = None


@dataclass(frozen=True, eq=False)
class VariantRow:
    """A network trained with a variant, from one seed: its result, and what there is to see.

    computed    how it was computed, where that is not how the whole table was
    """

    variant: str
    seed: int
    result: RemedyResult
    shown: Shown
    computed: Provenance | None = None


@dataclass(frozen=True, eq=False)
class RemedyTable:
    """All that was measured of a run.

    network     the digest of the network that was treated, see Result; None if it was not recorded
    computed    how all of it was computed; None if that was not recorded
    """

    digest: str
    treated: tuple[TreatedRow, ...]
    trained: tuple[VariantRow, ...]
    network: str | None = None
    computed: Provenance | None = None

    def is_of(self, result: Result) -> bool:
        """Whether the run's network is the one that was treated, as far as that was recorded."""
        return self.digest == result.experiment.digest and self.network in (None, result.network_digest)

    def find(self, treatment: Treatment) -> TreatedRow | None:
        """The row of a treatment; None if it was not measured."""
        return next((row for row in self.treated if row.treatment == treatment), None)

    def seeds(self, variant: str) -> tuple[VariantRow, ...]:
        """The networks trained with a variant, by seed."""
        return tuple(row for row in self.trained if row.variant == variant)


def shown(measured: Measurement) -> Shown:
    """As much of a measurement as is kept: at most 2,048 cells, the first 2,000 points or 24 pictures."""
    if measured.density is not None:
        together = max(1, len(measured.density.x) // CELLS_SHOWN)
        x, p = (a.reshape(-1, together).mean(1) for a in (measured.density.x, measured.density.p))
        return Shown(Density(x, p), None)
    assert measured.samples is not None  # a measurement has a density or samples
    return Shown(None, measured.samples[: PICTURES_SHOWN if measured.kinds else POINTS_SHOWN])


def save_remedies(
    folder: Path,
    result: Result,
    treated: Sequence[TreatedRow],
    trained: Sequence[VariantRow],
    *,
    extends: RemedyTable | None = None,
) -> None:
    """Write all rows of a run into a folder, which is made if it is not there. They were computed here and
    now; those of a table that is extended as that says, and what is new says itself how it was."""
    experiment = result.experiment
    computed = computed_by(experiment, result.device)[1] if extends is None else extends.computed
    arrays = {f"treated.{number}": _array(row.shown, experiment) for number, row in enumerate(treated)}
    arrays |= {f"changed.{number}": _array(row.shown, experiment) for number, row in enumerate(trained)}
    blob = save_arrays(arrays)
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / SHOWN, blob)
    table = {
        "digest": experiment.digest,
        "experiment": experiment.to_json(),
        "network": result.network_digest,
        "computed": None if computed is None else dataclasses.asdict(computed),
        "treated": [_row_values(row) for row in treated],
        "changed": [_variant_values(row) for row in trained],
        "files": {SHOWN: listing(blob)},
    }
    write_sealed(folder / TABLE, FORMAT, table)


def load_remedies(folder: Path, experiment: Experiment) -> RemedyTable:
    """What was measured of a run of this experiment.

    Raises CheckpointError, naming the file, if one is missing or damaged, or is of another run.
    """
    table = read_sealed(folder / TABLE, FORMAT, "remedies")
    with readable(f"The remedies of {folder.name}"):
        arrays = load_arrays(verified(folder / SHOWN, table["files"][SHOWN]))
        stored = table.get("experiment")
        if table["digest"] != experiment.digest or (
            stored is not None and Experiment.from_stored(stored) != experiment
        ):
            raise ValueError("it is of another run")
        treated = tuple(
            TreatedRow(
                read_treatment(row["treatment"]),
                RemedyResult.from_json(row["price"]),
                _shown(arrays[f"treated.{number}"], experiment),
                Provenance.from_json(row.get("computed")),
            )
            for number, row in enumerate(table["treated"])
        )
        trained = tuple(
            VariantRow(
                row["change"],
                row["seed"],
                RemedyResult.from_json(row["price"]),
                _shown(arrays[f"changed.{number}"], experiment),
                Provenance.from_json(row.get("computed")),
            )
            for number, row in enumerate(table["changed"])
        )
        computed = Provenance.from_json(table.get("computed"))
    return RemedyTable(experiment.digest, treated, trained, table.get("network"), computed)


def _row_values(row: TreatedRow) -> dict[str, Any]:
    values: dict[str, Any] = {"treatment": treatment_text(row.treatment), "price": row.result.to_json()}
    return values | _computed_values(row.computed)


def _variant_values(row: VariantRow) -> dict[str, Any]:
    values: dict[str, Any] = {"change": row.variant, "seed": row.seed, "price": row.result.to_json()}
    return values | _computed_values(row.computed)


def _computed_values(computed: Provenance | None) -> dict[str, Any]:
    return {} if computed is None else {"computed": dataclasses.asdict(computed)}


def _array(what: Shown, experiment: Experiment) -> np.ndarray:
    if what.density is not None:
        return density_array(what.density)
    assert what.samples is not None
    return sheet(what.samples) if experiment.pictures else what.samples.astype(np.float16)


def _shown(array: np.ndarray, experiment: Experiment) -> Shown:
    if experiment.pictures:
        return Shown(None, pictures_of(array, experiment.pictures))
    if array.ndim == 2:
        return Shown(None, array.astype(np.float32))
    return Shown(density_of(array, density_span(experiment)), None)
