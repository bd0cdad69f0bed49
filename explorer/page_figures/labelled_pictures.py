"""Pictures that people label by hand: those that are stored with a run, or those of a model of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from explorer.compute.progress import finish
from explorer.data.pictures import subject, support_bound
from explorer.detection.judged_trial import RETENTION, fitting_window
from explorer.detection.statistics.window_scan import scan_windows
from explorer.detection.trajectory_variance import VarianceTable
from explorer.detection.trial import Trial
from explorer.experiments.labels import Labelling, labelling_of, labelling_of_pictures
from explorer.experiments.run import Result
from explorer.page_figures.model import RankedSamples, describe_window, pixels
from explorer.page_figures.views.label import View, rule

MODEL_RULE = (
    "**Possible**: as you judge it. Nobody knows a rule for the pictures of this model; settle what counts "
    "before you begin."
)

JUDGES = {"digits": "the network that judges"}  # of what no rule knows


@dataclass(frozen=True, eq=False)
class PictureScore:
    """The detector's score of all pictures, (stored,), and what it is of, in a sentence."""

    values: np.ndarray
    in_words: str


class LabelledPictures(Protocol):
    """What is labelled, and what is known of it besides."""

    @property
    def rule(self) -> str:
        """What is possible, in a sentence."""
        ...

    @property
    def judge(self) -> str:
        """Who else says which are possible, as it stands in a sentence."""
        ...

    @property
    def judged(self) -> np.ndarray | None:
        """Which pictures that judge calls hallucinated, (stored,) bool; None where there is no judge."""
        ...

    def labelling(self, view: View) -> Labelling:
        """The choice of pictures that a view asks about. Raises ValueError where there is none."""
        ...

    def levels(self, wanted: np.ndarray) -> np.ndarray:
        """Pictures by their numbers as bytes: (m, s, s) of ink, or (m, s, s, 3) of colours."""
        ...

    def score(self, order: np.ndarray) -> PictureScore:
        """The detector's score, chosen without the pictures of `order`, which are asked about."""
        ...


@dataclass(frozen=True, eq=False)
class RunPictures:
    """The pictures that are stored with a run, which a judge knows, unless it learned from pictures of
    a user's own."""

    result: Result

    @property
    def rule(self) -> str:
        return rule(self.result.experiment.pictures)

    @cached_property
    def trial(self) -> Trial:
        """The stored pictures of the run, and the variance of each over every window."""
        trial = self.result.final.measurement.trial
        assert trial is not None  # labels are of stored pictures
        return trial

    @property
    def judge(self) -> str:
        return JUDGES.get(subject(self.result.experiment.pictures), "the exact judge")

    @cached_property
    def judged(self) -> np.ndarray | None:
        if self.result.experiment.distribution is None:
            return None
        return self.trial.hallucinated(support_bound(self.result.experiment.pictures))

    def labelling(self, view: View) -> Labelling:
        return labelling_of(self.result, view.labelled, view.choice_seed)

    def levels(self, wanted: np.ndarray) -> np.ndarray:
        samples = self.trial.samples[wanted]
        if subject(self.result.experiment.pictures) == "own":
            return pixels(samples)  # photographs, which look the same on any ground
        return np.rint((np.clip(samples[:, 0], -1, 1) + 1) * 127.5).astype(np.uint8)

    def window(self, order: np.ndarray) -> tuple[int, int]:
        """The window of steps, from t to t, that finds most by the judge among the pictures that are not
        asked about while it keeps 96 %; the usual one where these cannot tell, or nobody judges."""
        windows, others = self.trial.windows, self.others(order)
        best = None
        if self.judged is not None and isinstance(windows, VarianceTable) and len(others):
            best = finish(scan_windows(windows, self.judged, RETENTION, others)).best()
        return fitting_window("", windows.steps) if best is None else best

    def others(self, order: np.ndarray) -> np.ndarray:
        """The stored pictures that a labelling does not ask for, rising."""
        return np.setdiff1d(np.arange(self.trial.n), order)

    def score(self, order: np.ndarray) -> PictureScore:
        window = self.window(order)
        if self.judged is None:
            words = f"Score: the variance over t = {window[0]} to {window[1]}; no judge chose the window."
            return PictureScore(self.trial.hal(window), words)
        return PictureScore(
            self.trial.hal(window),
            f"Score: the variance over t = {window[0]} to {window[1]}, the window that finds most by "
            f"{self.judge} among the {len(self.others(order)):,} pictures that nobody is asked about.",
        )


@dataclass(frozen=True, eq=False)
class ModelPictures:
    """Samples of a model of one's own, of which nobody knows what is possible."""

    ranked: RankedSamples
    rule: str = MODEL_RULE
    judge: str = "nobody"
    judged: None = None

    def labelling(self, view: View) -> Labelling:
        shown = pixels(self.ranked.samples.pictures)
        return labelling_of_pictures("model", shown, min(view.labelled, len(shown)), view.choice_seed)

    def levels(self, wanted: np.ndarray) -> np.ndarray:
        return pixels(self.ranked.samples.pictures[wanted])

    def score(self, order: np.ndarray) -> PictureScore:
        del order  # nothing is chosen by labels
        return PictureScore(
            self.ranked.hal,
            f"Score: Hal of the {self.ranked.x0} x̂₀ over {describe_window(self.ranked)}, as it is set on the "
            "page of the model. If you choose the window by these labels, its recall flatters.",
        )
