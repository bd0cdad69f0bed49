"""The numbers that lessons state: each is asked of the engine when a page is drawn, none is written down.

A claim stands in a text as {name argument ...}; every function here is one, its arguments are texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np

from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.atlas import LineAtlas, border_share
from explorer.experiments.hallucinated_share import rate_in_words, rate_of
from explorer.figures.words import exact_rate, percent
from explorer.lessons import memorisation_claims
from explorer.lessons import shipped_numbers as shipped
from explorer.remedies.training_variants import TRAINING_VARIANTS
from explorer.remedies.treatment import read_treatment

CLAIM = re.compile(r"\{(\w+)((?: [\w.=+-]+)*)\}")
TRENDS = (
    (1 / 1.5, "it falls"),
    (1.5, "it stays"),
    (10.0, "it grows a few times"),
    (float("inf"), "it grows tenfold or more"),
)
NARROWER = 0.9  # of the width that the modes began with
COSTS = ("nothing", "the modes grow narrower", "a mode dies")
STARVES, GAINS = 0.9, 1.1  # of its true share
BIRTHPLACES = ("anywhere", "on the borders between modes")
LOWER = 0.9  # of another rate
SOLVERS_PARTS = ("no, its score is perfect", "yes, less often than the network", "yes, more often")
MISTAKES_LIE = ("anywhere", "between neighbouring heaps of numbers", "below 1 and above 3")
LONGER = ("are gone", "are fewer, but not gone", "are as many as before")
LATE_NOISE = (
    "as often as without any",
    "about as often as with noise at every step, or less",
    "more often than either",
)
ENDS_NOWHERE = ("about one in ten", "about one in a hundred", "as good as none")
FINGERS = ("those with a finger too many", "those with a finger too few", "neither")
SAME = 1.2  # times another rate, up to which it is about the same
NEVER = 1e-5  # a share below it is none that a class would meet
TEN_THOUSAND = (("none", 0.5), ("a few", 10), ("dozens", 200), ("hundreds or more", 10_001))


def filled(text: str) -> str:
    """A text with its claims replaced by what the engine says. Raises ValueError for a claim that is none."""
    return CLAIM.sub(lambda found: claim(found[1], *found[2].split()), text)


@cache
def claim(name: str, *arguments: str) -> str:
    """What a claim comes to. Raises ValueError for a name or arguments that mean nothing."""
    if name not in CLAIMS:
        raise ValueError(f"There is no claim {name[:40]!r}; there are {', '.join(CLAIMS)}.")
    try:
        return CLAIMS[name](*arguments)
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"The claim {name} {' '.join(arguments)} cannot be made: {error}") from None


def rate(preset: str, k: str) -> str:
    """The share of a shipped run beyond k sigma: exact, or with its interval."""
    return rate_in_words(shipped.run(preset).final.measurement, int(k))


def early_rate(preset: str, k: str) -> str:
    """The same at the first snapshot of its training."""
    return rate_in_words(shipped.run(preset).snapshots[0].measurement, int(k))


def of_ten_thousand(preset: str, k: str) -> str:
    """The same as one of four answers to how many of 10,000 samples."""
    share = rate_of(shipped.run(preset).final.measurement, int(k))
    return next(words for words, bound in TEN_THOUSAND if 10_000 * share < bound)


def mistakes_between(preset: str, k: str) -> str:
    """Of what a shipped run puts beyond k sigma of every mode: the share that lies between two modes."""
    return f"{100 * shipped.share_between(preset, float(k)):.0f} %"


def mistakes_lie(preset: str, k: str) -> str:
    """Where most of it lies, as one of three answers."""
    between = shipped.share_between(preset, float(k))
    return MISTAKES_LIE[1 if between > 1 / 2 else 2]


def steps(preset: str) -> str:
    """How many steps a shipped run was trained."""
    return f"{shipped.run(preset).final.step:,}"


def sampler_steps(preset: str) -> str:
    """How many steps the sampler of a shipped run takes."""
    experiment = shipped.run(preset).experiment
    return f"{len(experiment.sampler.timesteps(experiment.schedule)):,}"


def ddim(preset: str, k: str) -> str:
    """The exact share beyond k sigma when the sampler adds no noise."""
    return percent(shipped.exact(preset, "DDIM", int(k)))


def ddpm(preset: str, k: str) -> str:
    """The exact share beyond k sigma with noise at every step."""
    return percent(shipped.exact(preset, "DDPM", int(k)))


def late_noise(preset: str, k: str) -> str:
    """The exact share beyond k sigma with noise in the last ten steps only."""
    return percent(shipped.exact(preset, "late noise", int(k)))


def ddim_times(preset: str, k: str) -> str:
    """How many times as often the sampler without noise hallucinates."""
    return f"{shipped.exact(preset, 'DDIM', int(k)) / shipped.exact(preset, 'DDPM', int(k)):.1f}"


def more_often(preset: str, k: str) -> str:
    """Which of the two samplers hallucinates more, or that it is about the same."""
    ratio = shipped.exact(preset, "DDIM", int(k)) / shipped.exact(preset, "DDPM", int(k))
    return "DDIM" if ratio > 1.2 else "DDPM" if ratio < 1 / 1.2 else "about the same"


def with_late_noise(preset: str, k: str) -> str:
    """What noise in the last ten steps makes of the rate, as one of three answers."""
    late, none, always = (shipped.exact(preset, name, int(k)) for name in ("late noise", "DDIM", "DDPM"))
    return LATE_NOISE[2 if late > SAME * max(none, always) else 1 if late < SAME * always else 0]


def with_calls(preset: str, name: str, calls: str, k: str) -> str:
    """The share beyond k sigma of a sampler with about so many network calls."""
    return rate_in_words(shipped.sampler_row(preset, name, calls).model, int(k))


def truth_with_calls(preset: str, name: str, calls: str, k: str) -> str:
    """The same with the true score: the solver's own part."""
    return rate_in_words(shipped.sampler_row(preset, name, calls).truth, int(k))


