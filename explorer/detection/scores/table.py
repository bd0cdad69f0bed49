"""All detectors, in the order in which they are shown: as published, variants of ours, the baseline,
bounds."""

from __future__ import annotations

from explorer.detection.scores.bounds import Chance, Oracle
from explorer.detection.scores.curvature import Curvature
from explorer.detection.scores.detector import Detector
from explorer.detection.scores.ensemble import EnsembleVariance
from explorer.detection.scores.lid import DenoisingLoss
from explorer.detection.scores.lmi import NudgedEnds
from explorer.detection.scores.perturbation import PerturbationInstability
from explorer.detection.scores.rods_index import RodsIndex
from explorer.detection.scores.score_norm import ScoreNorm
from explorer.detection.scores.window_variance import WindowVariance

OTHER_DETECTORS: tuple[Detector, ...] = (
    DenoisingLoss(),
    NudgedEnds(),
    RodsIndex(),
    EnsembleVariance(),
    PerturbationInstability(),
    Curvature(),
    ScoreNorm(),
    Oracle(),
    Chance(),
)
DETECTORS: tuple[Detector, ...] = (WindowVariance(), *OTHER_DETECTORS)
BOUNDS = (Oracle.name, Chance.name)  # no detectors: the one knows the truth, the other nothing
BASELINES = (ScoreNorm.name,)  # detectors that every other has to beat
