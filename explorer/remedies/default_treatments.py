"""The treatments worth a look: each remedy at its usual dials, and a few pairs."""

from __future__ import annotations

from explorer.experiments.experiment import Experiment
from explorer.remedies.catalogue import PICTURES, REMEDIES, data_kind
from explorer.remedies.treatment import RemedySpec, Treatment, read_treatment

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


def default_treatments(experiment: Experiment) -> list[Treatment]:
    """Nothing, DDIM, each remedy that fits the data at its usual dials, and pairs, in the order of the
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
