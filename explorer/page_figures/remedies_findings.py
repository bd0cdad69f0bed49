"""What was found of remedies, in words whose numbers come from what was measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explorer.data.mixture import GaussianMixture
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_in_words, rate_of
from explorer.figures.words import percent
from explorer.page_figures.remedies import describe_treatment, short_name
from explorer.remedies.catalogue import REMEDIES
from explorer.remedies.critical_steps import KAPPA, SPLITTING_KAPPA, gap_step, pair_step
from explorer.remedies.evaluation import RemedyResult
from explorer.remedies.store import RemedyTable, TreatedRow
from explorer.remedies.treatment import DDIM, TRUTH, UNTREATED

CAUSES = ("smoothing", "patch")
LEAST_SHARE = 0.8  # of its true share
NARROWED, WIDENED = 0.9, 1.1  # of the untreated width
BETTER = 0.9  # of another rate: what is called lower


def describe_findings(table: RemedyTable, experiment: Experiment, k: int) -> list[str]:
    """What each kind of cure does to this run, as far as it is measured, a sentence each."""
    return [sentence for sentence in _sentences(table, experiment, k) if sentence]


def _sentences(table: RemedyTable, experiment: Experiment, k: int) -> Iterator[str]:
    bare = table.find(UNTREATED)
    if bare is None:
        return
    mixture = experiment.mixture
    yield _unequal(table, mixture, k)
    yield _patches(table, k)
    if mixture is not None:
        yield _narrowing(table, bare, k)
        yield _at_one_threshold(table, bare)
    yield _turning(table, "sharpening", k)
    yield _late(table, bare, k)
    yield _critical(table, experiment, k)
    yield _together(table, bare, k)


def _unequal(table: RemedyTable, mixture: GaussianMixture | None, k: int) -> str:
    """Guidance, at its strongest dial: what it saves, and which mode pays."""
    rows = rows_of(table, "guidance")
    if not rows:
        return ""
    strongest = rows[-1]
    left = (
        f"Dynamic Guidance at λ = {strongest.treatment[0].dial:g} leaves {rate_in_words(strongest.result, k)}"
    )
    if mixture is None:
        return f"{left}."
    relative = np.array(strongest.result.mode_shares) / np.array(mixture.weights)
    poorest = int(relative.argmin())
    share, due = strongest.result.mode_shares[poorest], mixture.weights[poorest]
    if relative.min() < LEAST_SHARE:
        return f"{left}; one mode gets only {percent(share)} of the samples, where {percent(due)} are due."
    return f"{left}; no mode loses more than a fifth of its share."


def _patches(table: RemedyTable, k: int) -> str:
    """What pictures become that are recalled patch by patch."""
    rows = rows_of(table, "patch")
    if not rows:
        return ""
    rates = ", ".join(f"{row.treatment[0].dial:g} pixels: {rate_in_words(row.result, k)}" for row in rows)
    return f"No network at all, each pixel recalled from the patch around it, by the patch's side: {rates}."


def _narrowing(table: RemedyTable, bare: TreatedRow, k: int) -> str:
    """What cures do to the width of the modes."""
    before = bare.result.width
    rows = [row for row in table.treated if _cures(row, bare, k) and row.result.width is not None]
    if not rows or before is None:
        return ""
    least = min(rows, key=lambda row: row.result.width or 0.0)
    most = max(rows, key=lambda row: row.result.width or 0.0)
    parts = []
    if (least.result.width or 0.0) < NARROWED * before:
        parts.append(f"{describe_treatment(least.treatment)} narrows the modes to {least.result.width:.2f} σ")
    else:
        parts.append("no cure narrows the modes by more than a tenth")
    if (most.result.width or 0.0) > WIDENED * before:
        parts.append(f"{describe_treatment(most.treatment)} widens them to {most.result.width:.2f} σ")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}. Untreated they are {before:.2f} σ wide."


def _at_one_threshold(table: RemedyTable, bare: TreatedRow) -> str:
    """The cure that looks best far out and does nothing near the modes."""
    found = []
    for row in table.treated:
        if row.result.beyond is None or row.result.n is not None or bare.result.beyond is None:
            return ""
        near, far = (row.result.beyond[k] / bare.result.beyond[k] for k in (4, 8))
        if row.treatment and row.treatment[0] not in TRUTH and far < 0.5 and near > 0.9:
            found.append((near / far, near, far, row))
    if not found:
        return ""
    _, near, far, row = max(found, key=lambda one: one[0])
    return (
        f"{describe_treatment(row.treatment)} looks good at one threshold only: beyond 8 σ it leaves "
        f"{far:.2g} of the untreated rate, beyond 4 σ {near:.2g} of it."
    )


def _turning(table: RemedyTable, name: str, k: int) -> str:
    """A dial that has a best place and then does harm."""
    rows = rows_of(table, name)
    if len(rows) < 3:
        return ""
    rates = [rate_of(row.result, k) for row in rows]
    best = int(np.argmin(rates))
    title, sign = REMEDIES[name].title, REMEDIES[name].dial.rsplit(" ", 1)[-1]
    if best == len(rows) - 1:
        return f"{title} lowers the rate along its whole dial, to {rate_in_words(rows[-1].result, k)}."
    at, end = rows[best].treatment[-1].dial, rows[-1].treatment[-1].dial
    return (
        f"{title} is best at {sign} = {at:g} with {rate_in_words(rows[best].result, k)}, and worse again at "
        f"{end:g} with {rate_in_words(rows[-1].result, k)}."
    )


def _late(table: RemedyTable, bare: TreatedRow, k: int) -> str:
    """The earliest switch at which late noise does as well as noise at every step."""
    ddim, rows = table.find(DDIM), rows_of(table, "late")
    if ddim is None or not rows:
        return ""
    start = f"DDIM hallucinates {rate_in_words(ddim.result, k)}, DDPM {rate_in_words(bare.result, k)}"
    enough = next((row for row in rows if rate_of(row.result, k) <= rate_of(bare.result, k)), None)
    if enough is None:
        return f"{start}; late noise does not bring the one down to the other."
    switch = enough.treatment[0].dial
    left = f"leaves {rate_in_words(enough.result, k)}"
    return f"{start}; noise from t = {switch:g} on is enough to come down to that: it {left}."


def _critical(table: RemedyTable, experiment: Experiment, k: int) -> str:
    """The steps at which two modes lie apart by formula, beside the switch that was found best."""
    rows, mixture = rows_of(table, "late"), experiment.mixture
    if not rows or mixture is None:
        return ""
    steps = [gap_step(mixture, experiment.schedule, kappa) for kappa in (SPLITTING_KAPPA, KAPPA)]
    if None in steps:
        return ""
    best = min(rows, key=lambda row: rate_of(row.result, k))
    text = (
        f"By formula the closest two modes lie apart from t = {steps[0]} on (κ = {SPLITTING_KAPPA:g}), or "
        f"from t = {steps[1]} (κ = {KAPPA:g}, as published)"
    )
    pair = pair_step(mixture, experiment.schedule)
    if pair is not None:
        text += f", and what is half way between them is theirs alone from t = {pair}"
    return f"{text}. Of the switches measured t = {best.treatment[0].dial:g} leaves least."


def _together(table: RemedyTable, bare: TreatedRow, k: int) -> str:
    """Whether a pair is better than both of its parts."""
    winners, tried = [], 0
    for row in table.treated:
        parts = [table.find((spec,)) for spec in row.treatment]
        if len(row.treatment) < 2 or not _cures(row, bare, k) or any(part is None for part in parts):
            continue
        tried += 1
        if all(is_lower(row.result, part.result, k) for part in parts if part is not None):
            winners.append(row)
    if not tried:
        return ""
    if not winners:
        return f"None of {tried} combinations is better than each of its parts."
    best = min(winners, key=lambda row: rate_of(row.result, k))
    text = (
        f"{len(winners)} of {tried} combinations leave less than each of their parts, the best "
        f"{rate_in_words(best.result, k)}: {short_name(best.treatment)}"
    )
    if best.result.share_distance is None:
        return f"{text}."
    alone = [row for row in table.treated if len(row.treatment) == 1 and _cures(row, bare, k)]
    fair = [row for row in winners if not any(_as_good(one.result, row.result, k) for one in alone)]
    names = " or ".join(short_name(row.treatment) for row in fair)
    verdict = (
        f"In rate and shares no single remedy matches {names}."
        if fair
        else "But for each of them a single remedy leaves as little, with shares as fair."
    )
    return f"{text}, its shares off by {best.result.share_distance:.3f}. {verdict}"


def _as_good(price: RemedyResult, other: RemedyResult, k: int) -> bool:
    """Whether a remedy leaves no more than another, and shifts the modes' shares by no more."""
    as_fair = (price.share_distance or 0.0) <= (other.share_distance or 0.0)
    return as_fair and rate_of(price, k) <= rate_of(other, k)


