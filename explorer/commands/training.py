"""train: train a preset, a stored experiment or points of one's own, and store the run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tqdm import tqdm

from explorer.commands.command import Report, add_settings, command, device_report, which_experiment
from explorer.commands.options import add_seed, add_threads, new_folder, number
from explorer.commands.shares import by_k, errors_by_k, shares_report, uncounted
from explorer.compute.device import choose_device, prepare, spare_processors
from explorer.data.points import MAX_BYTES, PointSet, read_csv, standardise
from explorer.diffusion.training import BATCH_RANGE, STEPS_RANGE
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import CheckpointStore
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.presets import RECIPES, preset, recipe
from explorer.experiments.run import LearningUpdate, Result, learn
from explorer.experiments.settings import DATA, with_settings


def add(commands: Any) -> None:
    train = command(commands, "train", _train, "Train a preset, or what is yours, and store the run.")
    train.add_argument("preset", metavar="PRESET", nargs="?", help="a preset")
    train.add_argument(
        "--experiment", type=Path, metavar="FILE", help="JSON as a stored run or a page's Take away holds it"
    )
    train.add_argument(
        "--points", type=Path, metavar="FILE", help="CSV of your own points, one or two numbers a line"
    )
    add_settings(train)
    add_seed(train, "data, weights and batches", default_text="the preset's")
    number(train, "--steps", "training steps", STEPS_RANGE, default_text="the preset's")
    number(train, "--batch", "samples in a step", BATCH_RANGE, default_text="the preset's")
    train.add_argument("--recipe", choices=RECIPES, help="network and training by name")
    add_threads(train, default=None, default_text="1; of pictures all processors but one")
    train.add_argument("--out", type=new_folder, metavar="DIR", help="folder to write (default: your cache)")


def _train(options: argparse.Namespace) -> Report:
    points = None if options.points is None else _points(options.points)
    experiment = _experiment(options, points)
    if options.threads is None:
        prepare(spare_processors() if experiment.pictures else 1)
    store, name = checkpoints.own(), experiment.digest
    if options.out is not None:
        store, name = CheckpointStore(options.out.resolve().parent), options.out.name
    store.require_room(name)
    if points is not None:
        checkpoints.own().save_points(points)
    elif experiment.upload:
        points = checkpoints.own().load_points(experiment.upload)
    result = learned(experiment, points)
    path = store.save(result, name)
    shares = hallucinated_shares(result.final.measurement, experiment.pictures)
    return {
        **which_experiment(experiment, options.preset),
        "steps": experiment.training.steps,
        "seconds": round(result.final.seconds, 3),
        "steps_per_second": round(experiment.training.steps / result.final.seconds, 1),
        "final_noise_error": float(result.losses[-50:].mean()),
        **shares_report(shares, {"beyond": by_k(shares), "error": errors_by_k(shares)}, json=options.json),
        **uncounted(experiment),
        "kinds": result.final.measurement.kinds,
        "seed": experiment.seed,
        **device_report(choose_device(experiment.network.kind)),
        "path": str(path),
    }


def _experiment(options: argparse.Namespace, points: PointSet | None) -> Experiment:
    """What is to be trained. Raises ValueError for what does not go together."""
    experiment = _base(options, points)
    changes = {"training.steps": options.steps, "training.batch": options.batch, "seed": options.seed}
    changed = with_settings(experiment, options.settings, changes)
    if points is not None and (changed.upload, changed.points) != (experiment.upload, experiment.points):
        raise ValueError(
            f"The points {options.points.name} are the data, all of them: leave out --set {', '.join(DATA)} "
            "and points."
        )
    if options.recipe is None:
        return changed
    if changed.pictures:
        raise ValueError("Pictures are trained by one recipe, their preset's.")
    return with_settings(_by_recipe(changed, options.recipe, points), options.settings, changes)


def _base(options: argparse.Namespace, points: PointSet | None) -> Experiment:
    """The preset, the file's experiment or, if the points alone are given, the fast recipe for them."""
    if options.preset is not None and options.experiment is not None:
        raise ValueError(
            f"Give the PRESET {options.preset[:40]} or --experiment {options.experiment.name}, not both."
        )
    if options.experiment is not None:
        experiment = _stored_experiment(options.experiment)
        if points is not None and experiment.upload != points.digest:
            raise ValueError(
                f"The experiment {options.experiment.name} has other data than the points "
                f"{options.points.name}: leave one of them out."
            )
        return experiment
    if options.preset is not None:
        experiment = preset(options.preset).experiment
        if points is None:
            return experiment
        if experiment.pictures:
            raise ValueError(f"{options.preset} learns pictures, with a network for pictures, not points.")
        return experiment.replace(mixture=None, upload=points.digest)
    if points is None:
        raise ValueError("There is nothing to train: give a PRESET, --experiment FILE or --points FILE.")
    return _by_recipe(Experiment(upload=points.digest), RECIPES[0], points)


def _by_recipe(experiment: Experiment, name: str, points: PointSet | None) -> Experiment:
    mixture = experiment.mixture
    dimensions = mixture.dimensions if mixture is not None else 1 if points is None else points.shape[0]
    network, training = recipe(name, dimensions)
    return experiment.replace(network=network, training=training)


def _points(path: Path) -> PointSet:
    blob = _read(path)
    try:
        return standardise(read_csv(blob))
    except ValueError as error:
        raise ValueError(f"The points {path.name} cannot be read: {str(error).rstrip('.')}.") from None


def _stored_experiment(path: Path) -> Experiment:
    blob = _read(path)
    try:
        return Experiment.from_json(json.loads(blob.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise ValueError(f"The experiment {path.name} is not UTF-8 text.") from None
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ValueError(f"The experiment {path.name} cannot be read: {reason}.") from None


def _read(path: Path) -> bytes:
    """The bytes of a file. Raises ValueError if it is empty or has more than 5 MB, and OSError."""
    with path.open("rb") as file:
        blob = file.read(MAX_BYTES + 1)
    if len(blob) > MAX_BYTES:
        raise ValueError(f"The file {path.name} has more than {MAX_BYTES:,} bytes.")
    if not blob.strip():
        raise ValueError(f"The file {path.name} is empty.")
    return blob


def learned(experiment: Experiment, points: PointSet | None = None) -> Result:
    """Train an experiment to its end, with a bar; the points are those that it names."""
    update: LearningUpdate | None = None
    with tqdm(total=experiment.training.steps, unit=" steps", desc="training", disable=None) as bar:
        for update in learn(experiment, points):
            bar.update(update.step - bar.n)
    if update is None or update.result is None:
        raise ValueError("The training ended without a result.")
    return update.result
