"""Where results live: one folder a run, verified on load, written to a temporary name and renamed.

A folder holds
    experiment.json        what was run
    weights.safetensors    the averaged parameters at every snapshot, and the data's mean and spread
    results.safetensors    loss history, densities or samples at every snapshot
    manifest.json          format, what was measured, size and SHA-256 of the other files, and its own seal
Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load, save

from explorer.data.pictures import world
from explorer.data.points import PointSet
from explorer.diffusion.density import Density
from explorer.experiment import Experiment
from explorer.learning import Measurement, Result, Snapshot

FORMAT = 1
SHIPPED_ROOT = Path(__file__).resolve().parent.parent / "checkpoints"
OWN_RUNS_KEPT = 200
MAX_FILE_BYTES = 64_000_000
FILES = ("experiment.json", "weights.safetensors", "results.safetensors")


class CheckpointError(ValueError):
    """A checkpoint that is missing, truncated, edited or of another format; the message is one plain
    sentence."""


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
        contents = _encode(result)
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
            found[_read_json(SHIPPED_ROOT / name / "manifest.json")["digest"]] = name
        except (CheckpointError, KeyError, TypeError):
            continue  # verify names it; here it is as if it were not shipped
    return found


def load_folder(folder: Path) -> Stored:
    """A run from its folder. Raises CheckpointError in one plain sentence."""
    manifest = _read_json(folder / "manifest.json")
    try:
        if manifest["format"] != FORMAT:
            raise CheckpointError(
                f"The run {folder.name} has format {manifest['format']!r}; this version reads {FORMAT}."
            )
        if manifest["seal"] != _seal(manifest):
            raise CheckpointError(
                f"The file manifest.json of the run {folder.name} was changed after it was written."
            )
        blobs = {name: _verified(folder / name, manifest["files"][name]) for name in FILES}
        experiment = Experiment.from_json(json.loads(blobs["experiment.json"]))
        weights, results = load(blobs["weights.safetensors"]), load(blobs["results.safetensors"])
        result = _decode(experiment, manifest, weights, results)
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


def write_file(path: Path, blob: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(blob)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"There is no run in the folder {path.parent.name}.") from None
    except (OSError, ValueError, RecursionError):
        raise CheckpointError(f"The file {path.name} of the run {path.parent.name} is damaged.") from None
    if not isinstance(value, dict):
        raise CheckpointError(f"The file {path.name} of the run {path.parent.name} is damaged.")
    return value


def _verified(path: Path, expected: dict[str, Any]) -> bytes:
    try:
        size = path.stat().st_size
    except OSError:
        raise CheckpointError(f"The file {path.name} of the run {path.parent.name} is missing.") from None
    if size != expected["bytes"] or size > MAX_FILE_BYTES:
        raise CheckpointError(
            f"The file {path.name} of the run {path.parent.name} has {size:,} bytes, "
            f"but {expected['bytes']:,} were written."
        )
    blob = path.read_bytes()
    if hashlib.sha256(blob).hexdigest() != expected["sha256"]:
        raise CheckpointError(
            f"The file {path.name} of the run {path.parent.name} was changed after it was written."
        )
    return blob


def _encode(result: Result) -> dict[str, bytes]:
    precision = np.float16 if result.experiment.pictures else np.float32
    weights = {f"step.{s.step}": s.weights.astype(precision) for s in result.snapshots}
    weights |= {"data.mean": result.data_mean, "data.std": np.array([result.data_std])}
    results: dict[str, np.ndarray] = {"losses": result.losses.astype(np.float32)}
    for snapshot in result.snapshots:
        measured = snapshot.measurement
        if measured.density is not None:
            results[f"density.{snapshot.step}"] = measured.density.p.astype(np.float32)
        if measured.samples is not None:
            results[f"samples.{snapshot.step}"] = _stored_samples(result.experiment, measured.samples)
    blobs = {
        "experiment.json": _json(result.experiment.to_json()),
        "weights.safetensors": save({k: np.ascontiguousarray(v) for k, v in weights.items()}),
        "results.safetensors": save({k: np.ascontiguousarray(v) for k, v in results.items()}),
    }
    density = result.final.measurement.density
    manifest = {
        "format": FORMAT,
        "digest": result.experiment.digest,
        "torch": torch.__version__,
        "span": None if density is None else density.cell * len(density.x) / 2,
        "snapshots": [
            {
                "step": s.step,
                "seconds": round(s.seconds, 3),
                "beyond": s.measurement.beyond,
                "n": s.measurement.n,
                "kinds": s.measurement.kinds,
            }
            for s in result.snapshots
        ],
        "files": {n: {"bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in blobs.items()},
    }
    plain = json.loads(_json(manifest))  # as it will be read back, its keys all text
    return blobs | {"manifest.json": _json(plain | {"seal": _seal(plain)})}


def _stored_samples(experiment: Experiment, samples: np.ndarray) -> np.ndarray:
    """Points as float32; pictures (n, 1, s, s), from -1 to 1, as the bytes of a PNG file of one below the
    other."""
    if not experiment.pictures:
        return samples.astype(np.float32)
    grey = np.rint(np.clip((samples + 1) * 127.5, 0, 255)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey.reshape(-1, grey.shape[-1])).save(file, "PNG", optimize=True)
    return np.frombuffer(file.getvalue(), np.uint8)


def _read_samples(experiment: Experiment, stored: np.ndarray | None) -> np.ndarray | None:
    if stored is None or not experiment.pictures:
        return stored
    side = world(experiment.pictures).shape[-1]
    try:
        sheet = Image.open(io.BytesIO(stored.tobytes()), formats=["PNG"])
    except OSError:
        raise ValueError("its pictures are no PNG file") from None
    with sheet:
        if sheet.mode != "L" or sheet.width != side or sheet.height % side:
            raise ValueError(f"its pictures are {sheet.size} {sheet.mode}, not {side} wide and grey")
        return np.asarray(sheet).reshape(-1, 1, side, side) / np.float32(127.5) - 1


def _seal(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest without its seal, which shows whether a number in it was edited."""
    rest = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _decode(
    experiment: Experiment,
    manifest: dict[str, Any],
    weights: dict[str, np.ndarray],
    results: dict[str, np.ndarray],
) -> Result:
    snapshots = []
    for entry in manifest["snapshots"]:
        step, density = int(entry["step"]), None
        p = results.get(f"density.{step}")
        if p is not None:
            cell = 2 * float(manifest["span"]) / len(p)
            density = Density(
                cell * (np.arange(len(p)) + 0.5) - float(manifest["span"]), p.astype(np.float64)
            )
        beyond = None if entry["beyond"] is None else {int(k): float(v) for k, v in entry["beyond"].items()}
        kinds = entry.get("kinds")
        samples = _read_samples(experiment, results.get(f"samples.{step}"))
        measurement = Measurement(density, samples, beyond, entry["n"], kinds)
        learned = weights[f"step.{step}"].astype(np.float32)
        snapshots.append(Snapshot(step, float(entry["seconds"]), learned, measurement))
    if not snapshots:
        raise ValueError("it holds no snapshot")
    std = float(weights["data.std"][0])
    if not (0 < std < np.inf and np.isfinite(weights["data.mean"]).all()):
        raise ValueError("the mean or the spread of its data is not a number")
    return Result(experiment, weights["data.mean"], std, results["losses"], tuple(snapshots))


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
