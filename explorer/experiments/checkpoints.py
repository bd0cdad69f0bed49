"""Where runs are stored: one folder a run, verified on load, written to a temporary name and renamed.

A folder holds
    experiment.json        what was run
    weights.safetensors    the averaged parameters at every snapshot, and the data's mean and spread
    results.safetensors    loss history, densities or samples at every snapshot
    manifest.json          format, what was measured, how it was computed (`trained` and `measured`, see
                           Provenance), size and SHA-256 of the other files, and its own seal
Nothing is ever unpickled. A run is found by its whole experiment: one that was stored under the same name for
another experiment is as if it were not there.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

import numpy as np

from explorer.compute.provenance import Provenance
from explorer.compute.user_cache import user_cache
from explorer.data.points import PointSet
from explorer.diffusion.training import NOISE_ERROR, TRAINING_LOSS, Recorded
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import Measurement
from explorer.experiments.presets import preset
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

    def written(self, name: str) -> int | None:
        """When a run of that name was stored, in nanoseconds since the epoch; None if there is none."""
        try:
            return (self._folder(name) / MANIFEST).stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def load(self, name: str) -> Stored:
        """The run of that name. Raises CheckpointError if it is missing or any file is not what was
        written."""
        return load_folder(self._folder(name))

    def load_preset(self, name: str) -> Stored:
        """The run of a preset. Raises CheckpointError as `load`, and if it is of another experiment than the
        preset is."""
        stored = self.load(name)
        if stored.result.experiment != preset(name).experiment:
            raise CheckpointError(another_experiment(name, stored.result.experiment, preset(name).experiment))
        return stored

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

    def save_measured(self, result: Result, name: str) -> None:
        """Write a stored run of that name again with other measurements; its weights' file keeps its bytes.

        Raises CheckpointError if that file is not what was written, or holds another network.
        """
        folder = self._folder(name)
        stored = load_folder(folder)
        if stored.result.network_digest != result.network_digest:
            raise CheckpointError(f"The run {name} holds another network than the one that was measured.")
        write_folder(folder, encode(result, (folder / WEIGHTS).read_bytes()))

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
    return CheckpointStore(user_cache())


def locate(experiment: Experiment) -> Path | None:
    """The folder of an experiment's stored result: the user's own if there is one, else the shipped one.

    What is stored there is of this very experiment, or is damaged, which loading it will say.
    """
    if own().has(experiment.digest):
        folder = own().root / experiment.digest
        if _stored_experiment(folder, (folder / MANIFEST).stat().st_mtime_ns) in (experiment, None):
            return folder
    return shipped_folder(experiment)


def shipped_folder(experiment: Experiment) -> Path | None:
    """The folder of an experiment's shipped run; None if it does not ship."""
    return _shipped_folders().get(experiment)


def unlike_preset(name: str) -> str | None:
    """One sentence on a shipped run of that name that is of another experiment than the preset; None if there
    is no such run."""
    folder = shipped().root / name
    stored = _stored_experiment(folder, 0) if shipped().has(name) else None
    wanted = preset(name).experiment
    return None if stored in (None, wanted) else another_experiment(name, stored, wanted)


def another_experiment(name: str, stored: Experiment, wanted: Experiment) -> str:
    """One sentence that says in what a stored run differs from what was asked for."""
    differing, now = stored.differences(wanted), wanted.differences(stored)
    path = min(differing)
    more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
    found, asked = (text[path][:40] or "none" for text in (differing, now))
    return f"The stored run of {name} is of another experiment: its {path} is {found}, not {asked}{more}."


@cache
def _shipped_folders() -> dict[Experiment, Path]:
    """The folders of the shipped runs by their experiments; what is damaged is as if it were not shipped, and
    verify names it."""
    folders = [shipped().root / name for name in shipped().names()]
    return {stored: folder for folder in folders if (stored := _stored_experiment(folder, 0)) is not None}


@lru_cache(1_024)
def _stored_experiment(folder: Path, changed: int) -> Experiment | None:
    """What the file of a run says was run; None if it cannot be read. It is read anew when `changed`, when
    the run was written, is another."""
    try:
        with readable(f"The run {folder.name}"):
            return Experiment.from_stored(read_json(folder / EXPERIMENT))
    except CheckpointError:
        return None


def load_folder(folder: Path) -> Stored:
    """A run from its folder. Raises CheckpointError in one plain sentence."""
    with readable(f"The run {folder.name}"):
        manifest = read_sealed(folder / MANIFEST, FORMAT, "run")
        listed = manifest["files"]
        files = {name: verified(folder / name, listed[name]) for name in (EXPERIMENT, WEIGHTS, RESULTS)}
        experiment = Experiment.from_stored(json.loads(files[EXPERIMENT]))
        result = decode(experiment, manifest, load_arrays(files[WEIGHTS]), load_arrays(files[RESULTS]))
    return Stored(result, folder.parent == SHIPPED_ROOT, folder, (folder / MANIFEST).stat().st_mtime)


# ---- a result as files and back --------------------------------------------------------------------------


def encode(result: Result, weights_file: bytes | None = None) -> dict[str, bytes]:
    """The files of a run, by name; `weights_file` is taken as it is if it is given."""
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
        WEIGHTS: save_arrays(weights) if weights_file is None else weights_file,
        RESULTS: save_arrays(results),
    }
    manifest = {
        "digest": result.experiment.digest,
        "trained": None if result.trained is None else dataclasses.asdict(result.trained),
        "measured": None if result.measured is None else dataclasses.asdict(result.measured),
        "recorded": result.recorded,
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
    trained, measured = (Provenance.from_json(manifest.get(of)) for of in ("trained", "measured"))
    recorded = manifest.get("recorded", _once_recorded(experiment))
    if recorded not in get_args(Recorded):
        raise ValueError(f"its losses are {recorded!r:.40}")
    losses = results["losses"]
    return Result(experiment, weights["data.mean"], std, losses, snapshots, trained, measured, recorded)


def _once_recorded(experiment: Experiment) -> Recorded:
    """What the losses are of a run whose manifest does not say: what was minimised, which is the noise error
    where t was drawn evenly and nothing was added."""
    training = experiment.training
    return NOISE_ERROR if training.step_draw == "uniform" and not training.steepness else TRAINING_LOSS


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
