"""Every remedy that needs no training, and both causes, in one table: what the dial is and what it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from torch import Tensor

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import subject
from explorer.detection.origin import NOTE, NOTE_AND_CODE, RODS_CODE, Origin
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec, SamplingRun
from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import training_points
from explorer.remedies.critical_steps import SPLITTING_KAPPA, gap_step
from explorer.remedies.displacement import DisplacedDenoiser
from explorer.remedies.guidance import GuidedDenoiser, Labelled, found_modes
from explorer.remedies.patches import PATCH_RANGE, PatchDenoiser
from explorer.remedies.quenching import QuenchedDenoiser, late_step
from explorer.remedies.rods import RodsDenoiser
from explorer.remedies.sharpening import SharpenedDenoiser
from explorer.remedies.smoothing import SmoothedDenoiser

DataKind = Literal["line", "plane", "shapes", "hands", "digits"]
POINTS: tuple[DataKind, ...] = ("line", "plane")
PICTURES: tuple[DataKind, ...] = ("shapes", "hands", "digits")
REMEMBERED = 256  # training pictures whose patches are compared


@dataclass(frozen=True)
class Remedy:
    """One line of the table.

    title, sentence     for people; the sentence says what is changed
    dial                what the dial is called
    bounds              of the dial; 0, which always lies within them, changes nothing
    defaults            values worth a look, in their order
    of_pictures         the same for pictures, which take longer; the defaults unless others are given
    fits                the data that it can treat
    change              the sampling run with the change, for a dial that is not 0
    whole               whether the dial takes whole numbers only
    sampler             the sampler that it is meant for, DDPM or DDIM
    over                what it is laid over where it is shown by itself: the model, or the truth
    source              the paper that it is from, or that it is a variant of; "" for none
    origin              where its formula was read, and where ours differs
    """

    title: str
    sentence: str
    dial: str
    bounds: tuple[float, float]
    defaults: tuple[float, ...]
    fits: tuple[DataKind, ...]
    change: Callable[[SamplingRun, float, Experiment], SamplingRun]
    whole: bool = False
    of_pictures: tuple[float, ...] = ()
    sampler: Literal["DDPM", "DDIM"] = "DDPM"
    over: Literal["model", "truth"] = "model"
    source: str = ""
    origin: Origin = Origin("ours")

    def dials(self, kind: DataKind) -> tuple[float, ...]:
        """The values worth a look for data of that kind."""
        return self.of_pictures or self.defaults if kind in PICTURES else self.defaults

    def applied(self, run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
        """The sampling run with the change; itself for a dial of 0."""
        return self.change(run, dial, experiment) if dial else run


def data_kind(experiment: Experiment) -> DataKind:
    """The kind of data, which decides what remedies apply. Raises ValueError for a user's own points and
    pictures: no truth, no rate."""
    if experiment.distribution is None:
        raise ValueError(f"{experiment.unknown_truth}, so no remedy can be measured on them.")
    if experiment.mixture is None:
        return cast(DataKind, subject(experiment.pictures))
    return "line" if experiment.mixture.dimensions == 1 else "plane"


def late_noise(spec: SamplerSpec, switch: int) -> SamplerSpec:
    """The sampler without noise above step `switch`, and with all of it from there down; 0 changes nothing.

    DDIM gets stuck between two modes, because nothing ever pushes it off the watershed; noise frees it, and
    if the modes are apart already it ends in one of them (arXiv 2605.06831).
    """
    return dataclasses.replace(spec, eta=1.0, stochastic_below=switch) if switch else spec


def _truth(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    known = experiment.distribution
    if known is None:
        raise ValueError(f"{experiment.unknown_truth}.")
    return SamplingRun(TrueDenoiser(known, run.denoiser.schedule), run.spec)


def _guided(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    known = experiment.distribution
    if not isinstance(known, Labelled):
        raise ValueError("Guidance needs data whose labels are known: a mixture or Simple Shapes.")
    return SamplingRun(GuidedDenoiser(run.denoiser, dial, known), run.spec)


def _guided_by_found(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(GuidedDenoiser(run.denoiser, dial, _found(experiment)), run.spec)


def _guided_late(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    known = _mixture(experiment)
    return SamplingRun(GuidedDenoiser(run.denoiser, dial, known, below=_splitting_step(experiment)), run.spec)


def _quenched(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    below, seed = _splitting_step(experiment), experiment.seed
    return SamplingRun(QuenchedDenoiser(run, dial, below=below, seed=seed), run.spec)


def _quenched_by_length(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    below, seed = late_step(experiment.schedule, run.spec), experiment.seed
    return SamplingRun(QuenchedDenoiser(run, dial, below=below, scaled=True, seed=seed), run.spec)


def _rods_down(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(RodsDenoiser(run, dial, "sas", seed=experiment.seed), run.spec)


def _rods_ahead(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(RodsDenoiser(run, dial, "cas", seed=experiment.seed), run.spec)


def _mixture(experiment: Experiment) -> GaussianMixture:
    if experiment.mixture is None:
        raise ValueError("The step at which two modes split is known of a mixture only.")
    return experiment.mixture


def _splitting_step(experiment: Experiment) -> int:
    """The step from which on the closest two modes are two peaks; the noisiest one for a single mode."""
    schedule = experiment.schedule
    found = gap_step(_mixture(experiment), schedule, SPLITTING_KAPPA)
    return schedule.steps - 1 if found is None else found


def _sharpened(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(SharpenedDenoiser(run.denoiser, dial, seed=experiment.seed), run.spec)


def _displaced(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(DisplacedDenoiser(run.denoiser, dial), run.spec)


def _late(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    if dial >= experiment.schedule.steps:
        raise ValueError(f"The switch t = {dial:g} is outside [0, {experiment.schedule.steps - 1}].")
    return SamplingRun(run.denoiser, late_noise(run.spec, int(dial)))


def _smoothed(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(SmoothedDenoiser(run.denoiser, dial), run.spec)


def _patched(run: SamplingRun, dial: float, experiment: Experiment) -> SamplingRun:
    return SamplingRun(PatchDenoiser(_remembered(experiment), int(dial), experiment.schedule), run.spec)


@lru_cache(maxsize=8)
def _found(experiment: Experiment) -> GaussianMixture:
    return found_modes(training_points(experiment).numpy())


@lru_cache(maxsize=4)
def _remembered(experiment: Experiment) -> Tensor:
    return training_points(experiment)[:REMEMBERED]


REMEDIES: dict[str, Remedy] = {
    "guidance": Remedy(
        "Dynamic Guidance",
        "At every step the sample is pulled to the mode that it most likely comes from.",
        "strength λ",
        (0, 20),
        (0.25, 0.5, 1, 2, 4),
        (*POINTS, "shapes"),
        _guided,
        of_pictures=(0.5, 1, 2),
        source="arXiv 2510.05356",
        origin=Origin(
            "second-hand",
            "the authors' page and reviews",
            "From all steps; the exact posterior of the modes takes a trained classifier's place.",
        ),
    ),
    "late-guidance": Remedy(
        "Dynamic Guidance, late",
        "The same pull only from the step on at which the closest two modes split.",
        "strength λ",
        (0, 20),
        (1, 2),
        POINTS,
        _guided_late,
        source="arXiv 2510.05356",
        origin=Origin(
            "second-hand",
            "the authors' page and reviews",
            "The paper, too, guides between two steps only; that they split here is a formula of ours.",
        ),
    ),
    "found-guidance": Remedy(
        "Dynamic Guidance, modes found",
        "The same pull, to modes that were found by clustering the training points.",
        "strength λ",
        (0, 20),
        (0.5, 1, 2),
        POINTS,
        _guided_by_found,
        source="after arXiv 2510.05356",
        origin=Origin(
            "ours, a variant",
            "the authors' page and reviews",
            "No labels: the modes are clusters of the training points.",
        ),
    ),
    "sharpening": Remedy(
        "Laplacian sharpening",
        "What the network smoothed away is put back: the score less its Laplacian.",
        "strength α",
        (0, 2),
        (0.02, 0.05, 0.1, 0.2, 0.4),
        (*POINTS, *PICTURES),
        _sharpened,
        of_pictures=(0.1,),
        source="arXiv 2511.07496",
        origin=Origin("second-hand", NOTE, "α in units of the noise's variance at each step."),
    ),
    "late": Remedy(
        "Late stochasticity",
        "DDIM adds noise in its last steps, which frees what is stuck between two modes.",
        "switch step t",
        (0, MAX_STEPS - 1),
        (2, 5, 10, 20, 50, 100),
        (*POINTS, *PICTURES),
        _late,
        whole=True,
        of_pictures=(10, 50),
        sampler="DDIM",
        source="arXiv 2605.06831",
        origin=Origin("read in code", "the authors' code"),
    ),
    "cas": Remedy(
        "RODS, curvature-aware",
        "Where the score bends most it is taken a step ahead, the way it grows.",
        "step ρ",
        (0, 1),
        (0.1, 0.3),
        POINTS,
        _rods_ahead,
        source="arXiv 2507.12201",
        origin=Origin(
            "read in code",
            RODS_CODE,
            "The gate opens for the highest tenth of the index, there for the highest hundredth.",
        ),
    ),
    "sas": Remedy(
        "RODS, sharpness-aware",
        "Where the score bends most it is taken a step down the density.",
        "step ρ",
        (0, 1),
        (0.1, 0.3),
        POINTS,
        _rods_down,
        source="arXiv 2507.12201",
        origin=Origin(
            "read in code",
            RODS_CODE,
            "The gate opens for the highest tenth of the index, there for the highest hundredth.",
        ),
    ),
    "quenching": Remedy(
        "Intrinsic quenching",
        "The sample is led towards what the network denoises well, once the modes have split.",
        "strength λ",
        (0, 1),
        (0.05, 0.2),
        POINTS,
        _quenched,
        source="arXiv 2605.05026",
        origin=Origin(
            "second-hand",
            NOTE_AND_CODE,
            "A constant λ, there also one of a set length; from the splitting step on, there in the last "
            "20 to 40 % of the steps.",
        ),
    ),
    "scaled-quenching": Remedy(
        "Intrinsic quenching, scaled step",
        "The same lead with a step of a set length, λ times the noise, in the last 30 % of the steps.",
        "strength λ",
        (0, 1),
        (0.05, 0.2),
        POINTS,
        _quenched_by_length,
        source="arXiv 2605.05026",
        origin=Origin(
            "second-hand",
            NOTE_AND_CODE,
            "The gradient is a central difference, there of 32 draws; in the last 30 % of the steps.",
        ),
    ),
    "step": Remedy(
        "Step before the score",
        "The score is taken a step uphill from where the sample is.",
        "step ρ",
        (-1, 1),
        (-0.1, 0.05, 0.1, 0.2, 0.4),
        (*POINTS, *PICTURES),
        _displaced,
        of_pictures=(0.1,),
        source="after arXiv 2507.12201",
        origin=Origin(
            "ours, a variant",
            RODS_CODE,
            "The sharpness-aware form with the other sign, at every step and without a gate.",
        ),
    ),
    "truth": Remedy(
        "True score",
        "The exact score in the network's place: the bound that no remedy can pass.",
        "on",
        (0, 1),
        (1,),
        (*POINTS, *PICTURES),
        _truth,
        whole=True,
    ),
    "smoothing": Remedy(
        "Score smoothing",
        "Not a cure but the cause: a score blurred with a Gaussian hallucinates without any training.",
        "width c",
        (0, 3),
        (0.1, 0.3, 0.5, 1),
        POINTS,
        _smoothed,
        over="truth",
        source="arXiv 2502.19499",
        origin=Origin("second-hand", NOTE),
    ),
    "patch": Remedy(
        "Patches only",
        "Not a cure but a cause: each pixel is recalled from training pictures by the patch around it.",
        "side in pixels",
        (0, PATCH_RANGE[1]),
        (3, 7, 11, 15, 21, 63),
        PICTURES,
        _patched,
        whole=True,
        source="arXiv 2412.20292",
        origin=Origin("second-hand", NOTE),
    ),
}
