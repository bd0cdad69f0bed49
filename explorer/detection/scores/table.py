"""All detectors, in the order in which they are shown."""

from __future__ import annotations

from explorer.detection.scores.bounds import Chance, Oracle
from explorer.detection.scores.curvature import Curvature
from explorer.detection.scores.detector import Detector
from explorer.detection.scores.ensemble import EnsembleVariance
from explorer.detection.scores.perturbation import PerturbationInstability
from explorer.detection.scores.window_variance import WindowVariance

OTHER_DETECTORS: tuple[Detector, ...] = (
    PerturbationInstability(),
    Curvature(),
    EnsembleVariance(),
    Oracle(),
    Chance(),
)
DETECTORS: tuple[Detector, ...] = (WindowVariance(), *OTHER_DETECTORS)
BOUNDS = (Oracle.name, Chance.name)  # no detectors: the one knows the truth, the other nothing
