"""The Remedies page's rooms: what is known of every treatment of a run, and the picture of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from explorer.charts.remedies import LOOKS, PICK, Dot, floor_of, price_data, price_spec
from explorer.checkpoint_files import CheckpointError
from explorer.experiment import Experiment
from explorer.learning import Result
from explorer.presets import preset
from explorer.remedies.catalogue import REMEDIES
from explorer.remedies.changes import CHANGES
from explorer.remedies.price import Price
from explorer.remedies.pricing import priced
from explorer.remedies.rounds import RoundUpdate, price_round, row_of
from explorer.remedies.shipping import PRICED, shipped_prices
from explorer.remedies.store import Prices, TreatedRow
from explorer.remedies.treatment import Treatment, treatment_text
from explorer.remedies.usual import DDIM, TRUTH, UNTREATED, usual_treatments
from explorer.ui import frame, remedy_controls, server, state, texts
from explorer.ui.chart import chart
from explorer.ui.job_buttons import job_buttons

LEAST_PRICE = {"shares": 1e-3, "distance": 1e-3}  # where a log axis begins
ALWAYS: tuple[Treatment, ...] = (UNTREATED, TRUTH)


@dataclass(frozen=True)
class Known:
    """What is known of a run: all that is measured, the treatment on view, and what goes on."""

    prices: Prices
    picked: TreatedRow | None
    origin: str
    progress: str
    under_way: bool
    error: str | None = None


@st.cache_resource(show_spinner=False)
def _shipped(name: str) -> Prices | CheckpointError:
    try:
        return shipped_prices(name)
    except CheckpointError as error:
        return error


def shipped(experiment: Experiment) -> Prices | None:
    """The prices that come with a run of this experiment, if some do; what is wrong with them is said."""
    name = next((name for name in PRICED if preset(name).experiment == experiment), None)
    found = None if name is None else _shipped(name)
    if isinstance(found, CheckpointError):
        state.say(str(found))
        return None
    return found


def look(result: Result, identity: str, treatment: Treatment) -> Known:
    """Everything known of a run, with the treatment of the view: that is measured now if it has to be."""
    kept = shipped(result.experiment)
    progress, under_way, error = "", False, None
    origin = "shipped"
    if kept is None:
        kept, progress, under_way, error = _own(result, identity)
        origin = "measured here"
    row = kept.find(treatment)
    if row is None and error is None:
        text = treatment_text(treatment)
        work = server.computed(
            "remedy",
            f"remedy {identity} {text}",
            lambda: priced(result, treatment, reported=False),
            patience=2.5,
        )
        if work.value is not None:
            row, origin = row_of(work.value), "measured here, quickly"
        else:
            share = work.update if isinstance(work.update, float) else 0.0
            progress = work.error or f"measuring {text}: {share:.0%}"
            under_way, error = under_way or work.under_way, work.error
    return Known(kept, row, origin, progress, under_way, error)


def _own(result: Result, identity: str) -> tuple[Prices, str, bool, str | None]:
    """What was measured of a run that does not ship: all, what is finished, or the ends of the scale."""
    key = round_key(identity)
    done, held = server.shelf().get(key), server.held("remedies")
    if done is not None:
        return done, "", False, None
    if held is not None and held.key != key:
        held = None
    if held is not None and held.active and isinstance(held.update, RoundUpdate):
        rows = held.update.rows
        return Prices("", rows, ()), f"measuring all remedies: {held.update.share:.0%}", True, None
    work = server.computed("bounds", f"bounds {identity}", lambda: price_round(result, ALWAYS), patience=2.5)
    if work.value is not None:
        return work.value, "", held is not None and held.active, held.error if held is not None else None
    return Prices("", (), ()), work.error or "measuring the model and the truth", work.under_way, work.error


def round_key(identity: str) -> str:
    return f"remedies of {identity}"


def begin(result: Result, identity: str) -> None:
    """Measure every usual treatment of a run."""
    treatments = usual_treatments(result.experiment)
    begun = server.computed("remedies", round_key(identity), lambda: price_round(result, treatments))
    if begun.error is not None:
        state.say(begun.error)


def buttons(result: Result, identity: str) -> None:
    """Measure all remedies of a run that does not ship with them."""
    if shipped(result.experiment) is not None:
        return
    held = server.held("remedies")
    job_buttons(
        "Measure all remedies",
        lambda: begin(result, identity),
        held if held is not None and held.key == round_key(identity) else None,
        (texts.MEASURE_ALL, "Hold it; it goes on where it was.", "End it and keep nothing of it."),
        keys=("measure_all", "pause_all", "stop_all"),
    )


# ---- the picture ---------------------------------------------------------------------------------------


def picture(experiment: Experiment, known: Known, k: int, height: int) -> None:
    """Rate against price, a dot a treatment; a click opens it."""
    name = remedy_controls.price(experiment)
    shown = dots(known, name, k)
    rates = [dot.rate for dot in shown]
    floor, least = floor_of(rates), LEAST_PRICE.get(name)
    untreated = known.prices.find(UNTREATED)
    base = None if untreated is None else rate_of(untreated.price, k)
    picked = None if known.picked is None else treatment_text(known.picked.treatment)
    title = remedy_controls.PRICES[name] + AXIS_NOTE.get(name, "")
    event = chart(
        price_data(shown, floor, least, picked),
        price_spec(title, floor, least, base, height, frame.mode()),
        key="prices",
        height=height,
        alt=f"The rate that each remedy leaves, against {remedy_controls.PRICES[name]}.",
        numbers=_numbers(shown),
        live=known.under_way,
        on_select="rerun",
        selection_mode=PICK,
    )
    clicked = event.selection.get(PICK) if event else None
    if clicked and clicked != st.session_state.get("remedy-click"):
        st.session_state["remedy-click"] = clicked
        if clicked[0].get("text") is not None and not clicked[0]["text"].startswith("trained:"):
            remedy_controls.choose(clicked[0]["text"])
            st.rerun()


AXIS_NOTE = {
    "shares": ": distance of their shares from the true ones",
    "width": " / σ",
    "distance": ", total variation",
    "calls": " a sample",
}


def dots(known: Known, name: str, k: int) -> list[Dot]:
    """All that is measured as dots; the treatment on view, too, if it is not among them."""
    rows = list(known.prices.treated)
    extra = [] if known.picked is None or known.picked in rows else [known.picked]
    found = [dot for number, row in enumerate(rows) if (dot := _dot(row, number, name, k, False)) is not None]
    found += [dot for row in extra if (dot := _dot(row, len(rows), name, k, True)) is not None]
    labelled = {dot.look: place for place, dot in enumerate(found)}  # the last of each
    for look, place in labelled.items():
        if look not in ("together",):
            found[place] = _named(found[place], NAMES.get(look) or REMEDIES[look].title)
    return found + _trained(known.prices, name, k)


NAMES = {"untreated": "model", "ddim": "DDIM", "truth": "truth", "yours": "yours", "trained": "trained anew"}


def _dot(row: TreatedRow, number: int, name: str, k: int, yours: bool) -> Dot | None:
    price = paid(row.price, name)
    if price is None:
        return None
    interval = row.price.rate(k)
    rate = rate_of(row.price, k)
    low, high = (rate, rate) if interval is None else interval.interval
    text = treatment_text(row.treatment)
    look = "yours" if yours else look_of(row.treatment)
    return Dot(look, number, text, told(row.treatment), "", price, rate, low, high)


def look_of(treatment: Treatment) -> str:
    """Which of LOOKS a treatment has."""
    if treatment == UNTREATED:
        return "untreated"
    if treatment == DDIM:
        return "ddim"
    spoken = [spec for spec in treatment if len(treatment) == 1 or spec not in TRUTH]
    return spoken[0].name if len(spoken) == 1 and spoken[0].name in LOOKS else "together"


def _named(dot: Dot, label: str) -> Dot:
    return Dot(dot.look, dot.order, dot.text, dot.told, label, dot.price, dot.rate, dot.low, dot.high)


def _trained(prices: Prices, name: str, k: int) -> list[Dot]:
    """Changed networks: the median of their seeds, and the spread."""
    found = []
    for number, (change, line) in enumerate(CHANGES.items()):
        rows = prices.seeds(change)
        values = [(paid(row.price, name), rate_of(row.price, k)) for row in rows]
        known = [(price, rate) for price, rate in values if price is not None]
        if not known:
            continue
        rates = [rate for _, rate in known]
        price, rate = float(np.median([p for p, _ in known])), float(np.median(rates))
        said = f"trained anew: {line.title}, median of {len(rates)} seeds"
        found.append(
            Dot("trained", number, f"trained:{change}", said, line.title, price, rate, min(rates), max(rates))
        )
    return found


def paid(price: Price, name: str) -> float | None:
    """A price in the coin of that name."""
    return {
        "shares": price.share_distance,
        "width": price.width,
        "distance": price.distance,
        "calls": price.network_calls,
    }[name]


def rate_of(price: Price, k: int) -> float:
    """The share beyond k sigma; of pictures the share that cannot exist."""
    if price.beyond is not None:
        return price.beyond[k]
    counted = price.rate(k)
    assert counted is not None  # pictures are counted
    return counted.value


def told(treatment: Treatment) -> str:
    """A treatment as people say it."""
    if treatment == UNTREATED:
        return "untreated"
    if treatment == DDIM:
        return "DDIM, untreated"
    parts = [
        spec.remedy.title
        if len(spec.remedy.usual) == 1
        else f"{spec.remedy.title}, {spec.remedy.dial} = {spec.dial:g}"
        for spec in treatment
    ]
    return " + ".join(parts)


def _numbers(shown: Sequence[Dot]) -> str:
    named = [f"{dot.told}: rate {dot.rate:.3g} at {dot.price:.3g}" for dot in shown if dot.label]
    return "; ".join(named) + "."
