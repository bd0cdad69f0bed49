"""train: train a preset and store the run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tqdm import tqdm

from explorer.commands.command import Report, command, device_report
from explorer.compute.device import choose_device, prepare, spare_processors
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import CheckpointStore
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import RECIPES, preset, recipe
from explorer.experiments.run import LearningUpdate, Result, learn


def add(commands: Any) -> None:
    train = command(commands, "train", _train, "Train a preset and store the run.")
    train.add_argument("preset", metavar="PRESET")
    train.add_argument("--seed", type=int, help="seed of data, weights and batches (default: the preset's)")
    train.add_argument("--steps", type=int, help="training steps (default: the preset's)")
    train.add_argument("--batch", type=int, help="samples in a step (default: the preset's)")
    train.add_argument("--recipe", choices=RECIPES, help="network and training by name")
    train.add_argument(
        "--threads", type=int, help="PyTorch threads (default: 1; of pictures all processors but one)"
    )
    train.add_argument("--out", type=Path, help="folder to write (default: your cache)")


def _train(options: argparse.Namespace) -> Report:
    experiment = preset(options.preset).experiment
    if options.recipe is not None:
        if experiment.pictures:
            raise ValueError("Pictures are trained by one recipe, their preset's.")
        mixture = experiment.mixture
        network, training = recipe(options.recipe, 1 if mixture is None else mixture.dimensions)
        experiment = experiment.replace(network=network, training=training)
    changes = {"training.steps": options.steps, "training.batch": options.batch, "seed": options.seed}
    experiment = experiment.replace(**{path: value for path, value in changes.items() if value is not None})
    if options.threads is None:
        prepare(spare_processors() if experiment.pictures else 1)
    store, name = checkpoints.own(), experiment.digest
    if options.out is not None:
        store, name = CheckpointStore(options.out.resolve().parent), options.out.name
    store.require_room(name)
    result = learned(experiment)
    path = store.save(result, name)
    return {
        "preset": options.preset,
        "steps": experiment.training.steps,
        "seconds": round(result.final.seconds, 3),
        "steps_per_second": round(experiment.training.steps / result.final.seconds, 1),
        "final_loss": float(result.losses[-50:].mean()),
        "beyond": _by_threshold(result.final.measurement.beyond),
        "kinds": result.final.measurement.kinds,
        "seed": experiment.seed,
        **device_report(choose_device(experiment.network.kind)),
        "path": str(path),
    }


def learned(experiment: Experiment) -> Result:
    """Train an experiment to its end, with a bar."""
    update: LearningUpdate | None = None
    with tqdm(total=experiment.training.steps, unit=" steps", desc="training", disable=None) as bar:
        for update in learn(experiment):
            bar.update(update.step - bar.n)
    if update is None or update.result is None:
        raise ValueError("The training ended without a result.")
    return update.result


def _by_threshold(beyond: dict[int, float] | None) -> dict[str, float] | None:
    return None if beyond is None else {str(k): value for k, value in beyond.items()}
