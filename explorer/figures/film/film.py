"""Films: frames of layers over fixed axes, as the player shows them and a picture draws them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.figures.film.layers import Arrows, Axis, Layer, frames_of
from explorer.figures.palette import Role


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: layers over two axes, drawn in order. `cursor`: the x of a vertical line at each frame.

    `scrub`: pressing or dragging in the panel moves the film to the frame whose cursor is nearest.
    """

    title: str
    title_colour: Role
    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    equal: bool = False
    cursor: tuple[float, ...] | None = None
    scrub: bool = False

    def __post_init__(self) -> None:
        if (self.x.log or self.y.log) and any(isinstance(layer, Arrows) for layer in self.layers):
            raise ValueError(f"Panel {self.title!r} has arrows, which need two linear axes, and a log axis.")
        if self.scrub and self.cursor is None:
            raise ValueError(f"Panel {self.title!r} has no cursor to move.")


@dataclass(frozen=True, slots=True)
class Zoom:
    """The part of a panel that is seen: the lower and the higher end of both axes, in data units."""

    x: tuple[float, float]
    y: tuple[float, float]


def zoomed(panel: Panel, zoom: Zoom) -> Panel:
    """A panel whose axes are the part of its own that is seen.

    Raises ValueError if a part is empty or reaches beyond the panel's axes.
    """

    def part(name: str, axis: Axis, low: float, high: float) -> Axis:
        slack = 1e-6 * (axis.high - axis.low)
        if not axis.low - slack <= low < high <= axis.high + slack:
            raise ValueError(
                f"{low:g} to {high:g} is no part of the {name} axis of {panel.title!r}, {axis.low:g} to "
                f"{axis.high:g}."
            )
        return replace(axis, low=max(low, axis.low), high=min(high, axis.high))

    return replace(panel, x=part("x", panel.x, *zoom.x), y=part("y", panel.y, *zoom.y))


@dataclass(frozen=True, slots=True)
class Reading:
    """A number under the film that changes with the frame: its name, one text a frame, and its colour.

    notes   one smaller text a frame that stands under it, such as an interval; none is also well
    """

    name: str
    texts: tuple[str, ...]
    colour: Role = "text"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Film:
    """One to four panels of equal size side by side, one caption a frame, and the words of the slider.

    readings    named numbers in a strip under the panels
    """

    panels: tuple[Panel, ...]
    captions: tuple[str, ...]
    slider: str
    ends: tuple[str, str]
    alt: str
    frame_seconds: float = 0.08
    shared_x: bool = True
    readings: tuple[Reading, ...] = ()

    def __post_init__(self) -> None:
        due = len(self.captions)
        if not 1 <= len(self.panels) <= 4:
            raise ValueError(f"A film has 1 to 4 panels, not {len(self.panels)}.")
        if due == 0:
            raise ValueError("A film needs at least 1 frame; it has 0 captions, and each frame needs one.")
        if not self.frame_seconds > 0:
            raise ValueError(f"frame_seconds must be above 0, not {self.frame_seconds}.")
        for reading in self.readings:
            if len(reading.texts) != due or len(reading.notes) not in (0, due):
                raise ValueError(f"Reading {reading.name!r} has {len(reading.texts)} texts for {due} frames.")
        for panel in self.panels:
            if panel.cursor is not None and len(panel.cursor) != due:
                raise ValueError(f"Panel {panel.title!r} has {len(panel.cursor)} cursors for {due} frames.")
            for layer in panel.layers:
                for name, found in frames_of(layer).items():
                    if found not in (1, due):
                        raise ValueError(
                            f"{panel.title!r}: {name} has {found} frames; it must be 1 or {due}."
                        )
