"""The generations of a recursion as a table, a row for each seed, arm and generation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from explorer.experiments.share_columns import COLUMNS, counted_columns, exact_columns
from explorer.recursion.own_pictures import real_pictures
from explorer.recursion.spec import Generation, RecursionSpec

COUNTED = {  # the columns of the counted share, as they are called beside the exact one
    "hallucinated_share": "counted_share",
    "hallucinated_share_low": "counted_share_low",
    "hallucinated_share_high": "counted_share_high",
    "n": "counted_n",
}
SHOWN = (  # of all columns, those that say what the rates are
    *("seed", "arm", "generation", "k", "kind", "hallucinated_share", "hallucinated_share_error"),
    *COUNTED.values(),
)

DISTANCES = (
    *("seed", "arm", "generation", "distance", "distance_real", "distance_real_low", "distance_real_high"),
    *("nearest", "nearest_real", "diversity", "diversity_real", "n_compared"),
)


def rows(spec: RecursionSpec, generations: Sequence[Generation]) -> list[dict[str, Any]]:
    """A row for each seed, arm and generation.

    The share beyond the loop's k sigma stands under the names of share_columns: exact with its numerical
    error where that is known, else counted; the counted one, with its interval, stands beside it as
    counted_share.
    The shares of modes and the numbers of pictures by kind have a column each. Of a user's own pictures
    nobody knows a share: theirs are empty, and their distances stand beside those of as many real pictures.
    """
    return [_row(spec, one) for one in generations]


def as_csv(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """The rows as CSV; what is not known is empty."""
    # As objects, so that whole numbers stay whole in a column that has gaps.
    return pd.DataFrame(rows(spec, generations), dtype=object).to_csv(index=False)


def shares(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """The columns that say what the rates are, as text; of a user's own pictures the distances."""
    shown = SHOWN if spec.judged else DISTANCES
    return pd.DataFrame(rows(spec, generations))[list(shown)].to_string(index=False)


def _row(spec: RecursionSpec, one: Generation) -> dict[str, Any]:
    k = None if one.kinds is not None else spec.k
    rate = one.rate
    counted = dict.fromkeys(COLUMNS) if rate is None else counted_columns(rate, k)
    share, error = exact_share(one, spec.k)
    quoted = counted if share is None else exact_columns(share, error, spec.k)
    after = one.rate_after
    exact, errors = one.exact or {}, one.exact_error or {}
    return {
        "seed": one.seed,
        "arm": one.arm,
        "generation": one.number,
        "drawn": one.drawn,
        "kept": one.kept,
        **quoted,
        **{name: counted[column] for column, name in COUNTED.items()},
        "rate": None if rate is None else rate.value,
        "low": None if rate is None else rate.interval[0],
        "high": None if rate is None else rate.interval[1],
        **{f"exact_beyond_{each}": value for each, value in exact.items()},
        **{f"exact_beyond_{each}_error": value for each, value in errors.items()},
        "rate_after_filter": None if after is None else after.value,
        "rate_after_filter_low": None if after is None else after.interval[0],
        "rate_after_filter_high": None if after is None else after.interval[1],
        "width": one.width,
        "distance": one.distance,
        **({} if spec.judged else _own_columns(spec, one)),
        "alive": one.alive,
        **{f"mode_share_{mode}": value for mode, value in enumerate(one.mode_shares)},
        **{name.replace(" ", "_"): count for name, count in (one.kinds or {}).items()},
        "seconds": round(one.seconds, 3),
    }


def _own_columns(spec: RecursionSpec, one: Generation) -> dict[str, Any]:
    """Distances of a user's own pictures, each beside that of real pictures."""
    real = real_pictures(spec.experiment.replace(seed=one.seed), spec.drawn)
    frechet, diversity = real.levels.frechet, real.levels.diversity
    return {
        "distance_real": None if frechet is None else frechet.median,
        "distance_real_low": None if frechet is None else frechet.low,
        "distance_real_high": None if frechet is None else frechet.high,
        "nearest": one.nearest,
        "nearest_real": real.levels.nearest,
        "diversity": one.diversity,
        "diversity_real": None if diversity is None else diversity.median,
        "n_compared": real.n,
        "compared_with": real.m,
        "held_out": real.held_out,
    }


def exact_share(one: Generation, k: float) -> tuple[float | None, float | None]:
    """The exact share beyond k sigma and its numerical error; None where they are not known."""
    if one.exact is None or k != int(k):
        return None, None
    return one.exact.get(int(k)), (one.exact_error or {}).get(int(k))
