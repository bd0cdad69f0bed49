"""What is wrong with what ships, and of what is sound, how it was computed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from functools import partial

from explorer.commands.command import Report
from explorer.compute.provenance import ENGINE, Provenance
from explorer.data.digits.judge_file import SHIPPED_JUDGE, read_judge
from explorer.dimension.presets import COMPARISONS, SHIPPED_DIMENSION, shipped_dimensions
from explorer.dimension.store import computed_by as computed_dimensions
from explorer.experiments import checkpoints
from explorer.experiments.objective_rates import OBJECTIVES, WITH_OBJECTIVES, load_objectives
from explorer.experiments.objective_rates import SEEDS as SEEDS_OF_OBJECTIVES
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.experiments.sampler_rates import default_rates
from explorer.experiments.shipped_atlases import ATLASES
from explorer.experiments.shipped_samplers import SAMPLER_TABLES, WITH_SAMPLERS
from explorer.experiments.shipped_seed_planes import SEED_PLANES
from explorer.experiments.shipped_trials import TRIALS
from explorer.leaderboard.spec import LeaderboardSpec, Member
from explorer.leaderboard.store import SHIPPED_LEADERBOARD, TABLE, load_leaderboard
from explorer.memorisation.presets import MEMORISATIONS, SHIPPED_MEMORISATIONS
from explorer.memorisation.store import computed_by as memorisation_computed_by
from explorer.memorisation.store import load_memorisation
from explorer.recursion.presets import LOOPS, shipped_loop
from explorer.recursion.spec import RecursionSpec, missing
from explorer.remedies.remedy_table import REMEDY_PRESETS, SEEDS, shipped_remedies
from explorer.remedies.training_variants import TRAINING_VARIANTS
from explorer.remedies.treatment import default_treatments
from explorer.storage.files import CheckpointError, readable
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.store import computed_by, load_sweep

SHIPPED = PRESETS | PICTURE_PRESETS
SOUND = "sound"


def verify(options: argparse.Namespace) -> Report:
    """What is wrong with everything that ships; of what is sound, how it was computed."""
    checks: dict[str, Callable[[], str]] = {name: partial(_run_found, name) for name in SHIPPED}
    checks |= {f"{name}, samplers": partial(_samplers_found, name) for name in WITH_SAMPLERS}
    checks |= {f"{name}, objectives": partial(_objectives_found, name) for name in WITH_OBJECTIVES}
    checks |= {f"recursive/{name}": partial(_loop_found, name) for name in LOOPS}
    checks |= {f"sweeps/{name}": partial(_sweep_found, name) for name in SWEEPS}
    checks |= {f"memorise/{name}": partial(_memorisation_found, name) for name in MEMORISATIONS}
    checks |= {f"remedies/{name}": partial(_remedies_found, name) for name in REMEDY_PRESETS}
    checks |= {f"dimension/{name}": partial(_dimensions_found, name) for name in COMPARISONS}
    checks |= {"judges/digits-28": _judge_found}
    checks |= {"leaderboard": _leaderboard_found} if (SHIPPED_LEADERBOARD / TABLE).is_file() else {}
    checks |= {name: partial(_stray, name) for name in checkpoints.shipped().names() if name not in SHIPPED}
    report: Report = {}
    for name, check in checks.items():
        try:
            report[name] = f"{SOUND}, {check()}"
        except CheckpointError as error:
            report[name] = str(error)
    return report | {"failed": not all(text.startswith(SOUND) for text in report.values())}


def _run_found(name: str) -> str:
    """How a shipped run and its trial were computed. Raises CheckpointError if one is not sound, or not the
    preset's."""
    if not checkpoints.shipped().has(name):
        raise CheckpointError("There is no shipped run of this preset.")
    run = checkpoints.shipped().load_preset(name).result
    if run.trained == run.measured:
        made = _in_words([run.trained])
    else:
        made = f"trained: {_in_words([run.trained])}; measured: {_in_words([run.measured])}"
    folder = checkpoints.shipped().root / name
    for kind in (ATLASES, SEED_PLANES):
        if (folder / kind.table).exists():
            kind.load(folder, run.experiment, run.network_digest)
    if run.experiment.pictures:
        return made
    drawn = TRIALS.load(folder, run.experiment, run.network_digest).computed
    return made if drawn == run.measured else f"{made}; trial: {_in_words([drawn])}"


def _judge_found() -> str:
    """How the judge of digits was computed. Raises CheckpointError if it is not sound."""
    with readable("The judge of digits"):
        return _in_words([read_judge(SHIPPED_JUDGE).computed])


def _samplers_found(name: str) -> str:
    """How the shipped table of samplers of a preset was computed. Raises CheckpointError if it is not sound,
    not whole, or of another network than the one that ships."""
    run = checkpoints.shipped().load_preset(name).result
    found = SAMPLER_TABLES.load(checkpoints.shipped().root / name, run.experiment, run.network_digest)
    wanted = {(one.sampler, one.spec) for one in default_rates(run.experiment)}
    _check_whole(len(wanted - {(row.sampler, row.spec) for row in found.rows}), "samplers")
    return _in_words([found.computed])


