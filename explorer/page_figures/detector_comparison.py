"""The detectors side by side: their curves, and in words no more than a paired test on the same samples
shows."""

from __future__ import annotations

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import picture_name, verdict
from explorer.detection.detector_comparison import DetectorComparison, DetectorResult
from explorer.detection.judged_trial import JudgedTrial
from explorer.detection.scores.detector import Detector
from explorer.detection.scores.table import BASELINES, BOUNDS
from explorer.figures.palette import Mode
from explorer.figures.vega.detectors import (
    PrecisionCurve,
    RocCurve,
    first_removed,
    precision_data,
    precision_spec,
    roc_data,
    roc_spec,
)
from explorer.figures.words import format_rate, number, rate_and_interval, seconds
from explorer.page_figures.main_figure import ChartFigure

SOONEST = 0.1  # seconds below which a duration is only bounded
SMALLEST_P = 0.001  # that is written out
CHANCE = 0.5  # AUROC of a detector that guesses


def has_curves(found: DetectorComparison) -> bool:
    """Whether there is any ROC curve: there is none where a class is empty."""
    return any(one.roc.auroc is not None for one in found.results)


def roc_chart(found: DetectorComparison, height: int, mode: Mode) -> ChartFigure:
    """The ROC curve of every detector that has one."""
    curves = [
        RocCurve(one.detector.name, one.roc.removed, one.roc.recall)
        for one in found.results
        if one.roc.auroc is not None
    ]
    first = first_removed(found.n - found.rate.count)
    spec = roc_spec(curves, first, found.retention, height, mode)
    return ChartFigure(spec, roc_data(curves, first), _alternative(found))


def precision_chart(found: DetectorComparison, height: int, mode: Mode) -> ChartFigure:
    """Precision against recall of every detector that has a curve."""
    curves = [
        PrecisionCurve(one.detector.name, one.precision_recall.recall, one.precision_recall.precision)
        for one in found.results
        if one.roc.auroc is not None
    ]
    spec = precision_spec(curves, found.rate.value, height, mode)
    return ChartFigure(spec, precision_data(curves), _precision_alternative(found))


def format_auroc(auroc: float) -> str:
    """An AUROC with three decimals; what is short of 1 is not rounded to it."""
    text = f"{auroc:.3f}"
    return ">0.999" if text == "1.000" and auroc < 1 else text


def auroc_and_interval(one: DetectorResult) -> tuple[str, str] | None:
    """The AUROC of a detector and its interval in brackets; None where it is undefined."""
    if one.roc.auroc is None or one.roc.interval is None:
        return None
    low, high = one.roc.interval
    return format_auroc(one.roc.auroc), f"[{low:.3f}, {high:.3f}]"


def average_precision_and_interval(one: DetectorResult) -> tuple[str, str] | None:
    """The average precision of a detector and its interval in brackets; None where it is undefined."""
    average, interval = one.precision_recall.average_precision, one.precision_recall.interval
    return None if average is None or interval is None else rate_and_interval(average, *interval)


def format_costs(one: DetectorResult) -> tuple[str, str]:
    """Network calls for each sample, and the seconds that all samples took."""
    took = one.scores.seconds
    return f"{one.scores.calls:,}", "<0.1 s" if took < SOONEST else seconds(took)


def describe_best(found: DetectorComparison) -> str | None:
    """Which detector has the highest AUROC, what it costs, and which one points the wrong way; None where a
    class is empty."""
    known = _known(found)
    if not known:
        return None
    best = max(known, key=_auroc)
    own = next((one for one in known if one.detector.name == "variance"), None)
    text = f"On these samples **{best.detector.title}** has the highest AUROC, {_with_interval(best)} "
    text += _calls(best)
    if own is not None and own is not best:
        verdict = "They differ" if best.differs else "They are not told apart by these samples"
        text += f"; the variance has {_with_interval(own)} {_calls(own)}. {verdict}{_p_value(best)}."
    else:
        text += "."
    turned = [one for one in known if _ends(one)[1] < CHANCE]
    if turned:
        names = " and ".join(one.detector.title for one in turned)
        text += f" {_begun(names)} {'point' if len(turned) > 1 else 'points'} the wrong way here."
    return text


def describe_chosen(found: DetectorComparison) -> str | None:
    """What the detector that does best on one half of the samples does on the other; None where a class is
    empty."""
    parts, chosen = found.halves, found.chosen
    if parts is None or not _known(found):
        return None
    if chosen is None:
        return parts.too_few
    recall, retention = chosen.held_out.judged.recall, chosen.held_out.judged.retention
    curve = chosen.held_out.roc
    assert recall is not None
    assert retention is not None
    assert curve.auroc is not None
    assert curve.interval is not None
    low, high = curve.interval
    return (
        f"{_begun(chosen.detector.title)} and its threshold, chosen on {parts.chosen_on.n:,} samples "
        f"and judged on the other {parts.judged_on.n:,}: catches {recall.count:,} of {recall.n:,}, recall "
        f"{format_rate(recall.value, *recall.interval)}, retention "
        f"{format_rate(retention.value, *retention.interval)}, AUROC {format_auroc(curve.auroc)} "
        f"[{low:.3f}, {high:.3f}]."
    )


