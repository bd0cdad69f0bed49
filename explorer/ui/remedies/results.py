"""What is known of every treatment of a run: shipped, measured here, or being measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from explorer.experiments.presets import preset
from explorer.experiments.run import Result
from explorer.page_figures.views.remedies import CURES, View
from explorer.remedies.evaluation import evaluate_remedy
from explorer.remedies.remedy_table import (
    REMEDY_PRESETS,
    EvaluationUpdate,
    evaluate_remedies,
    shipped_remedies,
    treated_row,
)
from explorer.remedies.store import RemedyTable, TreatedRow
from explorer.remedies.treatment import TRUTH, UNTREATED, Treatment, default_treatments, treatment_text
from explorer.storage.files import CheckpointError
from explorer.ui.remedies import help
from explorer.ui.shared.long_work import memory_buttons, ticket_for
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import server, session

ALWAYS: tuple[Treatment, ...] = (UNTREATED, TRUTH)


@dataclass(frozen=True)
class Known:
    """What is known of a run: all that is measured, the treatment on view, and what goes on."""

    table: RemedyTable
    picked: TreatedRow | None
    origin: str
    progress: str
    under_way: bool
    error: str | None = None


@st.cache_resource(show_spinner=False)
def _shipped(name: str) -> RemedyTable | CheckpointError:
    try:
        return shipped_remedies(name)
    except CheckpointError as error:
        return error


def shipped(result: Result) -> RemedyTable | None:
    """The results of remedies that ship with this run, if some do; what is wrong with them is reported."""
    name = next((name for name in REMEDY_PRESETS if preset(name).experiment == result.experiment), None)
    found = None if name is None else _shipped(name)
    if isinstance(found, CheckpointError):
        session.report_problem(str(found))
        return None
    return found if found is not None and found.is_of(result) else None


def look(result: Result, identity: str, treatment: Treatment) -> Known:
    """Everything known of a run, with the treatment of the view: that is measured now if it has to be."""
    kept = shipped(result)
    progress, under_way, error = "", False, None
    origin = "shipped"
    if kept is None:
        kept, progress, under_way, error = _own(result, identity)
        origin = "measured here"
    else:
        more, progress, under_way = _more(kept, identity)
        kept = replace(kept, treated=(*kept.treated, *more))
    row = kept.find(treatment)
    if row is None and error is None:
        text = treatment_text(treatment)
        work = server.computed(
            "remedy",
            f"remedy {identity} {text}",
            partial(evaluate_remedy, result, treatment, reported=False),
            patience=2.5,
        )
        if work.value is not None:
            row, origin = treated_row(work.value), "measured here, quickly"
        else:
            share = work.update if isinstance(work.update, float) else 0.0
            progress = work.error or f"measuring {text or 'the model'}: {share:.0%}"
            under_way, error = under_way or work.under_way, work.error
    return Known(kept, row, origin, progress, under_way, error)


def _own(result: Result, identity: str) -> tuple[RemedyTable, str, bool, str | None]:
    """What was measured of a run that does not ship: all, what is finished, or the ends of the scale."""
    key = round_key(identity)
    done, held = server.results().get(key), ticket_for("remedies", key)
    if done is not None:
        return done, "", False, None
    if held is not None and held.active and isinstance(held.update, EvaluationUpdate):
        rows = held.update.rows
        return RemedyTable("", rows, ()), f"measuring all remedies: {held.update.share:.0%}", True, None
    work = server.computed(
        "bounds", f"bounds {identity}", partial(evaluate_remedies, result, ALWAYS), patience=2.5
    )
    if work.value is not None:
        return work.value, "", held is not None and held.active, held.error if held is not None else None
    return (
        RemedyTable("", (), ()),
        work.error or "measuring the model and the truth",
        work.under_way,
        work.error,
    )


def _more(shipped: RemedyTable, identity: str) -> tuple[tuple[TreatedRow, ...], str, bool]:
    """What was measured here beside what ships with a run; how far that is, and whether it goes on."""
    key = round_key(identity)
    done, held = server.results().get(key), ticket_for("remedies", key)
    rows, progress = () if done is None else done.treated, ""
    if done is None and held is not None and held.active and isinstance(held.update, EvaluationUpdate):
        rows, progress = held.update.rows, f"measuring more remedies: {held.update.share:.0%}"
    return tuple(row for row in rows if shipped.find(row.treatment) is None), progress, bool(progress)


def round_key(identity: str) -> str:
    return f"remedies of {identity}"


def cures_choice(known: Known | None) -> None:
    """Remedies that treat the sampling, or networks that were trained anew, where there are some."""
    if known is not None and known.table.trained:
        view_choice(View, "cures", CURES, "Cures", help.CURES)


def buttons(result: Result, identity: str) -> None:
    """Measure all remedies of a run, or those that do not ship with it."""
    kept, treatments = shipped(result), default_treatments(result.experiment)
    if kept is not None:
        treatments = [treatment for treatment in treatments if kept.find(treatment) is None]
        done = server.results().get(round_key(identity))
        if not treatments or done is not None:
            return
    memory_buttons(
        "Measure all remedies" if kept is None else f"Measure {len(treatments)} more",
        "remedies",
        round_key(identity),
        partial(evaluate_remedies, result, treatments),
        (
            help.MEASURE_ALL if kept is None else help.MEASURE_MORE,
            "Hold it; it goes on where it was.",
            "End it; Resume goes on where it was.",
        ),
        keys=("measure_all", "pause_all", "stop_all"),
    )