def is_lower(price: RemedyResult, other: RemedyResult, k: int) -> bool:
    """Whether a rate is lower than another: of counted ones the intervals must not overlap."""
    mine, theirs = price.rate(k), other.rate(k)
    if mine is None or theirs is None:
        return rate_of(price, k) < BETTER * rate_of(other, k)
    return mine.interval[1] < theirs.interval[0]


def rows_of(table: RemedyTable, name: str) -> list[TreatedRow]:
    """The rows of one remedy alone, by its dial, those above 0."""
    rows = [row for row in table.treated if len(row.treatment) == 1 and row.treatment[0].name == name]
    return sorted((row for row in rows if row.treatment[0].dial > 0), key=lambda row: row.treatment[0].dial)


def _cures(row: TreatedRow, bare: TreatedRow, k: int) -> bool:
    """Whether a row is one of a cure: not the model, not the truth or its causes, and with a lower rate."""
    other = not row.treatment or any(
        spec in TRUTH or spec.dial == 0 or spec.name in CAUSES for spec in row.treatment
    )
    return not other and rate_of(row.result, k) < rate_of(bare.result, k)


def describe_result(row: TreatedRow, k: int, origin: str) -> str:
    """One treatment's price in a line; `origin`, if it is not empty, at its end."""
    price = row.result
    parts = [f"{describe_treatment(row.treatment)}: {rate_in_words(price, k)}"]
    if price.beyond is not None:
        parts[0] += f" beyond {k} σ"
        parts[0] += " (exact)" if price.n is None else f" (n = {price.n:,})"
    else:
        parts[0] += f" hallucinated (n = {price.n:,})"
    if price.share_distance is not None:
        parts.append(f"shares off by {price.share_distance:.3f}")
    if price.width is not None:
        parts.append(f"modes {price.width:.2f} σ wide")
    if price.distance is not None:
        parts.append(f"distance {price.distance:.3f}")
    parts.append(f"{price.network_calls:,.0f} network calls")
    return " · ".join(filter(None, [*parts, origin]))


