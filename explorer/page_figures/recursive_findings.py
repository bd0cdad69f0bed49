"""The findings on a recursion: what was asked, what came of it, and which arms the seeds tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from explorer.data.digits.handwritten import HandwrittenDigits, held_out
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import subject
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.judged_digits import judged_digits
from explorer.figures.vega.generations import ARM_TITLES
from explorer.figures.words import GROWTHS, format_rate, growth, listed, percent
from explorer.recursion.own_pictures import real_pictures
from explorer.recursion.seeds import by_seed, counted, seeds_of, verdict
from explorer.recursion.spec import Generation, RecursionSpec, of_seed
from explorer.recursion.table import exact_share

MIDDLE_ANSWERS = ("shrinks", "keeps its share", "grows")
UNDER = {  # an arm, as it stands in a sentence
    "none": "without a filter",
    "variance": "with the {kept:variance filter:}",
    "random": "with a random drop",
    "oracle": "with the oracle filter",
    "real": "with real data mixed in",
    "accumulate": "with accumulated data",
}


def measured(spec: RecursionSpec, one: Generation, what: str) -> float | None:
    """What a curve shows of a generation; rates are exact where that is known."""
    if what == "rate":
        exact = exact_beyond(one, spec.k)
        return counted_rate(one).value if exact is None else exact
    if one.kinds is not None and what in one.kinds:
        return one.kinds[what] / one.drawn
    if what == "middle":
        assert spec.experiment.mixture is not None  # pictures have kinds
        middle = middle_mode(spec.experiment.mixture)
        return one.mode_shares[middle] if middle is not None else None
    others = {"width": one.width, "distance": one.distance, "alive": float(one.alive)}
    return (others | {"nearest": one.nearest, "diversity": one.diversity})[what]


def counted_rate(one: Generation) -> Rate:
    """The counted rate of a generation that something judges."""
    assert one.rate is not None
    return one.rate


def question(spec: RecursionSpec) -> tuple[str, tuple[str, ...]]:
    """What is asked before the reveal, and the answers there are."""
    mixture = spec.experiment.mixture
    if mixture is not None and middle_mode(mixture) is not None:
        return "Without a filter, what will happen to the middle mode?", MIDDLE_ANSWERS
    if not spec.judged:
        return "Without a filter, what will happen to the distance from your pictures?", GROWTHS
    return "Without a filter, what will happen to the rate of hallucinations?", GROWTHS


def answer(spec: RecursionSpec, generations: Sequence[Generation]) -> str | None:
    """The answer that was measured, in the median of the seeds; None while the arm without a filter has not
    come to its end."""
    ends = changes(counted(spec, generations), "none")
    if not ends or any(last.number < spec.generations - 1 for _, last in ends.values()):
        return None
    middle = None if spec.experiment.mixture is None else middle_mode(spec.experiment.mixture)
    if middle is not None:
        ratio = np.median(
            [last.mode_shares[middle] / max(first.mode_shares[middle], 1e-9) for first, last in ends.values()]
        )
        return MIDDLE_ANSWERS[0 if ratio < 0.95 else 1 if ratio <= 1.05 else 2]

    def level(one: Generation) -> float:
        return (one.distance or 0.0) if one.rate is None else one.rate.value

    ratio = np.median([level(last) / max(level(first), 1e-9) for first, last in ends.values()])
    return growth(float(ratio))


def describe_generation(spec: RecursionSpec, one: Generation) -> str:
    """What a generation made, in a few words: its rate exact where that is known, as the curves show it; of a
    user's own pictures its distance and diversity."""
    if one.rate is None:
        found = {"Fréchet distance": one.distance, "diversity": one.diversity}
        return ", ".join(f"{name} {value:.3g}" for name, value in found.items() if value is not None)
    exact = exact_beyond(one, spec.k)
    rate = format_rate(one.rate.value, *one.rate.interval) if exact is None else percent(exact)
    parts = [f"{rate} hallucinated" + ("" if exact is None else " (exact)")]
    if one.width is not None:
        parts.append(f"width {one.width:.2f} σ")
    return ", ".join(parts)


def describe_tiles(spec: RecursionSpec) -> str:
    """What is coloured in the tiles, in a sentence."""
    if not spec.judged:
        return f"Nothing is framed and no rate is told. {spec.experiment.unknown_truth}."
    what = f"hallucinated, beyond {spec.k:g} σ; the rest lies where data can be"
    if spec.experiment.mixture is None:
        what = impossible(spec)
    return f"In the tiles {{hallucinated:this colour:}} is {what}."


