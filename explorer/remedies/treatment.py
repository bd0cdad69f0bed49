"""A treatment: remedies with their dials, applied one after another; its text form, the treatments that are
measured by default, and the sampling run that a treatment makes of a run."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass

from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec, SamplingRun
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.remedies.catalogue import PICTURES, REMEDIES, Remedy, data_kind

MOST_REMEDIES = 4  # of one treatment


@dataclass(frozen=True)
class RemedySpec:
    """A remedy by name, and its dial. Raises ValueError for an unknown name and a dial out of its bounds."""

    name: str
    dial: float

    def __post_init__(self) -> None:
        if self.name not in REMEDIES:
            raise ValueError(f"There is no remedy {self.name[:40]!r}; there are {', '.join(REMEDIES)}.")
        low, high = self.remedy.bounds
        if not low <= self.dial <= high:
            raise ValueError(f"The dial of {self.name} lies in [{low:g}, {high:g}]; {self.dial:g} does not.")
        if self.remedy.whole and self.dial != int(self.dial):
            raise ValueError(f"The dial of {self.name} is a whole number, not {self.dial:g}.")

    @property
    def remedy(self) -> Remedy:
        return REMEDIES[self.name]

    @property
    def text(self) -> str:
        """As `read` reads it: "guidance=0.5"."""
        return f"{self.name}={self.dial:g}"

    @classmethod
    def read(cls, text: str) -> RemedySpec:
        """Of a text such as "guidance=0.5", or of the name alone where the dial has one default value."""
        name, equals, number = text.strip().partition("=")
        known = REMEDIES.get(name)
        if known is not None and not equals and len(known.defaults) == 1:
            return cls(name, known.defaults[0])
        try:
            dial = float(number) if equals or known is None else math.nan
        except ValueError:
            dial = math.nan
        if known is not None and not math.isfinite(dial):
            raise ValueError(
                f"{text[:40]!r} is no remedy with a dial; write it like {name}={known.defaults[0]:g}."
            )
        return cls(name, dial)


Treatment = tuple[RemedySpec, ...]

UNTREATED: Treatment = ()
DDIM: Treatment = (RemedySpec("late", 0),)  # the run's sampler without noise
TRUTH: Treatment = (RemedySpec("truth", 1),)
PAIRS = (
    "guidance=0.5+sharpening=0.1",
    "guidance=1+sharpening=0.2",
    "guidance=0.5+late=10",
    "guidance=1+late=10",
    "sharpening=0.1+late=10",
    "sharpening=0.2+late=10",
    "step=0.1+sharpening=0.1",
    "guidance=0.5+sharpening=0.1+late=10",
)
PICTURE_PAIRS = ("guidance=1+late=10",)


def read_treatment(text: str) -> Treatment:
    """Remedies of a text such as "guidance=0.5+late=10", in their order; none of an empty one.

    Raises ValueError for more than four, and for what is no remedy.
    """
    if (count := text.count("+") + 1) > MOST_REMEDIES:
        raise ValueError(f"A treatment has at most {MOST_REMEDIES} remedies, not {count}.")
    return tuple(RemedySpec.read(part) for part in text.split("+")) if text.strip() else ()


def treatment_text(treatment: Iterable[RemedySpec]) -> str:
    """As `read_treatment` reads it."""
    return "+".join(spec.text for spec in treatment)


def default_treatments(experiment: Experiment) -> list[Treatment]:
    """Nothing, DDIM, each remedy that fits the data at its default dials, and pairs, in the order of the
    catalogue."""
    kind = data_kind(experiment)
    single = [
        (*(TRUTH if remedy.over == "truth" else ()), RemedySpec(name, dial))
        for name, remedy in REMEDIES.items()
        if kind in remedy.fits
        for dial in remedy.dials(kind)
    ]
    together = [read_treatment(text) for text in (PICTURE_PAIRS if kind in PICTURES else PAIRS)]
    fitting = [pair for pair in together if all(kind in spec.remedy.fits for spec in pair)]
    return [UNTREATED, DDIM, *single, *fitting]


def default_sampler(experiment: Experiment, treatment: Treatment) -> SamplerSpec:
    """The sampler that a treatment is laid over: the run's own, or DDIM where a remedy is meant for it."""
    on_ddim = any(spec.remedy.sampler == "DDIM" for spec in treatment)
    return dataclasses.replace(experiment.sampler, eta=0.0) if on_ddim else experiment.sampler


def treated(
    result: Result,
    treatment: Treatment,
    *,
    sampler: SamplerSpec | None = None,
    denoiser: Denoiser | None = None,
) -> SamplingRun:
    """The sampling run of a run with every remedy of a treatment applied, the first one first.

    sampler     that is treated; the default one unless another is given
    denoiser    that is treated; the run's network unless another is given

    Raises ValueError for more than four remedies, and for one that does not fit the run's data.
    """
    experiment = result.experiment
    if len(treatment) > MOST_REMEDIES:
        raise ValueError(f"A treatment has at most {MOST_REMEDIES} remedies, not {len(treatment)}.")
    kind = data_kind(experiment)
    for spec in treatment:
        if kind not in spec.remedy.fits:
            raise ValueError(
                f"The remedy {spec.name} does not fit these data; it treats {_data_in_words(spec.remedy)}."
            )
    if denoiser is None:
        denoiser = result.denoiser(device=result.device)
    run = SamplingRun(
        denoiser,
        default_sampler(experiment, treatment) if sampler is None else sampler,
    )
    for spec in treatment:
        run = spec.remedy.applied(run, spec.dial, experiment)
    return run


def _data_in_words(remedy: Remedy) -> str:
    names = {"line": "points on a line", "plane": "points of the plane"}
    return ", ".join(names.get(kind, kind) for kind in remedy.fits)
