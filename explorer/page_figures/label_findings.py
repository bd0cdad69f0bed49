"""What labels by hand say: of the detector, of the judge, and of two passes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from explorer.detection.judged_trial import RETENTION
from explorer.detection.statistics.agreement import Agreement, agreement, labels_to_halve
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import Roc, roc
from explorer.detection.statistics.thresholds import Confusion, confusion, threshold_at_retention
from explorer.experiments.labels import IMPOSSIBLE, OPEN, POSSIBLE, SKIPPED, WORDS, Labels
from explorer.figures.coloured_words import plain
from explorer.figures.palette import Mode
from explorer.figures.vega.label_roc import Verdict, verdicts_data, verdicts_spec
from explorer.figures.words import format_rate
from explorer.page_figures.labelled_pictures import LabelledPictures, PictureScore
from explorer.page_figures.main_figure import ChartFigure

YOURS = "by your labels"


@dataclass(frozen=True, eq=False)
class JudgedLabels:
    """Labels of pictures, beside the score of each and what a judge says of it, where there is one.

    labels, other    of one pass, and of another that it is compared with; None without
    """

    pictures: LabelledPictures
    labels: Labels
    other: Labels | None = None

    @cached_property
    def asked(self) -> np.ndarray:
        """The pictures that are labelled possible or not, (m,) int, rising."""
        return np.flatnonzero(np.isin(self.labels.by_picture, (POSSIBLE, IMPOSSIBLE)))

    @cached_property
    def impossible(self) -> np.ndarray:
        """Which of them are labelled not possible, (m,) bool."""
        return self.labels.by_picture[self.asked] == IMPOSSIBLE

    @cached_property
    def score(self) -> PictureScore:
        """The detector's score of all pictures."""
        return self.pictures.score(self.labels.order)

    @cached_property
    def hal(self) -> np.ndarray:
        """The detector's score of each, (m,): the variance of the predictions over the window."""
        return self.score.values[self.asked]

    @cached_property
    def hallucinated(self) -> np.ndarray | None:
        """Which of them the judge calls hallucinated, (m,) bool; None without one."""
        return None if self.pictures.judged is None else self.pictures.judged[self.asked]

    @property
    def skipped(self) -> int:
        return int((self.labels.verdicts == SKIPPED).sum())

    def verdicts(self) -> dict[str, np.ndarray]:
        """Both verdicts on the pictures that are asked for, by what they are called; (m,) bool."""
        if not len(self.asked):
            return {}
        judges = {} if self.hallucinated is None else {f"by {self.pictures.judge}": self.hallucinated}
        return {YOURS: self.impossible} | judges

    def roc(self, name: str) -> Roc:
        return roc(self.hal, self.verdicts()[name])

    def at_retention(self, name: str) -> Confusion | None:
        """What the threshold does that keeps 96 % of what is possible by a verdict, on the same pictures;
        None where it calls none possible."""
        flags = self.verdicts()[name]
        threshold = threshold_at_retention(self.hal, flags, RETENTION)
        return None if threshold is None else confusion(self.hal, flags, threshold)

    def recall(self, name: str) -> Rate | None:
        found = self.at_retention(name)
        return None if found is None else found.recall

    @property
    def with_judge(self) -> Agreement | None:
        if self.hallucinated is None or not len(self.asked):
            return None
        return agreement(self.impossible, self.hallucinated)

    @property
    def with_other(self) -> Agreement | None:
        """Of the two passes, on the pictures that both label; None without another, or any."""
        if self.other is None:
            return None
        other = self.other.by_picture[self.asked]
        both = np.isin(other, (POSSIBLE, IMPOSSIBLE))
        return agreement(self.impossible[both], other[both] == IMPOSSIBLE) if both.any() else None

    @property
    def more_labels(self) -> int | None:
        """How many labels more would halve the interval of the recall by one's own; None without a recall."""
        recall = self.recall(YOURS) if len(self.asked) else None
        return None if recall is None else labels_to_halve(recall, len(self.asked))


# ---- in words ----------------------------------------------------------------------------------------------


