"""A folder of image files as small squares, grey or in colour; what cannot be used is named, and the rest
goes on."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIZE_RANGE = (8, 64)  # even numbers, which the U-Net takes
FEWEST, MOST = 16, 20_000  # pictures
COLOURS = 3  # red, green and blue
MOST_PIXELS = 50_000_000  # of one file
LARGEST_FILE = 50_000_000  # bytes
MOST_ENTRIES = 200_000  # files of any kind that are looked at
FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "WEBP": (".webp",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
}
NAMED = 4  # files that a sentence names
COLOURFUL, LOOKED_AT = 16, 16  # levels between the colours of a pixel, of so many pixels a side, that show
CROP = "square in the middle"
_ENDINGS = {ending for endings in FORMATS.values() for ending in endings}


@dataclass(frozen=True)
class LeftOut:
    """A file that was not taken, by its path in the folder, and why, in words that go on after the name."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name} {self.why}"


@dataclass(frozen=True, eq=False)
class FolderPictures:
    """What was read of a folder.

    pixels      (n, size, size) uint8, black 0 and white 255, by the files' names; in colour
                (n, size, size, 3)
    left_out    which files with the ending of a picture were not taken
    enlarged    how many were smaller than what became of them
    colourful   whether a picture that was made grey has colours; False of those that keep theirs
    """

    pixels: np.ndarray
    left_out: tuple[LeftOut, ...]
    enlarged: int
    colourful: bool


def check_size(size: int) -> None:
    """Raise ValueError for a size in pixels that the network does not take."""
    low, high = SIZE_RANGE
    if not low <= size <= high or size % 2:
        raise ValueError(f"The size {size} is not an even number from {low} to {high}.")


