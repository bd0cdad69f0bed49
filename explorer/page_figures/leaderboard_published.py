"""What papers report, beside what a leaderboard has of the same method, in words."""

from __future__ import annotations

from explorer.experiments.presets import preset
from explorer.figures.words import format_rate
from explorer.leaderboard.published import PUBLISHED, Published
from explorer.leaderboard.spec import SIGMA_BOUND
from explorer.leaderboard.standings import (
    DETECTOR_MEASURES,
    Standing,
    beside_untreated,
    by_method,
    remaining,
    standing,
)
from explorer.leaderboard.store import Leaderboard
from explorer.page_figures.leaderboard import in_words, laid_over

BOUND = int(SIGMA_BOUND)


def published_lines(table: Leaderboard) -> list[str]:
    """A line of Markdown for each published number: what is reported, what was found here, what differs."""
    return [
        f"- **{one.method}** (arXiv {one.paper}; {one.reading}): {one.reported}. *Here:* "
        f"{found_here(table, one)}. {one.differs}"
        for one in PUBLISHED
    ]


def found_here(table: Leaderboard, one: Published) -> str:
    if not one.row:
        return "no method of this table, but a change of the training on *Remedies*"
    if one.preset not in table.spec.presets:
        return f"{preset(one.preset).title} is not in this table"
    text = _recall(table, one) if one.compared == "found" else _rates(table, one)
    return f"{text}, on {preset(one.preset).title}" if text else "too few hallucinations to say"


def _recall(table: Leaderboard, one: Published) -> str:
    rows = by_method(table.rows.detectors, one.preset).get(one.row, [])
    found = standing(rows, DETECTOR_MEASURES["recall"].of)
    if found is None:
        return ""
    measure = DETECTOR_MEASURES["auroc"]
    auroc = standing(rows, measure.of)
    ranked = f", AUROC {' '.join(in_words(auroc, measure))}" if auroc else ""
    return f"{_share(found)} found at 96 % kept{ranked}"


def _rates(table: Leaderboard, one: Published) -> str:
    of = by_method(table.rows.remedies, one.preset)
    before, after = of.get(laid_over(one.row), []), of.get(one.row, [])
    rates = [standing(rows, remaining(BOUND)) for rows in (before, after)]
    left = beside_untreated(after, before, BOUND)
    if rates[0] is None or rates[1] is None or left is None:
        return ""
    return f"{_share(rates[0])} before and {_share(rates[1])} after, {_change(left)}"


def _change(left: Standing) -> str:
    """What a cure removes, or that this is not told."""
    if left.low <= 1 <= left.high:
        return "which is not told from nothing"
    removed = sorted(abs(1 - end) for end in (left.low, left.high))
    value = abs(1 - left.value)
    word = "fewer" if left.value < 1 else "more"
    return f"{100 * value:.0f} % [{100 * removed[0]:.0f}, {100 * removed[1]:.0f}] {word}"


def _share(found: Standing) -> str:
    return format_rate(found.value, found.low, found.high)
