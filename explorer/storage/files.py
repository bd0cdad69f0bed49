"""The files of a stored run: a result as bytes and back, sealed, and verified before it is believed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from explorer.diffusion.exact_density.density import Density
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import Measurement
from explorer.experiments.run import Result, Snapshot
from explorer.storage.pictures import pictures_of, read_strips, read_trial, sheet, strip_arrays, trial_arrays

FORMAT = 1
MAX_FILE_BYTES = 64_000_000
FOLDERS_KEPT = 30  # of loops and of sweeps that were computed here
FILES = ("experiment.json", "weights.safetensors", "results.safetensors")


class CheckpointError(ValueError):
    """A checkpoint that is missing, truncated, edited or of another format; the message is one plain
    sentence."""


def write_file(path: Path, blob: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(blob)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"There is no run in the folder {path.parent.name}.") from None
    except (OSError, ValueError, RecursionError):
        raise CheckpointError(f"The file {path.name} of the run {path.parent.name} is damaged.") from None
    if not isinstance(value, dict):
        raise CheckpointError(f"The file {path.name} of the run {path.parent.name} is damaged.")
    return value


def verified(path: Path, expected: dict[str, Any]) -> bytes:
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


def encode(result: Result) -> dict[str, bytes]:
    precision = np.float16 if result.experiment.pictures else np.float32
    weights = {
        f"step.{s.step}": s.weights.astype(precision) for s in result.snapshots if s.weights is not None
    }
    weights |= {"data.mean": result.data_mean, "data.std": np.array([result.data_std])}
    results: dict[str, np.ndarray] = {"losses": result.losses.astype(np.float32)}
    for snapshot in result.snapshots:
        measured = snapshot.measurement
        if measured.density is not None:
            results[f"density.{snapshot.step}"] = measured.density.p.astype(np.float32)
        if measured.samples is not None:
            pictures = bool(result.experiment.pictures)
            stored = sheet(measured.samples) if pictures else measured.samples.astype(np.float32)
            results[f"samples.{snapshot.step}"] = stored
        if measured.trial is not None:
            results |= trial_arrays(measured.trial)
        if measured.strips is not None:
            results |= strip_arrays(measured.strips)
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
    return blobs | {"manifest.json": _json(plain | {"seal": seal(plain)})}


def seal(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest without its seal, which shows whether a number in it was edited."""
    rest = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_sealed(path: Path, version: int, what: str) -> dict[str, Any]:
    """A JSON object that `write_sealed` wrote, in that version of its format; `what` its folder holds is told
    in errors."""
    values, whose = read_json(path), f"The file {path.name} of the {what} {path.parent.name}"
    if values.get("format") != version:
        raise CheckpointError(f"{whose} has format {values.get('format')!r}; this version reads {version}.")
    if values.get("seal") != seal(values):
        raise CheckpointError(f"{whose} was changed after it was written.")
    return values


def write_sealed(path: Path, version: int, values: dict[str, Any]) -> None:
    """Write a JSON object with the version of its format and a seal."""
    plain = json.loads(json.dumps({"format": version} | values))  # as it will be read back, its keys all text
    write_file(path, _json(plain | {"seal": seal(plain)}))


def take_folder(folder: Path, version: int, spec: dict[str, Any], what: str) -> None:
    """Take a folder that holds nothing yet for what `spec` describes, which is written into it.

    Raises CheckpointError if it holds anything, or cannot be written; `what` it is to be is told.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CheckpointError(f"{folder.name} is there already and is no {what}; it is left as it is.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(f"The folder {folder.name} cannot be written: {error.strerror}.") from None
    write_sealed(folder / "spec.json", version, {"spec": spec})


def forget_oldest(root: Path, keep: int = FOLDERS_KEPT) -> None:
    """Remove all folders with a spec.json below a root folder but the `keep` that were worked on last."""
    folders = [path.parent for path in root.glob("*/spec.json")]
    newest = sorted(
        folders, key=lambda folder: max(f.stat().st_mtime for f in folder.iterdir()), reverse=True
    )
    for folder in newest[keep:]:
        shutil.rmtree(folder, ignore_errors=True)


def decode(
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
        samples, trial, strips = results.get(f"samples.{step}"), None, None
        if experiment.pictures and samples is not None:
            samples = pictures_of(samples, experiment)
            if entry is manifest["snapshots"][-1]:
                trial, strips = read_trial(results, samples), read_strips(results, experiment)
        measurement = Measurement(density, samples, beyond, entry["n"], kinds, trial, strips)
        learned = weights.get(f"step.{step}")
        if learned is None and (not experiment.pictures or entry is manifest["snapshots"][-1]):
            raise ValueError(f"it holds no weights of step {step:,}")
        learned = None if learned is None else learned.astype(np.float32)
        if learned is not None and not np.isfinite(learned).all():
            raise ValueError(f"its weights at step {step:,} hold values that are not finite numbers")
        snapshots.append(Snapshot(step, float(entry["seconds"]), learned, measurement))
    if not snapshots:
        raise ValueError("it holds no snapshot")
    std = float(weights["data.std"][0])
    if not (0 < std < np.inf and np.isfinite(weights["data.mean"]).all()):
        raise ValueError("the mean or the spread of its data is not a number")
    return Result(experiment, weights["data.mean"], std, results["losses"], tuple(snapshots))


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
