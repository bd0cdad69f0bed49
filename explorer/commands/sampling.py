"""sample and density: what a trained run produces, counted or exact."""

from __future__ import annotations

import argparse
import dataclasses
import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.commands.command import Report, command, device_report, named_run
from explorer.commands.options import (
    add_bound,
    add_preset,
    add_seed,
    chosen_bound,
    chosen_seed,
    new_file,
    number,
)
from explorer.commands.shares import by_k, counted_share, errors_by_k, shares_report, uncounted
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.compute.seeds import seeded
from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.hands.finger_count import count_fingers
from explorer.data.own.world_file import own_pictures
from explorer.data.pictures import (
    kind_names,
    kinds_beyond,
    picture_distribution,
    support_bound,
)
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.sampling import MAX_SAMPLES, SamplerSpec, sample
from explorer.experiments.hallucinated_share import HallucinatedShare, exact_shares, share_unit
from explorer.experiments.judged_digits import judged_digits
from explorer.experiments.measurement import REPORTED_SAMPLES, THRESHOLDS, density_span
from explorer.experiments.run import Result
from explorer.page_figures.shapes_findings import describe_judged
from explorer.storage.files import write_file

PICTURES_SAMPLED = 64


def add(commands: Any) -> None:
    for name, run, text in (
        ("sample", _sample, "Sample a trained run and count hallucinations."),
        ("density", _density, "The exact density of a trained 1-D run and its mass beyond the modes."),
    ):
        sub = command(commands, name, run, text)
        add_preset(sub)
        sub.add_argument("--truth", action="store_true", help="use the true score in place of the network")
        number(
            sub,
            "--eta",
            "noise of a step, 1 in DDPM and 0 in DDIM",
            (0, 1),
            kind=float,
            default_text="the run's own",
        )
        sub.add_argument("--variance", choices=["beta", "posterior"], help="of DDPM's noise")
        number(
            sub, "--steps", "steps of the sampler", "2 to all of the schedule", default_text="the run's own"
        )
        sub.add_argument("--every-step", action="store_true", help="do not skip the steps of pure noise")
        if name == "sample":
            default_text = f"{REPORTED_SAMPLES:,}; {PICTURES_SAMPLED} pictures"
            number(sub, "--n", "number of samples", (1, MAX_SAMPLES), default_text=default_text)
            add_bound(sub)
            add_seed(sub, default_text="0", default=0)
            sub.add_argument(
                "--out", type=new_file, metavar="FILE", help="write .npz, or a .png sheet of pictures"
            )


def _sample(options: argparse.Namespace) -> Report:
    result, truth = _run_and_truth(options)
    known, pictures = result.experiment.distribution, result.experiment.pictures
    if known is None and not pictures:
        raise ValueError("The truth of uploaded points is unknown, so there is no hallucination to count.")
    if options.out is not None and options.out.suffix not in (".png", ".npz"):
        raise ValueError(f"{options.out.name!r} should end with .png or .npz.")
    if options.out is not None and options.out.suffix == ".png" and not pictures:
        raise ValueError("Points are written as .npz; a .png sheet is for pictures.")
    spec = _sampler(options, result.experiment.sampler)
    n = options.n if options.n is not None else PICTURES_SAMPLED if pictures else REPORTED_SAMPLES
    k = None if known is None and options.k is None else chosen_bound(options, result.experiment)
    seed = chosen_seed(options, result.experiment)
    choice = choose_device(result.experiment.network.kind, samples=n)
    denoiser = truth or result.denoiser(device=choice.device)
    generator = seeded(seed, "sampling", choice.device)
    start = time.perf_counter()
    samples = with_bar(sample(denoiser, n, spec, generator), "sampling").cpu()
    seconds = time.perf_counter() - start
    report = {
        "preset": options.preset,
        "n": n,
        "seconds": round(seconds, 3),
        "sampler": spec.name,
        "denoiser": "truth" if options.truth else "model",
        "seed": seed,
        **device_report(choice),
    }
    if options.out is not None:
        _write(options.out, samples)
        report["out"] = str(options.out)
    if known is None or k is None:
        return report | uncounted(result.experiment) | _copies(pictures, samples)
    report["sigma_threshold"] = k
    if pictures:
        found = torch.bincount(kinds_beyond(pictures, samples, k), minlength=len(kind_names(pictures)))
        beyond = n - int(found[0])
    else:
        beyond = int(known.is_hallucination(samples, k).sum())
    shares = [HallucinatedShare.counted(Rate(beyond, n), k, share_unit(pictures))]
    report |= shares_report(shares, counted_share(shares), json=options.json)
    return report | (_kinds(pictures, samples, k, found.tolist(), json=options.json) if pictures else {})