def most_of(size: int, *, colour: bool) -> int:
    """How many pictures of a size are taken: 20,000; in colour no more than hold as many numbers as these do
    in grey at the largest size."""
    return min(MOST, MOST * SIZE_RANGE[1] ** 2 // (COLOURS * size**2)) if colour else MOST


def read_folder(folder: Path, size: int, *, colour: bool = False) -> Generator[float, None, FolderPictures]:
    """The pictures in a folder and the folders in it: yields the share done.

    Each is turned as its EXIF says, cut to the square in its middle, made `size` pixels wide, and grey unless
    it is to keep its `colour`. A link that leads out of the folder is not followed. Raises ValueError for a
    folder that is none or cannot be read, for a size as check_size does, for more pictures than most_of
    tells, and for fewer than 16 that can be used.
    """
    check_size(size)
    if not folder.is_dir():
        raise ValueError(f"There is no folder {_shown(str(folder))}.")
    paths = _paths(folder)
    most = most_of(size, colour=colour)
    if len(paths) > most:
        where = f" in colour at {size} pixels; take a smaller size, or grey" if most < MOST else ""
        raise ValueError(
            f"The folder {_shown(folder.name)} holds more than {most:,} pictures, the most that are taken"
            f"{where}."
        )
    if not paths:
        kinds = ", ".join(ending for endings in FORMATS.values() for ending in endings)
        raise ValueError(f"The folder {_shown(folder.name)} holds no pictures: no file ends with {kinds}.")
    home, taken, left_out, enlarged, colourful = folder.resolve(), [], [], 0, False
    for number, path in enumerate(paths):
        if number % 10 == 0:
            yield number / len(paths)
        try:
            if _leads_out(path, home):
                raise ValueError("is a link that leads out of the folder")
            pixels, small = _read(path, size, colour=colour)
        except ValueError as error:
            left_out.append(LeftOut(_shown(str(path.relative_to(folder))), str(error)))
        else:
            taken.append(pixels)
            enlarged += small
            colourful = colourful or (not colour and _is_colourful(path))
    yield 1.0
    if len(taken) < FEWEST:
        why = f" {in_words(left_out)}" if left_out else ""
        raise ValueError(f"{len(taken)} pictures can be used, and at least {FEWEST} are needed.{why}")
    return FolderPictures(np.stack(taken), tuple(left_out), enlarged, colourful)


def in_words(left_out: list[LeftOut] | tuple[LeftOut, ...]) -> str:
    """Which files were left out and why, in one sentence that names the first few; "" if none was."""
    if not left_out:
        return ""
    more = len(left_out) - NAMED
    named = "; ".join(map(str, left_out[:NAMED])) + (f"; and {more:,} more" if more > 0 else "")
    return f"Left out: {named}."


def _paths(folder: Path) -> list[Path]:
    """The files with the ending of a picture, by name; hidden ones are passed over. Folders that are links
    are not followed: one that leads out stands for itself, to be named."""
    home, found = folder.resolve(), []
    for seen, path in enumerate(_walked(folder), 1):
        if seen > MOST_ENTRIES:
            raise ValueError(f"The folder {_shown(folder.name)} holds more than {MOST_ENTRIES:,} files.")
        is_folder = path.is_dir()
        if _leads_out(path, home) if is_folder else path.suffix.lower() in _ENDINGS:
            found.append(path)
        if len(found) > MOST:  # whatever their size
            break
    return sorted(found)


def _leads_out(path: Path, home: Path) -> bool:
    """Whether a path leads out of a folder; one that leads in a circle leads nowhere."""
    try:
        return not path.resolve().is_relative_to(home)
    except (OSError, RuntimeError):
        return False


def _walked(folder: Path) -> Iterator[Path]:
    """Every file below a folder, and every link to a folder."""

    def refuse(error: OSError) -> None:
        raise ValueError(f"The folder {_shown(folder.name)} cannot be read: {error.strerror}.")

    for where, folders, files in os.walk(folder, onerror=refuse, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in [*links, *files]:
            if not name.startswith("."):
                yield Path(where) / name


def _read(path: Path, size: int, *, colour: bool) -> tuple[np.ndarray, bool]:
    """A file as a square (size, size) uint8, in colour (size, size, 3), and whether it was smaller than that.
    Raises ValueError in words that go on after the file's name."""
    try:
        if not path.is_file():
            raise ValueError("is a link that leads nowhere" if path.is_symlink() else "is no file")
        length = path.stat().st_size
        if length == 0:
            raise ValueError("is empty")
        if length > LARGEST_FILE:
            raise ValueError(f"has more than {LARGEST_FILE / 1e6:.0f} MB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata that is odd; a bomb is refused below
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=list(FORMATS)) as opened:
                pixels = opened.width * opened.height
                if pixels > MOST_PIXELS:
                    raise Image.DecompressionBombError
                small = min(opened.size) < size
                mode = "RGB" if colour else "L"
                opened.draft(mode, (2 * size, 2 * size))  # a JPEG is not unpacked larger than needed
                square = _middle(ImageOps.exif_transpose(opened))
                small_square = _converted(square, mode).resize((size, size), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"would unpack to more than {MOST_PIXELS / 1e6:.0f} million pixels") from None
    except Image.UnidentifiedImageError:
        raise ValueError("is no picture, whatever its name says") from None
    except ValueError as error:
        raise ValueError(_reason(error)) from None
    except Exception as error:  # a decoder may raise anything on a broken file
        raise ValueError(f"cannot be read: {_reason(error)}") from None
    return np.asarray(small_square), small


def _is_colourful(path: Path) -> bool:
    """Whether a file that could be read shows colours, looked at roughly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path, formats=list(FORMATS)) as opened:
            if opened.mode in ("1", "L", "LA", "La") or opened.mode.startswith("I"):
                return False
            opened.draft("RGB", (LOOKED_AT, LOOKED_AT))
            small = _converted(opened, "RGB").resize((LOOKED_AT, LOOKED_AT), Image.Resampling.BOX)
    return bool(np.ptp(np.asarray(small).astype(int), axis=-1).max() >= COLOURFUL)


def _middle(picture: Image.Image) -> Image.Image:
    """The largest square in the middle of a picture."""
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    return picture.crop((left, top, left + side, top + side))


def _converted(picture: Image.Image, mode: str) -> Image.Image:
    """A picture in the mode L or RGB, 8 bits each; what is transparent lies on white."""
    if picture.mode.startswith("I"):  # 16 bits
        wide = np.asarray(picture).astype(np.int64).clip(0, 65_535)
        return Image.fromarray((wide >> 8).astype(np.uint8)).convert(mode)
    if picture.mode == "F":
        raise ValueError("holds numbers that are no grey values")
    if "transparency" in picture.info or picture.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        seen = picture.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(ground, seen).convert(mode)
    return picture.convert(mode)


def _reason(error: Exception) -> str:
    """An error's own words, in one short line."""
    return " ".join(_shown(str(error)).split()).rstrip(".") or type(error).__name__


def _shown(name: str) -> str:
    """A name as it can be printed: not too long, and nothing in it that moves a cursor."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= 80 else f"{plain[:77]}..."
