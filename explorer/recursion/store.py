"""Where a recursion lives: a folder that grows by three files for every generation of every arm.

    spec.json                   what was run
    ARM-NUMBER.kept.safetensors the samples that the arm kept, in full, for the next generation to learn from
    ARM-NUMBER.safetensors      what is shown: density, histogram of Hal, some samples
    ARM-NUMBER.json             the numbers, and the SHA-256 of the file before; it is written last

Every file is written to a temporary name and renamed, so that a run that was killed goes on after the last
generation whose numbers are there. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from explorer.detection.statistics.drift import HalHistogram
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.exact_density.density import Density
from explorer.recursion.spec import Generation, RecursionSpec, in_order, missing, samples_digest
from explorer.storage.files import (
    CheckpointError,
    read_sealed,
    take_folder,
    verified,
    write_file,
    write_sealed,
)
from explorer.storage.pictures import pictures_of, sheet

FORMAT = 1
PLAIN = (
    *("arm", "number", "training_digest", "kept_digest", "drawn", "kept"),
    *("alive", "width", "distance", "threshold", "kinds", "seconds"),
)


def begin(folder: Path, spec: RecursionSpec) -> tuple[Generation, ...]:
    """Take a folder for a run, and return the generations of it that are there already.

    Raises CheckpointError if the folder holds anything else: another run, or files that are none.
    """
    if (folder / "spec.json").is_file():
        stored, generations = load_run(folder)
        if stored != spec:
            raise CheckpointError(f"The folder {folder.name} holds the recursion of another specification.")
        return generations
    take_folder(folder, FORMAT, spec.to_json(), "recursion")
    return ()


def save_generation(folder: Path, generation: Generation, kept: np.ndarray) -> None:
    """Add a generation and the samples it kept (n, *shape)."""
    blob = save(_arrays(generation))
    name, density = _name(generation.arm, generation.number), generation.density
    after = generation.rate_after
    values = {key: getattr(generation, key) for key in PLAIN} | {
        "rate": [generation.rate.count, generation.rate.n],
        "rate_after": None if after is None else [after.count, after.n],
        "exact": generation.exact,
        "mode_shares": generation.mode_shares,
        "span": None if density is None else density.cell * len(density.x) / 2,
        "shown": {"bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()},
    }
    write_file(_kept_file(folder, generation), save({"samples": np.ascontiguousarray(kept, np.float32)}))
    write_file(folder / f"{name}.safetensors", blob)
    write_sealed(folder / f"{name}.json", FORMAT, values)


def load_kept(folder: Path, generation: Generation) -> np.ndarray:
    """The samples (n, *shape) that a generation kept. Raises CheckpointError if they are not what it kept."""
    path = _kept_file(folder, generation)
    try:
        kept = load(path.read_bytes())["samples"]
    except (OSError, SafetensorError, LookupError, ValueError):
        raise CheckpointError(
            f"The file {path.name} of the run {folder.name} is missing or damaged."
        ) from None
    if len(kept) != generation.kept or samples_digest(kept) != generation.kept_digest:
        raise CheckpointError(
            f"The file {path.name} of the run {folder.name} was changed after it was written."
        )
    return kept


def load_run(folder: Path) -> tuple[RecursionSpec, tuple[Generation, ...]]:
    """The specification and all finished generations of a run, by number and arm; their kept samples are not
    read.

    Raises CheckpointError, naming the file, if one is damaged or is not of this run.
    """
    spec = _read_spec(folder)
    places = [(arm, number) for arm in spec.arms for number in range(spec.generations)]
    found = [_read(folder, spec, *place) for place in places if (folder / f"{_name(*place)}.json").is_file()]
    kept = {(one.arm, one.number): one.kept_digest for one in found}
    for one in found:
        if one.number and kept.get((one.arm, one.number - 1), one.training_digest) != one.training_digest:
            raise CheckpointError(
                f"The generation {_name(one.arm, one.number)} of the run {folder.name} was not trained on "
                "what the one before kept."
            )
    return spec, in_order(found)


def compact(folder: Path) -> None:
    """Remove the samples kept in full from a finished run, which can be shown without them.

    Raises CheckpointError for a run that is not finished: it could not go on.
    """
    spec, generations = load_run(folder)
    left = len(missing(spec, generations))
    if left:
        raise CheckpointError(
            f"The run {folder.name} lacks {left} of its generations, so it needs its samples to go on."
        )
    for path in [*folder.glob("*.kept.safetensors"), *folder.glob(".*.tmp")]:
        path.unlink()


def _read_spec(folder: Path) -> RecursionSpec:
    values = read_sealed(folder / "spec.json", FORMAT, "run")
    try:
        return RecursionSpec.from_json(values["spec"])
    except (LookupError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The file spec.json of the run {folder.name} cannot be read: {_reason(error)}."
        ) from error


def _read(folder: Path, spec: RecursionSpec, arm: str, number: int) -> Generation:
    name = _name(arm, number)
    values = read_sealed(folder / f"{name}.json", FORMAT, "run")
    try:
        if (values["arm"], values["number"]) != (arm, number):
            raise ValueError(f"it is of {values['arm']} {values['number']}")
        arrays = load(verified(folder / f"{name}.safetensors", values["shown"]))
        samples, density, after = arrays["samples"], None, values["rate_after"]
        if spec.experiment.pictures:
            samples = pictures_of(samples, spec.experiment)
        if "density" in arrays:
            p, span = arrays["density"].astype(np.float64), float(values["span"])
            density = Density(2 * span / len(p) * (np.arange(len(p)) + 0.5) - span, p)
        exact = values["exact"]
        return Generation(
            **{key: values[key] for key in PLAIN},
            rate=Rate(*values["rate"]),
            rate_after=None if after is None else Rate(*after),
            exact=None if exact is None else {int(k): float(mass) for k, mass in exact.items()},
            density=density,
            mode_shares=tuple(values["mode_shares"]),
            hal=HalHistogram(*arrays["hal"].astype(np.int64)),
            samples=samples,
        )
    except CheckpointError:
        raise
    except (LookupError, TypeError, ValueError, ArithmeticError, SafetensorError) as error:
        raise CheckpointError(
            f"The generation {name} of the run {folder.name} cannot be read: {_reason(error)}."
        ) from error


def _arrays(generation: Generation) -> dict[str, np.ndarray]:
    """What is shown. A density in single precision: its rates down to 1e-9 are what it is for."""
    pictures = generation.kinds is not None
    arrays = {
        "samples": sheet(generation.samples) if pictures else generation.samples.astype(np.float32),
        "hal": np.stack([generation.hal.in_support, generation.hal.hallucinated]).astype(np.int32),
    }
    if generation.density is not None:
        arrays["density"] = generation.density.p.astype(np.float32)
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _name(arm: str, number: int) -> str:
    return f"{arm}-{number}"


def _kept_file(folder: Path, generation: Generation) -> Path:
    return folder / f"{_name(generation.arm, generation.number)}.kept.safetensors"


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")
