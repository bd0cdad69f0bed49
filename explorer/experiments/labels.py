"""Labels by hand: which pictures of a run are possible, as people say who see neither score nor kind.

A labelling is a fixed choice of the pictures that are stored with a run. Each pass over it by a person is a
CSV file of the user's own, to which every label, every skip and every undo adds a row, and is on the disk
before it is said to be kept. What the labels are is what all rows together say.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import os
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from explorer.experiments import checkpoints
from explorer.experiments.experiment import MAX_SEED
from explorer.experiments.run import Result
from explorer.storage.files import CheckpointError, readable

POSSIBLE, IMPOSSIBLE, SKIPPED, OPEN = 1, 0, 2, -1
WORDS = {POSSIBLE: "possible", IMPOSSIBLE: "not possible", SKIPPED: "skipped"}
UNDO, BEGIN = "undo", "begin"
COLUMNS = ("labelling", "who", "pass", "began", "row", "picture", "place", "label", "seconds")
LONGEST_NAME, PASSES = 24, 2
FEWEST, MOST = 12, 1_000  # pictures of a labelling
MOST_ROWS, MOST_BYTES, MOST_FILES = 20_000, 4_000_000, 200
_LABELS = {word: label for label, word in WORDS.items()}
_WRITING = threading.Lock()


@dataclass(frozen=True)
class Labelling:
    """A choice of `n` of the pictures that are stored with a run, drawn at random: neither which they are nor
    their order has to do with a score or a kind.

    pictures    digest of the network and of the pictures that it drew
    stored      how many these are
    seed        of the choice
    """

    pictures: str
    stored: int
    seed: int
    n: int

    def __post_init__(self) -> None:
        most = min(MOST, self.stored)
        if not FEWEST <= self.n <= most:
            raise ValueError(f"A labelling is of {FEWEST} to {most:,} pictures, not {self.n:,}.")
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"The seed {self.seed} is outside [0, {MAX_SEED}].")

    @property
    def name(self) -> str:
        return f"{self.pictures[:16]}-seed{self.seed}-n{self.n}"

    def order(self, number: int) -> np.ndarray:
        """The pictures in the order in which a pass, from 1, shows them, (n,) int: the same ones in each
        pass, but in another order."""
        chosen = self._random("choice").permutation(self.stored)[: self.n]
        return self._random(f"pass {number}").permutation(chosen)

    def _random(self, what: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self.pictures} {self.seed} {what}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def labelling_of(result: Result, n: int, seed: int = 0) -> Labelling:
    """A labelling of n of the pictures that are stored with a run.

    Raises ValueError for a run without stored pictures, and for n and seed out of bounds.
    """
    trial = result.final.measurement.trial
    if not result.experiment.pictures or trial is None:
        raise ValueError("There are no pictures to label: none are stored with this run.")
    return labelling_of_pictures(result.network_digest, trial.samples, n, seed)


def labelling_of_pictures(source: str, pictures: np.ndarray, n: int, seed: int = 0) -> Labelling:
    """A labelling of n of some pictures (stored, ...), named by where they come from and what they are.

    Raises ValueError for n and seed out of bounds.
    """
    digest = hashlib.sha256(source.encode())
    digest.update(pictures.tobytes())
    return Labelling(digest.hexdigest(), len(pictures), seed, n)


@dataclass(frozen=True)
class Hand:
    """Who labels, by a short name, and the number of the pass, from 1."""

    who: str
    number: int = 1

    def __post_init__(self) -> None:
        if not 1 <= len(self.who) <= LONGEST_NAME:
            raise ValueError(f"A name has 1 to {LONGEST_NAME} characters, not {len(self.who)}.")
        if not re.fullmatch(r"[^\W_](?:[\w .'-]*[\w.])?", self.who):
            raise ValueError(
                f"The name {self.who!r} does not begin with a letter or a digit, or has more in it than "
                "letters, digits, spaces, dots and hyphens."
            )
        if not 1 <= self.number <= PASSES:
            raise ValueError(f"Pass {self.number} is outside [1, {PASSES}].")

    @property
    def in_words(self) -> str:
        return f"{self.who}, pass {self.number}"


@dataclass(frozen=True)
class Mark:
    """One thing that a hand does: a label of the picture at a place of the order, or, without one, an undo of
    the last label that still stands."""

    place: int = -1
    label: int | None = None


@dataclass(frozen=True, eq=False)
class Labels:
    """What the rows of a file come to.

    verdicts    (n,) int8 by place in the order of the pass: POSSIBLE, IMPOSSIBLE, SKIPPED or OPEN
    marks       what was done, in order; began, seconds  when it began, and how long after that each was done
    broken      whether the file ends in half a row, which is left out
    """

    labelling: Labelling
    hand: Hand
    marks: tuple[Mark, ...] = ()
    seconds: tuple[float, ...] = ()
    began: datetime.datetime | None = None
    broken: bool = False

    @cached_property
    def verdicts(self) -> np.ndarray:
        found = np.full(self.labelling.n, OPEN, np.int8)
        standing: list[tuple[int, int]] = []
        for mark in self.marks:
            if mark.label is not None:
                standing.append((mark.place, int(found[mark.place])))
                found[mark.place] = mark.label
            elif standing:
                place, before = standing.pop()
                found[place] = before
        return found

    @cached_property
    def order(self) -> np.ndarray:
        return self.labelling.order(self.hand.number)

    @property
    def done(self) -> int:
        """How many pictures are labelled or skipped."""
        return int((self.verdicts != OPEN).sum())

    @cached_property
    def by_picture(self) -> np.ndarray:
        """(stored,) int8: the verdict on every picture of the run, OPEN where it was not asked for."""
        found = np.full(self.labelling.stored, OPEN, np.int8)
        found[self.order] = self.verdicts
        return found

    def csv(self) -> str:
        """Every mark as a row, as the file holds it."""
        return _text([_row(self, BEGIN, -1, 0, 0.0), *self._rows(0)], header=True) if self.began else ""

    def _rows(self, since: int) -> Iterable[tuple[object, ...]]:
        for number in range(since, len(self.marks)):
            mark = self.marks[number]
            word = UNDO if mark.label is None else WORDS[mark.label]
            yield _row(self, word, mark.place, number + 1, self.seconds[number])


class LabelStore:
    """The labels of all hands below a folder: a folder a labelling, a file a pass."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load(self, labelling: Labelling, hand: Hand) -> Labels:
        """The labels of a hand; none if it has not begun.

        A last row that was broken off, as when the machine went down, is left out. Raises CheckpointError for
        a file that is not of this labelling and this hand, or was not written here.
        """
        path = self._path(labelling, hand)
        with readable(f"The file of labels {path.name}"):
            if not path.exists():
                return Labels(labelling, hand)
            if path.stat().st_size > MOST_BYTES:
                raise CheckpointError(f"The file of labels {path.name} has more than {MOST_BYTES:,} bytes.")
            whole, _, rest = path.read_bytes().rpartition(b"\n")
            rows = _rows_of(whole.decode("utf-8"))
            return _read(rows, labelling, hand, broken=bool(rest))

    def add(self, labelling: Labelling, hand: Hand, marks: Sequence[Mark], since: int) -> Labels:
        """Write down what a hand did after the first `since` marks, and return all labels.

        Marks that are written already are not written twice, and what was done by somebody who did not see
        the newest is left out. When this returns, the rows are on the disk. Raises ValueError for a place or
        a label that there is not, and CheckpointError as `load`.
        """
        for mark in marks:
            if mark.label is not None and not (0 <= mark.place < labelling.n and mark.label in WORDS):
                raise ValueError(
                    f"There is no picture {mark.place + 1} of {labelling.n}, or no label {mark.label}."
                )
        with _WRITING:
            held = self.load(labelling, hand)
            written = len(held.marks)
            known = written - since  # of these marks, as far as one can see
            if known < 0 or tuple(marks[:known]) != held.marks[since:] or not marks[known:]:
                return held
            new = tuple(marks[known:])
            if written + len(new) > MOST_ROWS:
                raise ValueError(f"A file of labels has at most {MOST_ROWS:,} rows.")
            now = datetime.datetime.now(datetime.UTC)
            began = held.began or now.replace(microsecond=now.microsecond // 1_000 * 1_000)
            after = max(0.0, round((now - began).total_seconds(), 1))
            labels = Labels(
                labelling, hand, held.marks + new, held.seconds + (after,) * len(new), began, broken=False
            )
            text = _text(labels._rows(written)) if held.began else labels.csv()
            self._append(self._path(labelling, hand), text, anew=held.began is None)
        return labels

    def hands(self, labelling: Labelling) -> list[Hand]:
        """Who has labels of a labelling that can be read, by name and pass."""
        found = []
        for path in sorted((self.root / labelling.name).glob("*.csv"))[:MOST_FILES]:
            try:
                with path.open(encoding="utf-8", newline="") as file:
                    next(file)
                    row = dict(zip(COLUMNS, next(csv.reader(file)), strict=True))
                hand = Hand(row["who"], int(row["pass"]))
                if path.name == self._path(labelling, hand).name and self.load(labelling, hand).done:
                    found.append(hand)
            except (OSError, ValueError, StopIteration, csv.Error):
                continue
        return sorted(found, key=lambda hand: (hand.who.casefold(), hand.number))

    def _path(self, labelling: Labelling, hand: Hand) -> Path:
        plain = re.sub(r"[^a-z0-9]+", "-", hand.who.lower()).strip("-")
        digest = hashlib.sha256(hand.who.encode()).hexdigest()[:8]
        return self.root / labelling.name / f"{plain}-{digest}-pass{hand.number}.csv"

    def _append(self, path: Path, text: str, *, anew: bool) -> None:
        """Add rows to a file, behind its last whole one or from the beginning, and wait until the disk has
        them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            whole = 0 if anew else path.read_bytes().rfind(b"\n") + 1
            if whole < path.stat().st_size:
                file.truncate(whole)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


def own_labels() -> LabelStore:
    """This user's labels, beside the user's own runs."""
    return LabelStore(checkpoints.own().root / "labels")


# ---- rows --------------------------------------------------------------------------------------------------


def _row(labels: Labels, word: str, place: int, number: int, seconds: float) -> tuple[object, ...]:
    """A row of the file; places and pictures of people begin at 1, those of the run at 0."""
    assert labels.began is not None
    shown = ("", "") if place < 0 else (int(labels.order[place]), place + 1)
    hand = labels.hand
    began = labels.began.isoformat()
    return (labels.labelling.name, hand.who, hand.number, began, number, *shown, word, f"{seconds:.1f}")


def _text(rows: Iterable[tuple[object, ...]], *, header: bool = False) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def _rows_of(text: str) -> list[list[str]]:
    """The rows of a CSV. Raises ValueError for what is none."""
    try:
        return list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _read(rows: list[list[str]], labelling: Labelling, hand: Hand, *, broken: bool) -> Labels:
    """The labels of the whole rows of a file. Raises ValueError for what is not as it was written.

    Of rows with one number, as two servers can write them in the same moment, the first holds.
    """
    if not rows:
        return Labels(labelling, hand, broken=broken)
    if tuple(rows[0]) != COLUMNS:
        raise ValueError(f"its columns are not {', '.join(COLUMNS)}")
    if len(rows) > MOST_ROWS + 2:
        raise ValueError(f"it has more than {MOST_ROWS:,} rows")
    order = labelling.order(hand.number)
    marks: list[Mark] = []
    seconds: list[float] = []
    began = None
    for line, values in enumerate(rows[1:], 2):
        row = dict(zip(COLUMNS, values, strict=True))
        if (row["labelling"], row["who"], row["pass"]) != (labelling.name, hand.who, str(hand.number)):
            raise ValueError(f"line {line} is of another labelling, person or pass")
        number = int(row["row"])
        if number <= (len(marks) if began else -1):
            continue
        if number != (len(marks) + 1 if began else 0) or (number == 0) != (row["label"] == BEGIN):
            raise ValueError(f"line {line} is not the next row")
        if number == 0:
            began = datetime.datetime.fromisoformat(row["began"])
            if began.tzinfo is None:
                raise ValueError(f"line {line} has no time zone")
            continue
        mark, after = _mark(row, order, line), float(row["seconds"])
        if not 0 <= after < 1e9:
            raise ValueError(f"line {line} was not written {row['seconds'][:20]} seconds after the beginning")
        marks.append(mark)
        seconds.append(after)
    return Labels(labelling, hand, tuple(marks), tuple(seconds), began, broken)


def _mark(row: dict[str, str], order: np.ndarray, line: int) -> Mark:
    if row["label"] == UNDO:
        return Mark()
    if row["label"] not in _LABELS:
        raise ValueError(f"line {line} has the label {row['label'][:20]!r}")
    place = int(row["place"]) - 1
    if not 0 <= place < len(order) or int(row["picture"]) != order[place]:
        raise ValueError(f"line {line} is of a picture that is not at place {row['place'][:20]}")
    return Mark(place, _LABELS[row["label"]])
