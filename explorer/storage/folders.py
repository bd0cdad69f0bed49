"""Folders of one piece of work each: written whole, or taken for a specification and filled file by file."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from explorer.compute.provenance import ENGINE, Provenance
from explorer.storage.files import CheckpointError, read_sealed, readable, write_sealed

SPEC = "spec.json"
FOLDERS_KEPT = 30  # of loops and of sweeps that were computed here


class Spec(Protocol):
    """What describes a piece of work, as JSON."""

    def to_json(self) -> dict[str, Any]: ...


S = TypeVar("S", bound=Spec)
V = TypeVar("V")


def folders_with(root: Path, file: str, dated_by: str = "*") -> list[Path]:
    """Folders below a root that hold that file, the one longest unchanged first.

    dated_by    pattern of the files whose last change counts
    """
    found = [path.parent for path in root.glob(f"[!.]*/{file}")]
    return sorted(found, key=lambda folder: max(path.stat().st_mtime for path in folder.glob(dated_by)))


def remove_oldest(folders: Sequence[Path], keep: int) -> None:
    """Remove all folders of a list, oldest first, but the last `keep`."""
    for folder in folders[: max(0, len(folders) - keep)]:
        shutil.rmtree(folder, ignore_errors=True)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, if it is not there. Raises CheckpointError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(f"The folder {folder.name} cannot be written: {error.strerror}.") from None


def occupied(folder: Path, what: str) -> CheckpointError:
    """The error for a folder that holds something else than `what` is to be written there."""
    return CheckpointError(f"{folder.name} is there already and is no {what}; it is left as it is.")


def own_or_shipped(
    own: Path,
    spec: S,
    load: Callable[[Path], tuple[S, V]],
    shipped: Callable[[S], V | None],
    what: str,
) -> V:
    """The parts of a piece of work that are stored on this machine: those in a user's `own` folder if it is
    of that specification, else what ships of it (None: nothing).

    Raises CheckpointError if there are none, or their files are damaged.
    """
    if (own / SPEC).is_file():
        found, parts = load(own)
        if found == spec:
            return parts
    kept = shipped(spec)
    if kept is None:
        raise CheckpointError(f"No such {what} is stored on this machine; it can be computed anew here.")
    return kept


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files as one folder, replacing one of the same name: a reader sees the old one or the new one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.tmp"
    temporary.mkdir()
    try:
        for name, blob in contents.items():
            (temporary / name).write_bytes(blob)
        if folder.exists():
            retired = temporary.with_suffix(".old")
            os.replace(folder, retired)
            try:
                os.replace(temporary, folder)
            except BaseException:
                retired.rename(folder)
                raise
            shutil.rmtree(retired, ignore_errors=True)
        else:
            os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


# ---- folders of a specification, which grow ------------------------------------------------------------


def take_folder(
    folder: Path,
    version: int,
    spec: S,
    what: str,
    load: Callable[[Path], tuple[S, tuple[V, ...]]],
) -> tuple[V, ...]:
    """What a folder holds already of the work that `spec` describes; one that holds nothing is taken for it.

    load    reads a folder that was taken: its specification, and what of it is finished

    Raises CheckpointError if the folder holds anything else, or cannot be written; `what` it is to be is
    named.
    """
    if (folder / SPEC).is_file():
        stored, finished = load(folder)
        check_same(folder, stored, spec, what)
        return finished
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise occupied(folder, what)
    make_folder(folder)
    write_sealed(folder / SPEC, version, {"spec": spec.to_json()})
    return ()


def check_same(folder: Path, stored: S, asked: S, what: str) -> None:
    """Raise CheckpointError if what a folder holds is not of the specification that was asked for."""
    if stored != asked:
        raise CheckpointError(f"The folder {folder.name} holds the {what} of another specification.")


def read_spec(folder: Path, version: int, what: str, from_json: Callable[[Any], V]) -> V:
    """The specification that a folder was taken for. Raises CheckpointError."""
    values = read_sealed(folder / SPEC, version, what)
    with readable(f"The file {SPEC} of the {what} {folder.name}"):
        return from_json(values["spec"])


def computed_by(folder: Path, pattern: str, version: int, what: str) -> set[Provenance | None]:
    """How the finished parts of a folder's work were computed, by what its files of that pattern say; None
    among them for those of which it was not recorded.

    Raises CheckpointError for a file that cannot be read.
    """
    found = set()
    for path in sorted(folder.glob(pattern)):
        values = read_sealed(path, version, what)
        with readable(f"The file {path.name} of the {what} {folder.name}"):
            found.add(Provenance.from_json(values.get("computed")))
    return found


def check_engine(folder: Path, what: str, computed: Iterable[Provenance | None]) -> None:
    """Raise CheckpointError if a part of unfinished work was computed by another engine than today's, or by
    nobody knows which: to go on would mix two kinds of numbers."""
    if any(made is None or made.engine != ENGINE for made in computed):
        raise CheckpointError(
            f"The {what} {folder.name} was begun by another version of the engine and is not finished."
        )


def forget_oldest(root: Path, keep: int = FOLDERS_KEPT) -> None:
    """Remove all folders with a specification below a root but the `keep` that were worked on last."""
    remove_oldest(folders_with(root, SPEC), keep)
