"""The comparison of detectors: its curves, the table of what each caught and cost, and the ensemble that is
trained when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from html import escape

import streamlit as st

from explorer.compute.progress import finish
from explorer.detection.detector_comparison import (
    DetectorComparison,
    DetectorResult,
    Scores,
    compare_detectors,
)
from explorer.detection.judged_trial import RETENTION, JudgedTrial
from explorer.detection.scores.ensemble import EnsembleVariance
from explorer.detection.scores.lmi import NudgedEnds
from explorer.detection.scores.table import BOUNDS, DETECTORS, OTHER_DETECTORS
from explorer.detection.scores.window_variance import WindowVariance
from explorer.detection.trial import Trial
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.run import Result
from explorer.experiments.stack import StackUpdate
from explorer.experiments.trials import ENSEMBLE, detector_scores, train_members
from explorer.figures.vega.detectors import line_of
from explorer.figures.words import rate_and_interval
from explorer.leaderboard.own_detector import OwnDetector
from explorer.leaderboard.own_method import MethodError, methods_of_environment
from explorer.page_figures.detector_comparison import (
    auroc_and_interval,
    average_precision_and_interval,
    comparison_caption,
    describe_best,
    describe_chosen,
    describe_rates,
    format_costs,
    groups,
    has_curves,
    precision_chart,
    roc_chart,
    where_read,
)
from explorer.ui.detect import help
from explorer.ui.shared.chart import chart
from explorer.ui.shared.long_work import memory_buttons, ticket_for
from explorer.ui.shell import server, theme

CHART_SHARE = 0.68  # of the height, which leaves room for the table
AT_ONCE = tuple(one for one in OTHER_DETECTORS if one.name != NudgedEnds.name)  # those that take no walk

Ensemble = server.Work[StackUpdate, tuple[Denoiser, ...]]


@dataclass(frozen=True)
class ComparisonState:
    """What has been computed of a comparison, and whether more is coming."""

    comparison: DetectorComparison | None
    progress: str
    under_way: bool
    error: str | None


def comparison_state(result: Result, key: str, judged: JudgedTrial, spec: SamplerSpec) -> ComparisonState:
    """Let every detector score the trial that `key` names: LMI, which takes walks, joins those that do
    not when it is done, and the ensemble once there is one."""
    trial = judged.trial
    base = server.computed(
        "rivals",
        f"rivals {key}",
        partial(detector_scores, AT_ONCE, result, trial, spec),
        patience=1.0,
    )
    if base.value is None:
        return ComparisonState(None, f"scoring: {base.update or 0.0:.0%}", base.under_way, base.error)
    own = finish(detector_scores((WindowVariance(judged.window),), result, trial, spec))
    scores, name = (*own, *base.value), f"{key} {judged.k} {judged.window}"
    nudged = server.computed(
        "nudged walks",
        f"nudged walks {key}",
        partial(detector_scores, (NudgedEnds(),), result, trial, spec),
        patience=1.0,
    )
    found, telling, going, error = _ensemble_scores(result, key, trial, spec)
    if nudged.value is not None:
        scores, name = (*scores, *nudged.value), f"{name} nudged"
    if found:
        scores, name = (*scores, *found), f"{name} ensemble"
    brought, waiting, wrong = _own_scores(result, key, judged, spec)
    if brought:
        names = " ".join(one.detector.name for one in brought)
        scores, name = (*scores, *brought), f"{name} {names}"
    walking = f"LMI: walking from nudged noise: {nudged.update or 0.0:.0%}" if nudged.value is None else ""
    return ComparisonState(
        _compared(scores, judged, name),
        " · ".join(filter(None, (telling, walking, waiting))),
        going or nudged.under_way or bool(waiting),
        error or nudged.error or wrong,
    )


def _ensemble_scores(
    result: Result, key: str, trial: Trial, spec: SamplerSpec
) -> tuple[tuple[Scores, ...], str, bool, str | None]:
    """The scores of the ensemble, none as long as there are none; how far that is, whether it goes on, and
    what went wrong."""
    ensemble = _ensemble(result)
    if ensemble is None or ensemble.error is not None:
        return (), "", False, None if ensemble is None else ensemble.error
    if ensemble.value is None:
        return (), _training(ensemble.update), True, None
    walked = server.computed(
        "ensemble walk",
        f"ensemble walk {key}",
        partial(detector_scores, (EnsembleVariance(),), result, trial, spec, members=ensemble.value),
    )
    if walked.value is None:
        progress = f"walking the ensemble: {walked.update or 0.0:.0%}"
        return (), progress, walked.under_way, walked.error
    return walked.value, "", False, None


def _own_scores(
    result: Result, key: str, judged: JudgedTrial, spec: SamplerSpec
) -> tuple[tuple[Scores, ...], str, str | None]:
    """What the detectors of one's own make of the trial, those that are ready; what is still at work, and
    what went wrong, in words."""
    found: list[Scores] = []
    waiting, wrong = "", []
    try:
        methods = [one for one in methods_of_environment() if one.kind == "detector"]
    except MethodError as error:
        return (), "", str(error)
    for method in methods:
        work = server.computed(
            f"own {method.name}",
            f"own {method.name} {method.digest} {key}",
            partial(detector_scores, (OwnDetector(method),), result, judged.trial, spec),
            patience=1.0,
        )
        if work.value is not None:
            found += work.value
        elif work.error is not None:
            wrong.append(work.error)
        else:
            waiting = f"{method.title}: {work.update or 0.0:.0%}"
    return tuple(found), waiting, " ".join(wrong) or None


@st.cache_resource(max_entries=8, show_spinner=False)
def _compared(_scores: tuple[Scores, ...], _trial: JudgedTrial, name: str) -> DetectorComparison:
    order = [detector.name for detector in DETECTORS]
    order += [one.detector.name for one in _scores if one.detector.name not in order]  # your own
    scores = sorted(_scores, key=lambda one: order.index(one.detector.name))
    return compare_detectors(scores, _trial.hallucinated, RETENTION)


def _ensemble(result: Result) -> Ensemble | None:
    """The other members of the run's ensemble; None if nobody has trained them and none are in training."""
    key = _ensemble_key(result)
    held = ticket_for("ensemble", key)
    if (held is None or not (held.active or held.error is not None)) and server.results().get(key) is None:
        return None
    return server.computed("ensemble", key, partial(train_members, result))


