"""A leaderboard as tables: CSV with a line a row, and Markdown with a column a preset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.presets import preset
from explorer.figures.words import format_rate
from explorer.leaderboard.rows import DetectorRow, RemedyRow, Row
from explorer.leaderboard.spec import SIGMA_BOUND
from explorer.leaderboard.standings import (
    DETECTOR_MEASURES,
    REMEDY_MEASURES,
    MeasureName,
    Standing,
    by_method,
    standing,
)
from explorer.leaderboard.store import Leaderboard
from explorer.storage.files import write_file

DETECTORS_CSV, REMEDIES_CSV, MARKDOWN = "detectors.csv", "remedies.csv", "leaderboard.md"


def write_tables(folder: Path, table: Leaderboard) -> None:
    """Write the tables of a leaderboard into its folder."""
    write_file(folder / DETECTORS_CSV, detectors_csv(table).encode())
    write_file(folder / REMEDIES_CSV, remedies_csv(table).encode())
    write_file(folder / MARKDOWN, markdown(table).encode())


def detectors_csv(table: Leaderboard) -> str:
    """A line for each detector on each network: AUROC with its interval; recall, retention and precision with
    interval, count and n; and what it cost."""
    return _csv([_detector_line(row) for row in table.rows.detectors])


def remedies_csv(table: Leaderboard) -> str:
    """A line for each remedy on each network: the share beyond 4, 5, 6 and 8 sigma, of pictures the share
    that cannot exist, with its interval or error; what it does to the modes; and what it cost."""
    return _csv([_remedy_line(row) for row in table.rows.remedies])


def markdown(table: Leaderboard) -> str:
    """Two tables, of detectors and of remedies: a line a method, a column a preset, the median over its seeds
    and what it is uncertain by."""
    parts = ["# Leaderboard", _seeds_in_words(table)]
    for measure in DETECTOR_MEASURES.values():
        parts += [f"## Detectors: {measure.title}", _markdown_table(table, table.rows.detectors, measure)]
    for name in ("rate", "shares"):
        measure = REMEDY_MEASURES[name](int(SIGMA_BOUND))
        title = f"{measure.title} beyond 5 σ" if name == "rate" else measure.title
        parts += [f"## Remedies: {title}", _markdown_table(table, table.rows.remedies, measure)]
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Leaderboard, rows: Sequence[Row], measure: MeasureName) -> str:
    presets = table.spec.presets
    names = {row.method: _name(row) for row in rows}
    lines = [
        f"| | {' | '.join(preset(one).title for one in presets)} | calls |",
        f"|---|{'---|' * len(presets)}---:|",
    ]
    of_preset = {one: by_method(rows, one) for one in presets}
    for method, title in names.items():
        cells = [
            cell_in_words(standing(of_preset[one].get(method, ()), measure.of), measure) for one in presets
        ]
        calls = [row.calls for row in rows if row.method == method and row.calls is not None]  # type: ignore[attr-defined]
        lines.append(f"| {title} | {' | '.join(cells)} | {calls_in_words(calls)} |")
    return "\n".join(lines)


def cell_in_words(found: Standing | None, measure: MeasureName) -> str:
    """A number and its interval; a dash where there is none."""
    if found is None:
        return "–"
    if measure.share:
        return format_rate(found.value, found.low, found.high)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def calls_in_words(calls: Sequence[float]) -> str:
    """Calls of the network for a sample: one number, or from the fewest to the most of the presets."""
    low, high = (f"{end:,.0f}" for end in (min(calls), max(calls))) if calls else ("–", "–")
    return low if low == high else f"{low} to {high}"


def _seeds_in_words(table: Leaderboard) -> str:
    counts = {name: len(table.spec.members_of(name)) for name in table.spec.presets}
    seeds = ", ".join(f"{preset(name).title} {count}" for name, count in counts.items())
    return (
        f"Networks: {seeds}. Median over them; in brackets from the lowest to the highest, and no narrower "
        "than the 95 % interval of one of them."
    )


def _name(row: Row) -> str:
    dial = row.method.partition("=")[2] if isinstance(row, RemedyRow) and row.role == "method" else ""
    return f"{row.title} ({dial})" if dial else row.title


def _detector_line(row: DetectorRow) -> dict[str, Any]:
    low, high = row.auroc_interval or (None, None)
    line: dict[str, Any] = _whose(row) | {"n": row.n, "hallucinated": row.hallucinated}
    line |= {"auroc": row.auroc, "auroc_low": low, "auroc_high": high}
    for name in ("recall", "retention", "precision"):
        rate = getattr(row, name)
        low, high = (None, None) if rate is None else rate.interval
        line |= {name: None if rate is None else rate.value, f"{name}_low": low, f"{name}_high": high}
        line |= {f"{name}_count": getattr(rate, "count", None), f"{name}_n": getattr(rate, "n", None)}
    return line | _paid(row, row.calls)


def _remedy_line(row: RemedyRow) -> dict[str, Any]:
    line, found = _whose(row), row.result
    if found is not None:
        pictures = preset(row.preset).experiment.pictures
        for share in hallucinated_shares(found, pictures):
            name = "cannot_exist" if pictures else f"beyond_{share.k:g}"
            low, high = (None, None) if share.rate is None else share.rate.interval
            line |= {name: share.value, f"{name}_low": low, f"{name}_high": high}
            line |= {f"{name}_error": share.error}
        line |= {"n": found.n, "width": found.width, "share_distance": found.share_distance}
        line |= {"distance": found.distance}
        line |= {f"mode_{number}": share for number, share in enumerate(found.mode_shares)}
        line |= {kind.replace(" ", "_"): count for kind, count in (found.kinds or {}).items()}
    return line | _paid(row, row.calls)


def _whose(row: Row) -> dict[str, Any]:
    names = ("preset", "seed", "method", "title", "role", "network", "k", "unit")
    return {name: getattr(row, name) for name in names}


def _paid(row: Row, calls: float | None) -> dict[str, Any]:
    return {"calls": calls, "seconds": round(row.seconds, 3), "problem": row.problem}


def _csv(lines: Sequence[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for name in _in_order(lines)))
    text: str = pd.DataFrame(lines, columns=columns, dtype=object).to_csv(index=False, lineterminator="\n")
    return text


def _in_order(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The names of all columns: what every line has at its end stays there."""
    last = ("calls", "seconds", "problem")
    for line in lines:
        yield from (name for name in line if name not in last)
    yield from last
