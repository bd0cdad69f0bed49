"""All remedies of a run in one chart, as the Remedies page shows it, and what each is called."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.data.pictures import verdict
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_in_words, rate_of
from explorer.experiments.settings import nearest_preset
from explorer.figures.palette import Mode
from explorer.figures.vega.remedies import (
    LOOKS,
    Dot,
    ceiling_of,
    floor_of,
    price_data,
    price_spec,
    span_of,
)
from explorer.figures.vega.training_variants import changes_data, changes_spec
from explorer.figures.words import percent
from explorer.page_figures.main_figure import ChartFigure
from explorer.remedies.catalogue import data_kind
from explorer.remedies.evaluation import RemedyResult
from explorer.remedies.store import RemedyTable, TreatedRow
from explorer.remedies.training_variants import AS_IT_IS, TRAINING_VARIANTS
from explorer.remedies.treatment import DDIM, TRUTH, UNTREATED, Treatment, treatment_text

PRICES = {
    "shares": "shares of the modes",
    "width": "width of the modes",
    "distance": "distance from the truth",
    "calls": "network calls",
}
LEAST_PRICE = {"shares": 1e-3, "distance": 1e-3}  # where a log axis begins
AXIS_NOTE = {
    "shares": ": how far they are off, 0 is fair",
    "width": " / σ",
    "distance": ", total variation",
    "calls": " a sample",
}
AT_FIRST = ("patch",)  # of these the dial does most harm at its lowest
AT_THE_LOWEST = ("together",)  # these have no common dial
# What is written beside the last dot of each look, and whether at its left.
NAMES = {
    "untreated": ("model", True),
    "ddim": ("DDIM", True),
    "guidance": ("guidance", False),
    "late-guidance": ("late guidance", False),
    "sharpening": ("sharpening", False),
    "late": ("late noise", True),
    "cas": ("CAS", True),
    "sas": ("SAS", True),
    "quenching": ("quenching", False),
    "scaled-quenching": ("scaled quenching", False),
    "step": ("step before score", False),
    "smoothing": ("truth, smoothed", False),
    "patch": ("patches only", False),
    "truth": ("truth", False),
    "together": ("combined", False),
    "yours": ("yours", False),
}


def prices_of(experiment: Experiment) -> tuple[str, ...]:
    """What can be paid with on these data: pictures have no modes, and only a line has a density."""
    kind = data_kind(experiment)
    if kind == "line":
        return tuple(PRICES)
    return ("shares", "width", "calls") if kind == "plane" else ("calls",)


# ---- all remedies in one chart -------------------------------------------------------------------


def main_figure(experiment: Experiment, table: RemedyTable, k: int = 5, mode: Mode = "light") -> ChartFigure:
    """The rate that each remedy leaves against the first price that there is on these data."""
    chart = price_chart(experiment, table, None, prices_of(experiment)[0], k, mode)
    name = f"{nearest_preset(experiment).name}, seed {experiment.seed}"
    return replace(chart, caption=f"{chart.caption} · {name}")


def price_chart(
    experiment: Experiment,
    table: RemedyTable,
    picked: TreatedRow | None,
    name: str,
    k: int,
    mode: Mode,
    *,
    asked: bool = False,
) -> ChartFigure:
    """Rate beyond k sigma against the price of a name, a dot a treatment; the picked one is ringed.

    asked   whether somebody is to predict what the picked one does: it is left out, with all that share a
            remedy with it
    """
    shown = dots(table, picked, name, k)
    rates = [dot.rate for dot in shown]
    floor, least = floor_of(rates), LEAST_PRICE.get(name)
    span = span_of([dot.price for dot in shown], least)
    untreated = table.find(UNTREATED)
    base = None if untreated is None else rate_of(untreated.result, k)
    title = PRICES[name] + AXIS_NOTE.get(name, "")
    named = [f"{dot.summary}: rate {percent(dot.rate)} at {dot.price:.3g}" for dot in shown if dot.label]
    rate = f"share that {verdict(experiment.pictures)}" if experiment.pictures else f"share beyond {k} σ"
    ceiling = ceiling_of([dot.high for dot in shown])
    chosen = None if picked is None else treatment_text(picked.treatment)
    data = price_data(shown, floor, least, chosen, ceiling)
    if asked and picked is not None:
        data = data[~data["text"].isin(_sharing(table, picked.treatment))].reset_index(drop=True)
    return ChartFigure(
        price_spec(
            f"{rate}, log axis", title, floor, span, base, mode, log=least is not None, ceiling=ceiling
        ),
        data,
        f"The rate that each remedy leaves, against {PRICES[name]}.",
        "" if asked else "; ".join(named) + ".",
        caption=_price_caption(experiment, table, picked, name, k),
    )


def _sharing(table: RemedyTable, treatment: Treatment) -> list[str]:
    """The treatments that share a remedy with this one, as they are written."""
    names = {spec.name for spec in treatment}
    found = (row.treatment for row in table.treated if names & {spec.name for spec in row.treatment})
    return [treatment_text(treatment), *map(treatment_text, found)]


def _price_caption(
    experiment: Experiment, table: RemedyTable, picked: TreatedRow | None, name: str, k: int
) -> str:
    """The caption in the file of the chart."""
    far = f"samples beyond {k} σ of every mode"
    if experiment.pictures:
        far = f"pictures that {verdict(experiment.pictures)}"
    parts = [f"Share of {far} that each remedy leaves, against {PRICES[name]}{AXIS_NOTE.get(name, '')}"]
    counts = sorted({row.result.n for row in table.treated if row.result.n is not None})
    if counts:
        most = f"{counts[0]:,}" if counts[0] == counts[-1] else f"{counts[0]:,} to {counts[-1]:,}"
        parts.append(f"n = {most} a dot, bars: 95 % intervals")
    else:
        parts.append("exact")
    rows = {"dashed": table.find(UNTREATED), "ringed": picked}
    for mark, row in rows.items():
        if row is not None:
            parts.append(f"{mark}: {describe_treatment(row.treatment)}, {rate_in_words(row.result, k)}")
    return " · ".join(parts)


def variants_chart(table: RemedyTable, name: str, k: int, mode: Mode, *, asked: bool = False) -> ChartFigure:
    """A line for every change of the training, a dot for every seed.

    asked   whether somebody is to predict what they do: the training as it is stands alone
    """
    rows = [
        (TRAINING_VARIANTS[row.variant].title, row.seed, rate_of(row.result, k), paid(row.result, name))
        for row in table.trained
    ]
    floor = floor_of([rate for _, _, rate, _ in rows])
    as_it_is = float(np.median([rate_of(row.result, k) for row in table.seeds(AS_IT_IS)]))
    medians = {title: float(np.median([r for t, _, r, _ in rows if t == title])) for title, *_ in rows}
    data = changes_data(rows, floor)
    if asked:
        data = data[data["change"] == TRAINING_VARIANTS[AS_IT_IS].title].reset_index(drop=True)
        medians = {title: rate for title, rate in medians.items() if title in set(data["change"])}
    return ChartFigure(
        changes_spec(f"beyond {k} σ, three seeds", PRICES[name], floor, as_it_is, mode),
        data,
        "The rate of networks that were trained with one change each, a dot for each seed.",
        "Medians: " + ", ".join(f"{title} {percent(rate)}" for title, rate in medians.items()) + ".",
    )


def dots(table: RemedyTable, picked: TreatedRow | None, name: str, k: int) -> list[Dot]:
    """All that is measured as dots; the picked treatment, too, if it is not among them."""
    rows = list(table.treated)
    extra = [] if picked is None or picked in rows else [picked]
    found = [dot for number, row in enumerate(rows) if (dot := _dot(row, number, name, k, False)) is not None]
    found += [dot for row in extra if (dot := _dot(row, len(rows), name, k, True)) is not None]
    for look, (label, leftwards) in NAMES.items():
        places = [place for place, dot in enumerate(found) if dot.look == look]
        if not places:
            continue
        place = places[0] if look in AT_FIRST else places[-1]
        if look in AT_THE_LOWEST:
            place = min(places, key=lambda place: found[place].rate)
        at = found[place].price, found[place].rate
        taken = {dot.leftwards for dot in found if dot.label and (dot.price, dot.rate) == at}
        found[place] = replace(found[place], label=label, leftwards=leftwards ^ (leftwards in taken))
    return found


def _dot(row: TreatedRow, number: int, name: str, k: int, yours: bool) -> Dot | None:
    price = paid(row.result, name)
    if price is None:
        return None
    interval = row.result.rate(k)
    rate = rate_of(row.result, k)
    low, high = (rate, rate) if interval is None else interval.interval
    text = treatment_text(row.treatment)
    look = "yours" if yours else look_of(row.treatment)
    return Dot(look, number, text, describe_treatment(row.treatment), "", price, rate, low, high)


def look_of(treatment: Treatment) -> str:
    """Which of LOOKS a treatment has."""
    if treatment == UNTREATED:
        return "untreated"
    if treatment == DDIM:
        return "ddim"
    laid = [spec for spec in treatment if len(treatment) == 1 or spec not in TRUTH]
    return laid[0].name if len(laid) == 1 and laid[0].name in LOOKS else "together"


def paid(price: RemedyResult, name: str) -> float | None:
    """A price in the coin of that name."""
    return {
        "shares": price.share_distance,
        "width": price.width,
        "distance": price.distance,
        "calls": price.network_calls,
    }[name]


def short_name(treatment: Treatment) -> str:
    """A treatment in as few letters as its link needs."""
    return treatment_text(treatment).replace("+", " + ").replace("=", " = ") or "untreated"


def describe_treatment(treatment: Treatment) -> str:
    """A treatment in words."""
    if treatment == UNTREATED:
        return "untreated"
    if treatment == DDIM:
        return "DDIM, untreated"
    parts = [
        spec.remedy.title
        if len(spec.remedy.defaults) == 1
        else f"{spec.remedy.title}, {spec.remedy.dial} = {spec.dial:g}"
        for spec in treatment
    ]
    return " + ".join(parts)