def solvers_part(preset: str, name: str, calls: str, k: str) -> str:
    """How much of that share the true score invents by itself, as one of three answers."""
    row = shipped.sampler_row(preset, name, calls)
    alone, both = rate_of(row.truth, int(k)), rate_of(row.model, int(k))
    return SOLVERS_PARTS[0 if alone < NEVER else 1 if alone < both else 2]


def wrong_pictures(preset: str) -> str:
    """The share of pictures that cannot exist, with its interval."""
    kinds, n = shipped.kinds(preset)
    wrong = sum(kinds[name] for name in list(kinds)[1:])
    return shipped.counted(wrong, n)


def kind(preset: str, name: str) -> str:
    """The share of pictures of a kind, with its interval; spaces in its name are written as hyphens."""
    kinds, n = shipped.kinds(preset)
    return shipped.counted(kinds[name.replace("-", " ")], n)


def commonest(preset: str) -> str:
    """The commonest kind among the pictures that cannot exist."""
    kinds, _ = shipped.kinds(preset)
    return max(list(kinds)[1:], key=lambda name: kinds[name])


def more_common(preset: str, first: str, second: str) -> str:
    """Which of two kinds of pictures that cannot exist is the commoner one, as one of three answers: of hands
    with a finger too many, and one too few. Neither, where their intervals overlap."""
    kinds, n = shipped.kinds(preset)
    (low, high), (other_low, other_high) = (Rate(kinds[name], n).interval for name in (first, second))
    return FINGERS[0 if low > other_high else 1 if other_low > high else 2]


def first_generation(loop: str, arm: str, k: str) -> str:
    """The rate of a shipped loop's first generation; of several seeds the median and the range."""
    return shipped.rate_of_seeds(shipped.ends(loop, arm)[0], int(k))


def last_generation(loop: str, arm: str, k: str) -> str:
    """And of its last."""
    return shipped.rate_of_seeds(shipped.ends(loop, arm)[1], int(k))


def trend(loop: str, arm: str, k: str) -> str:
    """What the rate of a shipped loop does from its first to its last generation, in the median of its
    seeds."""
    first, last = (
        SeedRange(tuple(shipped.rate(one, int(k)) for one in end)).median for end in shipped.ends(loop, arm)
    )
    return next(words for bound, words in TRENDS if last < bound * first)


def last_width(loop: str, arm: str) -> str:
    """The width of the modes in a shipped loop's last generation, over sigma; of several seeds the median and
    the range."""
    widths = SeedRange(tuple(one.width for one in shipped.ends(loop, arm)[1] if one.width is not None))
    return f"{widths:.2f}" if widths.values else "unknown"


def last_alive(loop: str, arm: str) -> str:
    """How many modes are alive in a shipped loop's last generation; of several seeds the median and, where
    they differ, the range."""
    alive = SeedRange(tuple(float(one.alive) for one in shipped.ends(loop, arm)[1]))
    ends = f" [{alive.low:.0f}, {alive.high:.0f}]" if alive.low < alive.high else ""
    return f"{alive.median:g}{ends}"


def cost(loop: str, arm: str) -> str:
    """What an arm of a shipped loop costs, as one of three answers: a mode, in any seed; the width of the
    modes, in every seed; or nothing."""
    firsts, lasts = shipped.ends(loop, arm)
    if any(last.alive < first.alive for first, last in zip(firsts, lasts, strict=True)):
        return COSTS[2]
    pairs = [(first.width, last.width) for first, last in zip(firsts, lasts, strict=True)]
    return COSTS[all(a is not None and b is not None and b < NARROWER * a for a, b in pairs)]


def seeds(loop: str) -> str:
    """Of how many seeds a shipped loop is, and what the numbers in brackets are."""
    count = shipped.number_of_seeds(loop)
    return "one seed" if count == 1 else f"median of {count} seeds, their range in brackets"


# ---- seeds, by the atlas that ships -----------------------------------------------------------------------


