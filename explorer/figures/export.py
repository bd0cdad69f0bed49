"""Films as files that people take away: one frame as SVG or PNG, the whole film as GIF or WebP."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.figures.film.film import Film
from explorer.figures.palette import Mode, colour
from explorer.figures.pictures.animation import Colours, encode_gif, encode_webp
from explorer.figures.pictures.drawing import Drawing
from explorer.figures.pictures.raster import Raster
from explorer.figures.pictures.svg import Svg

Array = NDArray[Any]
Progress = Callable[[float], None]

SMALLEST, LARGEST = 200, 4000  # pixels of a side
LONGEST = 200_000_000  # pixels of all frames together
HOLD = 1.5  # seconds that the last frame of an animation is shown
MOST_FRAMES = 150
SAMPLES = 6  # frames from which the colours of a GIF are chosen


def svg(
    film: Film, frame: int = -1, *, mode: Mode = "light", width: int = 1200, height: int | None = None
) -> str:
    """One frame, -1 the last, as an SVG file whose words are text.

    width, height   in pixels; without a height, the one that the panels' proportions ask for
    Raises ValueError if there is no such frame, or a side is not 200 to 4000 pixels.
    """
    frame = _number(film, frame)
    drawing = _draw_on(film, mode, width, height)
    told = [film.captions[frame], *(f"{each.name}: {each.texts[frame]}" for each in film.readings)]
    description = " · ".join(part for part in (film.alt, *told) if part)
    canvas = Svg(width, drawing.height, colour("ground", mode), film.alt or film.slider, description)
    drawing.draw_still(canvas)
    drawing.draw_moving(canvas, frame)
    return canvas.finish()


def png(
    film: Film,
    frame: int = -1,
    *,
    mode: Mode = "light",
    width: int = 1200,
    height: int | None = None,
    scale: int = 2,
) -> bytes:
    """One frame, -1 the last, as a PNG file of width * scale by height * scale pixels.

    height  by default, the one that the panels' proportions ask for
    scale   pixels along each unit: 2 for screens and slides, more for print
    Raises ValueError if there is no such frame, or a side is not 200 to 4000 pixels.
    """
    frame = _number(film, frame)
    drawing = _draw_on(film, mode, width, height, scale)
    canvas = Raster(width, drawing.height, colour("ground", mode), scale)
    drawing.draw_still(canvas)
    drawing.draw_moving(canvas, frame)
    file = io.BytesIO()
    Image.fromarray(canvas.pixels).save(file, "PNG")
    return file.getvalue()


def gif(
    film: Film,
    *,
    mode: Mode = "light",
    width: int = 900,
    height: int | None = None,
    progress: Progress | None = None,
) -> bytes:
    """All frames as a GIF file that repeats for ever, at the film's pace; the last frame stays for a while.

    width, height   in pixels; without a height, the one that the panels' proportions ask for
    progress        is told the share of the frames that are drawn, 0 to 1; what it raises stops the work
    A film of more than 150 frames is thinned evenly and keeps its pace. Frames that look alike become one,
    shown for as long as all. Colours are reduced to some 120.
    Raises ValueError if a side is not 200 to 4000 pixels, or all frames together exceed 200 million.
    """
    numbers = _thinned(len(film.captions), MOST_FRAMES)
    drawing = _draw_on(film, mode, width, height, frames=len(numbers))
    colours = Colours(list(_frames(drawing, _thinned(len(film.captions), SAMPLES))), mode)
    return encode_gif(_frames(drawing, numbers, progress), colours, _seconds(film, len(numbers)))


def webp(
    film: Film,
    *,
    mode: Mode = "light",
    width: int = 900,
    height: int | None = None,
    progress: Progress | None = None,
) -> bytes:
    """All frames as an animated WebP file: as `gif`, without loss of colours."""
    numbers = _thinned(len(film.captions), MOST_FRAMES)
    drawing = _draw_on(film, mode, width, height, frames=len(numbers))
    return encode_webp(_frames(drawing, numbers, progress), _seconds(film, len(numbers)))


def _number(film: Film, frame: int) -> int:
    count = len(film.captions)
    if not -1 <= frame < count:
        raise ValueError(f"frame must be 0 to {count - 1}, or -1 for the last, not {frame}.")
    return frame % count


def _draw_on(
    film: Film, mode: Mode, width: int, height: int | None, scale: int = 1, frames: int = 1
) -> Drawing:
    """The film laid out on a sheet whose file has sides of allowed size."""
    for name, side in (("width", width), ("height", height)):
        if side is not None and not (side >= SMALLEST and side * scale <= LARGEST and scale >= 1):
            times = f" × {scale}" if scale != 1 else ""
            raise ValueError(f"The {name} must be {SMALLEST} to {LARGEST} pixels, not {side}{times}.")
    drawing = Drawing(film, mode, width, height)
    if (pixels := frames * width * drawing.height) > LONGEST:
        raise ValueError(
            f"{frames} frames of {width} × {drawing.height} are {pixels / 1e6:.0f} million pixels of "
            f"{LONGEST / 1e6:.0f} million; make the animation narrower."
        )
    return drawing


def _frames(drawing: Drawing, numbers: Sequence[int], progress: Progress | None = None) -> Iterator[Array]:
    """Frames (h, w, 3). What stands still is drawn once."""
    canvas = Raster(drawing.width, drawing.height, colour("ground", drawing.mode))
    drawing.draw_still(canvas)
    still = canvas.pixels.copy()
    for done, number in enumerate(numbers, start=1):
        np.copyto(canvas.pixels, still)
        drawing.draw_moving(canvas, number)
        yield canvas.pixels.copy()
        if progress is not None:
            progress(done / len(numbers))


def _thinned(count: int, most: int) -> list[int]:
    """At most so many frames of `count`, evenly spaced, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(i * (count - 1) / (most - 1)) for i in range(most)]


def _seconds(film: Film, shown: int) -> list[float]:
    """How long each of the frames shown stays, at the film's pace."""
    pace = film.frame_seconds * len(film.captions) / shown
    return [pace] * (shown - 1) + [max(pace, HOLD)]
