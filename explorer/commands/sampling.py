"""sample and density: what a trained run produces, counted or exact."""

from __future__ import annotations

import argparse
import time
from typing import Any

from explorer.commands.command import Report, command, named_run, with_bar
from explorer.detection.rates import Rate
from explorer.device import pick_device
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.density import REPORTED_CELLS, exact_density
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.learning import THRESHOLDS, Result, density_span
from explorer.seeds import seeded


def add(commands: Any) -> None:
    for name, run, text in (
        ("sample", _sample, "Sample a trained run and count hallucinations."),
        ("density", _density, "The exact density of a trained 1-D run and its mass beyond the modes."),
    ):
        sub = command(commands, name, run, text)
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


def _sample(options: argparse.Namespace) -> Report:
    result, denoiser = _denoiser(options)
    spec, mixture = _sampler(options), result.experiment.mixture
    if mixture is None:
        raise ValueError("The truth of uploaded points is unknown, so there is no hallucination to count.")
    generator = seeded(options.seed or 0, "sampling", pick_device())
    start = time.perf_counter()
    samples = with_bar(sample(denoiser, options.n, spec, generator), "sampling")
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


def _density(options: argparse.Namespace) -> Report:
    result, denoiser = _denoiser(options)
    spec, mixture = _sampler(options), result.experiment.mixture
    start = time.perf_counter()
    span = density_span(result.experiment) if result.dimensions == 1 else 7.0
    density = with_bar(
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


def _denoiser(options: argparse.Namespace) -> tuple[Result, Denoiser]:
    """The named run, and its network or its truth as a denoiser."""
    result = named_run(options.preset)
    truth = result.truth()
    if options.truth and truth is None:
        raise ValueError("The truth of uploaded points is unknown.")
    return result, truth if options.truth and truth else result.denoiser(device=pick_device())


def _sampler(options: argparse.Namespace) -> SamplerSpec:
    return SamplerSpec(
        eta=options.eta, variance=options.variance, steps=options.steps, skip_noise=not options.every_step
    )
