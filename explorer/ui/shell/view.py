"""A page's view: what its link holds beside the experiment, frozen, with bounds and defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.trials import DEFAULT_SWITCH, SAMPLERS


def parameter(default: Any, allowed: Container[Any] | None = None) -> Any:
    """A field of a view: its default, whose type is the field's, and the values that it may have."""
    return dataclasses.field(default=default, metadata={"allowed": allowed})


def read_parameter(declared: dataclasses.Field[Any], text: str) -> Any:
    """The value that a link's text stands for. Raises ValueError if it is not one of the allowed values."""
    kind: type = type(declared.default)
    value, allowed = kind(text), declared.metadata["allowed"]
    if allowed is not None and value not in allowed:
        raise ValueError(f"{declared.name} = {text[:20]!r} is not one of its values.")
    return value


# What several pages have in common; a page's own View inherits what it needs of it.


@dataclass(frozen=True)
class SigmaView:
    """k: how many sigma from every mode a hallucination begins."""

    k: int = parameter(5, (4, 5, 6, 8))


@dataclass(frozen=True)
class StepView:
    """t: the step of the noise schedule that is shown; -1 is the page's choice."""

    t: int = parameter(-1)


@dataclass(frozen=True)
class SnapshotView:
    """snapshot: the number of the snapshot of the training that is shown; -1 is the last."""

    snapshot: int = parameter(-1)


@dataclass(frozen=True)
class SamplerView:
    """sampler: one of SAMPLERS. switch: the step t from which on late noise is added."""

    sampler: str = parameter(SAMPLERS[0], SAMPLERS)
    switch: int = parameter(DEFAULT_SWITCH, range(MAX_STEPS))


@dataclass(frozen=True)
class ProjectorView:
    """projector: 1 for a page that the back row can read."""

    projector: int = parameter(0, (0, 1))
