"""A page's view: what its link holds beside the experiment, frozen, with bounds and defaults."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.trials import DEFAULT_SWITCH, SAMPLERS, sampler

MOST_SNAPSHOTS = 1_000
LARGEST_TEXT = 400  # characters of a parameter in a link
V = TypeVar("V")


@dataclass(frozen=True)
class Between:
    """The numbers from low to high, both included."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, (int, float)) and math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True)
class Text:
    """Texts of at most so many characters that can be printed."""

    longest: int = LARGEST_TEXT

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and len(value) <= self.longest and value.isprintable()


def parameter(default: Any, allowed: Container[Any]) -> Any:
    """A field of a view: its default, whose type is the field's, and the values that it may have."""
    return dataclasses.field(default=default, metadata={"allowed": allowed})


def read_parameter(declared: dataclasses.Field[Any], text: str) -> Any:
    """The value that a link's text stands for. Raises ValueError, with the bounds, if it is not allowed."""
    kind: type = type(declared.default)
    try:
        value = kind(text[: LARGEST_TEXT + 1])
    except ValueError:
        raise ValueError(f"{declared.name} = {text[:20]!r} is no number.") from None
    require_allowed(declared, value)
    return value


def read_view(kind: type[V], link: Mapping[str, str]) -> V:
    """What a link sets of a View; what it leaves open has its default.

    Raises ValueError for a value that is not allowed.
    """
    declared = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    mine = {name: text for name, text in link.items() if name in declared}
    return kind(**{name: read_parameter(declared[name], text) for name, text in mine.items()})


def asked_frame(asked: int, frames: int, default: int | None = None) -> int:
    """The frame of a film that a view asks for; the default one, by default the last, where there is no such
    frame."""
    return asked if 0 <= asked < frames else frames - 1 if default is None else default


def require_allowed(declared: dataclasses.Field[Any], value: Any) -> None:
    """Raise ValueError, with the bounds, for a value that a field of a view may not have."""
    allowed = declared.metadata["allowed"]
    if value in allowed:
        return
    shown = f"{declared.name} = {str(value)[:20]!r}"
    if isinstance(allowed, Text):
        raise ValueError(
            f"{shown} has {len(value):,} characters; at most {allowed.longest} fit, on one line."
        )
    if isinstance(allowed, range):
        raise ValueError(f"{shown} is outside [{allowed[0]}, {allowed[-1]}].")
    if isinstance(allowed, Between):
        raise ValueError(f"{shown} is outside [{allowed.low:g}, {allowed.high:g}].")
    raise ValueError(f"{shown} is not one of {', '.join(map(str, cast(Sequence[Any], allowed)))}.")


# What several pages have in common; a page's own View inherits what it needs of it.


@dataclass(frozen=True)
class SigmaView:
    """k: how many sigma from every mode a hallucination begins."""

    k: int = parameter(5, THRESHOLDS)


@dataclass(frozen=True)
class StepView:
    """t: the step of the noise schedule that is shown; -1 is the page's choice."""

    t: int = parameter(-1, range(-1, MAX_STEPS))


@dataclass(frozen=True)
class SnapshotView:
    """snapshot: the number of the snapshot of the training that is shown; -1 is the last."""

    snapshot: int = parameter(-1, range(-1, MOST_SNAPSHOTS))


@dataclass(frozen=True)
class SamplerView:
    """sampler: one of SAMPLERS. switch: the step t from which on late noise is added."""

    sampler: str = parameter(SAMPLERS[0], SAMPLERS)
    switch: int = parameter(DEFAULT_SWITCH, range(MAX_STEPS))


def asked_sampler(view: SamplerView, experiment: Experiment) -> SamplerSpec:
    """The sampler of a view; its switch ends where the schedule does."""
    return sampler(experiment, view.sampler, min(view.switch, experiment.schedule.steps - 1))


@dataclass(frozen=True)
class StartView:
    """start: 1 on the Start page. A link without it that names no page, as links once did, leads to Learn."""

    start: int = parameter(0, (0, 1))


@dataclass(frozen=True)
class ProjectorView:
    """projector: 1 for a page that the back row can read."""

    projector: int = parameter(0, (0, 1))