def describe_own(title: str, result: RemedyResult, before: RemedyResult | None, k: int) -> str:
    """What a remedy of one's own leaves, beside the untreated model if that is known, and what it costs."""
    text = f"**{title}**, your own, leaves {rate_in_words(result, k)}"
    if before is not None:
        text += f"; untreated {rate_in_words(before, k)}"
    parts = [f"{text}."]
    if result.share_distance is not None:
        parts.append(f"Shares off by {result.share_distance:.3f}.")
    if result.width is not None:
        parts.append(f"Width {result.width:.2f} σ.")
    return " ".join([*parts, f"{result.network_calls:,.0f} network calls."])


def answer(table: RemedyTable, k: int) -> str | None:
    """Whether there is a cure that lowers the rate tenfold and leaves the modes their shares."""
    bare = table.find(UNTREATED)
    if bare is None or len(table.treated) < 5:
        return None
    rows = [row for row in table.treated if _cures(row, bare, k)]
    tenfold = [row for row in rows if rate_of(row.result, k) <= rate_of(bare.result, k) / 10]
    if not tenfold:
        return ANSWERS[0]
    fair = [row for row in tenfold if (row.result.share_distance or 0.0) < 0.02]
    return ANSWERS[2] if fair else ANSWERS[1]


ANSWERS = ("no", "yes, at a price", "yes, at no cost")