def impossible(spec: RecursionSpec) -> str:
    """What is counted as hallucinated among pictures, in a few words."""
    return "what the judge calls no digit" if of_digits(spec) else "a picture that cannot exist"


def of_digits(spec: RecursionSpec) -> bool:
    """Whether a loop draws digits, of which a judge tells what they are."""
    return bool(spec.experiment.pictures) and subject(spec.experiment.pictures) == "digits"


def real_distance(spec: RecursionSpec) -> float:
    """The Fréchet distance, in the judge's features, of as many real digits: of held-out ones, which a user's
    own may hold."""
    known = spec.experiment.distribution
    assert isinstance(known, HandwrittenDigits)
    return _real_distance(known, spec.drawn)


@lru_cache(maxsize=16)
def _real_distance(known: HandwrittenDigits, n: int) -> float:
    found = judged_digits(known, held_out(n).numpy()).frechet
    assert found is not None  # a loop draws more than one
    return found[0]


def describe_findings(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """What came of it so far, in a few sentences; of several seeds what they say together."""
    seen = counted(spec, generations)
    if not spec.judged:
        return _describe_unjudged(spec, seen)
    parts: list[str] = []
    for arm in ("none", "variance"):
        ends = changes(seen, arm)
        if not ends:
            continue
        firsts, lasts = ([pair[place] for pair in ends.values()] for place in (0, 1))
        start = "" if parts else f"the rate goes from {_rate_of(spec, firsts)} "
        text = f"{start}to {_rate_of(spec, lasts)} {UNDER[arm]}"
        before, after = (
            tuple(one.width for one in ones if one.width is not None) for ones in (firsts, lasts)
        )
        if before and after:
            text += ", the width of the modes " + ("" if parts else f"from {_width(SeedRange(before))} ")
            text += f"to {_width(SeedRange(after))}"
        parts.append(text)
    if not parts:
        return "Each generation learns only from samples of the one before."
    text = "; ".join(parts) + "."
    if (seeds := len(seeds_of(seen))) > 1:
        text = f"Median of {seeds} seeds, range in brackets: {text}"
    sentences = [text[0].upper() + text[1:], describe_distances(spec, seen), *ranking(spec, seen)]
    return " ".join(filter(None, sentences))


def _describe_unjudged(spec: RecursionSpec, seen: Sequence[Generation]) -> str:
    """What came of a user's own pictures: distances beside those of as many real ones, and never a rate."""
    ends = {arm: found for arm in spec.arms if (found := changes(seen, arm))}
    if not ends:
        return "Each generation learns only from samples of the one before."
    real = real_pictures(spec.experiment, spec.drawn)

    def path(what: str, arms: Sequence[str]) -> str:
        """From where a measure goes, and to where in each of the arms; "" where it is not known."""
        start = _over_seeds(spec, [first for first, _ in ends[arms[0]].values()], what)
        last = {arm: _over_seeds(spec, [last for _, last in ends[arm].values()], what) for arm in arms}
        to = [f"{found:.3g} {UNDER[arm]}" for arm, found in last.items() if found is not None]
        return "" if start is None or not to else f"from {start:.3g} to {listed(to)}"

    sentences, arm = [], next(iter(ends))
    if real.levels.frechet is not None and (way := path("distance", list(ends))):
        apart = f"{real.levels.frechet:.3g}"
        sentences.append(f"the Fréchet distance goes {way}; that of as many real pictures is {apart}.")
    if way := path("diversity", [arm]):
        sentences.append(f"Diversity goes {way}; real pictures have 1.")
    which = "from a held-out one" if real.held_out else "from one of yours to the nearest other"
    sentences.append(
        f"The median distance from a sample to the nearest picture learned from goes "
        f"{path('nearest', [arm])}; {which} it is {real.levels.nearest:.3g}."
    )
    text = " ".join(sentences)
    if (seeds := len(seeds_of(seen))) > 1:
        text = f"Median of {seeds} seeds, range in brackets: {text}"
    return " ".join(filter(None, [text[:1].upper() + text[1:], *ranking(spec, seen)]))


def _over_seeds(spec: RecursionSpec, ones: Sequence[Generation], what: str) -> SeedRange | None:
    """A measure of generations of several seeds; None where none has it."""
    values = tuple(value for one in ones if (value := measured(spec, one, what)) is not None)
    return SeedRange(values) if values else None


def describe_compared(spec: RecursionSpec) -> str:
    """With which real pictures the samples of a user's own are compared, in a few words."""
    real = real_pictures(spec.experiment, spec.drawn)
    if real.held_out:
        return f"{real.n:,} of each compared with {real.m:,} pictures that were held out"
    return f"{real.n:,} of each compared with {real.m:,} of yours, none of them held out"


def describe_distances(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """What the paper says of digits, by a distance of features, and what is found here; "" for other data,
    and while no arm has come to its end."""
    last = spec.generations - 1
    ends = {
        arm: SeedRange(tuple(values.values()))
        for arm in spec.arms
        if (values := by_seed(generations, arm, last, lambda one: one.distance))
    }
    first = by_seed(generations, spec.arms[0], 0, lambda one: one.distance)
    if not of_digits(spec) or not ends or not first:
        return ""
    start = SeedRange(tuple(first.values()))
    found = listed([f"{reach:.3g} {UNDER[arm]}" for arm, reach in ends.items()])
    return (
        "The paper, by FID: dropping by variance slows the drift of digits against a random drop. Here the "
        f"Fréchet distance in the judge's features goes from {start:.3g} to {found}; of as many real digits "
        f"it is {real_distance(spec):.2g}."
    )


def ranking(spec: RecursionSpec, generations: Sequence[Generation]) -> list[str]:
    """Which arms end with a lower or a higher rate than that without a filter, as far as the seeds carry it,
    in sentences; none where there is nothing to compare."""
    others, seeds = [arm for arm in spec.arms if arm != "none"], len(seeds_of(generations))
    if len(others) == len(spec.arms) or not others or not generations:
        return []
    if seeds == 1:
        return ["One seed ranks no arms that lie closer than networks of several seeds do."]
    last = max(one.number for one in generations)
    what = "rate" if spec.judged else "distance"
    rates = {arm: by_seed(generations, arm, last, lambda one: measured(spec, one, what)) for arm in spec.arms}
    found: dict[str, list[str]] = {"lower": [], "higher": [], "unclear": []}
    for arm in others:
        whole = len(rates[arm]) == len(rates["none"]) == seeds
        found[verdict(rates[arm], rates["none"]) if whole else "unclear"].append(arm)
    sentences = [
        f"In all {seeds} seeds the {what} ends {way} {listed([UNDER[arm] for arm in found[way]])} than "
        "without."
        for way in ("lower", "higher")
        if found[way]
    ]
    if found["unclear"]:
        names = listed([ARM_TITLES[arm] for arm in found["unclear"]])
        sentences.append(f"The seeds do not tell {names} from no filter.")
    return sentences


def _width(found: SeedRange) -> str:
    """A width with its range over several seeds, as the curves show it."""
    ends = f" [{found.low:.2f}, {found.high:.2f}]" if len(found.values) > 1 else ""
    return f"{found.median:.2f} σ{ends}"


def _rate_of(spec: RecursionSpec, seeds: Sequence[Generation]) -> str:
    """The rate of one generation with each of its seeds: exact where that is known; of one seed counted with
    its interval, of several the median with the range."""
    found = SeedRange(tuple(measured(spec, one, "rate") or 0.0 for one in seeds))
    if len(seeds) > 1:
        return format_rate(found.median, found.low, found.high)
    if exact_beyond(seeds[0], spec.k) is None:
        rate = counted_rate(seeds[0])
        return format_rate(rate.value, *rate.interval)
    return percent(found.median)


def exact_beyond(one: Generation, k: float) -> float | None:
    """The exact rate beyond k sigma, where it is known."""
    return exact_share(one, k)[0]


def seeds_in_words(spec: RecursionSpec) -> str:
    """Which seeds a loop has."""
    first = spec.experiment.seed
    return f"seed {first}" if spec.seeds == 1 else f"seeds {first} to {first + spec.seeds - 1}"


def middle_mode(mixture: GaussianMixture) -> int | None:
    """The mode in the middle of an odd number of modes on a line; None where there is none."""
    if mixture.dimensions != 1 or mixture.modes % 2 == 0 or mixture.modes < 3:
        return None
    return sorted(range(mixture.modes), key=lambda i: mixture.means[i])[mixture.modes // 2]


def changes(generations: Sequence[Generation], arm: str) -> dict[int, tuple[Generation, Generation]]:
    """The first and the last generation of an arm by seed; without seeds that have only one of it."""
    mine = {
        seed: [one for one in of_seed(generations, seed) if one.arm == arm] for seed in seeds_of(generations)
    }
    return {seed: (made[0], made[-1]) for seed, made in mine.items() if len(made) > 1}
