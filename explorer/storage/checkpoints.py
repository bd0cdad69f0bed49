"""Where results live: one folder a run, verified on load, written to a temporary name and renamed.

A folder holds
    experiment.json        what was run
    weights.safetensors    the averaged parameters at every snapshot, and the data's mean and spread
    results.safetensors    loss history, densities or samples at every snapshot
    manifest.json          format, what was measured, size and SHA-256 of the other files, and its own seal
Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import platformdirs
from safetensors import SafetensorError
from safetensors.numpy import load, save

from explorer.data.points import PointSet
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.storage.files import (
    FILES,
    FORMAT,
    CheckpointError,
    decode,
    encode,
    read_json,
    seal,
    verified,
    write_file,
)

SHIPPED_ROOT = Path(__file__).resolve().parents[2] / "checkpoints"
OWN_RUNS_KEPT = 200


@dataclass(frozen=True)
class Stored:
    """A result and where it came from: the shipped ones carry their preset's name."""

    result: Result
    shipped: bool
    path: Path
    modified: float


class CheckpointStore:
    """Finds, saves and verifies results below a root folder: shipped ones by preset, a user's own by
    digest."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """Names of all stored runs, oldest first."""
        if not self.root.is_dir():
            return []
        folders = [f for f in self.root.glob("[!.]*") if (f / "manifest.json").is_file()]
        return [f.name for f in sorted(folders, key=lambda f: (f / "manifest.json").stat().st_mtime)]

    def has(self, name: str) -> bool:
        return (self._folder(name) / "manifest.json").is_file()

    def load(self, name: str) -> Stored:
        """The run of that name. Raises CheckpointError if it is missing or any file is not what was
        written."""
        return load_folder(self._folder(name))

    def require_room(self, name: str) -> None:
        """Raise CheckpointError if a run of that name could not be saved, before it is computed."""
        folder = self._folder(name)
        if folder.exists() and not self.has(name):
            raise CheckpointError(f"{folder.name} is there already and is no run; it is left as it is.")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CheckpointError(
                f"The folder {self.root.name} cannot be written: {error.strerror}."
            ) from None

    def save(self, result: Result, name: str | None = None) -> Path:
        """Write a result as one folder, replacing one of the same name; returns the folder."""
        folder = self._folder(name or result.experiment.digest)
        self.root.mkdir(parents=True, exist_ok=True)
        contents = encode(result)
        temporary = self.root / f".{folder.name}.{secrets.token_hex(4)}.tmp"
        temporary.mkdir()
        try:
            for file, blob in contents.items():
                (temporary / file).write_bytes(blob)
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
        return folder

    def problems(self) -> Iterator[tuple[str, str | None]]:
        """For every stored run its name and what is wrong with it, or None."""
        for name in self.names():
            try:
                self.load(name)
            except CheckpointError as error:
                yield name, str(error)
            else:
                yield name, None

    # ---- a user's own points ---------------------------------------------------------------------

    def save_points(self, points: PointSet) -> str:
        """Keep uploaded points under their digest, which is returned."""
        folder = self.root / "points"
        folder.mkdir(parents=True, exist_ok=True)
        shift = np.array([*points.shift, points.scale], np.float64)
        write_file(
            folder / f"{points.digest}.safetensors", save({"points": points.points, "shift_scale": shift})
        )
        return points.digest

    def load_points(self, digest: str) -> PointSet | None:
        """The points of that digest, or None if they are not here or not what they were."""
        path = self.root / "points" / f"{Path(digest).name}.safetensors"
        try:
            arrays = load(path.read_bytes())
            *shift, scale = (float(v) for v in arrays["shift_scale"])
            points = PointSet(arrays["points"], tuple(shift), scale)
        except (OSError, SafetensorError, KeyError, ValueError):
            return None
        return points if points.digest == digest else None

    def _folder(self, name: str) -> Path:
        if not name or name != Path(name).name or name.startswith("."):
            raise CheckpointError(f"{name[:60]!r} is not the name of a run.")
        return self.root / name

    def forget_oldest(self, keep: int = OWN_RUNS_KEPT) -> None:
        """Remove all runs but the `keep` newest."""
        names = self.names()
        for name in names[: max(0, len(names) - keep)]:
            shutil.rmtree(self.root / name, ignore_errors=True)


@cache
def shipped() -> CheckpointStore:
    """The results that come with the explorer."""
    return CheckpointStore(SHIPPED_ROOT)


@cache
def own() -> CheckpointStore:
    """This user's results: in EXPLORER_CACHE if that is set, else in the system's cache folder."""
    named = os.environ.get("EXPLORER_CACHE")
    return CheckpointStore(Path(named) if named else platformdirs.user_cache_path("diffusion-explorer"))


def locate(experiment: Experiment) -> Path | None:
    """The folder of an experiment's stored result: the user's own if there is one, else the shipped one."""
    if own().has(experiment.digest):
        return own().root / experiment.digest
    name = _shipped_names().get(experiment.digest)
    return None if name is None else shipped().root / name


@cache
def _shipped_names() -> dict[str, str]:
    """Digest -> name of the shipped runs, from what their manifests say."""
    found = {}
    for name in shipped().names():
        try:
            found[read_json(SHIPPED_ROOT / name / "manifest.json")["digest"]] = name
        except (CheckpointError, KeyError, TypeError):
            continue  # verify names it; here it is as if it were not shipped
    return found


def load_folder(folder: Path) -> Stored:
    """A run from its folder. Raises CheckpointError in one plain sentence."""
    manifest = read_json(folder / "manifest.json")
    try:
        if manifest["format"] != FORMAT:
            raise CheckpointError(
                f"The run {folder.name} has format {manifest['format']!r}; this version reads {FORMAT}."
            )
        if manifest["seal"] != seal(manifest):
            raise CheckpointError(
                f"The file manifest.json of the run {folder.name} was changed after it was written."
            )
        blobs = {name: verified(folder / name, manifest["files"][name]) for name in FILES}
        experiment = Experiment.from_json(json.loads(blobs["experiment.json"]))
        weights, results = load(blobs["weights.safetensors"]), load(blobs["results.safetensors"])
        result = decode(experiment, manifest, weights, results)
    except CheckpointError:
        raise
    except (
        LookupError,
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
        RecursionError,
        SafetensorError,
    ) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise CheckpointError(f"The run {folder.name} cannot be read: {reason}.") from error
    shipped = folder.parent == SHIPPED_ROOT
    return Stored(result, shipped, folder, (folder / "manifest.json").stat().st_mtime)
