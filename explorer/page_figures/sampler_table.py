"""How often each sampler hallucinates, from the same noise: the table under the trajectories, as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.experiments.sampler_comparison import SamplerComparison
from explorer.figures.words import exact_rate, format_rate


@dataclass(frozen=True)
class WordTable:
    """A small table: what its columns are called, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sampler_table(compared: Sequence[SamplerComparison], k: int, switch: int) -> WordTable:
    """A row for each sampler: its name, whose score it follows, the counted share beyond k sigma with its
    interval, of how many, and where it is known the exact share.

    switch      the step from which late noise is added
    """
    exact = compared[0].exact is not None
    return WordTable(
        ("sampler", "score", f"beyond {k} σ", "n", *(("exact",) if exact else ())),
        tuple(_row(one, k, switch) for one in compared),
    )


def _row(one: SamplerComparison, k: int, switch: int) -> tuple[str, ...]:
    rate = one.rates[k]
    name = f"DDIM, noise from t = {switch}" if one.asked.sampler == "late noise" else one.asked.sampler
    row = (name, one.asked.who, format_rate(rate.value, *rate.interval), f"{rate.n:,}")
    if one.exact is None:
        return row
    return (*row, exact_rate(one.exact[k], None if one.exact_error is None else one.exact_error[k]))