def _ensemble_key(result: Result) -> str:
    return f"ensemble of {ENSEMBLE} {result.experiment.digest}"


def _training(update: StackUpdate | None) -> str:
    if update is None:
        return "the ensemble is about to be trained"
    left = f"{update.seconds_left:.0f} s left"
    return f"training the ensemble: step {update.step:,} of {update.steps:,}, {left}"


def ensemble_buttons(result: Result | None) -> None:
    """Train the rest of an ensemble, of mixtures only: a stack learns no pictures."""
    if result is None or result.experiment.mixture is None:
        st.caption(help.NO_ENSEMBLE)
        return
    found = _ensemble(result)
    done = found is not None and found.value is not None
    memory_buttons(
        f"Ensemble of {ENSEMBLE} trained" if done else f"Train an ensemble of {ENSEMBLE}",
        "ensemble",
        _ensemble_key(result),
        partial(train_members, result),
        (help.ENSEMBLE, "Hold it; it goes on where it was.", "End it; Resume goes on where it was."),
        keys=("train-ensemble", "pause-ensemble", "stop-ensemble"),
        startable=not done,
    )


# ---- what is shown -------------------------------------------------------------------------------


def show(now: ComparisonState, judged: JudgedTrial, height: int) -> None:
    """The curves, the table under them, and what they say; `judged` is the trial that all of them score."""
    found = now.comparison
    if found is None:
        with st.container(height=height, border=False):
            st.caption(now.progress)
        return
    tall = round(CHART_SHARE * height)
    left, right = st.columns(2, gap="medium")
    if has_curves(found):
        with left:
            chart(
                partial(roc_chart, found, tall),
                key="rivals",
                height=tall,
                name="ROC of the detectors",
                caption=comparison_caption(found, judged, precision=False),
            )
        with right:
            chart(
                partial(precision_chart, found, tall),
                key="rivals-precision",
                height=tall,
                name="precision of the detectors",
                caption=comparison_caption(found, judged, precision=True),
            )
    else:
        with left, st.container(height=tall, border=False):
            st.caption("There is no curve without both hallucinated and honest samples.")
    st.html(_table_html(found))
    if now.progress:
        st.caption(now.progress)
    if (best := describe_best(found)) is not None:
        theme.sentence(best)
    if (chosen := describe_chosen(found)) is not None:
        st.caption(chosen)
    st.caption(describe_rates(found))