def describe_rates(found: DetectorComparison) -> str:
    """The base rate, and what the best filter leaves beside a random drop of the same size."""
    rate, known = found.rate, _known(found)
    parts = [f"base rate {format_rate(rate.value, *rate.interval)}, n = {rate.n:,}"]
    if known:
        best = max(known, key=_auroc)
        after, dropped = best.judged.rate_after, best.judged.caught + best.judged.lost
        if after is not None:
            parts.append(f"after {best.detector.title} {format_rate(after.value, *after.interval)}")
        if best.control is not None:
            control = format_rate(best.control.value, *best.control.interval)
            parts.append(f"expected after dropping {dropped:,} at random {control}")
    parts.append("calls: of the network, for each sample")
    return " · ".join(parts)


def comparison_caption(found: DetectorComparison, judged: JudgedTrial, *, precision: bool) -> str:
    """The caption in the file of a chart: from where on a sample is hallucinated, and the area under each
    detector's curve."""
    area, read = (
        ("average precision", average_precision_and_interval) if precision else ("AUROC", auroc_and_interval)
    )
    areas = [f"{one.detector.title} {' '.join(text)}" for one in found.results if (text := read(one))]
    is_mixture = isinstance(judged.known, GaussianMixture)
    sigma = f"beyond {judged.k:g} σ" if is_mixture else verdict(picture_name(judged.known))
    rate = format_rate(found.rate.value, *found.rate.interval)
    return f"{area}: {', '.join(areas)} · {rate} of n = {found.n:,} hallucinated ({sigma})"


def _alternative(found: DetectorComparison) -> str:
    """The curves in words, with their numbers."""
    texts = [
        f"{one.detector.title}: {' '.join(auroc_and_interval(one) or ('undefined',))}"
        for one in found.results
    ]
    return (
        f"ROC curves of {len(texts)} detectors on the same {found.n:,} samples, {found.rate.count:,} of them "
        f"hallucinated. AUROC with its 95 % interval: {'; '.join(texts)}."
    )


def _precision_alternative(found: DetectorComparison) -> str:
    """The curves of the precision in words, with their numbers."""
    texts = [
        f"{one.detector.title}: {' '.join(average_precision_and_interval(one) or ('undefined',))}"
        for one in found.results
    ]
    rate = format_rate(found.rate.value, *found.rate.interval)
    return (
        f"Precision against recall of {len(texts)} detectors on the same {found.n:,} samples. The base rate "
        f"is {rate}. Average precision with its 95 % interval: {'; '.join(texts)}."
    )


def groups(found: DetectorComparison) -> dict[str, list[DetectorResult]]:
    """The results in their order, by what kind of detector it is."""
    kinds: dict[str, list[DetectorResult]] = {}
    for one in found.results:
        kinds.setdefault(_kind(one.detector), []).append(one)
    return kinds


def _kind(detector: Detector) -> str:
    if detector.name in (*BOUNDS, *BASELINES):
        return "a baseline, and the bounds"
    if detector.origin.reading == "your own":
        return "your own"
    return "variants of ours" if detector.origin.reading == "ours, a variant" else "as published"


def where_read(detector: Detector) -> str:
    """The paper of a detector, and how its formula came to us; "" of what has none."""
    paper = detector.source.removeprefix("after ")
    return "" if detector.origin.reading == "ours" else f"{paper} · {detector.origin.reading}"


def _begun(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _p_value(one: DetectorResult) -> str:
    """The p-value of a detector against the variance, in brackets; nothing without one."""
    if one.p_value is None:
        return ""
    return f" (p {'< 0.001' if one.p_value < SMALLEST_P else f'= {number(one.p_value)}'})"


def _known(found: DetectorComparison) -> list[DetectorResult]:
    """The detectors that are no bound and have an AUROC."""
    return [one for one in found.results if one.detector.name not in BOUNDS and one.roc.auroc is not None]


def _auroc(one: DetectorResult) -> float:
    return -1.0 if one.roc.auroc is None else one.roc.auroc


def _ends(one: DetectorResult) -> tuple[float, float]:
    return (0.0, 1.0) if one.roc.interval is None else one.roc.interval


def _with_interval(one: DetectorResult) -> str:
    return " ".join(auroc_and_interval(one) or ())


def _calls(one: DetectorResult) -> str:
    calls = one.scores.calls
    return "for no call" if not calls else f"for {calls:,} network calls a sample"
