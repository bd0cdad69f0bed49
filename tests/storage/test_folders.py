"""Folders are taken by a specification if they are empty, replaced as a whole, and the oldest forgotten."""

import dataclasses
import os
from dataclasses import dataclass

import pytest

from explorer.compute.provenance import ENGINE, provenance
from explorer.storage.files import CheckpointError, write_sealed
from explorer.storage.folders import (
    check_engine,
    computed_by,
    folders_with,
    forget_oldest,
    read_spec,
    take_folder,
    write_folder,
)


@dataclass(frozen=True)
class Spec:
    """Work that is named by a number."""

    number: int

    def to_json(self):
        return {"number": self.number}


def from_json(values):
    return Spec(values["number"])


def load(folder):
    spec = read_spec(folder, 1, "count", from_json)
    return spec, tuple(sorted(path.name for path in folder.glob("*.done")))


def test_a_folder_is_taken_once_and_says_what_is_finished(tmp_path):
    folder = tmp_path / "above" / "mine"
    assert take_folder(folder, 1, Spec(3), "count", load) == ()
    (folder / "first.done").touch()
    assert take_folder(folder, 1, Spec(3), "count", load) == ("first.done",)
    with pytest.raises(
        CheckpointError, match=r"^The folder mine holds the count of another specification\.$"
    ):
        take_folder(folder, 1, Spec(4), "count", load)
    with pytest.raises(CheckpointError, match=r"^first.done is there already and is no count; it is left"):
        take_folder(folder / "first.done", 1, Spec(3), "count", load)
    with pytest.raises(
        CheckpointError, match=r"^above is there already and is no count; it is left as it is"
    ):
        take_folder(tmp_path / "above", 1, Spec(3), "count", load)


def test_a_specification_that_is_none_is_named(tmp_path):
    take_folder(tmp_path / "mine", 1, Spec(3), "count", load)
    with pytest.raises(
        CheckpointError, match=r"^The file spec.json of the count mine cannot be read: 'name'\.$"
    ):
        read_spec(tmp_path / "mine", 1, "count", lambda values: values["name"])


def test_a_whole_folder_replaces_another(tmp_path):
    write_folder(tmp_path / "mine", {"a": b"1", "b": b"2"})
    write_folder(tmp_path / "mine", {"a": b"3"})
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "mine").iterdir()] == [("a", b"3")]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_oldest_are_forgotten(tmp_path):
    for age, name in enumerate(("new", "old", "older")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "spec.json").write_text("{}")
        os.utime(folder / "spec.json", (1e9 - age, 1e9 - age))
    (tmp_path / "other").mkdir()
    forget_oldest(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old", "other"]


def test_age_is_that_of_the_newest_file_or_of_the_one_that_counts(tmp_path):
    for name, times in {"a": (1e9, 3e8), "b": (5e8, 4e8)}.items():
        write_folder(tmp_path / name, {"manifest.json": b"{}", "rest": b""})
        for file, seconds in zip(("rest", "manifest.json"), times, strict=True):
            os.utime(tmp_path / name / file, (seconds, seconds))
    assert [f.name for f in folders_with(tmp_path, "manifest.json")] == ["b", "a"]
    assert [f.name for f in folders_with(tmp_path, "manifest.json", dated_by="manifest.json")] == ["a", "b"]
    assert folders_with(tmp_path / "nowhere", "manifest.json") == []


def test_unfinished_work_of_another_engine_does_not_go_on(tmp_path):
    today = provenance("cpu")
    before = dataclasses.replace(today, engine=ENGINE - 1)
    for number, made in enumerate((today, before)):
        write_sealed(tmp_path / f"rows-{number}.json", 1, {"computed": dataclasses.asdict(made)})
    write_sealed(tmp_path / "rows-2.json", 1, {})  # as before it was recorded
    assert computed_by(tmp_path, "rows-*.json", 1, "count") == {today, before, None}
    check_engine(tmp_path, "count", [today])
    for other in (before, None):
        with pytest.raises(CheckpointError, match=r"^The count .* was begun by another version of the eng"):
            check_engine(tmp_path, "count", [today, other])