def _table_html(found: DetectorComparison) -> str:
    """A row a detector, with the line that it is drawn with, under a line for each kind of them."""
    recall = f"recall<small>at {100 * found.retention:g} % kept</small>"
    head = ("", "AUROC", "average precision", recall, "calls<small>and time</small>")
    cells = "".join(f"<th>{text}</th>" for text in head)
    rows = "".join(_kind(kind, len(head)) + "".join(map(_row, ones)) for kind, ones in groups(found).items())
    return f"{_STYLE}<table class='rivals'><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"


def _kind(kind: str, columns: int) -> str:
    return f"<tr class='kind'><th colspan='{columns}' scope='rowgroup'>{kind}</th></tr>"


def _row(one: DetectorResult) -> str:
    detector = one.detector
    auroc, recall = auroc_and_interval(one) or ("–", ""), ("–", "")
    average = average_precision_and_interval(one) or ("–", "")
    if one.judged.recall is not None:
        recall = rate_and_interval(one.judged.recall.value, *one.judged.recall.interval)
    numbers = "".join(f"<td>{value}<small>{note}</small></td>" for value, note in (auroc, average, recall))
    calls, seconds = format_costs(one) if detector.name not in BOUNDS else ("–", "")
    hint = escape(" ".join(filter(None, (detector.sentence, detector.origin.differs))), quote=True)
    name = f"{_mark(detector.name)}{detector.title}<small>{where_read(detector)}</small>"
    cost = f"<td>{calls}<small>{seconds}</small></td>"
    return f"<tr><th scope='row' title='{hint}'>{name}</th>{numbers}{cost}</tr>"


def _mark(name: str) -> str:
    """A piece of the line that a detector is drawn with."""
    line, stops, at = line_of(name), [], 0
    for place, length in enumerate(line.dash or (1,)):
        ink = "transparent" if place % 2 else line.colour(theme.mode())
        stops.append(f"{ink} {at}px {at + length}px")
        at += length
    return f"<i style='background:repeating-linear-gradient(90deg,{','.join(stops)})'></i>"


_STYLE = """<style>
.rivals { width: 100%; border-collapse: collapse; font-size: .82rem; line-height: 1.2;
          font-variant-numeric: tabular-nums; }
.rivals th { text-align: left; font-weight: 400; }
.rivals thead th { opacity: .75; padding-bottom: .3rem; }
.rivals td, .rivals thead th + th { text-align: right; }
.rivals td, .rivals tbody th { padding: .3rem 0 .3rem .5rem; vertical-align: middle;
                               border-top: 1px solid #8884; }
.rivals i { display: inline-block; width: 40px; height: 3px; margin: 0 .6rem .25rem 0; }
.rivals .kind th { border-top: 1px solid #8886; padding: .55rem 0 .2rem; font-size: .78rem; opacity: .75; }
.rivals .kind + tr td, .rivals .kind + tr th { border-top: 0; }
.rivals small { display: inline-block; margin-left: .4rem; opacity: .75; white-space: nowrap; }
.rivals thead small { opacity: 1; }
@media (max-width: 640px) {
  .rivals { font-size: .74rem; }
  .rivals td, .rivals tbody th { padding-left: .2rem; }
  .rivals small { margin-left: 0; }
  .rivals td small { display: block; }
  .rivals tbody th small { display: block; white-space: normal; }
  .rivals i { width: 22px; margin-right: .3rem; }
}
</style>"""
