"""Points that a user brings: a distribution that can be sampled, but whose truth is unknown."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

import numpy as np

MAX_BYTES = 5_000_000
MAX_POINTS = 200_000
MIN_POINTS = 10


@dataclass(frozen=True)
class PointSet:
    """A finite set of 1- or 2-D points, standardised to zero mean and unit variance.

    The points themselves are (n, D) float32; `digest` names them (their SHA-256), so that two equal files are
    one data set. The shift and the scale lead back to the user's own units: x_user = shift + scale x.
    """

    points: np.ndarray
    shift: tuple[float, ...]
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        return (int(self.points.shape[1]),)

    @property
    def digest(self) -> str:
        units = np.array([*self.shift, self.scale], dtype="<f8")
        parts = (str(self.points.shape).encode(), units.tobytes(), self.points.astype("<f4").tobytes())
        return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def standardise(points: np.ndarray) -> PointSet:
    """A PointSet from raw points (n, D) in the user's units.

    Raises ValueError for fewer than 10 or more than 200,000 points, other than 1 or 2 columns, numbers that
    are not finite, and points that are all the same.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] not in (1, 2):
        raise ValueError("The points need one or two columns of numbers.")
    if not MIN_POINTS <= len(points) <= MAX_POINTS:
        raise ValueError(f"Give between {MIN_POINTS} and {MAX_POINTS:,} points, not {len(points):,}.")
    if not np.isfinite(points).all():
        row = int(np.argwhere(~np.isfinite(points))[0, 0]) + 1
        raise ValueError(f"Row {row} holds a value that is not a finite number.")
    shift = points.mean(0)
    scale = float(np.sqrt(((points - shift) ** 2).mean()))
    resolvable = 1e-6 * float(np.abs(points).max())
    if not scale > resolvable or not np.isfinite(scale):
        raise ValueError("All the points are the same; there is nothing to learn.")
    return PointSet(((points - shift) / scale).astype(np.float32), tuple(float(s) for s in shift), scale)


def read_csv(text: str | bytes) -> np.ndarray:
    """Points from comma-, semicolon-, tab- or space-separated text, one point a line; a header line is
    skipped.

    Returns (n, D) float64. Raises ValueError, naming the line, for anything that is not one or two numbers.
    """
    if len(text) > MAX_BYTES:
        raise ValueError(f"The file has {len(text):,} bytes; the bound is {MAX_BYTES:,}.")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("The file is not UTF-8 text; save it as CSV first.") from None
    rows: list[list[float]] = []
    width: int | None = None
    for number, line in enumerate(io.StringIO(text), 1):
        try:
            cells = _cells(line)
            row = [float(cell) for cell in cells]
        except (ValueError, csv.Error):
            if rows or number > 1:
                raise ValueError(
                    f"Line {number} ({line.strip()[:40]!r}) is not one or two numbers."
                ) from None
            continue  # the header
        if not row:
            continue
        width = width or len(row)
        if len(row) != width or width > 2:
            raise ValueError(
                f"Line {number} has {len(row)} columns; give one or two, the same on every line."
            )
        if len(rows) >= MAX_POINTS:
            raise ValueError(f"The file has more than {MAX_POINTS:,} points.")
        rows.append(row)
    if not rows:
        raise ValueError("There are no numbers in it; give one point a line.")
    return np.array(rows, dtype=np.float64)


def _cells(line: str) -> list[str]:
    line = line.strip()
    for separator in (";", "\t", ","):
        if separator in line:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
            return cells[:-1] if cells[-1] == "" else cells
    return line.split()
