"""Type for pictures made of pixels: which face has a letter, how wide words are, and where ink falls."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

# Regular and bold, those that are installed, in this order; after them comes the face that Pillow brings,
# which has little beyond ASCII and no bold.
FACES = (
    ("Inter-Regular.otf", "Inter-SemiBold.otf"),
    ("segoeui.ttf", "seguisb.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
)
PILLOWS_OWN = ("", "")
# What stands for a letter that no face has; superscripts are raised digits then.
SPELLED = {"−": "-", "–": "-", "—": "-", "·": "-", "×": "x", "±": "+-", "≥": ">=", "≤": "<=", "≈": "~"}
SPELLED |= {"→": "->", "…": "...", "’": "'", "“": '"', "”": '"', "√": "sqrt", "∞": "inf", "ᾱ": "abar"}
SPELLED |= {"α": "alpha", "β": "beta", "ε": "eps", "θ": "theta", "λ": "lambda", "μ": "mu", "σ": "sigma"}
RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789", strict=True))
RAISED_SIZE, RAISED_BY = 0.68, 0.36  # of the size


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one face, `left` of and `rise` above the beginning of the baseline, in pixels."""

    text: str
    font: FreeTypeFont
    left: float
    rise: float
    smear: int  # pixels to the right at which the letters are drawn again, where a face has no bold


@dataclass(frozen=True, slots=True)
class Words:
    """Words set in type: their runs, and how far they reach, in pixels."""

    runs: tuple[Run, ...]
    width: float

    def mask(self, size: float, shift: float, halo: int) -> tuple[Image.Image, tuple[int, int]]:
        """The words as a picture of mode L, widened by `halo` pixels; the pixel where their baseline begins.

        shift   the part of a pixel by which the words begin right of it
        """
        room = halo + math.ceil(size / 2)
        begin = (room, room + math.ceil(size))
        image = Image.new("L", (math.ceil(self.width) + 2 * room + 1, begin[1] + room))
        draw = ImageDraw.Draw(image)
        for run in self.runs:
            for smear in {0, run.smear}:
                place = (begin[0] + shift + run.left + smear, begin[1] - run.rise)
                draw.text(place, run.text, 255, run.font, anchor="ls", stroke_width=halo)
        return image, begin


@lru_cache(4096)
def typeset(text: str, size: float, bold: bool = False) -> Words:
    """Each letter in the first face that has it. White space is one space; what no face has is spelled."""
    runs, left = [], 0.0
    for (face, raised), letters in groupby(_spell(" ".join(text.split())), key=lambda letter: letter[1:]):
        part = "".join(letter for letter, *_ in letters)
        font = _font(face, size * (RAISED_SIZE if raised else 1), bold)
        smear = max(1, round(0.04 * size)) if bold and not face[1] else 0
        runs.append(Run(part, font, left, RAISED_BY * size if raised else 0.0, smear))
        left += font.getlength(part)
    return Words(tuple(runs), left)


def _spell(text: str) -> list[tuple[str, tuple[str, str], bool]]:
    """Each letter with its face and whether it is raised."""
    letters: list[tuple[str, tuple[str, str], bool]] = []
    for letter in unicodedata.normalize("NFC", text):
        face = _face_of(letter)
        if face is not None:
            letters.append((letter, face, False))
        elif letter in RAISED:
            letters += [(part, _face_of(part) or PILLOWS_OWN, True) for part in _plain(RAISED[letter])]
        else:
            letters += [(part, _face_of(part) or PILLOWS_OWN, False) for part in _plain(letter)]
    return letters


def _plain(letter: str) -> str:
    """A letter in those that every face has: é as e, σ as sigma, a mark above another as nothing,
    and ? where nothing comes near."""
    if _face_of(letter):
        return letter
    if unicodedata.combining(letter):
        return ""
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return SPELLED.get(letter) or bare or "?"


@lru_cache(2048)
def _face_of(letter: str) -> tuple[str, str] | None:
    """The first face that has the letter: in the others it looks like one that no face has."""
    for face in _faces():
        font = _font(face, 24, False)
        shape, missing = font.getmask(letter), font.getmask("\U0010fffe")
        if letter == " " or (shape.size, bytes(shape)) != (missing.size, bytes(missing)):
            return face
    return None


@lru_cache
def _faces() -> tuple[tuple[str, str], ...]:
    return (*(face for face in FACES if _installed(face)), PILLOWS_OWN)


def _installed(face: tuple[str, str]) -> bool:
    try:
        return all(ImageFont.truetype(name, 24) for name in face)
    except OSError:
        return False


@lru_cache(256)
def _font(face: tuple[str, str], size: float, bold: bool) -> FreeTypeFont:
    if name := face[bold]:
        return ImageFont.truetype(name, size)
    font = ImageFont.load_default(size)
    if not isinstance(font, FreeTypeFont):
        raise RuntimeError("This Pillow was built without FreeType, which draws the letters of a picture.")
    return font
