"""presets and checkpoints: what ships with the explorer, rebuilt, measured again or verified."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from explorer.commands.command import Parser, Report, command
from explorer.commands.options import add_cluster_options, add_threads, workplace
from explorer.commands.shares import by_k, errors_by_k, shares_report
from explorer.commands.training import learned
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.compute.provenance import ENGINE, Provenance
from explorer.experiments import checkpoints
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.objective_rates import (
    OBJECTIVES,
    WITH_OBJECTIVES,
    build_objectives,
    load_objectives,
)
from explorer.experiments.objective_rates import SEEDS as SEEDS_OF_OBJECTIVES
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.experiments.run import measured_again
from explorer.experiments.sampler_rates import default_rates
from explorer.experiments.shipped_atlases import ARRAYS as ATLAS_ARRAYS
from explorer.experiments.shipped_atlases import ATLASES, build_atlas
from explorer.experiments.shipped_samplers import SAMPLER_TABLES, WITH_SAMPLERS, build_samplers
from explorer.experiments.shipped_seed_planes import ARRAYS as SEED_ARRAYS
from explorer.experiments.shipped_seed_planes import SEED_PLANES, build_seed_plane
from explorer.experiments.shipped_trials import ARRAYS, TRIALS, build_trial
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS, shipped_loop
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import RecursionSpec, missing
from explorer.recursion.store import compact
from explorer.recursion.tasks import recursive_training_apart
from explorer.remedies.remedy_table import (
    REMEDY_PRESETS,
    SEEDS,
    SHIPPED_REMEDIES,
    build_shipped_remedies,
    shipped_remedies,
)
from explorer.remedies.training_variants import TRAINING_VARIANTS
from explorer.remedies.treatment import default_treatments
from explorer.storage.files import CheckpointError
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.run import sweep
from explorer.sweeps.store import computed_by, load_sweep

SHIPPED = PRESETS | PICTURE_PRESETS
SOUND = "sound"


def add(commands: Any) -> None:
    command(commands, "presets", _presets, "List the presets.", computes=False)
    store = commands.add_parser("checkpoints", help="Rebuild or verify the shipped runs.")
    actions = store.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    build = command(actions, "build", _build, "Train the shipped runs again and replace them.")
    build.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    add_threads(build)
    measure = command(actions, "measure", _measure, "Measure the shipped networks of points again.")
    measure.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all of points)")
    add_threads(measure)
    drawn = command(actions, "trials", _trials, "Draw the shipped trials of points again, without training.")
    drawn.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all of points)")
    add_threads(drawn)
    atlases = command(actions, "atlases", _atlases, "Make the shipped atlases again, without training.")
    atlases.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    add_threads(atlases)
    text = "Measure the shipped tables of samplers again and replace them."
    samplers = command(actions, "samplers", _samplers, text)
    samplers.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    add_threads(samplers)
    text = "Train networks by each objective again and replace what is said of them."
    objectives = command(actions, "objectives", _objectives, text)
    add_threads(objectives)
    loops = command(actions, "loops", _loops, "Run the shipped recursive loops again and replace them.")
    loops.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    add_threads(loops)
    add_cluster_options(loops)
    sweeps = command(actions, "sweeps", _sweeps, "Run the shipped sweeps again and replace them.")
    sweeps.add_argument("names", nargs="*", metavar="SWEEP", help="which (default: all)")
    add_threads(sweeps)
    remedies = command(actions, "remedies", _remedies, "Measure the shipped remedies again and replace them.")
    remedies.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    add_threads(remedies)
    text = "Check every file that ships, and tell how it was computed."
    command(actions, "verify", _verify, text, computes=False)


def _presets(options: argparse.Namespace) -> Report:
    return {name: entry.sentence for name, entry in SHIPPED.items()}


def _build(options: argparse.Namespace) -> Report:
    names = options.names or list(SHIPPED)
    experiments = [(name, preset(name).experiment) for name in names]
    built = {}
    for name, experiment in experiments:
        result = learned(experiment)
        folder = checkpoints.shipped().save(result, name)
        if not experiment.pictures:  # whose runs hold their trial
            with_bar(build_trial(result, folder), f"{name}, trial")
        shares = hallucinated_shares(result.final.measurement, experiment.pictures)
        before = {"beyond": by_k(shares), "error": errors_by_k(shares)}
        built[name] = {
            "seconds": round(result.final.seconds, 1),
            **shares_report(shares, before, json=options.json),
        }
    return built


def _measure(options: argparse.Namespace) -> Report:
    names = options.names or list(PRESETS)
    if pictures := [name for name in names if preset(name).experiment.pictures]:
        raise ValueError(
            f"The run of {pictures[0]} keeps only its last network, so it can be measured only while it is "
            "trained: use checkpoints build."
        )
    store = checkpoints.shipped()
    stored = {name: store.load_preset(name).result for name in names}
    measured = {}
    for name, before in stored.items():
        after = with_bar(measured_again(before), name)
        store.save_measured(after, name)
        with_bar(build_trial(after, store.root / name), f"{name}, trial")
        shares, old = (hallucinated_shares(run.final.measurement) for run in (after, before))
        measured[name] = {
            **shares_report(shares, {"beyond": by_k(shares)}, json=options.json),
            "before": by_k(old),
        }
    return measured


def _trials(options: argparse.Namespace) -> Report:
    names = options.names or list(PRESETS)
    if pictures := [name for name in names if preset(name).experiment.pictures]:
        raise ValueError(f"The run of {pictures[0]} holds its trial already.")
    store = checkpoints.shipped()
    runs = {name: store.load_preset(name).result for name in names}
    drawn: Report = {}
    for name, result in runs.items():
        with_bar(build_trial(result, store.root / name), name)
        found = TRIALS.load(store.root / name, result.experiment, result.network_digest)
        size = (store.root / name / ARRAYS).stat().st_size
        drawn[name] = {"n": found.trial.n, "megabytes": round(size / 1e6, 2)}
    return drawn


def _atlases(options: argparse.Namespace) -> Report:
    names = options.names or list(SHIPPED)
    store = checkpoints.shipped()
    runs = {name: store.load_preset(name).result for name in names}
    made: Report = {}
    for name, result in runs.items():
        pictures, folder = bool(result.experiment.pictures), store.root / name
        with_bar((build_seed_plane if pictures else build_atlas)(result, folder), name)
        size = (folder / (SEED_ARRAYS if pictures else ATLAS_ARRAYS)).stat().st_size
        made[name] = {"megabytes": round(size / 1e6, 2)}
    return made


def _samplers(options: argparse.Namespace) -> Report:
    store = checkpoints.shipped()
    runs = {name: store.load_preset(name).result for name in options.names or WITH_SAMPLERS}
    measured: Report = {}
    for name, result in runs.items():
        with_bar(build_samplers(result, store.root / name), name)
        found = SAMPLER_TABLES.load(store.root / name, result.experiment, result.network_digest)
        measured[name] = {"samplers": len(found.rows)}
    return measured


def _objectives(options: argparse.Namespace) -> Report:
    trained: Report = {}
    for name in WITH_OBJECTIVES:
        experiment, folder = preset(name).experiment, checkpoints.shipped().root / name
        with_bar(build_objectives(experiment, folder), name)
        trained[name] = {"rows": len(load_objectives(folder, experiment)[0])}
    return trained


def _loops(options: argparse.Namespace) -> Report:
    place = workplace(options)

    def made(name: str, folder: Path) -> Report:
        spec = LOOPS[name]
        work = (
            recursive_training(spec, folder=folder)
            if place is None
            else recursive_training_apart(spec, folder, place)
        )
        run = with_bar(returning_last(work), name, share=lambda update: update.share)
        compact(folder)
        return {
            "seeds": spec.seeds,
            "generations": len(run.generations),
            "seconds": round(run.seconds, 1),
        }

    return _rebuilt(options.names, "loop", LOOPS, SHIPPED_LOOPS, made)


def _sweeps(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        work = returning_last(sweep(SWEEPS[name].spec, folder=folder))
        run = with_bar(work, name, share=lambda update: update.share)
        return {"networks": len(run.rows), "seconds": round(run.seconds, 1)}

    return _rebuilt(options.names, "sweep", SWEEPS, SHIPPED_SWEEPS, made)


def _remedies(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        found = with_bar(build_shipped_remedies(name, folder), name)
        return {"treatments": len(found.treated), "networks": len(found.trained)}

    return _rebuilt(options.names, "remedy", REMEDY_PRESETS, SHIPPED_REMEDIES, made)


def _rebuilt(
    names: list[str], what: str, known: Collection[str], root: Path, made: Callable[[str, Path], Report]
) -> Report:
    """Make what ships anew, each beside its old folder, which then gives way; one that was stopped goes
    on."""
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"No {what} {unknown[0][:40]!r} ships; there are {', '.join(known)}.")
    built = {}
    for name in names or known:
        folder = root / name
        work = folder.with_name(f".{name}.making")
        built[name] = made(name, work)
        if folder.exists():
            shutil.rmtree(folder)
        work.replace(folder)
    return built


def _verify(options: argparse.Namespace) -> Report:
    """What is wrong with everything that ships; of what is sound, how it was computed."""
    checks: dict[str, Callable[[], str]] = {name: partial(_run_found, name) for name in SHIPPED}
    checks |= {f"{name}, samplers": partial(_samplers_found, name) for name in WITH_SAMPLERS}
    checks |= {f"{name}, objectives": partial(_objectives_found, name) for name in WITH_OBJECTIVES}
    checks |= {f"recursive/{name}": partial(_loop_found, name) for name in LOOPS}
    checks |= {f"sweeps/{name}": partial(_sweep_found, name) for name in SWEEPS}
    checks |= {f"remedies/{name}": partial(_remedies_found, name) for name in REMEDY_PRESETS}
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


def _remedies_found(name: str) -> str:
    """How the shipped remedies of a preset were computed. Raises CheckpointError if they are not sound, not
    whole, or of another network than the one that ships."""
    found = shipped_remedies(name)
    wanted = set(default_treatments(preset(name).experiment))
    absent = len(wanted - {row.treatment for row in found.treated})
    trained = (
        {(variant, seed) for variant in TRAINING_VARIANTS for seed in range(SEEDS)}
        if REMEDY_PRESETS[name]
        else set()
    )
    absent += len(trained - {(row.variant, row.seed) for row in found.trained})
    _check_whole(absent, "rows")
    if not found.is_of(checkpoints.shipped().load_preset(name).result):
        raise CheckpointError(f"The remedies of {name} are of another network than the one that ships.")
    return _in_words([found.computed])


def _check_whole(absent: int, what: str) -> None:
    if absent:
        raise CheckpointError(f"{absent} {what} are missing.")


def _in_words(made: Iterable[Provenance | None]) -> str:
    """How results were computed, and whether by today's engine."""
    found = set(made)
    said = sorted(str(one) for one in found if one is not None)
    older = sorted({one.engine for one in found if one is not None} - {ENGINE})
    if older:
        said.append(f"today's is engine {ENGINE}")
    if None in found:
        said.append("made before engine, device and precision were recorded")
    return "; ".join(said)
