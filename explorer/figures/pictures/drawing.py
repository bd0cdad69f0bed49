"""A film on a sheet: what stands still, what moves, and in which order they are drawn."""

from __future__ import annotations

from explorer.figures.film.film import Film
from explorer.figures.film.layers import Judged, Layer, frames_of
from explorer.figures.palette import Mode, colour
from explorer.figures.pictures.axes import draw_axes, draw_head
from explorer.figures.pictures.canvas import Canvas
from explorer.figures.pictures.layers import draw_layer, draw_rule
from explorer.figures.pictures.layout import Plot, lay_out
from explorer.figures.pictures.names import Names

CURSOR_OPACITY = 0.6


class Drawing:
    """A film laid out on a sheet of `width` by `height` units, to be drawn on any canvas of that size."""

    def __init__(self, film: Film, mode: Mode, width: int, height: int | None) -> None:
        self.film, self.mode, self.width = film, mode, width
        self._layout = layout = lay_out(film, width, height)
        self._names = [Names(plot, layout.sizes, len(film.captions)) for plot in layout.plots]
        self._divided = [_divided(plot.panel.layers) for plot in layout.plots]

    @property
    def height(self) -> int:
        return self._layout.height

    def draw_still(self, canvas: Canvas) -> None:
        """Axes and heads, and the layers below the first that moves."""
        for plot, (still, _) in zip(self._layout.plots, self._divided, strict=True):
            draw_axes(canvas, plot, self._layout.sizes, self.mode)
            draw_head(canvas, plot, self._layout, self.mode)
            self._draw_layers(canvas, plot, still, 0)

    def draw_moving(self, canvas: Canvas, frame: int) -> None:
        """What lies over that, in one frame."""
        for plot, (_, moving), names in zip(self._layout.plots, self._divided, self._names, strict=True):
            self._draw_layers(canvas, plot, moving, frame)
            if plot.panel.cursor is not None:
                at, axis = plot.panel.cursor[frame], plot.panel.x
                if axis.low <= at <= axis.high:
                    draw_rule(canvas, at, "x", plot, colour("text", self.mode), CURSOR_OPACITY, dash=False)
            names.draw(canvas, frame, self.mode)
        self._layout.footer.draw(canvas, frame, self._layout.below, self.mode)

    def _draw_layers(self, canvas: Canvas, plot: Plot, layers: tuple[Layer, ...], frame: int) -> None:
        if layers:
            with canvas.clipped(plot.box):
                for layer in layers:
                    draw_layer(canvas, layer, frame, plot, self._layout.sizes.unit, self.mode)


def _divided(layers: tuple[Layer, ...]) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """The layers before the first that moves, and the others."""
    first = next((i for i, layer in enumerate(layers) if _moves(layer)), len(layers))
    return layers[:first], layers[first:]


def _moves(layer: Layer) -> bool:
    return isinstance(layer, Judged) or any(frames > 1 for frames in frames_of(layer).values())
