"""What was found of samplers, in words whose numbers come from what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.data.pictures import subject, verdict
from explorer.detection.statistics.rates import Rate
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_in_words, rate_of
from explorer.experiments.objective_rates import OBJECTIVES, SEEDS, STEPS, ObjectiveRow, over_seeds
from explorer.experiments.run import Result
from explorer.experiments.sampler_rates import (
    DEFAULT_CALLS,
    DEFAULT_SAMPLER,
    TITLES,
    SamplerRow,
)
from explorer.figures.words import format_rate, percent

ANSWERS = ("the network", "the solver")


def row_at(rows: Sequence[SamplerRow], sampler: str, calls: int) -> SamplerRow | None:
    """The row of a sampler whose calls are nearest to a number; of another sampler if it has none."""
    own = [row for row in rows if row.sampler == sampler] or list(rows)
    return min(own, key=lambda row: abs(math.log(row.calls / calls)), default=None)


def own_rate_of(result: Result) -> Rate | None:
    """Of pictures, what the run's own sampler draws that cannot exist, as it was reported: the interval that
    others are compared with."""
    return result.final.measurement.rate(0) if result.experiment.pictures else None


def describe_rate(row: SamplerRow, experiment: Experiment, k: int) -> str:
    """What a sampler leaves, what of it the solver owes and what the network, in plain words."""
    far = verdict(experiment.pictures) if experiment.pictures else f"lie beyond {k} σ"
    counted = "exact" if row.model.n is None else f"n = {row.model.n:,}"
    first = (
        f"With {row.calls} network calls {row.title} makes {rate_in_words(row.model, k)} that {far} "
        f"({counted})."
    )
    model, truth = rate_of(row.model, k), rate_of(row.truth, k)
    best = best_score(experiment)
    owed = f" {best.capitalize()} with the same steps makes {rate_in_words(row.truth, k)}: the solver’s part."
    if truth >= model:
        return f"{first}{owed} The network adds nothing to it."
    return f"{first}{owed} The other {percent(model - truth)} is the network’s."


def best_score(experiment: Experiment) -> str:
    """What a sampler runs with besides the network: the true score, or where only that of a finite set is
    known, as of hands and digits, that one."""
    if experiment.pictures and subject(experiment.pictures) != "shapes":
        return "the empirical optimum"
    return "the true score"


def coloured(sentence: str) -> str:
    """A sentence of describe_rate with its two parts in the colours of the figure."""
    return sentence.replace("the solver’s part", "the {truth:solver’s part:}").replace(
        "is the network’s", "is the {model:network’s:}"
    )


def answer(rows: Sequence[SamplerRow], k: int) -> str | None:
    """Who owes more of what DDIM makes at ten calls: one of ANSWERS; None if that is not measured."""
    row = row_at([one for one in rows if one.sampler == DEFAULT_SAMPLER], DEFAULT_SAMPLER, DEFAULT_CALLS)
    if row is None:
        return None
    model, truth = rate_of(row.model, k), rate_of(row.truth, k)
    return ANSWERS[0] if model - truth > truth else ANSWERS[1]


def describe_findings(
    rows: Sequence[SamplerRow], experiment: Experiment, k: int, own_rate: Rate | None = None
) -> list[str]:
    """What the table of a run says, a sentence each, with its numbers; own_rate as own_rate_of finds it."""
    found = []
    for calls in (10, 20, 50):
        near = [row for row in rows if 0.8 * calls <= row.calls <= 1.25 * calls]
        if len(near) < 2:
            continue
        best = min(near, key=lambda row: rate_of(row.model, k))
        plain = next((row for row in near if row.sampler == DEFAULT_SAMPLER), None)
        text = f"At about {calls} calls {best.title} makes least: {rate_in_words(best.model, k)}"
        if plain is not None and plain is not best:
            text += f", DDIM {rate_in_words(plain.model, k)}"
        found.append(f"{text}.")
    if not experiment.pictures:
        return [*found, *_with_every_step(rows, k)]
    found += _commonest_kinds(rows)
    if own_rate is None:
        return found
    own, (low, high) = experiment.sampler.calls(experiment.schedule), own_rate.interval
    inside = [row for row in rows if row.calls < own and low <= rate_of(row.model, k) <= high]
    shown = format_rate(own_rate.value, low, high)
    interval = f"the interval of the run’s own {own} steps of DDPM: {shown} (n = {own_rate.n:,})"
    if not inside:
        return [*found, f"No sampler with fewer calls lies within {interval}."]
    fewest = min(inside, key=lambda row: row.calls)
    text = (
        f"{fewest.title} with {fewest.calls} calls makes {rate_in_words(fewest.model, k)}, which lies within"
    )
    return [*found, f"{text} {interval}."]


def _commonest_kinds(rows: Sequence[SamplerRow], calls: int = 20) -> list[str]:
    """Which kind of impossible picture each sampler makes most often with about so many calls."""
    parts = []
    for row in rows:
        kinds, n = row.model.kinds, row.model.n
        if kinds is None or n is None or abs(row.calls - calls) > 0.25 * calls:
            continue
        kind, count = max(list(kinds.items())[1:], key=lambda one: one[1])
        if count:
            rate = Rate(count, n)
            parts.append(f"{row.title} {kind} {format_rate(rate.value, *rate.interval)}")
    return [f"The commonest impossible kind at about {calls} calls: {', '.join(parts)}."] if parts else []


def describe_objectives(rows: Sequence[ObjectiveRow], k: int) -> list[str]:
    """What the objective of the training changes, with the range over seeds; nothing where that is not
    known."""
    found = []
    for sampler, calls in (("ddim", 20), ("dpm-solver++", 50)):
        ranges = over_seeds(rows, sampler, calls, k)
        if not ranges:
            continue
        parts = ", ".join(
            f"{OBJECTIVES[name]} {format_rate(one.median, one.low, one.high)}" for name, one in ranges.items()
        )
        found.append(
            f"Trained {STEPS:,} steps to predict different things, {TITLES[sampler]} with {calls} calls "
            f"makes: {parts}. Medians of {SEEDS} seeds, ranges in brackets."
        )
    return found


def _with_every_step(rows: Sequence[SamplerRow], k: int) -> list[str]:
    """What is left of the solver's part when every step is visited, and of what DDIM makes more than another
    solver."""
    lines = {name: [row for row in rows if row.sampler == name] for name in ("ddim", "dpm-solver++")}
    if not all(lines.values()):
        return []
    few = row_at(lines["ddim"], "ddim", DEFAULT_CALLS)
    slow, fast = (max(line, key=lambda row: row.calls) for line in lines.values())
    if few is None or slow.calls != fast.calls or not rate_of(slow.model, k) or not rate_of(few.model, k):
        return []
    shares = [rate_of(row.truth, k) / rate_of(row.model, k) for row in (few, slow)]
    found = [
        f"Of what DDIM makes the solver’s part is {percent(shares[0])} with {few.calls} calls and "
        f"{percent(shares[1])} with {slow.calls}."
    ]
    if rate_of(fast.model, k):
        times = rate_of(slow.model, k) / rate_of(fast.model, k)
        found.append(
            f"With {slow.calls} calls DDIM makes {times:.2g} times what DPM-Solver++(2M) makes: "
            f"{rate_in_words(slow.model, k)} and {rate_in_words(fast.model, k)}."
        )
    return found
