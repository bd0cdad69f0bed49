"""The detectors side by side on a page: their ROC curves, what each caught and cost, and the ensemble that is
trained when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from explorer.charts.rivals import LINES, RivalCurve, floor_of, rival_data, rival_spec
from explorer.charts.words import estimate
from explorer.contests import ENSEMBLE, rival_scores, train_members
from explorer.detection.contest import BOUNDS, DETECTORS, RIVALS, Contest, Scores, Standing, contest
from explorer.detection.ensemble import EnsembleVariance
from explorer.detection.window_variance import WindowVariance
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec, finish
from explorer.learning import Result
from explorer.stacks import StackUpdate
from explorer.ui import frame, server, state, texts
from explorer.ui.bench import RETENTION, Bench
from explorer.ui.chart import chart
from explorer.ui.job_buttons import job_buttons
from explorer.ui.rival_words import approximately, costs, finding, spoken

Ensemble = server.Work[StackUpdate, tuple[Denoiser, ...]]


@dataclass(frozen=True)
class Rivals:
    """What is known of the detectors on the samples on the bench, and whether more is coming."""

    contest: Contest | None
    progress: str
    under_way: bool
    error: str | None


def look(result: Result, key: str, bench: Bench, spec: SamplerSpec) -> Rivals:
    """Let every detector score the trial that `key` names, the ensemble's last and once there is one."""
    trial = bench.trial
    base = server.computed(
        "rivals", f"rivals {key}", lambda: rival_scores(RIVALS, result, trial, spec), patience=1.0
    )
    if base.value is None:
        return Rivals(None, f"scoring: {base.update or 0.0:.0%}", base.under_way, base.error)
    own = finish(rival_scores((WindowVariance(bench.window),), result, trial, spec))
    scores, name = (*own, *base.value), f"{key} {bench.k} {bench.window}"
    ensemble = _ensemble(result)
    if ensemble is None or ensemble.error is not None:
        return Rivals(_judged(scores, bench, name), "", False, None if ensemble is None else ensemble.error)
    if ensemble.value is None:
        return Rivals(_judged(scores, bench, name), _training(ensemble.update), True, None)
    members = ensemble.value
    walked = server.computed(
        "ensemble walk",
        f"ensemble walk {key}",
        lambda: rival_scores((EnsembleVariance(),), result, trial, spec, members=members),
    )
    if walked.value is None:
        progress = f"walking the ensemble: {walked.update or 0.0:.0%}"
        return Rivals(_judged(scores, bench, name), progress, walked.under_way, walked.error)
    return Rivals(_judged((*scores, *walked.value), bench, f"{name} ensemble"), "", False, None)


@st.cache_resource(max_entries=8, show_spinner=False)
def _judged(_scores: tuple[Scores, ...], _bench: Bench, name: str) -> Contest:
    order = [detector.name for detector in DETECTORS]
    scores = sorted(_scores, key=lambda one: order.index(one.detector.name))
    return contest(scores, _bench.hallucinated, np.random.default_rng(0), RETENTION)


def _ensemble(result: Result) -> Ensemble | None:
    """The other members of the run's ensemble; None if nobody has trained them and none are in training."""
    key = _ensemble_key(result)
    held = server.held("ensemble")
    mine = held is not None and held.key == key and (held.active or held.error is not None)
    if not mine and server.shelf().get(key) is None:
        return None
    return server.computed("ensemble", key, lambda: train_members(result))


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
        st.caption(texts.NO_ENSEMBLE)
        return
    found, held = _ensemble(result), server.held("ensemble")
    done = found is not None and found.value is not None
    job_buttons(
        f"Ensemble of {ENSEMBLE} trained" if done else f"Train an ensemble of {ENSEMBLE}",
        lambda: _start(result),
        held if held is not None and held.key == _ensemble_key(result) else None,
        (texts.ENSEMBLE, "Hold it; it goes on where it was.", "End it and keep nothing of it."),
        keys=("train-ensemble", "pause-ensemble", "stop-ensemble"),
        startable=not done,
    )


def _start(result: Result) -> None:
    begun = server.computed("ensemble", _ensemble_key(result), lambda: train_members(result))
    if begun.error is not None:
        state.say(begun.error)


# ---- what is shown -------------------------------------------------------------------------------


