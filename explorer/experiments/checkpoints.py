"""Where runs are stored: one folder a run, verified on load, written to a temporary name and renamed.

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
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import torch

from explorer.data.points import PointSet
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import Measurement
from explorer.experiments.run import Result, Snapshot
from explorer.storage.arrays import density_array, density_of, load_arrays, save_arrays, span_of
from explorer.storage.files import (
    CheckpointError,
    by_threshold,
    json_bytes,
    listing,
    read_json,
    read_sealed,
    readable,
    sealed,
    verified,
    write_file,
)
from explorer.storage.folders import folders_with, make_folder, occupied, remove_oldest, write_folder
from explorer.storage.pictures import pictures_of, read_strips, read_trial, sheet, strip_arrays, trial_arrays

FORMAT = 1
MANIFEST, EXPERIMENT = "manifest.json", "experiment.json"
WEIGHTS, RESULTS = "weights.safetensors", "results.safetensors"
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
        return [folder.name for folder in self._folders()]

    def has(self, name: str) -> bool:
        return (self._folder(name) / MANIFEST).is_file()

    def load(self, name: str) -> Stored:
        """The run of that name. Raises CheckpointError if it is missing or any file is not what was
        written."""
        return load_folder(self._folder(name))

    def require_room(self, name: str) -> None:
        """Raise CheckpointError if a run of that name could not be saved, before it is computed."""
        folder = self._folder(name)
        if folder.exists() and not self.has(name):
            raise occupied(folder, "run")
        make_folder(self.root)

    def save(self, result: Result, name: str | None = None) -> Path:
        """Write a result as one folder, replacing one of the same name; returns the folder."""
        folder = self._folder(name or result.experiment.digest)
        write_folder(folder, encode(result))
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

    def forget_oldest(self, keep: int = OWN_RUNS_KEPT) -> None:
        """Remove all runs but the `keep` newest."""
        remove_oldest(self._folders(), keep)

    def _folders(self) -> list[Path]:
        return folders_with(self.root, MANIFEST, dated_by=MANIFEST)

    def _folder(self, name: str) -> Path:
        if not name or name != Path(name).name or name.startswith("."):
            raise CheckpointError(f"{name[:60]!r} is not the name of a run.")
        return self.root / name

    # ---- a user's own points ---------------------------------------------------------------------

    def save_points(self, points: PointSet) -> str:
        """Keep uploaded points under their digest, which is returned."""
        folder = self.root / "points"
        folder.mkdir(parents=True, exist_ok=True)
        shift = np.array([*points.shift, points.scale], np.float64)
        blob = save_arrays({"points": points.points, "shift_scale": shift})
        write_file(folder / f"{points.digest}.safetensors", blob)
        return points.digest

    def load_points(self, digest: str) -> PointSet | None:
        """The points of that digest, or None if they are not here or not what they were."""
        path = self.root / "points" / f"{Path(digest).name}.safetensors"
        try:
            arrays = load_arrays(path.read_bytes())
            *shift, scale = (float(v) for v in arrays["shift_scale"])
            points = PointSet(arrays["points"], tuple(shift), scale)
        except (OSError, KeyError, ValueError):
            return None
        return points if points.digest == digest else None


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
            found[read_json(SHIPPED_ROOT / name / MANIFEST)["digest"]] = name
        except (CheckpointError, KeyError, TypeError):
            continue  # verify names it; here it is as if it were not shipped
    return found


def load_folder(folder: Path) -> Stored:
    """A run from its folder. Raises CheckpointError in one plain sentence."""
    with readable(f"The run {folder.name}"):
        manifest = read_sealed(folder / MANIFEST, FORMAT, "run")
        listed = manifest["files"]
        files = {name: verified(folder / name, listed[name]) for name in (EXPERIMENT, WEIGHTS, RESULTS)}
        experiment = Experiment.from_json(json.loads(files[EXPERIMENT]))
        result = decode(experiment, manifest, load_arrays(files[WEIGHTS]), load_arrays(files[RESULTS]))
    return Stored(result, folder.parent == SHIPPED_ROOT, folder, (folder / MANIFEST).stat().st_mtime)


# ---- a result as files and back --------------------------------------------------------------------------


def encode(result: Result) -> dict[str, bytes]:
    """The files of a run, by name."""
    pictures = bool(result.experiment.pictures)
    precision = np.float16 if pictures else np.float32
    weights = {
        f"step.{s.step}": s.weights.astype(precision) for s in result.snapshots if s.weights is not None
    }
    weights |= {"data.mean": result.data_mean, "data.std": np.array([result.data_std])}
    results: dict[str, np.ndarray] = {"losses": result.losses.astype(np.float32)}
    for snapshot in result.snapshots:
        measured = snapshot.measurement
        if measured.density is not None:
            results[f"density.{snapshot.step}"] = density_array(measured.density)
        if measured.samples is not None:
            stored = sheet(measured.samples) if pictures else measured.samples.astype(np.float32)
            results[f"samples.{snapshot.step}"] = stored
        if measured.trial is not None:
            results |= trial_arrays(measured.trial)
        if measured.strips is not None:
            results |= strip_arrays(measured.strips)
    files = {
        EXPERIMENT: json_bytes(result.experiment.to_json()),
        WEIGHTS: save_arrays(weights),
        RESULTS: save_arrays(results),
    }
    manifest = {
        "digest": result.experiment.digest,
        "torch": torch.__version__,
        "span": span_of(result.final.measurement.density),
        "snapshots": [
            {
                "step": s.step,
                "seconds": round(s.seconds, 3),
                "beyond": s.measurement.beyond,
                "error": s.measurement.error,
                "n": s.measurement.n,
                "kinds": s.measurement.kinds,
            }
            for s in result.snapshots
        ],
        "files": {name: listing(blob) for name, blob in files.items()},
    }
    return files | {MANIFEST: sealed(FORMAT, manifest)}


def decode(
    experiment: Experiment,
    manifest: dict[str, Any],
    weights: dict[str, np.ndarray],
    results: dict[str, np.ndarray],
) -> Result:
    """The result that a manifest and its arrays describe. What does not fit raises, for `readable`."""
    entries = manifest["snapshots"]
    snapshots = tuple(
        _snapshot(experiment, entry, manifest["span"], weights, results, last=entry is entries[-1])
        for entry in entries
    )
    if not snapshots:
        raise ValueError("it holds no snapshot")
    std = float(weights["data.std"][0])
    if not (0 < std < np.inf and np.isfinite(weights["data.mean"]).all()):
        raise ValueError("the mean or the spread of its data is not a number")
    return Result(experiment, weights["data.mean"], std, results["losses"], snapshots)


def _snapshot(
    experiment: Experiment,
    entry: dict[str, Any],
    span: Any,
    weights: dict[str, np.ndarray],
    results: dict[str, np.ndarray],
    *,
    last: bool,
) -> Snapshot:
    """The snapshot of an entry of the manifest; `span` is half the interval of its density, if it has one."""
    step = int(entry["step"])
    p, samples = results.get(f"density.{step}"), results.get(f"samples.{step}")
    density = None if p is None else density_of(p, float(span))
    trial, strips = None, None
    if experiment.pictures and samples is not None:
        samples = pictures_of(samples, experiment.pictures)
        if last:
            trial, strips = read_trial(results, samples), read_strips(results, experiment.pictures)
    beyond = by_threshold(entry["beyond"])
    measurement = Measurement(
        density,
        samples,
        beyond,
        entry["n"],
        entry.get("kinds"),
        trial,
        strips,
        by_threshold(entry.get("error")),
    )
    learned = weights.get(f"step.{step}")
    if learned is None and (last or not experiment.pictures):
        raise ValueError(f"it holds no weights of step {step:,}")
    learned = None if learned is None else learned.astype(np.float32)
    if learned is not None and not np.isfinite(learned).all():
        raise ValueError(f"its weights at step {step:,} hold values that are not finite numbers")
    return Snapshot(step, float(entry["seconds"]), learned, measurement)
