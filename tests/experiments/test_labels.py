"""Labels by hand: what is chosen, what is kept, and what becomes of files that were not written here."""

from __future__ import annotations

import csv
import io
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.experiments.checkpoints import shipped
from explorer.experiments.labels import (
    COLUMNS,
    IMPOSSIBLE,
    OPEN,
    POSSIBLE,
    SKIPPED,
    Hand,
    Labelling,
    LabelStore,
    Mark,
    labelling_of,
)
from explorer.storage.files import CheckpointError

ANNA, LABELLING = Hand("Anna"), Labelling("ab" * 32, 1024, 0, 12)
ROOT = Path(__file__).parents[2]

LABEL_FOR_EVER = """
import itertools, sys
from pathlib import Path
from explorer.experiments.labels import Hand, Labelling, LabelStore, Mark
store, labelling, hand = LabelStore(Path(sys.argv[1])), Labelling("ab" * 32, 1024, 0, 12), Hand("Anna")
for number in itertools.count():
    store.add(labelling, hand, [Mark(number % 12, number % 2)], number)
    print(number + 1, flush=True)
"""


@pytest.fixture
def store(tmp_path) -> LabelStore:
    return LabelStore(tmp_path)


@pytest.fixture
def file(store, tmp_path) -> Path:
    """The file of three labels."""
    store.add(LABELLING, ANNA, [Mark(0, POSSIBLE), Mark(1, IMPOSSIBLE), Mark(2, SKIPPED)], 0)
    (path,) = tmp_path.rglob("*.csv")
    return path


def test_every_pass_shows_the_same_pictures_in_another_order():
    first, second = LABELLING.order(1), LABELLING.order(2)
    assert len(set(first.tolist())) == 12
    assert sorted(first) == sorted(second)
    assert first.tolist() != second.tolist()
    assert first.tolist() == Labelling("ab" * 32, 1024, 0, 12).order(1).tolist()
    for other in (Labelling("ab" * 32, 1024, 1, 12), Labelling("cd" * 32, 1024, 0, 12)):
        assert sorted(other.order(1)) != sorted(first)


def test_the_order_is_blind_to_kind_and_score():
    """Over many seeds a hallucinated picture is as likely at every place, and no score is favoured."""
    result = shipped().load("shapes-32").result
    trial = result.final.measurement.trial
    wrong, ranks = trial.hallucinated(5), trial.hal((0, 8)).argsort().argsort() / (trial.n - 1)
    labelling = labelling_of(result, 100)
    orders = np.stack(
        [Labelling(labelling.pictures, labelling.stored, seed, 100).order(1) for seed in range(400)]
    )
    spread = np.sqrt(wrong.mean() * (1 - wrong.mean()) / 400)
    assert np.abs(wrong[orders].mean(0) - wrong.mean()).max() < 4.5 * spread
    assert np.abs(ranks[orders].mean(0) - 0.5).max() < 4.5 * np.sqrt(1 / 12 / 400)


def test_a_labelling_is_of_these_very_pictures():
    result = shipped().load("shapes-32").result
    again = shipped().load("shapes-32").result
    assert labelling_of(result, 60).name == labelling_of(again, 60).name
    again.final.measurement.trial.samples[0, 0, 0, 0] += 0.5
    assert labelling_of(result, 60).name != labelling_of(again, 60).name
    with pytest.raises(ValueError, match="none are stored"):
        labelling_of(shipped().load("three-modes").result, 60)