def show(now: Rivals, bench: Bench, height: int) -> None:
    """The curves, the table beside them, and what they say."""
    if now.contest is None:
        with st.container(height=height, border=False):
            st.caption(now.progress)
        return
    found = now.contest
    curves, table = st.columns([1.35, 1], gap="medium")
    with curves:
        _chart(found, height)
    with table, st.container(height=height, border=False):
        st.html(table_html(found))
        st.caption(now.progress)
    if (said := finding(found)) is not None:
        frame.sentence(said)
    st.caption(spoken(found))


def _chart(found: Contest, height: int) -> None:
    curves = [
        RivalCurve(one.detector.name, one.roc.removed, one.roc.recall)
        for one in found.standings
        if one.roc.auroc is not None
    ]
    if not curves:
        with st.container(height=height, border=False):
            st.caption("There is no curve without both hallucinated and honest samples.")
        return
    floor = floor_of(found.n - found.rate.count)
    chart(
        rival_data(curves, floor),
        lambda mode: rival_spec(curves, floor, found.retention, height, mode),
        key="rivals",
        height=height,
        name="ROC of the detectors",
        alt=alternative(found),
    )


def alternative(found: Contest) -> str:
    """The curves in words, with their numbers."""
    told = [f"{one.detector.title}: {_auroc(one)}" for one in found.standings]
    return (
        f"ROC curves of {len(told)} detectors on the same {found.n:,} samples, {found.rate.count:,} of them "
        f"hallucinated. AUROC with its 95 % interval: {'; '.join(told)}."
    )


def _auroc(one: Standing) -> str:
    if one.roc.auroc is None or one.roc.interval is None:
        return "undefined"
    low, high = one.roc.interval
    return f"{approximately(one.roc.auroc)} [{low:.3f}, {high:.3f}]"


def table_html(found: Contest) -> str:
    """A row a detector, with the line that it is drawn with."""
    head = ("", "AUROC", f"recall<small>at {100 * found.retention:g} % kept</small>", "calls", "time")
    cells = "".join(f"<th>{text}</th>" for text in head)
    rows = "".join(_row(one) for one in found.standings)
    return f"{_STYLE}<table class='rivals'><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"


def _row(one: Standing) -> str:
    detector = one.detector
    auroc, recall = ("–", ""), ("–", "")
    if one.roc.auroc is not None and one.roc.interval is not None:
        low, high = one.roc.interval
        auroc = approximately(one.roc.auroc), f"[{low:.3f}, {high:.3f}]"
    if one.judged.recall is not None:
        recall = estimate(one.judged.recall.value, *one.judged.recall.interval)
    numbers = "".join(f"<td>{value}<small>{note}</small></td>" for value, note in (auroc, recall))
    calls, seconds = costs(one) if detector.name not in BOUNDS else ("–", "–")
    name = f"<th scope='row' title='{detector.sentence}'>{_mark(detector.name)}{detector.title}</th>"
    return f"<tr>{name}{numbers}<td>{calls}</td><td>{seconds}</td></tr>"


def _mark(name: str) -> str:
    """A piece of the line that a detector is drawn with."""
    line, stops, at = LINES[name], [], 0
    for place, length in enumerate(line.dash or (1,)):
        ink = "transparent" if place % 2 else line.colour(frame.mode())
        stops.append(f"{ink} {at}px {at + length}px")
        at += length
    return f"<i style='background:repeating-linear-gradient(90deg,{','.join(stops)})'></i>"


_STYLE = """<style>
.rivals { width: 100%; border-collapse: collapse; font-size: .82rem; line-height: 1.2;
          font-variant-numeric: tabular-nums; }
.rivals th { text-align: left; font-weight: 400; }
.rivals thead th { opacity: .75; padding-bottom: .3rem; }
.rivals td, .rivals thead th + th { text-align: right; }
.rivals td, .rivals thead th { white-space: nowrap; }
.rivals td, .rivals tbody th { padding: .3rem 0 .3rem .5rem; vertical-align: middle;
                               border-top: 1px solid #8884; }
.rivals i { display: block; width: 40px; height: 3px; margin-bottom: .25rem; }
.rivals small { display: block; opacity: .75; white-space: nowrap; }
.rivals thead small { opacity: 1; }
</style>"""