def _kinds(pictures: str, samples: Tensor, k: float, found: list[int], *, json: bool) -> Report:
    """Of which kinds the pictures beyond k are, and how far all are from the nearest valid one."""
    known = picture_distribution(pictures)
    within, *wrong = kind_names(pictures)
    if k != support_bound(pictures):
        within = f"within {k:g}"  # a hand of six fingers within 1.5 is no hand of five
    report: Report = {"kinds": dict(zip((within, *wrong), found, strict=True))}
    if isinstance(known, SimpleShapes):
        away = known.distance_to_support(samples)
        report["pixels_to_support"] = {
            str(q): round(float(away.quantile(q)), 4) for q in (0.5, 0.9, 0.99, 1.0)
        }
    elif isinstance(known, HandwrittenDigits):
        judged = judged_digits(known, samples.numpy(), k)
        report["judged"] = judged.to_json() if json else describe_judged(judged)
    else:
        counts = count_fingers(samples).count
        report["fingers"] = {str(int(c)): int((counts == c).sum()) for c in counts.unique()}
    return report


def _copies(pictures: str, samples: Tensor) -> Report:
    """How far samples lie from the nearest of a user's own pictures, beside how far these lie from each
    other."""
    world = own_pictures(pictures)

    def quantiles(away: Tensor) -> Report:
        return {str(q): round(float(away.quantile(q)), 4) for q in (0.0, 0.1, 0.5, 0.9, 1.0)}

    return {
        "distance_to_nearest_own": quantiles(world.nearest(samples)[1]),
        "own_to_nearest_other": quantiles(world.spacing),
    }


def _write(path: Path, samples: Tensor) -> None:
    """Samples as an NPZ file, or pictures as a PNG sheet of rows of sixteen."""
    file = io.BytesIO()
    if path.suffix == ".npz":
        np.savez_compressed(file, samples=samples.numpy())
    else:
        columns = min(16, len(samples))
        missing = -len(samples) % columns
        padded = torch.cat([samples, -torch.ones(missing, *samples.shape[1:])])
        _, channels, _, side = padded.shape
        grid = padded.reshape(-1, columns, channels, side, side).permute(0, 3, 1, 4, 2)
        rows = grid.reshape(-1, columns * side, channels)
        levels = ((rows.clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
        Image.fromarray(levels[..., 0] if channels == 1 else levels).save(file, "PNG")
    write_file(path, file.getvalue())


def _density(options: argparse.Namespace) -> Report:
    result, truth = _run_and_truth(options)
    choice = choose_device(result.experiment.network.kind)
    denoiser = truth or result.denoiser(device=choice.device)
    spec, mixture = _sampler(options, result.experiment.sampler), result.experiment.mixture
    if mixture is None and not result.experiment.pictures:
        raise ValueError("The truth of uploaded points is unknown, so there is no mass beyond its modes.")
    if mixture is None or mixture.dimensions != 1:
        shape = tuple(denoiser.shape)
        raise ValueError(f"The exact density needs a 1-D denoiser; this one has the shape {shape}.")
    start, span = time.perf_counter(), density_span(result.experiment)
    work = exact_rates(denoiser, spec, mixture, THRESHOLDS, span=span, device=choice.device)
    found = with_bar(work, "density")
    seconds, density = time.perf_counter() - start, found.density
    shares = exact_shares(found.beyond, found.error)
    return {
        "preset": options.preset,
        **shares_report(
            shares, {"mass_beyond": by_k(shares), "error": errors_by_k(shares)}, json=options.json
        ),
        "mode_shares": density.mode_shares(mixture).tolist(),
        "mode_widths": density.mode_widths(mixture).tolist(),
        "cells": len(density.x),
        "seconds": round(seconds, 3),
        "sampler": spec.name,
        "denoiser": "truth" if options.truth else "model",
        **device_report(choice),
    }


def _run_and_truth(options: argparse.Namespace) -> tuple[Result, Denoiser | None]:
    """The named run, and its truth if that is to take the network's place."""
    result = named_run(options.preset)
    truth = result.truth()
    if options.truth and truth is None:
        raise ValueError(f"{result.experiment.unknown_truth}.")
    return result, truth if options.truth else None


def _sampler(options: argparse.Namespace, own: SamplerSpec) -> SamplerSpec:
    """The run's own sampler, with what was asked for in its place."""
    asked = {"eta": options.eta, "variance": options.variance, "steps": options.steps}
    changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if options.every_step:
        changes["skip_noise"] = False
    return dataclasses.replace(own, **changes)
