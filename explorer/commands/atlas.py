"""atlas: where in the initial noise a trained run's hallucinations are born."""

from __future__ import annotations

import argparse
import dataclasses
import math
import time
from typing import Any, get_args

from explorer.commands.command import Report, command, device_report, named_run
from explorer.commands.options import add_preset, check_sigma, new_file, number
from explorer.commands.shares import SHARES, records
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.data.mixture import GaussianMixture
from explorer.detection.basins import CENTRES, LEAST_HALF, REACH, SIZES, UNCUT_MASS, Square
from explorer.diffusion.sampler_spec import Solver
from explorer.experiments.atlas import (
    ATLAS_SOLVER,
    ATLAS_STEPS,
    SIZE,
    K,
    LineAtlas,
    PlaneAtlas,
    atlas_sampler,
    line_atlas,
    plane_atlas,
)
from explorer.experiments.hallucinated_share import HallucinatedShare
from explorer.figures.palette import Mode
from explorer.figures.print.stills import still
from explorer.page_figures.atlas import line_film, plane_film
from explorer.page_figures.main_figure import STILLS, TWO_COLUMNS
from explorer.storage.files import write_file


def add(commands: Any) -> None:
    sub = command(commands, "atlas", _atlas, "Where in the initial noise hallucinations are born.")
    add_preset(sub)
    number(sub, "--steps", "steps of the sampler", "2 to all of the schedule", default_text=str(ATLAS_STEPS))
    solvers = get_args(Solver)
    help_text = f"of the equation without noise; first-order is DDIM (default: {ATLAS_SOLVER})"
    sub.add_argument("--solver", choices=solvers, help=help_text)
    number(
        sub,
        "--k",
        "a hallucination is farther than k from all modes",
        "above 0 to 100 sigma",
        kind=float,
        default=K,
    )
    sub.add_argument(
        "--size",
        type=int,
        choices=SIZES,
        default=SIZE,
        metavar="PIXELS",
        help=f"of a side of the plane, one of {', '.join(map(str, SIZES))} (default: {SIZE})",
    )
    number(sub, "--x", "centre of the square of initial noise", CENTRES, kind=float, default=0.0)
    number(sub, "--y", "the same, up", CENTRES, kind=float, default=0.0)
    number(sub, "--half", "half its side", (LEAST_HALF, CENTRES[1]), kind=float, default=REACH)
    sub.add_argument("--out", type=new_file, metavar="FILE", help=f"write the picture, .{', .'.join(STILLS)}")
    sub.add_argument("--dark", action="store_true", help="on a dark ground")


def _atlas(options: argparse.Namespace) -> Report:
    result = named_run(options.preset)
    kind = "" if options.out is None else options.out.suffix.removeprefix(".").lower()
    if options.out is not None and kind not in STILLS:
        raise ValueError(f"{options.out.name!r} should end with .{', .'.join(STILLS)}.")
    check_sigma(options.k)
    square = Square(options.x, options.y, options.half)
    mixture = result.experiment.mixture
    if mixture is None:
        raise ValueError("An atlas needs a mixture whose modes are known, not pictures or uploaded points.")
    spec = atlas_sampler(result.experiment)
    if options.steps is not None:
        spec = dataclasses.replace(spec, steps=options.steps)
    if options.solver is not None:
        spec = dataclasses.replace(spec, solver=options.solver)
    choice = choose_device(result.experiment.network.kind)
    mode: Mode = "dark" if options.dark else "light"
    start = time.perf_counter()
    report: Report = {"preset": options.preset, "sampler": spec.name, "k": options.k}
    if mixture.dimensions == 1:
        if square != Square():
            raise ValueError("--x, --y and --half go with a run in the plane; this one is on a line.")
        work = line_atlas(result, spec, k=options.k, device=choice.device)
        line = with_bar(work, "atlas")
        model, truth = (
            HallucinatedShare(one.hallucinated_share, options.k, error=one.error)
            for one in (line.model[-1], line.truth)
        )
        report |= _shares(model, truth) | _stripes(line, mixture)
        film = line_film(line, mixture)
    else:
        plane = with_bar(
            plane_atlas(
                result,
                spec,
                k=options.k,
                square=square,
                size=options.size,
                uncut=UNCUT_MASS if square == Square() else None,
                device=choice.device,
            ),
            "atlas",
        )
        model, truth = (
            HallucinatedShare(one.hallucinated_share, options.k, error=one.error)
            for one in (plane.model, plane.truth)
        )
        report |= _shares(model, truth) | _basins(plane)
        film = plane_film(plane, mixture)
    report |= {"seconds": round(time.perf_counter() - start, 3), **device_report(choice)}
    if options.out is not None:
        write_file(options.out, still(film, 0, kind, mode=mode, width_mm=TWO_COLUMNS))  # type: ignore[arg-type]
        report["out"] = str(options.out)
    return report


def _shares(model: HallucinatedShare, truth: HallucinatedShare) -> Report:
    """The share of hallucinated seeds by the network and by the true score with the same sampler, with their
    numerical errors."""
    return {
        "hallucinated_share": model.value,
        "hallucinated_share_error": model.error,
        "hallucinated_share_true_score": truth.value,
        "hallucinated_share_true_score_error": truth.error,
        SHARES: [
            {"denoiser": name} | record
            for name, record in zip(("model", "truth"), records((model, truth)), strict=True)
        ],
    }


def _basins(found: PlaneAtlas) -> Report:
    """What else is known of the plane; shares are of all seeds, also of those outside of the square."""
    square = found.model.square
    return {
        "misassigned_share": found.misassigned,
        "outside_share": square.outside,
        "mode_shares": found.model.shares.tolist(),
        "mode_shares_true_score": found.truth.shares.tolist(),
        "square": [
            square.x - square.half,
            square.x + square.half,
            square.y - square.half,
            square.y + square.half,
        ],
        "size": found.model.size,
        "seeds": found.model.carried + found.truth.carried,
    }


def _stripes(found: LineAtlas, mixture: GaussianMixture) -> Report:
    """What else is known of the line: the finished network's stripes from left to right, and the share of
    each snapshot of the training."""
    final, means = found.model[-1], [mean for (mean,) in mixture.means]
    ends = [-math.inf, *final.borders.tolist(), math.inf]
    return {
        "shares_by_training_step": {
            str(step): one.hallucinated_share for step, one in zip(found.steps, found.model, strict=True)
        },
        "stripes": [
            {
                "from": low if math.isfinite(low) else None,
                "to": high if math.isfinite(high) else None,
                "mode_at": means[mode],
                "hallucinated": bool(hallucinated),
                "share": float(mass),
            }
            for low, high, mode, hallucinated, mass in zip(
                ends, ends[1:], final.mode, final.hallucinated, final.mass, strict=False
            )
        ],
    }
