"""All remedies of a run in one picture: a dot a treatment, or a line for every network trained anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from explorer.charts.changes import changes_data, changes_spec
from explorer.charts.remedies import LOOKS, PICK, Dot, floor_of, price_data, price_spec, span_of
from explorer.experiment import Experiment
from explorer.remedies.changes import AS_IT_IS, CHANGES
from explorer.remedies.price import Price
from explorer.remedies.store import Prices, TreatedRow
from explorer.remedies.treatment import Treatment, treatment_text
from explorer.remedies.usual import DDIM, TRUTH, UNTREATED
from explorer.ui import remedy_controls, state
from explorer.ui.chart import chart
from explorer.ui.remedying import CURES, Known

LEAST_PRICE = {"shares": 1e-3, "distance": 1e-3}  # where a log axis begins


def picture(experiment: Experiment, known: Known, k: int, height: int) -> None:
    """Rate against price, a dot a treatment; a click opens it. Or the networks that were trained anew."""
    name = remedy_controls.price(experiment)
    if state.view("cures") == CURES[1] and known.prices.changed:
        _trained(known.prices, name, k, height)
        return
    shown = dots(known, name, k)
    rates = [dot.rate for dot in shown]
    floor, least = floor_of(rates), LEAST_PRICE.get(name)
    span = span_of([dot.price for dot in shown], least)
    untreated = known.prices.find(UNTREATED)
    base = None if untreated is None else rate_of(untreated.price, k)
    picked = None if known.picked is None else treatment_text(known.picked.treatment)
    title = remedy_controls.PRICES[name] + AXIS_NOTE.get(name, "")
    event = chart(
        price_data(shown, floor, least, picked),
        lambda mode: price_spec(title, floor, span, base, mode, log=least is not None),
        key="prices",
        height=height,
        name="rate against price",
        y_title=f"beyond {k} σ" if experiment.mixture is not None else "cannot exist",
        grows=True,
        alt=f"The rate that each remedy leaves, against {remedy_controls.PRICES[name]}.",
        numbers=_numbers(shown),
        live=known.under_way,
        on_select="rerun",
        selection_mode=PICK,
    )
    clicked = event.selection.get(PICK) if event else None
    if clicked and clicked != st.session_state.get("remedy-click"):
        st.session_state["remedy-click"] = clicked
        if clicked[0].get("text") is not None:
            remedy_controls.choose(clicked[0]["text"])
            st.rerun()


def _trained(prices: Prices, name: str, k: int, height: int) -> None:
    """A line for every change of the training, a dot for every seed."""
    rows = [
        (CHANGES[row.change].title, row.seed, rate_of(row.price, k), paid(row.price, name))
        for row in prices.changed
    ]
    floor = floor_of([rate for _, _, rate, _ in rows])
    as_it_is = float(np.median([rate_of(row.price, k) for row in prices.seeds(AS_IT_IS)]))
    medians = {title: float(np.median([r for t, _, r, _ in rows if t == title])) for title, *_ in rows}
    chart(
        changes_data(rows, floor),
        lambda mode: changes_spec(
            f"beyond {k} σ, three seeds", remedy_controls.PRICES[name], floor, as_it_is, mode
        ),
        key="changes",
        height=height,
        name="trained anew",
        grows=True,
        alt="The rate of networks that were trained with one change each, a dot for each seed.",
        numbers="Medians: " + ", ".join(f"{title} {rate:.3g}" for title, rate in medians.items()) + ".",
    )


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
    for look, (label, leftwards) in NAMES.items():
        places = [place for place, dot in enumerate(found) if dot.look == look]
        if places:
            place = places[0] if look in AT_FIRST else places[-1]
            found[place] = replace(found[place], label=label, leftwards=leftwards)
    return found


AT_FIRST = ("patch",)  # of these the dial does most harm at its lowest
# What is written beside the last dot of each look, and whether at its left.
NAMES = {
    "untreated": ("model", True),
    "ddim": ("DDIM, then late noise", True),
    "guidance": ("guidance", False),
    "sharpening": ("sharpening", False),
    "step": ("step before the score", False),
    "smoothing": ("truth, smoothed", True),
    "patch": ("patches only", False),
    "truth": ("truth", False),
    "yours": ("yours", False),
}


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


def short(treatment: Treatment) -> str:
    """A treatment in as few letters as its link needs."""
    return treatment_text(treatment).replace("+", " + ").replace("=", " = ") or "untreated"


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