def _objectives_found(name: str) -> str:
    """How the networks of each objective were computed. Raises CheckpointError if the table is not sound or
    not whole."""
    rows, computed = load_objectives(checkpoints.shipped().root / name, preset(name).experiment)
    wanted = {(objective, seed) for objective in OBJECTIVES for seed in range(SEEDS_OF_OBJECTIVES)}
    _check_whole(len(wanted - {(one.objective, one.seed) for one in rows}), "networks")
    return _in_words([computed])


def _lacking(spec: RecursionSpec, whole: RecursionSpec) -> str:
    """What a part of a loop lacks of it, to follow a word; "" if nothing."""
    lacks = [f"without the arm {arm}" for arm in whole.arms if arm not in spec.arms]
    if spec.seeds < whole.seeds:
        lacks.append(f"with {spec.seeds} of {whole.seeds} seeds")
    if spec.generations < whole.generations:
        lacks.append(f"with {spec.generations} of {whole.generations} generations")
    return f", but {' and '.join(lacks)}" if lacks else ""


def _stray(name: str) -> str:
    raise CheckpointError(f"There is no preset {name[:40]}.")


def _loop_found(name: str) -> str:
    """How a shipped loop was computed, and what it lacks of the whole. Raises CheckpointError if it is not
    sound, not finished or another."""
    spec, generations = shipped_loop(name)
    _check_whole(len(missing(spec, generations)), "generations")
    return _in_words({one.computed for one in generations}) + _lacking(spec, LOOPS[name])


def _sweep_found(name: str) -> str:
    """How a shipped sweep was computed. Raises CheckpointError if it is not sound, not whole or another."""
    spec, rows = load_sweep(SHIPPED_SWEEPS / name, SWEEPS[name].spec)
    _check_whole(len(spec.members) - len(rows), "networks")
    return _in_words(computed_by(SHIPPED_SWEEPS / name))


def _memorisation_found(name: str) -> str:
    """How the shipped networks of few and many points were computed. Raises CheckpointError if they are not
    sound, not whole or others."""
    folder = SHIPPED_MEMORISATIONS / name
    spec, sizes = load_memorisation(folder, MEMORISATIONS[name])
    _check_whole(len(spec.sizes) - len(sizes), "sizes")
    return _in_words(memorisation_computed_by(folder))


def _dimensions_found(name: str) -> str:
    """How a shipped comparison over the dimension was computed. Raises CheckpointError if it is not sound,
    not whole or another."""
    parts = shipped_dimensions(name)
    _check_whole(len(COMPARISONS[name].dimensions) - len(parts), "dimensions")
    return _in_words(computed_dimensions(SHIPPED_DIMENSION / name))


def _remedies_found(name: str) -> str:
    """How the shipped remedies of a preset were computed, and how many treatments they lack. Raises
    CheckpointError if they are not sound, lack a trained network, or are of another network than the one that
    ships."""
    found = shipped_remedies(name)
    wanted = set(default_treatments(preset(name).experiment)) - {row.treatment for row in found.treated}
    trained = (
        {(variant, seed) for variant in TRAINING_VARIANTS for seed in range(SEEDS)}
        if REMEDY_PRESETS[name]
        else set()
    )
    _check_whole(len(trained - {(row.variant, row.seed) for row in found.trained}), "rows")
    if not found.is_of(checkpoints.shipped().load_preset(name).result):
        raise CheckpointError(f"The remedies of {name} are of another network than the one that ships.")
    made = _in_words(
        {
            found.computed,
            *(row.computed for row in found.treated if row.computed is not None),
            *(row.computed for row in found.trained if row.computed is not None),
        }
    )
    return (
        f"{made}, but without {len(wanted)} treatments (checkpoints remedies --missing)" if wanted else made
    )


def _check_whole(absent: int, what: str) -> None:
    if absent:
        raise CheckpointError(f"{absent} {what} are missing.")


def _leaderboard_found() -> str:
    """How the shipped leaderboard was computed, and what methods have come since. Raises CheckpointError if
    it is not sound, lacks a network, or is of other networks than those that ship."""
    table = load_leaderboard(SHIPPED_LEADERBOARD)
    rows = (*table.rows.detectors, *table.rows.remedies)
    _check_whole(len({*table.spec.members} - {Member(row.preset, row.seed) for row in rows}), "networks")
    today = LeaderboardSpec(table.spec.presets)
    lacking = {*today.detectors, *today.remedies} - {*table.spec.detectors, *table.spec.remedies}
    for name in table.spec.presets:
        network = checkpoints.shipped().load_preset(name).result.network_digest
        if any(row.network != network for row in rows if (row.preset, row.seed) == (name, 0)):
            raise CheckpointError(f"The leaderboard is of another network of {name} than the one that ships.")
    made = _in_words(table.computed)
    return f"{made}, but without {', '.join(sorted(lacking))}" if lacking else made


def _in_words(made: Iterable[Provenance | None]) -> str:
    """How results were computed, and whether by today's engine."""
    found = set(made)
    parts = sorted(str(one) for one in found if one is not None)
    older = sorted({one.engine for one in found if one is not None} - {ENGINE})
    if older:
        parts.append(f"today's is engine {ENGINE}")
    if None in found:
        parts.append("made before engine, device and precision were recorded")
    return "; ".join(parts)
