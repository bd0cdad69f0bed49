"""All treatments of a run, evaluated one after another: quickly here, or thoroughly as they come with the
explorer, with networks that are trained with each variant."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from explorer.compute.progress import map_progress, rescaled, returning_last
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import Result, computed_by
from explorer.experiments.stack import learn_stack
from explorer.remedies.evaluation import EvaluatedTreatment, evaluate_remedy, remedy_result
from explorer.remedies.store import (
    RemedyTable,
    TreatedRow,
    VariantRow,
    load_remedies,
    save_remedies,
    shown,
)
from explorer.remedies.training_variants import TRAINING_VARIANTS
from explorer.remedies.treatment import Treatment, default_treatments
from explorer.storage.files import CheckpointError

SHIPPED_REMEDIES: Path = checkpoints.SHIPPED_ROOT / "remedies"
PICTURES_A_DIAL = 256
FEWER_POINTS = 4_000  # of the plane, for remedies that ask for many at every step
ASKING = ("smoothing", "quenching", "scaled-quenching")
SEEDS = 3  # of every variant that is trained
TRAINED_SHARE = 0.8  # of the time, where variants are trained

# Preset -> whether networks are trained with each variant, too.
REMEDY_PRESETS: dict[str, bool] = {
    "three-modes": True,
    "four-modes": True,
    "grid-25": False,
    "shapes-32": False,
}


@dataclass(frozen=True, eq=False)
class EvaluationUpdate:
    """How far the evaluation of many treatments is: those evaluated so far, and the share done."""

    rows: tuple[TreatedRow, ...]
    share: float


def evaluate_remedies(
    result: Result, treatments: Sequence[Treatment]
) -> Generator[EvaluationUpdate, None, RemedyTable]:
    """Evaluate treatments of a run quickly, as for a picture that changes at once."""
    rows: tuple[TreatedRow, ...] = ()
    for number, treatment in enumerate(treatments):
        work = evaluate_remedy(result, treatment, reported=False)
        found = yield from map_progress(work, partial(_update, rows, number, len(treatments)))
        rows = (*rows, treated_row(found))
        yield EvaluationUpdate(rows, len(rows) / len(treatments))
    return RemedyTable(result.experiment.digest, rows, ())


def treated_row(found: EvaluatedTreatment) -> TreatedRow:
    """An evaluated treatment as it is kept."""
    return TreatedRow(found.treatment, found.result, shown(found.measurement))


def shipped_remedies(name: str) -> RemedyTable:
    """What comes with a preset. Raises CheckpointError if it is missing, damaged or of another run."""
    return load_remedies(SHIPPED_REMEDIES / name, preset(name).experiment)


def shipped_row(result: Result, treatment: Treatment) -> TreatedRow | None:
    """What comes with the explorer of a treatment of a run; None if nothing does.

    Raises CheckpointError if the files are damaged.
    """
    for name in REMEDY_PRESETS:
        if preset(name).experiment == result.experiment:
            table = shipped_remedies(name)
            return table.find(treatment) if table.is_of(result) else None
    return None


def extend_shipped_remedies(name: str, folder: Path) -> Generator[float, None, RemedyTable]:
    """Evaluate the default treatments that a preset's shipped table lacks, train the variants that it lacks,
    and write them with all that it has into a folder; yields the share done. Raises CheckpointError if the
    table is of another network."""
    result, kept = checkpoints.shipped().load_preset(name).result, shipped_remedies(name)
    if not kept.is_of(result):
        raise CheckpointError(f"The remedies of {name} are of another network than the one that ships.")
    treatments = default_treatments(result.experiment)
    lacking = [one for one in treatments if kept.find(one) is None]
    untrained = [one for one in TRAINING_VARIANTS if REMEDY_PRESETS[name] and not kept.seeds(one)]
    first = len(lacking) / max(1, len(lacking) + SEEDS * len(untrained))
    new = yield from rescaled(_treated_rows(result, lacking), 0.0, first)
    trained = yield from rescaled(_variant_rows(result.experiment, untrained), first, 1.0)
    made = computed_by(result.experiment, result.device)[1]
    rows = {row.treatment: row for row in (*kept.treated, *(replace(row, computed=made) for row in new))}
    order = list(TRAINING_VARIANTS)
    variants = [*kept.trained, *(replace(row, computed=made) for row in trained)]
    variants.sort(key=lambda row: (order.index(row.variant), row.seed))
    save_remedies(folder, result, [rows[one] for one in treatments], variants, extends=kept)
    yield 1.0
    return load_remedies(folder, result.experiment)


def build_shipped_remedies(name: str, folder: Path) -> Generator[float, None, RemedyTable]:
    """Evaluate every default treatment of a preset's shipped run, train its variants, and write all of it
    into a folder; yields the share done."""
    result = checkpoints.shipped().load_preset(name).result
    first = 1 - TRAINED_SHARE if REMEDY_PRESETS[name] else 1.0
    treated = yield from rescaled(_treated_rows(result, default_treatments(result.experiment)), 0.0, first)
    trained: list[VariantRow] = []
    if REMEDY_PRESETS[name]:
        trained = yield from rescaled(_variant_rows(result.experiment, list(TRAINING_VARIANTS)), first, 1.0)
    save_remedies(folder, result, treated, trained)
    yield 1.0
    return load_remedies(folder, result.experiment)


def _treated_rows(
    result: Result, treatments: Sequence[Treatment]
) -> Generator[float, None, list[TreatedRow]]:
    rows = []
    for number, treatment in enumerate(treatments):
        work = evaluate_remedy(result, treatment, n=_count(result, treatment))
        found = yield from rescaled(work, number / len(treatments), (number + 1) / len(treatments))
        rows.append(treated_row(found))
    return rows


def _count(result: Result, treatment: Treatment) -> int | None:
    """How many samples a treatment is measured on; None for the default number."""
    if result.experiment.pictures:
        return PICTURES_A_DIAL
    asking = any(spec.name in ASKING for spec in treatment)
    return FEWER_POINTS if asking and result.dimensions == 2 else None


def _variant_rows(experiment: Experiment, names: Sequence[str]) -> Generator[float, None, list[VariantRow]]:
    rows: list[VariantRow] = []
    for number, name in enumerate(names):
        changed = TRAINING_VARIANTS[name].applied(experiment)
        learning = returning_last(learn_stack([changed.replace(seed=seed) for seed in range(SEEDS)]))
        work, count = map_progress(learning, lambda update: update.share), len(names)
        update = yield from rescaled(work, number / count, (number + 1) / count)
        assert update.results is not None  # the last update has them
        rows += [_variant_row(name, result) for result in update.results]
    return rows


def _variant_row(name: str, result: Result) -> VariantRow:
    experiment, measured = result.experiment, result.final.measurement
    calls = experiment.sampler.calls(experiment.schedule)
    found = remedy_result(measured, experiment.mixture, calls, result.final.seconds)
    return VariantRow(name, experiment.seed, found, shown(measured))


def _update(rows: tuple[TreatedRow, ...], number: int, count: int, share: float) -> EvaluationUpdate:
    return EvaluationUpdate(rows, (number + share) / count)
