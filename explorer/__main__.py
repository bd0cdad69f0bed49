"""The command line: python -m explorer presets | train | sample | density | checkpoints."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tqdm import tqdm

from explorer import checkpoints
from explorer.checkpoints import CheckpointStore, load_folder
from explorer.detection.rates import Rate
from explorer.device import pick_device, prepare
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.density import REPORTED_CELLS, exact_density
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.experiment import Experiment
from explorer.learning import THRESHOLDS, LearningUpdate, Result, density_span, learn
from explorer.presets import PRESETS, RECIPES, preset, recipe
from explorer.seeds import seeded

Value = TypeVar("Value")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        prepare(getattr(options, "threads", 1))
        report = options.run(options)
    except (ValueError, FloatingPointError) as error:
        print(f"explorer: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"explorer: {error.strerror}: {str(error.filename)[:60]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("explorer: stopped.", file=sys.stderr)
        return 130
    failed = report.pop("failed", False)
    if getattr(options, "json", False):
        print(json.dumps(report))
    else:
        print("\n".join(_lines(report)))
    return 1 if failed else 0


# ---- commands ---------------------------------------------------------------------------------------


def _presets(options: argparse.Namespace) -> dict[str, Any]:
    return {name: entry.sentence for name, entry in PRESETS.items()}


def _train(options: argparse.Namespace) -> dict[str, Any]:
    experiment = preset(options.preset).experiment
    if options.recipe is not None:
        mixture = experiment.mixture
        network, training = recipe(options.recipe, 1 if mixture is None else mixture.dimensions)
        experiment = experiment.replace(network=network, training=training)
    changes = {"training.steps": options.steps, "training.batch": options.batch, "seed": options.seed}
    experiment = experiment.replace(**{path: value for path, value in changes.items() if value is not None})
    store, name = checkpoints.own(), experiment.digest
    if options.out is not None:
        store, name = CheckpointStore(options.out.resolve().parent), options.out.name
    store.require_room(name)
    result = _learned(experiment)
    path = store.save(result, name)
    return {
        "preset": options.preset,
        "steps": experiment.training.steps,
        "seconds": round(result.final.seconds, 3),
        "steps_per_second": round(experiment.training.steps / result.final.seconds, 1),
        "final_loss": float(result.losses[-50:].mean()),
        "beyond": _by_threshold(result.final.measurement.beyond),
        "seed": experiment.seed,
        "device": str(pick_device()),
        "path": str(path),
    }


def _sample(options: argparse.Namespace) -> dict[str, Any]:
    result, denoiser = _denoiser(options)
    spec, mixture = _sampler(options), result.experiment.mixture
    if mixture is None:
        raise ValueError("The truth of uploaded points is unknown, so there is no hallucination to count.")
    generator = seeded(options.seed or 0, "sampling", pick_device())
    start = time.perf_counter()
    samples = _with_bar(sample(denoiser, options.n, spec, generator), "sampling")
    seconds = time.perf_counter() - start
    rate = Rate(int(mixture.is_hallucination(samples, options.k).sum()), options.n)
    return {
        "preset": options.preset,
        "n": options.n,
        "sigma_threshold": options.k,
        "hallucination_rate": rate.value,
        "hallucination_interval": list(rate.interval),
        "seconds": round(seconds, 3),
        "sampler": spec.name,
        "denoiser": "truth" if options.truth else "model",
        "seed": options.seed or 0,
    }


def _density(options: argparse.Namespace) -> dict[str, Any]:
    result, denoiser = _denoiser(options)
    spec, mixture = _sampler(options), result.experiment.mixture
    start = time.perf_counter()
    span = density_span(result.experiment) if result.dimensions == 1 else 7.0
    density = _with_bar(
        exact_density(denoiser, spec, cells=options.cells, span=span, device=pick_device()), "density"
    )
    seconds = time.perf_counter() - start
    if mixture is None:
        raise ValueError("The truth of uploaded points is unknown, so there is no mass beyond its modes.")
    return {
        "preset": options.preset,
        "mass_beyond": {str(k): density.mass_beyond(mixture, k) for k in THRESHOLDS},
        "mode_shares": density.mode_shares(mixture).tolist(),
        "mode_widths": density.mode_widths(mixture).tolist(),
        "cells": options.cells,
        "seconds": round(seconds, 3),
        "sampler": spec.name,
        "denoiser": "truth" if options.truth else "model",
    }


def _build(options: argparse.Namespace) -> dict[str, Any]:
    names = options.names or list(PRESETS)
    experiments = [(name, preset(name).experiment) for name in names]
    built = {}
    for name, experiment in experiments:
        result = _learned(experiment)
        checkpoints.shipped().save(result, name)
        built[name] = {"seconds": round(result.final.seconds, 1), "beyond": result.final.measurement.beyond}
    return built


def _verify(options: argparse.Namespace) -> dict[str, Any]:
    found = dict(checkpoints.shipped().problems())
    missing = {name: "There is no shipped run of this preset." for name in PRESETS if name not in found}
    for name, entry in PRESETS.items():
        if name in found and found[name] is None:
            stored = checkpoints.shipped().load(name).result.experiment
            found[name] = None if stored == entry.experiment else "It is the run of another experiment."
    report: dict[str, Any] = {name: problem or "sound" for name, problem in (found | missing).items()}
    return report | {"failed": any(text != "sound" for text in report.values())}


# ---- shared steps -----------------------------------------------------------------------------------


def _learned(experiment: Experiment) -> Result:
    update: LearningUpdate | None = None
    with tqdm(total=experiment.training.steps, unit=" steps", desc="training", disable=None) as bar:
        for update in learn(experiment):
            bar.update(update.step - bar.n)
    if update is None or update.result is None:
        raise ValueError("The training ended without a result.")
    return update.result


def _denoiser(options: argparse.Namespace) -> tuple[Result, Denoiser]:
    """The run that PRESET names, a preset or a folder, and its network or its truth as a denoiser."""
    if options.preset in PRESETS:
        name, experiment = options.preset, PRESETS[options.preset].experiment
        folder = checkpoints.locate(experiment)
        if folder is None:
            raise ValueError(f"{name} has not been trained yet; run python -m explorer train {name} first.")
    elif Path(options.preset).is_dir():
        folder = Path(options.preset).resolve()
    else:
        raise ValueError(
            f"{options.preset!r} is neither a preset ({', '.join(PRESETS)}) nor a folder of a run."
        )
    stored = load_folder(folder)
    truth = stored.result.truth()
    if options.truth and truth is None:
        raise ValueError("The truth of uploaded points is unknown.")
    return stored.result, truth if options.truth and truth else stored.result.denoiser(device=pick_device())


def _sampler(options: argparse.Namespace) -> SamplerSpec:
    return SamplerSpec(
        eta=options.eta, variance=options.variance, steps=options.steps, skip_noise=not options.every_step
    )


def _with_bar(work: Generator[float, None, Value], what: str) -> Value:
    with tqdm(total=100, unit="%", desc=what, disable=None) as bar:
        while True:
            try:
                bar.update(round(100 * next(work)) - bar.n)
            except StopIteration as end:
                return end.value


def _by_threshold(beyond: dict[int, float] | None) -> dict[str, float] | None:
    return None if beyond is None else {str(k): value for k, value in beyond.items()}


def _lines(report: dict[str, Any]) -> list[str]:
    width = max(map(len, report), default=0)
    return [f"{key:<{width}}  {value}" for key, value in report.items()]


# ---- options ----------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("explorer", description="Why diffusion models hallucinate: train, sample, measure.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, run: Any, text: str, where: Any = commands) -> argparse.ArgumentParser:
        sub = where.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print one JSON object")
        return sub

    command("presets", _presets, "List the presets.")

    train = command("train", _train, "Train a preset and store the run.")
    train.add_argument("preset", metavar="PRESET")
    train.add_argument("--seed", type=int, help="seed of data, weights and batches (default: the preset's)")
    train.add_argument("--steps", type=int, help="training steps (default: the preset's)")
    train.add_argument("--batch", type=int, help="samples in a step (default: the preset's)")
    train.add_argument("--recipe", choices=RECIPES, help="network and training by name")
    train.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    train.add_argument("--out", type=Path, help="folder to write (default: your cache)")

    for name, run, text in (
        ("sample", _sample, "Sample a trained run and count hallucinations."),
        ("density", _density, "The exact density of a trained 1-D run and its mass beyond the modes."),
    ):
        sub = command(name, run, text)
        sub.add_argument("preset", metavar="PRESET", help="a preset, or the folder of a run")
        sub.add_argument("--truth", action="store_true", help="use the true score in place of the network")
        sub.add_argument("--eta", type=float, default=1.0, help="1 is DDPM, 0 is DDIM (default: 1)")
        sub.add_argument("--variance", choices=["beta", "posterior"], default="beta", help="of DDPM's noise")
        sub.add_argument("--steps", type=int, help="steps of the sampler (default: every one)")
        sub.add_argument("--every-step", action="store_true", help="do not skip the steps of pure noise")
        if name == "sample":
            sub.add_argument("--n", type=int, default=20_000, help="number of samples (default: 20,000)")
            sub.add_argument(
                "--k", type=float, default=5.0, help="a hallucination is beyond k sigma (default: 5)"
            )
            sub.add_argument("--seed", type=int, default=0, help="seed of the noise (default: 0)")
        else:
            sub.add_argument("--cells", type=int, default=REPORTED_CELLS, help="cells of the grid")

    store = commands.add_parser("checkpoints", help="Rebuild or verify the shipped runs.")
    actions = store.add_subparsers(required=True, metavar="ACTION", parser_class=_Parser)
    build = command("build", _build, "Train the shipped runs again and replace them.", actions)
    build.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    build.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    command("verify", _verify, "Check every file of the shipped runs.", actions)
    return parser


if __name__ == "__main__":
    sys.exit(main())
