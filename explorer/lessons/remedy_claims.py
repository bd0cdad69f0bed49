"""The numbers that lessons state about remedies, read from what was measured of shipped runs."""

from __future__ import annotations

from functools import cache

import numpy as np

from explorer.data.mixture import GaussianMixture
from explorer.experiments.presets import preset as named
from explorer.figures.words import format_rate, percent
from explorer.remedies.price import Price
from explorer.remedies.shipping import shipped_prices
from explorer.remedies.store import Prices
from explorer.remedies.training_variants import CHANGES
from explorer.remedies.treatment import read_treatment

STARVES, GAINS = 0.9, 1.1  # of its true share
LOWER = 0.9  # of another rate


def treated_rate(preset: str, treatment: str, k: str) -> str:
    """The share beyond k sigma under a treatment, "none" for no treatment: exact, or with its interval."""
    price = _price(preset, treatment)
    assert price.beyond is not None
    counted = price.rate(int(k))
    return percent(price.beyond[int(k)]) if counted is None else format_rate(counted.value, *counted.interval)


def treated_share(preset: str, treatment: str, mode: str) -> str:
    """The share of samples of a mode, counted from 1, under a treatment."""
    return percent(_price(preset, treatment).mode_shares[int(mode) - 1])


def fate(preset: str, treatment: str, mode: str) -> str:
    """What a treatment does to the share of a mode."""
    mixture = named(preset).experiment.mixture
    assert isinstance(mixture, GaussianMixture)
    place = int(mode) - 1
    ratio = _price(preset, treatment).mode_shares[place] / mixture.weights[place]
    return "it starves" if ratio < STARVES else "it gains" if ratio > GAINS else "it keeps its share"


def turn(preset: str, name: str, k: str) -> str:
    """What the rate does along a remedy's dial."""
    rates = [rate for _, rate in _dial(preset, name, int(k))]
    best = int(np.argmin(rates))
    untreated = _rate(preset, "none", int(k))
    if rates[best] >= untreated:
        return "it rises"
    return "it falls to the end" if best == len(rates) - 1 else "it falls, and rises again"


def best_dial(preset: str, name: str, k: str) -> str:
    """The dial of a remedy with the lowest rate."""
    return f"{min(_dial(preset, name, int(k)), key=lambda pair: pair[1])[0]:g}"


def best_rate(preset: str, name: str, k: str) -> str:
    """And that rate."""
    return percent(min(rate for _, rate in _dial(preset, name, int(k))))


def together(preset: str, treatment: str, k: str) -> str:
    """Whether a combination leaves less than each of its parts."""
    parts = [spec.text for spec in read_treatment(treatment)]
    both = _rate(preset, treatment, int(k))
    return (
        "less than each"
        if all(both < LOWER * _rate(preset, part, int(k)) for part in parts)
        else "no less than the better one"
    )


def trained_rate(preset: str, change: str, k: str) -> str:
    """The median rate of networks that were trained with a change."""
    return percent(_trained(preset, change, int(k)))


def best_change(preset: str, k: str, *changes: str) -> str:
    """The title of the change, of those named, whose networks have the lowest median rate."""
    return CHANGES[min(changes, key=lambda change: _trained(preset, change, int(k)))].title


CLAIMS = (
    *(treated_rate, treated_share, fate, turn, best_dial, best_rate, together),
    *(trained_rate, best_change),
)


@cache
def _prices(preset: str) -> Prices:
    return shipped_prices(preset)


def _price(preset: str, treatment: str) -> Price:
    row = _prices(preset).find(() if treatment == "none" else read_treatment(treatment))
    if row is None:
        raise LookupError(f"{treatment} was not measured")
    return row.price


def _rate(preset: str, treatment: str, k: int) -> float:
    price = _price(preset, treatment)
    assert price.beyond is not None
    return price.beyond[k]


def _dial(preset: str, name: str, k: int) -> list[tuple[float, float]]:
    """The dials of a remedy alone, those above 0, and the rates they leave."""
    found = []
    for row in _prices(preset).treated:
        if len(row.treatment) == 1 and row.treatment[0].name == name and row.treatment[0].dial > 0:
            assert row.price.beyond is not None
            found.append((row.treatment[0].dial, row.price.beyond[k]))
    return sorted(found)


def _trained(preset: str, change: str, k: int) -> float:
    rates = [row.price.beyond[k] for row in _prices(preset).seeds(change) if row.price.beyond is not None]
    if not rates:
        raise LookupError(f"no network was trained with {change}")
    return float(np.median(rates))
