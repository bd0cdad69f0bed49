"""The measured treatments that come with the explorer, by preset, and how they are made."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from explorer.compute.progress import map_progress, rescaled, returning_last
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import Result
from explorer.experiments.stack import learn_stack
from explorer.remedies.default_treatments import default_treatments
from explorer.remedies.price import price
from explorer.remedies.pricing import priced
from explorer.remedies.rounds import row_of
from explorer.remedies.store import ChangedRow, Prices, TreatedRow, load_prices, save_prices, shown
from explorer.remedies.training_variants import CHANGES
from explorer.remedies.treatment import Treatment

SHIPPED_PRICES: Path = checkpoints.SHIPPED_ROOT / "remedies"
PICTURES_A_DIAL = 256
BLURRED_POINTS = 4_000  # of the plane: a blurred score asks for many at every step
SEEDS = 3  # of every change that is trained
TRAINED_SHARE = 0.8  # of the time, where changes are trained

# Preset -> whether networks are trained with changes, too.
PRICED: dict[str, bool] = {"three-modes": True, "four-modes": True, "grid-25": False, "shapes-32": False}


def shipped_prices(name: str) -> Prices:
    """What comes with a preset. Raises CheckpointError if it is missing, damaged or of another run."""
    return load_prices(SHIPPED_PRICES / name, preset(name).experiment)


def price_all(name: str, folder: Path) -> Generator[float, None, Prices]:
    """Measure every usual treatment of a preset's shipped run, train its changes, and write all of it into a
    folder; yields the share done."""
    result = checkpoints.shipped().load(name).result
    first = 1 - TRAINED_SHARE if PRICED[name] else 1.0
    treated = yield from rescaled(_treated(result), 0.0, first)
    changed: list[ChangedRow] = []
    if PRICED[name]:
        changed = yield from rescaled(_changed(result.experiment), first, 1.0)
    save_prices(folder, result.experiment, treated, changed)
    yield 1.0
    return load_prices(folder, result.experiment)


def _treated(result: Result) -> Generator[float, None, list[TreatedRow]]:
    treatments, rows = default_treatments(result.experiment), []
    for number, treatment in enumerate(treatments):
        work = priced(result, treatment, n=_count(result, treatment))
        found = yield from rescaled(work, number / len(treatments), (number + 1) / len(treatments))
        rows.append(row_of(found))
    return rows


def _count(result: Result, treatment: Treatment) -> int | None:
    """How many samples a treatment is measured on; None for the usual number."""
    if result.experiment.pictures:
        return PICTURES_A_DIAL
    blurred = any(spec.name == "smoothing" for spec in treatment)
    return BLURRED_POINTS if blurred and result.dimensions == 2 else None


def _changed(experiment: Experiment) -> Generator[float, None, list[ChangedRow]]:
    rows: list[ChangedRow] = []
    for number, (name, change) in enumerate(CHANGES.items()):
        changed = change.applied(experiment)
        learning = returning_last(learn_stack([changed.replace(seed=seed) for seed in range(SEEDS)]))
        work = map_progress(learning, lambda update: update.share)
        update = yield from rescaled(work, number / len(CHANGES), (number + 1) / len(CHANGES))
        assert update.results is not None  # the last update has them
        rows += [_changed_row(name, result) for result in update.results]
    return rows


def _changed_row(name: str, result: Result) -> ChangedRow:
    experiment, measured = result.experiment, result.final.measurement
    calls = len(experiment.sampler.timesteps(experiment.schedule))
    found = price(measured, experiment.mixture, calls, result.final.seconds)
    return ChangedRow(name, experiment.seed, found, shown(measured))
