"""presets and checkpoints: what ships with the explorer, rebuilt, measured again or verified."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch

from explorer.commands.command import Parser, Report, command, named_folder
from explorer.commands.options import (
    add_cluster_options,
    add_preset,
    add_threads,
    cluster_config,
    new_file,
    new_folder,
)
from explorer.commands.shares import by_k, errors_by_k, shares_report
from explorer.commands.training import learned
from explorer.commands.verification import SHIPPED, verify
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.compute.provenance import provenance
from explorer.data.digits.judge import split, train_judge
from explorer.data.digits.judge_file import SHIPPED_JUDGE, judge_bytes
from explorer.data.digits.mnist import read_idx, shipped_digits
from explorer.detection.statistics.rates import Rate, rate_values
from explorer.dimension.presets import COMPARISONS, SHIPPED_DIMENSION
from explorer.dimension.run import compare_dimensions
from explorer.experiments import checkpoints
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.objective_rates import (
    WITH_OBJECTIVES,
    build_objectives,
    load_objectives,
)
from explorer.experiments.presets import PRESETS, preset
from explorer.experiments.run import measured_again
from explorer.experiments.shipped_atlases import ARRAYS as ATLAS_ARRAYS
from explorer.experiments.shipped_atlases import build_atlas
from explorer.experiments.shipped_samplers import SAMPLER_TABLES, WITH_SAMPLERS, build_samplers
from explorer.experiments.shipped_seed_planes import ARRAYS as SEED_ARRAYS
from explorer.experiments.shipped_seed_planes import WITH_PLANES, build_seed_plane
from explorer.experiments.shipped_trials import ARRAYS, TRIALS, build_trial
from explorer.memorisation.presets import MEMORISATIONS, SHIPPED_MEMORISATIONS
from explorer.memorisation.run import memorisation
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS
from explorer.recursion.run import recursive_training
from explorer.recursion.store import compact
from explorer.recursion.tasks import recursive_training_apart
from explorer.remedies.remedy_table import (
    REMEDY_PRESETS,
    SHIPPED_REMEDIES,
    build_shipped_remedies,
    extend_shipped_remedies,
)
from explorer.storage.files import write_file
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.run import sweep


def add(commands: Any) -> None:
    command(commands, "presets", _presets, "List the presets.", computes=False)
    store = commands.add_parser("checkpoints", help="Rebuild or verify the shipped runs.")
    actions = store.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)

    def rebuilds(
        name: str,
        run: Callable[[argparse.Namespace], Report],
        text: str,
        every: str = "all",
        of: str = "PRESET",
    ) -> argparse.ArgumentParser:
        """An action on those that are named, or on all."""
        sub = command(actions, name, run, text)
        sub.add_argument("names", nargs="*", metavar=of, help=f"which (default: {every})")
        add_threads(sub)
        return sub

    of_points = "all of points"
    rebuilds("build", _build, "Train the shipped runs again and replace them.")
    rebuilds("measure", _measure, "Measure the shipped networks of points again.", of_points)
    rebuilds("trials", _trials, "Draw the shipped trials of points again, without training.", of_points)
    rebuilds("atlases", _atlases, "Make the shipped atlases again, without training.")
    rebuilds("samplers", _samplers, "Measure the shipped tables of samplers again and replace them.")
    text = "Train networks by each objective again and replace what is said of them."
    add_threads(command(actions, "objectives", _objectives, text))
    loops = rebuilds("loops", _loops, "Run the shipped recursive loops again and replace them.")
    add_cluster_options(loops)
    rebuilds("sweeps", _sweeps, "Run the shipped sweeps again and replace them.", of="SWEEP")
    text = "Train the shipped networks of few and of many points again and replace what is said of them."
    rebuilds("memorise", _memorise, text, of="NAME")
    text = (
        "Train and sample the shipped networks in 2 to 64 dimensions again and replace what is said of them."
    )
    rebuilds("dimension", _dimension, text, of="LAYOUT")
    remedies = rebuilds("remedies", _remedies, "Measure the shipped remedies again and replace them.")
    remedies.add_argument(
        "--missing",
        action="store_true",
        help="measure and train only what is not among them yet",
    )
    text = "Train the judge of digits again, on those that ship or on one's own files of MNIST."
    judge = command(actions, "judge", _judge, text)
    judge.add_argument("--data", type=Path, metavar="DIR", help="folder of MNIST's IDX files (needs --out)")
    judge.add_argument(
        "--out", type=new_file, metavar="FILE", help="file to write (default: the shipped one)"
    )
    add_threads(judge)
    text = "Write a run of pictures as the folder of another library's pipeline (pip install diffusers)."
    export = command(actions, "export", _export, text, computes=False)
    add_preset(export)
    export.add_argument("--as", dest="library", choices=("diffusers",), default="diffusers", help="which")
    export.add_argument("--out", type=new_folder, required=True, metavar="DIR", help="new folder to write")
    text = "Check every file that ships, and tell how it was computed."
    command(actions, "verify", verify, text, computes=False)


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
    names = options.names or [*PRESETS, *WITH_PLANES]
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
    place = cluster_config(options)

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


def _memorise(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        work = returning_last(memorisation(MEMORISATIONS[name], folder=folder))
        run = with_bar(work, name, share=lambda update: update.share)
        return {"networks": len(MEMORISATIONS[name].members), "seconds": round(run.seconds, 1)}

    return _rebuilt(options.names, "memorisation", MEMORISATIONS, SHIPPED_MEMORISATIONS, made)


def _dimension(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        work = returning_last(compare_dimensions(COMPARISONS[name], folder=folder))
        run = with_bar(work, name, share=lambda update: update.share)
        return {"dimensions": len(run.parts), "seconds": round(run.seconds, 1)}

    return _rebuilt(options.names, "comparison of dimensions", COMPARISONS, SHIPPED_DIMENSION, made)


def _remedies(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        work = extend_shipped_remedies if options.missing else build_shipped_remedies
        found = with_bar(work(name, folder), name)
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


def _judge(options: argparse.Namespace) -> Report:
    """Train the judge, write its file, and tell how good it is on digits that it has not learned from."""
    if options.data is not None and options.out is None:
        raise ValueError(
            "A judge of one's own digits does not replace the shipped one: name a file by --out."
        )
    data = shipped_digits() if options.data is None else read_idx(options.data)
    work = train_judge(data.scaled(), torch.from_numpy(data.labels), split(data))
    judge = with_bar(work, "judge")
    path = options.out or SHIPPED_JUDGE
    path.parent.mkdir(exist_ok=True)
    write_file(path, judge_bytes(judge, provenance("cpu", convolutions=True)))
    told = judge.report
    shares = {"accuracy": told.accuracy, "refused": told.refused}
    shares |= {f"found, {kind}": counts for kind, counts in told.found.items()}
    return {
        "out": str(path),
        "threshold": judge.threshold,
        **{name: _share(*counts, json=options.json) for name, counts in shares.items()},
    }


def _share(count: int, n: int, *, json: bool) -> Any:
    rate = Rate(count, n)
    return rate_values("share", rate) if json else str(rate)


def _export(options: argparse.Namespace) -> Report:
    try:
        from explorer.adapters.diffusers import export_run
    except ImportError:
        raise ValueError("diffusers is not installed: pip install diffusers.") from None
    export_run(checkpoints.load_folder(named_folder(options.preset)).result, options.out)
    return {"preset": options.preset, "folder": str(options.out)}
