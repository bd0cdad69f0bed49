"""A whole film as a file that plays: GIF, or WebP in all colours."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from explorer.figures.film.film import Film, Zoom
from explorer.figures.film.layers import HeatMap
from explorer.figures.palette import INK, PALETTE, Mode
from explorer.figures.print.film_figure import FilmFigure
from explorer.figures.print.style import check_size, style

Array = NDArray[Any]
Kind = Literal["gif", "webp"]

MOST_FRAMES = 150
HOLD = 1.5  # seconds that the last frame is shown
LONGEST = 200_000_000  # pixels of all frames together
LARGEST = 4000  # pixels of a side
TICK = 0.01  # seconds, in which a GIF counts; browsers slow down what shows a frame for less than two
SAMPLES = 6  # frames from which the colours of a GIF are chosen
COLOURS = 120  # of a GIF, besides those of the palette; more make a larger file and hardly a better one,
PHOTOGRAPHS = 224  # unless it is of photographs in colour
BITS = 5  # of red, green and blue, by which a pixel's colour is looked up
# Lossless, and each frame as its difference from the one before: a third smaller, and twice as fast.
WEBP = {"lossless": True, "method": 1, "quality": 30, "kmin": 0, "kmax": 0}


def animation(
    film: Film,
    kind: Kind = "gif",
    *,
    mode: Mode = "light",
    width_mm: float = 180.0,
    dpi: float = 150.0,
    picked: int | None = None,
    zoom: Sequence[Zoom | None] = (),
) -> Generator[float, None, bytes]:
    """All frames as a file that repeats for ever, at the film's pace; the last frame stays for 1.5 s.

    Yields the share of the frames that are drawn, 0 to 1, and returns the file.

    picked, zoom    as `still` takes them
    A film of more than 150 frames is thinned evenly and keeps its pace. Frames that look alike become one,
    shown for as long as all.
    Raises ValueError if the kind is another, the width is not 40 to 400 mm, dpi is not 50 to 1200, a side has
    more than 4,000 pixels, or all frames together have more than 200 million.
    """
    check_size(width_mm, dpi)
    if kind not in ("gif", "webp"):
        raise ValueError(f"An animation is gif or webp, not {kind}.")
    count = len(film.captions)
    frames = shown_frames(count)
    with style(mode):
        drawn = FilmFigure(film, mode, width_mm, frames, dpi, picked=picked, zoom=zoom)
        width, height = (int(side) for side in drawn.figure.bbox.size)
    if max(width, height) > LARGEST:
        raise ValueError(f"A side may have {LARGEST} pixels, not {max(width, height)}; choose fewer dpi.")
    if (pixels := len(frames) * width * height) > LONGEST:
        raise ValueError(
            f"{len(frames)} frames of {width} × {height} are {pixels / 1e6:.0f} million pixels of "
            f"{LONGEST / 1e6:.0f} million; make the animation narrower."
        )
    pace = film.frame_seconds * count / len(frames)
    seconds = [pace] * (len(frames) - 1) + [max(pace, HOLD)]
    colours = None
    if kind == "gif":
        samples = np.concatenate(list(drawn.pictures(_thinned(count, SAMPLES))))
        colours = _Colours(samples, mode, photographs=_in_colour(film))
    shown = _Shown(Image.fromarray if colours is None else colours.index)
    for done, picture in enumerate(drawn.pictures(frames)):
        shown.add(picture, seconds[done])
        yield (done + 1) / len(frames)
    return _webp(shown) if colours is None else _gif(shown, colours)


def shown_frames(count: int) -> list[int]:
    """The frames of a film of `count` that its animation shows."""
    return _thinned(count, MOST_FRAMES)


def _thinned(count: int, most: int) -> list[int]:
    """At most so many frames of `count`, evenly spaced, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(i * (count - 1) / (most - 1)) for i in range(most)]


class _Shown:
    """Frames of which no two neighbours are equal, and how long each is shown."""

    def __init__(self, made: Callable[[Array], Image.Image]) -> None:
        self._made, self._before = made, np.empty(0)
        self.images: list[Image.Image] = []
        self.seconds: list[float] = []

    def add(self, picture: Array, seconds: float) -> None:
        """Show a frame (h, w, 3) for so long after those before it."""
        if np.array_equal(picture, self._before):
            self.seconds[-1] += seconds
            return
        self.images.append(self._made(picture))
        self.seconds.append(seconds)
        self._before = picture


def _in_colour(film: Film) -> bool:
    """Whether a film shows photographs in colour."""
    layers = [layer for panel in film.panels for layer in panel.layers]
    return any(isinstance(layer, HeatMap) and layer.values.ndim == 4 for layer in layers)


def _webp(shown: _Shown) -> bytes:
    first, *others = shown.images
    file = io.BytesIO()
    durations = [max(1, round(1000 * each)) for each in shown.seconds]
    first.save(file, "WEBP", save_all=True, append_images=others, duration=durations, loop=0, **WEBP)
    return file.getvalue()


def _gif(shown: _Shown, colours: _Colours) -> bytes:
    first, *others = shown.images
    file = io.BytesIO()
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[round(1000 * TICK * max(2, round(each / TICK))) for each in shown.seconds],
        loop=0,
        palette=colours.table,
        transparency=colours.unchanged,
        optimize=True,
    )
    return file.getvalue()


class _Colours:
    """The colours of a GIF, the same in all frames, so that nothing that stands still flickers.

    Pillow's own search for the nearest colour is too coarse to find white where white is.
    """

    def __init__(self, samples: Array, mode: Mode, *, photographs: bool = False) -> None:
        """From a few frames (h, w, 3); the colours of the mode are kept exactly. Of photographs the rare
        colours count as the frequent ones do."""
        count, method = COLOURS, Image.Quantize.MEDIANCUT
        if photographs:
            count, method = PHOTOGRAPHS, Image.Quantize.FASTOCTREE
        few = Image.fromarray(samples).quantize(count, method).getpalette("RGB") or []
        exact = np.array([ImageColor.getrgb(each) for each in {*PALETTE[mode].values(), *INK[mode].values()}])
        table = np.unique(np.concatenate([exact, np.reshape(few, (-1, 3))[:count]]), axis=0)
        middle = (np.arange(2**BITS) + 0.5) * 2 ** (8 - BITS)
        cells = np.stack(np.meshgrid(middle, middle, middle, indexing="ij"), axis=-1).reshape(-1, 3)
        self._nearest = ((table**2).sum(axis=1) - 2 * cells @ table.T).argmin(axis=1).astype(np.uint8)
        for each in exact:
            self._nearest[_cells(each)] = np.flatnonzero((table == each).all(axis=1))[0]
        unused = next([0, 0, blue] for blue in range(256) if [0, 0, blue] not in table.tolist())
        self.unchanged = len(table)  # the number of the colour that lets the frame before shine through
        self.table = np.concatenate([table, [unused]]).astype(np.uint8).tobytes()

    def index(self, frame: Array) -> Image.Image:
        """A frame (h, w, 3) in these colours, without dithering."""
        image = Image.fromarray(self._nearest[_cells(frame)])
        image.putpalette(self.table)
        return image


def _cells(colours: Array) -> Array:
    """The number of the cube of the colour space in which each colour (..., 3) lies."""
    red, green, blue = np.moveaxis(colours.astype(np.intp) >> (8 - BITS), -1, 0)
    return (red << 2 * BITS) | (green << BITS) | blue