def test_labels_undo_and_resume(store, file):
    labels = store.load(LABELLING, ANNA)
    assert labels.verdicts.tolist() == [POSSIBLE, IMPOSSIBLE, SKIPPED] + [OPEN] * 9
    assert labels.done == 3
    labels = store.add(LABELLING, ANNA, [Mark(0, IMPOSSIBLE), Mark(), Mark()], 3)
    assert labels.verdicts[:3].tolist() == [POSSIBLE, IMPOSSIBLE, OPEN]
    labels = LabelStore(store.root).add(LABELLING, ANNA, [Mark(), Mark(), Mark()], 6)
    assert labels.done == 0  # the third has nothing left to undo
    assert len(list(csv.reader(io.StringIO(file.read_text())))) == 1 + 1 + 9  # rows are only ever added
    assert store.load(LABELLING, Hand("Anna", 2)).done == 0
    order = LABELLING.order(1)
    store.add(LABELLING, ANNA, [Mark(4, IMPOSSIBLE)], 9)
    by_picture = store.load(LABELLING, ANNA).by_picture
    assert np.flatnonzero(by_picture != OPEN).tolist() == [order[4]]
    assert by_picture[order[4]] == IMPOSSIBLE


def test_what_is_sent_twice_is_written_once_and_a_stale_page_writes_nothing(store, file):
    sent = [Mark(3, POSSIBLE), Mark(4, POSSIBLE)]
    once = store.add(LABELLING, ANNA, sent, 3)
    again = store.add(LABELLING, ANNA, [*sent, Mark(5, IMPOSSIBLE)], 3)
    assert len(once.marks) == 5
    assert again.marks == (*once.marks, Mark(5, IMPOSSIBLE))
    stale = store.add(LABELLING, ANNA, [Mark(3, IMPOSSIBLE), Mark(4, IMPOSSIBLE)], 3)
    ahead = store.add(LABELLING, ANNA, [Mark(6, IMPOSSIBLE)], 9)
    assert stale.marks == ahead.marks == again.marks == store.load(LABELLING, ANNA).marks


def test_what_was_said_to_be_written_survives_a_kill(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", LABEL_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    said = 0
    for line in process.stdout:
        said = int(line)
        if said >= 40:
            process.send_signal(signal.SIGKILL)
            break
    said = max([said, *(int(line) for line in process.stdout)])
    assert process.wait() == -signal.SIGKILL
    labels = LabelStore(tmp_path).load(LABELLING, ANNA)
    assert said <= len(labels.marks) <= said + 1
    assert labels.marks == tuple(Mark(number % 12, number % 2) for number in range(len(labels.marks)))


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_broken_last_row_is_left_out_and_said(store, file, cut):
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    kept = whole[:-cut].count(b"\n") - 2
    labels = store.load(LABELLING, ANNA)
    assert labels.broken
    assert len(labels.marks) == kept
    labels = store.add(LABELLING, ANNA, [Mark(7, POSSIBLE)], kept)
    assert not labels.broken
    again = store.load(LABELLING, ANNA)
    assert not again.broken
    assert again.marks == labels.marks
    assert again.verdicts[7] == POSSIBLE


@pytest.mark.parametrize("kept", [0, 5, len(",".join(COLUMNS)) + 1, len(",".join(COLUMNS)) + 10])
def test_a_file_broken_off_at_its_beginning_begins_anew(store, file, kept):
    file.write_bytes(file.read_bytes()[:kept])
    assert store.load(LABELLING, ANNA).done == 0
    store.add(LABELLING, ANNA, [Mark(7, POSSIBLE)], 0)
    assert store.load(LABELLING, ANNA).marks == (Mark(7, POSSIBLE),)
    assert file.read_text().count("labelling") == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("labelling,", "label,", "its columns are not"),
        ("Anna", "Bert", "another labelling, person or pass"),
        ("seed0", "seed1", "another labelling, person or pass"),
        (",1,possible", ",2,possible", "not at place 2"),
        (",1,possible", ",13,possible", "not at place 13"),
        (",1,possible", ",one,possible", "invalid literal"),
        (",possible", ",perhaps", "the label 'perhaps'"),
        (",begin,", ",undo,", "line 2 is not the next row"),
        ("possible,0.0", "possible,-3", "seconds after the beginning"),
        ("possible,0.0", "possible,nan", "seconds after the beginning"),
        ("possible,0.0", 'possible,"0.0', "cannot be read"),
        ("possible", "poss\xffible".encode("latin-1"), "cannot be read"),
        ("T", "t,", "cannot be read"),
    ],
)
def test_a_forged_file_is_one_sentence(store, file, old, new, says):
    forged = new if isinstance(new, bytes) else new.encode()
    file.write_bytes(file.read_bytes().replace(old.encode(), forged))
    with pytest.raises(CheckpointError, match=says) as raised:
        store.load(LABELLING, ANNA)
    assert "\n" not in str(raised.value)
    with pytest.raises(CheckpointError):
        store.add(LABELLING, ANNA, [Mark(0, POSSIBLE)], 3)


