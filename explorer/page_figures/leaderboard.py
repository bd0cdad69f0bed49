"""The leaderboard as the page shows it: a line a method, a column a preset, and what the intervals say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from explorer.experiments.presets import preset
from explorer.figures.words import listed, percent, rate_and_interval, seconds
from explorer.leaderboard.rows import Row
from explorer.leaderboard.standings import (
    DETECTOR_MEASURES,
    REMEDY_MEASURES,
    UNTREATED,
    MeasureName,
    Standing,
    Verdict,
    beside_untreated,
    by_method,
    nothing_of,
    standing,
    verdicts,
)
from explorer.leaderboard.store import Leaderboard
from explorer.leaderboard.tables import calls_in_words
from explorer.page_figures.views.leaderboard import View, asked_column, asked_presets, kind_of_data
from explorer.remedies.catalogue import REMEDIES
from explorer.remedies.treatment import DDIM, treatment_text

ANSWERS = ("yes", "no")
SOONEST = 0.05  # seconds below which a duration is only bounded


@dataclass(frozen=True)
class BoardCell:
    """What a method comes to on a preset.

    number, interval    as text; a dash and nothing where there is no number
    verdict     what the intervals say of it; None without a number
    seeds       of how many networks it is the median
    link        parameters of the page that shows the method on that preset
    why         why there is no number; "" where there is
    """

    number: str
    interval: str
    verdict: Verdict | None
    seeds: int
    page: str
    link: Mapping[str, str]
    why: str = ""


@dataclass(frozen=True)
class BoardLine:
    """A method: its name and dial, what it is, a cell a preset, and its price on the preset ranked by."""

    method: str
    title: str
    dial: str
    role: str
    cells: tuple[BoardCell, ...]
    calls: str
    seconds: str


@dataclass(frozen=True)
class Board:
    """One of the two tables.

    measure     what its numbers are
    column      the preset that it is ranked by
    """

    measure: MeasureName
    presets: tuple[str, ...]
    column: str
    lines: tuple[BoardLine, ...]


@dataclass(frozen=True)
class _Known:
    """Of a preset: the rows, the standings and the verdicts of every method."""

    rows: dict[str, list[Any]]
    standings: dict[str, Standing]
    verdicts: dict[str, Verdict]


def board(table: Leaderboard, view: View) -> Board:
    """The table that a view asks for."""
    rows, measure = _asked(table, view)
    presets, column = asked_presets(view, table), asked_column(view, table)
    known = {name: _known(rows, name, measure, view) for name in presets}
    methods = {row.method: row for row in rows if row.preset in presets}
    here = known[column]
    ranked = sorted(methods, key=lambda name: _rank(here, name, view.ranked, measure))
    lines = tuple(_line(view, known, methods[name], measure, column) for name in ranked)
    return Board(measure, presets, column, lines)


def _asked(table: Leaderboard, view: View) -> tuple[Sequence[Any], MeasureName]:
    if view.board == "detectors":
        return table.rows.detectors, DETECTOR_MEASURES[view.standing]
    return table.rows.remedies, REMEDY_MEASURES[view.left](view.k)


def _measure_name(view: View) -> str:
    return view.standing if view.board == "detectors" else view.left


def _known(rows: Sequence[Any], name: str, measure: MeasureName, view: View) -> _Known:
    called, k = _measure_name(view), view.k
    of = by_method(rows, name)
    found = {method: one for method, some in of.items() if (one := standing(some, measure.of)) is not None}
    outside = [method for method, some in of.items() if some[0].role in ("bound", "reference")]
    said: dict[str, Verdict] = {}
    compared: Mapping[str, Standing] = found
    if called == "rate":
        beside = (
            (method, beside_untreated(some, of.get(laid_over(method), ()), k)) for method, some in of.items()
        )
        compared = {method: one for method, one in beside if one is not None}
    if called in ("auroc", "recall", "precision", "rate"):
        said = verdicts(compared, nothing_of(found, called), outside, higher=measure.higher)
        said = {method: one for method, one in said.items() if of[method][0].role != "bound"}
    return _Known(of, found, said)


def laid_over(method: str) -> str:
    """The row that a cure is compared with: the untreated model, or DDIM of one that is meant for it."""
    remedy = REMEDIES.get(method.partition("=")[0])
    meant = remedy is not None and remedy.sampler == "DDIM" and method != treatment_text(DDIM)
    return treatment_text(DDIM) if meant else UNTREATED


def _rank(known: _Known, method: str, by: str, measure: MeasureName) -> tuple[float, float]:
    """What rows are in the order of; those without a number come last."""
    rows = known.rows.get(method, [])
    found = known.standings.get(method)
    value = math.inf if found is None else -found.value if measure.higher else found.value
    if by == "rate":
        return value, 0.0
    prices = _prices(rows, by)
    return (min(prices) if prices else math.inf), value


def _prices(rows: Sequence[Any], by: str) -> list[float]:
    return [getattr(row, by) for row in rows if not row.problem and getattr(row, by) is not None]


def _line(view: View, known: Mapping[str, _Known], row: Row, measure: MeasureName, column: str) -> BoardLine:
    here = known[column].rows.get(row.method, [])
    spent = sorted(_prices(here, "seconds"))
    middle = spent[len(spent) // 2] if spent else None
    took = "–" if middle is None else "<0.1 s" if middle < SOONEST else seconds(middle)
    return BoardLine(
        row.method,
        _begun(row.title),
        _dial(row, view),
        row.role,
        tuple(_cell(view, known[name], row.method, name, measure) for name in known),
        calls_in_words(_prices(here, "calls")),
        took,
    )


def _begun(title: str) -> str:
    """A title at the beginning of a line."""
    return title[:1].upper() + title[1:]


def _dial(row: Row, view: View) -> str:
    if view.board == "detectors" or row.role != "method":
        return ""
    return row.method.partition("=")[2]


def _cell(view: View, known: _Known, method: str, name: str, measure: MeasureName) -> BoardCell:
    found, rows = known.standings.get(method), known.rows.get(method, [])
    page, link = method_link(view, method, name)
    if found is None:
        why = next((row.problem for row in rows if row.problem), "")
        return BoardCell("–", "", None, 0, page, link, why or ("too few to say" if rows else "not for these"))
    number, interval = in_words(found, measure)
    return BoardCell(number, interval, known.verdicts.get(method), len(found.values), page, link)


def in_words(found: Standing, measure: MeasureName) -> tuple[str, str]:
    """A number and what it is uncertain by, in brackets; nothing where that reaches none of its digits."""
    if measure.share:
        number, interval = rate_and_interval(found.value, found.low, found.high)
        same = percent(found.low) == percent(found.high)
        return number, "" if same else interval
    texts = [_three(value) for value in (found.value, found.low, found.high)]
    return texts[0], "" if texts[1] == texts[2] else f"[{texts[1]}, {texts[2]}]"


def _three(value: float) -> str:
    """A number with three decimals; what is short of 1 is not rounded to it."""
    text = f"{value:.3f}"
    return ">0.999" if text == "1.000" and value < 1 else text


def method_link(view: View, method: str, name: str) -> tuple[str, dict[str, str]]:
    """The page that shows a method on a preset, and the parameters of its link."""
    link = {"preset": name}
    if view.k != View.k:
        link["k"] = str(view.k)
    if view.board == "cures":
        return "remedies", link | ({"treatment": method} if method and "=" in method else {})
    if preset(name).experiment.pictures:
        return "shapes", link | {"gallery": "detector", "judge": "rivals"}
    return "detect", link | {"judge": "rivals"}


# ---- in words --------------------------------------------------------------------------------------------


def describe(table: Leaderboard, view: View) -> str:
    """Who leads on the preset that is ranked by, who cannot be told from them, and who not from nothing."""
    rows, measure = _asked(table, view)
    column = asked_column(view, table)
    known = _known(rows, column, measure, view)
    title = {row.method: _begun(row.title) for row in rows}
    best = _named(known, "best", title, measure)
    where = f"On {preset(column).title}"
    if not known.verdicts:
        return ""
    if not best:
        return f"{where} no method can be told from nothing."
    if len(best) == 1:
        text = f"{where} **{best[0]}** leads, and no other method reaches it."
    else:
        text = f"{where} {_listed(best)} lead; they cannot be told apart."
    none = _named(known, "none", title, measure)
    if none:
        text += f" {_listed(none)} cannot be told from {_nothing(view)}."
    worse = _named(known, "worse", title, measure)
    if worse:
        text += f" {_listed(worse)} {'is' if len(worse) == 1 else 'are'} worse."
    return text


def _named(known: _Known, verdict: Verdict, title: Mapping[str, str], measure: MeasureName) -> list[str]:
    """The methods of a verdict, the best first; bounds and references are none."""
    names = [
        name
        for name, said in known.verdicts.items()
        if said == verdict and known.rows[name][0].role in ("method", "own")
    ]
    sign = -1 if measure.higher else 1
    ranked = sorted(names, key=lambda name: sign * known.standings[name].value)
    return list(dict.fromkeys(title[name] for name in ranked))


def _nothing(view: View) -> str:
    return "the untreated model" if view.board == "cures" else "guessing"


def _listed(names: Sequence[str]) -> str:
    return listed([f"**{name}**" for name in names])


def everywhere(table: Leaderboard, view: View) -> tuple[str, ...]:
    """The titles of the methods that are among the best on every preset on which any can be told from
    nothing."""
    rows, measure = _asked(table, view)
    leaders = []
    for name in table.spec.presets:
        known = _known(rows, name, measure, view)
        best = {method for method, said in known.verdicts.items() if said == "best"}
        if best:
            leaders.append({_begun(row.title) for row in rows if row.method in best})
    common = set.intersection(*leaders) if leaders else set()
    return tuple(dict.fromkeys(title for row in rows if (title := _begun(row.title)) in common))


def answer(table: Leaderboard) -> str:
    """Whether one detector is among the best on all data, as one of ANSWERS."""
    return ANSWERS[0] if everywhere(table, View()) else ANSWERS[1]


def describe_everywhere(table: Leaderboard, view: View) -> str:
    """Which methods are among the best on all presets."""
    found = everywhere(table, view)
    if not found:
        return "No method is among the best everywhere."
    return f"Among the best wherever any is told from nothing: {_listed(found)}."


def describe_numbers(table: Leaderboard, view: View) -> str:
    """What the numbers of a table are, in one line."""
    _, measure = _asked(table, view)
    shown = asked_presets(view, table)
    kinds = {kind_of_data(name) for name in shown}
    what = measure.title
    if view.board == "detectors":
        what = f"{what} for {_far(kinds, 5)}"
        if view.standing != "auroc":
            what += "; threshold chosen on one half, judged on the other"
    elif view.left == "rate":
        how = "exact" if kinds == {"line"} else "counted" if "line" not in kinds else "exact on a line"
        what = f"share of {_far(kinds, view.k)}, {how}"
    seeds = {len(table.spec.members_of(name)) for name in shown}
    if seeds == {1}:
        return f"{what} · one seed, in brackets its 95 % interval"
    many = f"{min(seeds)} to {max(seeds)}" if len(seeds) > 1 else f"{max(seeds)}"
    return f"{what} · median of {many} seeds, in brackets their range or a seed’s 95 % interval, the wider"


def _far(kinds: Set[str], k: float) -> str:
    """What is hallucinated on data of these kinds."""
    points = f"samples beyond {k} σ"
    if "pictures" not in kinds:
        return points
    return "pictures that cannot exist" if len(kinds) == 1 else f"{points}, or pictures that cannot exist"
