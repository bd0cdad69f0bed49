"""What a contest of detectors says, in careful words: numbers, intervals, and no more than they show."""

from __future__ import annotations

from explorer.detection.detector_comparison import BOUNDS, DetectorComparison, DetectorResult
from explorer.figures.words import format_rate, seconds

SOONEST = 0.1  # seconds below which a duration is only bounded
CHANCE = 0.5  # AUROC of a detector that guesses


def approximately(auroc: float) -> str:
    """An AUROC with three decimals; what is short of 1 is not rounded to it."""
    text = f"{auroc:.3f}"
    return ">0.999" if text == "1.000" and auroc < 1 else text


def costs(one: DetectorResult) -> tuple[str, str]:
    """Network calls for each sample, and the seconds that all samples took."""
    took = one.scores.seconds
    return f"{one.scores.calls:,}", "<0.1 s" if took < SOONEST else seconds(took)


def finding(found: DetectorComparison) -> str | None:
    """Which detector has the highest AUROC, what it costs, and which one points the wrong way; None where a
    class is empty."""
    fair = [one for one in found.standings if one.detector.name not in BOUNDS]
    known = [one for one in fair if one.roc.auroc is not None]
    if not known:
        return None
    best = max(known, key=_area)
    own = next((one for one in known if one.detector.name == "variance"), None)
    text = f"On these samples **{best.detector.title}** has the highest AUROC, {_with_interval(best)} "
    text += _priced(best)
    if own is not None and own is not best:
        apart = _ends(own)[1] < _ends(best)[0]
        verdict = "their intervals do not overlap" if apart else "their intervals overlap"
        text += f"; the variance has {_with_interval(own)} {_priced(own)}; {verdict}."
    else:
        text += "."
    turned = [one for one in known if _ends(one)[1] < CHANCE]
    if turned:
        names = " and ".join(one.detector.title for one in turned)
        text += f" {names.capitalize()} {'point' if len(turned) > 1 else 'points'} the wrong way here."
    return text


def spoken(found: DetectorComparison) -> str:
    """The base rate, and what the best filter leaves beside a random drop of the same size."""
    rate = found.rate
    parts = [f"base rate {format_rate(rate.value, *rate.interval)}, n = {rate.n:,}"]
    fair = [one for one in found.standings if one.detector.name not in BOUNDS and one.roc.auroc is not None]
    if fair:
        best = max(fair, key=_area)
        after, dropped = best.judged.rate_after, best.judged.caught + best.judged.lost
        if after is not None:
            parts.append(f"after {best.detector.title} {format_rate(after.value, *after.interval)}")
        if best.control is not None:
            control = format_rate(best.control.value, *best.control.interval)
            parts.append(f"after dropping {dropped:,} at random {control}")
    parts.append("calls: of the network, for each sample")
    return " · ".join(parts)


def _area(one: DetectorResult) -> float:
    return -1.0 if one.roc.auroc is None else one.roc.auroc


def _ends(one: DetectorResult) -> tuple[float, float]:
    return (0.0, 1.0) if one.roc.interval is None else one.roc.interval


def _with_interval(one: DetectorResult) -> str:
    low, high = _ends(one)
    return f"{approximately(_area(one))} [{low:.3f}, {high:.3f}]"


def _priced(one: DetectorResult) -> str:
    calls = one.scores.calls
    return "for no call" if not calls else f"for {calls:,} network calls a sample"
