"""Does flow matching hallucinate less? Networks trained equally long by each objective, over five seeds, with
the same samplers and calls.

    objectives.json     beside the run whose data and network they have: the experiment, the rates of every
                        network, how all was computed, and its own seal
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from explorer.compute.device import choose_device
from explorer.compute.progress import map_progress, rescaled, returning_last
from explorer.compute.provenance import Provenance
from explorer.detection.statistics.seed_range import SeedRange
from explorer.diffusion.network_spec import Prediction
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT
from explorer.experiments.run import computed_by
from explorer.experiments.sampler_rates import SamplerRow, asked_rates, sampler_rates
from explorer.experiments.stack import learn_stack
from explorer.storage.files import CheckpointError, read_sealed, readable, write_sealed

FORMAT = 1
TABLE = "objectives.json"
WITH_OBJECTIVES = (DEFAULT,)
OBJECTIVES: dict[Prediction, str] = {
    "noise": "the noise",
    "velocity": "v",
    "flow": "flow matching",
    "x0": "x0",
}
SEEDS, STEPS = 5, 3_000
SAMPLERS, BUDGETS = ("ddim", "dpm-solver++"), (20, 50)
FROM_TRAINING = 0.8  # of the time of an objective


@dataclass(frozen=True)
class ObjectiveRow:
    """What a network that was trained by an objective from a seed makes with a sampler."""

    objective: Prediction
    seed: int
    row: SamplerRow


def objective_experiment(experiment: Experiment, objective: Prediction, seed: int) -> Experiment:
    """The experiment with another objective and seed, trained 3,000 steps."""
    return experiment.replace(
        seed=seed,
        **{"network.prediction": objective, "training.steps": min(STEPS, experiment.training.steps)},
    )


def objective_rates(
    experiment: Experiment, *, objectives: Sequence[Prediction] = tuple(OBJECTIVES), seeds: int = SEEDS
) -> Generator[float, None, tuple[ObjectiveRow, ...]]:
    """Train networks by each objective and measure the samplers of each; yields the share done.

    Raises ValueError for an experiment that is not of a mixture.
    """
    rows: list[ObjectiveRow] = []
    for place, objective in enumerate(objectives):
        begun, end = (number / len(objectives) for number in (place, place + 1))
        middle = begun + FROM_TRAINING * (end - begun)
        members = [objective_experiment(experiment, objective, seed) for seed in range(seeds)]
        training = map_progress(returning_last(learn_stack(members)), lambda update: update.share)
        update = yield from rescaled(training, begun, middle)
        assert update.results is not None  # the last update has them
        for number, result in enumerate(update.results):
            low, high = (middle + (end - middle) * part / seeds for part in (number, number + 1))
            asked = asked_rates(result.experiment, SAMPLERS, BUDGETS)
            work = map_progress(sampler_rates(result, asked), lambda update: update.share)
            measured = yield from rescaled(work, low, high)
            rows += [ObjectiveRow(objective, result.experiment.seed, row) for row in measured]
    return tuple(rows)


def over_seeds(rows: Sequence[ObjectiveRow], sampler: str, calls: int, k: int) -> dict[Prediction, SeedRange]:
    """Median and range of the share beyond k sigma over the seeds, by objective."""
    found: dict[Prediction, list[float]] = {}
    for one in rows:
        if (one.row.sampler, one.row.calls) == (sampler, calls) and one.row.model.beyond is not None:
            found.setdefault(one.objective, []).append(one.row.model.beyond[k])
    return {objective: SeedRange(tuple(shares)) for objective, shares in found.items()}


# ---- what ships ------------------------------------------------------------------------------------------


def build_objectives(experiment: Experiment, folder: Path) -> Generator[float, None, None]:
    """Train and measure everything and write it into the folder of a run; yields the share done."""
    rows = yield from objective_rates(experiment)
    save_objectives(folder, experiment, rows)


def save_objectives(folder: Path, experiment: Experiment, rows: Sequence[ObjectiveRow]) -> None:
    """Write what was trained and measured here and now."""
    _, computed = computed_by(experiment, choose_device(experiment.network.kind).device)
    values = {
        "experiment": experiment.to_json(),
        "computed": dataclasses.asdict(computed),
        "rows": [{"objective": one.objective, "seed": one.seed, "row": one.row.to_json()} for one in rows],
    }
    write_sealed(folder / TABLE, FORMAT, values)


def load_objectives(
    folder: Path, experiment: Experiment
) -> tuple[tuple[ObjectiveRow, ...], Provenance | None]:
    """What ships beside a run, and how it was computed. Raises CheckpointError if it is missing, damaged, or
    of another experiment."""
    table = read_sealed(folder / TABLE, FORMAT, "run")
    with readable(f"The table of objectives of {folder.name}"):
        if Experiment.from_stored(table["experiment"]) != experiment:
            raise CheckpointError(f"The table of objectives of {folder.name} is of another experiment.")
        rows = tuple(
            ObjectiveRow(one["objective"], int(one["seed"]), SamplerRow.from_json(one["row"]))
            for one in table["rows"]
        )
        return rows, Provenance.from_json(table["computed"])


def shipped_objectives(experiment: Experiment) -> tuple[ObjectiveRow, ...]:
    """What ships beside the run of an experiment; () if nothing does, or it is damaged."""
    folder = checkpoints.shipped_folder(experiment)
    if folder is None or not (folder / TABLE).is_file():
        return ()
    return _loaded(folder, (folder / TABLE).stat().st_mtime_ns, experiment)


@lru_cache(4)
def _loaded(folder: Path, changed: int, experiment: Experiment) -> tuple[ObjectiveRow, ...]:
    """The rows in a run's folder; they are read anew when `changed`, when they were written, is another."""
    try:
        return load_objectives(folder, experiment)[0]
    except CheckpointError:
        return ()