def seeds_astray(preset: str) -> str:
    """The share of initial noise that the network hallucinates, without fresh noise."""
    atlas = shipped.atlas(preset)
    final = atlas.model[-1] if isinstance(atlas, LineAtlas) else atlas.model
    return exact_rate(final.hallucinated_share, final.error)


def seeds_astray_by_truth(preset: str) -> str:
    """The same by the true score."""
    truth = shipped.atlas(preset).truth
    return exact_rate(truth.hallucinated_share, truth.error)


def seeds_at_borders(preset: str) -> str:
    """The share of the network's hallucinated seeds that lie within 0.05 of a border of the true score."""
    share = border_share(shipped.atlas(preset))
    return "none" if share is None else percent(share)


def birthplace(preset: str) -> str:
    """Whether most of them lie there, as one of two answers."""
    share = border_share(shipped.atlas(preset))
    return BIRTHPLACES[share is not None and share > 1 / 2]


def ends_nowhere(preset: str) -> str:
    """How many of the seeds the true score hallucinates, as one of three answers."""
    share = shipped.atlas(preset).truth.hallucinated_share
    return ENDS_NOWHERE[0 if share > 0.03 else 1 if share > 0.001 else 2]


# ---- remedies, as they were measured of shipped runs -----------------------------------------------------


def treated_rate(preset: str, treatment: str, k: str) -> str:
    """The share beyond k sigma under a treatment, "none" for no treatment: exact, or with its interval."""
    return rate_in_words(shipped.remedy_result(preset, treatment), int(k))


def treated_share(preset: str, treatment: str, mode: str) -> str:
    """The share of samples of a mode, counted from 1, under a treatment."""
    return percent(shipped.remedy_result(preset, treatment).mode_shares[int(mode) - 1])


def fate(preset: str, treatment: str, mode: str) -> str:
    """What a treatment does to the share of a mode."""
    place = int(mode) - 1
    due = shipped.mixture(preset).weights[place]
    ratio = shipped.remedy_result(preset, treatment).mode_shares[place] / due
    return "it starves" if ratio < STARVES else "it gains" if ratio > GAINS else "it keeps its share"


def turn(preset: str, name: str, k: str) -> str:
    """What the rate does along a remedy's dial."""
    rates = [rate for _, rate in shipped.dial(preset, name, int(k))]
    best = int(np.argmin(rates))
    untreated = shipped.treated_rate(preset, "none", int(k))
    if rates[best] >= untreated:
        return "it rises"
    return "it falls to the end" if best == len(rates) - 1 else "it falls, and rises again"


def best_dial(preset: str, name: str, k: str) -> str:
    """The dial of a remedy with the lowest rate."""
    return f"{min(shipped.dial(preset, name, int(k)), key=lambda pair: pair[1])[0]:g}"


def best_rate(preset: str, name: str, k: str) -> str:
    """And that rate."""
    return percent(min(rate for _, rate in shipped.dial(preset, name, int(k))))


def together(preset: str, treatment: str, k: str) -> str:
    """Whether a combination leaves less than each of its parts."""
    parts = [spec.text for spec in read_treatment(treatment)]
    both = shipped.treated_rate(preset, treatment, int(k))
    return (
        "less than each"
        if all(both < LOWER * shipped.treated_rate(preset, part, int(k)) for part in parts)
        else "no less than the better one"
    )


def trained_rate(preset: str, variant: str, k: str) -> str:
    """The median rate of networks that were trained with a variant."""
    return percent(shipped.trained(preset, variant, int(k)))


def training_gain(preset: str, k: str) -> str:
    """By how much four times the training divides the median rate."""
    return f"{shipped.trained(preset, 'as-it-is', int(k)) / shipped.trained(preset, 'training', int(k)):.1f}"


def after_longer_training(preset: str, k: str) -> str:
    """What four times the training makes of the median rate, as one of three answers."""
    before, after = (shipped.trained(preset, variant, int(k)) for variant in ("as-it-is", "training"))
    return LONGER[0 if after < NEVER else 1 if after < LOWER * before else 2]


def best_change(preset: str, k: str, *changes: str) -> str:
    """The title of the variant, of those named, whose networks have the lowest median rate."""
    best = min(changes, key=lambda change: shipped.trained(preset, change, int(k)))
    return TRAINING_VARIANTS[best].title


CLAIMS: dict[str, Callable[..., str]] = {
    made.__name__: made
    for made in (
        *(rate, early_rate, of_ten_thousand, mistakes_between, mistakes_lie, steps, sampler_steps),
        *(ddim, ddpm, late_noise, ddim_times, more_often, with_late_noise),
        *(with_calls, truth_with_calls, solvers_part),
        *(seeds_astray, seeds_astray_by_truth, seeds_at_borders, birthplace, ends_nowhere),
        *(wrong_pictures, kind, commonest, more_common),
        *(first_generation, last_generation, trend, last_width, last_alive, cost, seeds),
        *(treated_rate, treated_share, fate, turn, best_dial, best_rate, together),
        *(trained_rate, training_gain, after_longer_training, best_change),
        *memorisation_claims.CLAIMS,
    )
}
