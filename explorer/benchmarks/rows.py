"""The rows of the benchmark, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from explorer.benchmarks import paces, rates, samples
from explorer.benchmarks.peers import reference
from explorer.benchmarks.rounds import Row, Terms

ROWS: dict[str, Callable[[Terms], Row]] = {
    "train-fast-network": paces.fast_network,
    "train-authors-network": paces.authors_network,
    "time-to-rate-1d": rates.on_the_line,
    "time-to-rate-grid": rates.on_the_grid,
    "sample-1d": samples.on_the_line,
    "sample-2d": samples.in_the_plane,
    "exact-rate-1d": samples.exact_rate,
    "stack-of-60": paces.stack_of_60,
    "busy-neighbour": paces.busy_neighbour,
    "unet": paces.unet,
}


def measured(names: Sequence[str], terms: Terms) -> Iterator[Row]:
    """Measure rows in turn. Raises ValueError for a name that is none, or where there is no reference."""
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise ValueError(f"There is no row {unknown[0][:40]!r}; there are {', '.join(ROWS)}.")
    reference()
    for name in names:
        yield ROWS[name](terms)
