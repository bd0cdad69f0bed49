"""The measured treatments that come with the explorer, by preset, and how they are made."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from explorer import checkpoints
from explorer.diffusion.sampling import retold
from explorer.experiment import Experiment
from explorer.learning import Result, learn
from explorer.presets import preset
from explorer.remedies.changes import CHANGES
from explorer.remedies.price import price
from explorer.remedies.pricing import priced
from explorer.remedies.store import ChangedRow, Prices, TreatedRow, load_prices, save_prices, shown
from explorer.remedies.usual import usual_treatments

SHIPPED_PRICES: Path = checkpoints.SHIPPED_ROOT / "remedies"
PICTURES_A_DIAL = 256
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
    treated = yield from retold(_treated(result), lambda share: first * share)
    changed: list[ChangedRow] = []
    if PRICED[name]:
        changed = yield from retold(_changed(result.experiment), lambda share: first + (1 - first) * share)
    save_prices(folder, result.experiment, treated, changed)
    yield 1.0
    return load_prices(folder, result.experiment)


def _treated(result: Result) -> Generator[float, None, list[TreatedRow]]:
    treatments, rows = usual_treatments(result.experiment), []
    n = PICTURES_A_DIAL if result.experiment.pictures else None
    for number, treatment in enumerate(treatments):
        done = number / len(treatments)
        found = yield from retold(
            priced(result, treatment, n=n), lambda share, done=done: done + share / len(treatments)
        )
        rows.append(TreatedRow(treatment, found.price, shown(found.measurement)))
    return rows


def _changed(experiment: Experiment) -> Generator[float, None, list[ChangedRow]]:
    rows: list[ChangedRow] = []
    whole = SEEDS * len(CHANGES)
    for name, change in CHANGES.items():
        for seed in range(SEEDS):
            for update in learn(change.applied(experiment).replace(seed=seed)):
                yield (len(rows) + 0.9 * update.step / update.steps) / whole
            assert update.result is not None  # the last update has it
            rows.append(_changed_row(name, update.result))
    return rows


def _changed_row(name: str, result: Result) -> ChangedRow:
    experiment, measured = result.experiment, result.final.measurement
    calls = len(experiment.sampler.timesteps(experiment.schedule))
    found = price(measured, experiment.mixture, calls, result.final.seconds)
    return ChangedRow(name, experiment.seed, found, shown(measured))