def describe_labels(judged: JudgedLabels) -> str:
    """How many pictures are called what."""
    m = len(judged.asked)
    if not m:
        return "Nothing is labelled yet."
    rate = Rate(int(judged.impossible.sum()), m)
    skipped = f", and skipped {judged.skipped:,}" if judged.skipped else ""
    return (
        f"Of {m:,} pictures you call **{rate.count:,} not possible**: "
        f"{format_rate(rate.value, *rate.interval)}{skipped}."
    )


def describe_detector(judged: JudgedLabels) -> list[str]:
    """What the detector catches by each verdict when it keeps 96 % of what is possible; the area under its
    ROC."""
    lines = []
    for name in judged.verdicts():
        recall, curve = judged.recall(name), judged.roc(name)
        found = judged.at_retention(name)
        if recall is None or found is None or curve.auroc is None or curve.interval is None:
            lines.append(f"**{name.capitalize()}**: one of the two kinds is missing so far.")
            continue
        low, high = curve.interval
        kept = found.retention
        assert kept is not None
        lines.append(
            f"**{name.capitalize()}** it catches {format_rate(recall.value, *recall.interval)} of "
            f"{recall.n:,} while it keeps {100 * kept.value:.3g} % · "
            f"AUROC {curve.auroc:.3f} [{low:.3f}, {high:.3f}]"
        )
    return lines


def describe_more(judged: JudgedLabels) -> str:
    """How many labels more would halve the interval of the recall, and on what assumption."""
    more = judged.more_labels
    if more is None:
        return "Without a picture that you call not possible there is no recall to be sure of."
    return (
        f"About **{more:,} labels more** would halve the interval of the recall, if the recall and the share "
        "of the impossible stay as they are."
    )


def describe_agreement(found: Agreement | None, who: str) -> str:
    """How far two verdicts agree; `who` agrees, in words that begin a sentence."""
    if found is None:
        return f"{who} have no picture in common yet."
    share = format_rate(found.alike.value, *found.alike.interval)
    if found.kappa is None or found.interval is None:
        kappa = "Cohen's κ is undefined: both call all of them the same"
    else:
        low, high = found.interval
        kappa = f"Cohen's κ **{found.kappa:.2f}** [{low:.2f}, {high:.2f}]"
    return (
        f"{who} agree on {share} of {found.n:,}; {kappa}. "
        f"Not possible: both {found.both:,}, the first alone {found.first:,}, the other alone "
        f"{found.second:,}."
    )


# ---- the figure, and the numbers ---------------------------------------------------------------------------


def roc_chart(judged: JudgedLabels, height: int, mode: Mode) -> ChartFigure | None:
    """The detector's ROC by one's own labels and, where there is one, by the judge, on the same
    pictures; None as long as each lacks a kind."""
    curves = []
    for name in judged.verdicts():
        curve = judged.roc(name)
        if len(curve.recall):
            yours = name == YOURS
            curves.append(
                Verdict(
                    name, curve.removed, curve.recall, "model" if yours else "truth", () if yours else (6, 4)
                )
            )
    if not curves:
        return None
    lines = plain(" ".join(describe_detector(judged)))
    names = " and ".join(one.name for one in curves)
    return ChartFigure(
        verdicts_spec(curves, RETENTION, height, mode),
        verdicts_data(curves),
        f"ROC of the variance detector on {len(judged.asked):,} labelled pictures, {names}.",
        lines,
        caption=f"ROC on {len(judged.asked):,} pictures labelled by hand · 95 % intervals in brackets",
    )


def labels_table(judged: JudgedLabels) -> str:
    """Every picture that was asked for, in the order of the pass, as CSV: the label, the other pass's, the
    detector's score, and what the judge says, where there is one."""
    labels = judged.labels
    words = {**WORDS, OPEN: ""}
    order = labels.order
    columns = {
        "place": np.arange(1, len(order) + 1),
        "picture": order,
        "label": [words[int(label)] for label in labels.verdicts],
        "hal": judged.score.values[order],
    }
    table = pd.DataFrame(columns)
    if judged.pictures.judged is not None:
        table["judge"] = np.where(judged.pictures.judged[order], "not possible", "possible")
    if judged.other is not None:
        table.insert(3, "other_label", [words[int(label)] for label in judged.other.by_picture[order]])
    return table[table["label"] != ""].to_csv(index=False)