def test_a_row_that_is_missing_is_said_and_of_two_with_one_number_the_first_holds(store, file):
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:3] + lines[4:]))
    with pytest.raises(CheckpointError, match="line 4 is not the next row"):
        store.load(LABELLING, ANNA)
    file.write_text("".join([*lines[:4], lines[3].replace("not possible", "possible"), *lines[4:]]))
    assert store.load(LABELLING, ANNA).verdicts[:3].tolist() == [POSSIBLE, IMPOSSIBLE, SKIPPED]


def test_a_huge_file_is_not_read(store, file):
    with file.open("ab") as opened:
        opened.truncate(5_000_000)
    with pytest.raises(CheckpointError, match="more than 4,000,000 bytes"):
        store.load(LABELLING, ANNA)


@pytest.mark.parametrize(
    "who", ["=1+1", "@sum", "-Anna", "+Anna", "a\tb", "a\nb", "", "a" * 25, "a/../b", "a,b", " Anna"]
)
def test_a_name_that_a_spreadsheet_would_compute_or_a_path_is_refused(who):
    with pytest.raises(ValueError, match=r"name"):
        Hand(who)


@pytest.mark.parametrize("who", ["Anna", "Zoë", "明", "A. B.-C", "7", "O'Hara x"])
def test_names_of_people_are_names(store, who):
    hand = Hand(who, 2)
    store.add(LABELLING, hand, [Mark(0, POSSIBLE)], 0)
    assert store.hands(LABELLING) == [hand]
    rows = list(csv.DictReader(io.StringIO(store.load(LABELLING, hand).csv())))
    assert {row["who"] for row in rows} == {who}
    assert not any(value[:1] in tuple("=+-@") for row in rows for value in row.values())


def test_hands_are_those_that_can_be_read(store, file):
    store.add(LABELLING, Hand("bert", 2), [Mark(0, POSSIBLE)], 0)
    store.add(LABELLING, Hand("Carl"), [Mark(0, POSSIBLE)], 0)
    (carls,) = store.root.rglob("carl*.csv")
    carls.write_text("no table")
    store.add(Labelling("ab" * 32, 1024, 0, 60), Hand("Dora"), [Mark(0, POSSIBLE)], 0)
    assert store.hands(LABELLING) == [ANNA, Hand("bert", 2)]


def test_the_text_of_labels_is_that_of_the_file(store, file):
    assert store.load(LABELLING, ANNA).csv() == file.read_text()


@pytest.mark.parametrize("marks", [[Mark(12, POSSIBLE)], [Mark(-1, POSSIBLE)], [Mark(0, 7)]])
def test_a_place_or_a_label_that_there_is_not_is_refused(store, marks):
    with pytest.raises(ValueError, match="There is no picture"):
        store.add(LABELLING, ANNA, marks, 0)
    assert not list(store.root.rglob("*.csv"))


@pytest.mark.parametrize(("seed", "n"), [(0, 11), (0, 1_001), (-1, 60), (0, 10**9)])
def test_bounds_of_a_labelling(seed, n):
    with pytest.raises(ValueError, match=r"12 to 1,000|outside"):
        Labelling("ab" * 32, 1024, seed, n)
    with pytest.raises(ValueError, match="12 to 50"):
        Labelling("ab" * 32, 50, 0, 60)
