"""What the work on DDIM and DDPM (arXiv 2605.06831) looks for in many dimensions, beside what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.data.layouts import TITLES
from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.rows import K
from explorer.dimension.spec import SAMPLER_STEPS, SCHEDULE, DimensionSpec
from explorer.dimension.table import Value, bridge, rate, series
from explorer.figures.words import percent


def setups(spec: DimensionSpec) -> tuple[tuple[str, str, str], ...]:
    """What differs: its name, what it is in the code of that work, and what it is here."""
    predicts = "x₀" if spec.prediction == "x0" else spec.prediction
    return (
        ("dimensions", "2, 4, 8, 32, 64", ", ".join(map(str, spec.dimensions))),
        ("modes", "25 far lattice points, scaled by d", f"{TITLES[spec.layout]}, the same gap in each d"),
        ("σ over the nearest gap", "0.01 in the plane, less in more dimensions", f"{spec.sigma:g} in each"),
        (
            "network",
            "MLP 512 × 8 up to d = 8, then 768 × 8",
            f"MLP {spec.width} × {spec.depth}, predicting {predicts}",
        ),
        ("training steps", "100,000, then 200,000", f"{spec.steps:,}"),
        ("batch, data", "8,192, then 4,096, always fresh", f"{spec.batch:,} of {spec.points:,} points"),
        (
            "schedule",
            "β from 0.0001 to 0.02, T = 1,000",
            f"β from {SCHEDULE.beta_first:g} to {SCHEDULE.beta_last:g}, T = {SCHEDULE.steps:,}",
        ),
        ("DDIM", "50 steps, quadratic in t, from t = 800", f"{SAMPLER_STEPS} steps, evenly in log-SNR"),
        ("hallucinated beyond", "5 σ, above d = 10 (√d + 4) σ", f"the radius of equal tails of {K} σ"),
    )


@dataclass(frozen=True)
class Claim:
    """What is looked for, and what is found of it here, in words whose numbers are measured."""

    text: str
    found: str


def claims(parts: Sequence[DimensionPart]) -> tuple[Claim, ...]:
    """Of finished dimensions; none without any."""
    if not parts:
        return ()
    return (
        Claim(
            "DDIM leaves more samples between modes than DDPM.",
            _compared(parts, "ddim", "ddpm", bridge(K), "DDIM has more on bridges than DDPM"),
        ),
        Claim(
            "Noise in the last steps alone frees samples that DDIM leaves there.",
            _compared(parts, "ddim", "late", rate(K), "late noise leaves less beyond 5 σ than DDIM"),
        ),
        Claim(
            "It is no matter of two dimensions.",
            "The median share of DDIM on bridges is "
            + ", ".join(
                f"{percent(one.over.median)} (d = {one.dimensions})"
                for one in series(parts, "network", "ddim", bridge(K))
            )
            + ".",
        ),
    )


def _compared(parts: Sequence[DimensionPart], more: str, less: str, value: Value, said: str) -> str:
    """In how many dimensions every seed of one method has more than any of the other, and how many times as
    much the medians are."""
    pairs = [
        (one.dimensions, one.over, other.over)
        for one, other in zip(
            series(parts, "network", more, value), series(parts, "network", less, value), strict=True
        )
    ]
    apart = [d for d, high, low in pairs if high.low > low.high]
    ratios = [high.median / low.median for _, high, low in pairs if low.median]
    where = "no dimension" if not apart else f"{len(apart)} of {len(pairs)} dimensions"
    text = f"In {where} {said} by every seed"
    if ratios:
        text += f"; the medians differ by a factor of {min(ratios):.2g} to {max(ratios):.2g}"
    return text + "."
