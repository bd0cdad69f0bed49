"""Where a recursion is stored: a folder that grows by three files for every generation of every arm.

    spec.json                   what was run
    ARM-NUMBER.kept.safetensors the samples that the arm kept, in full, for the next generation to learn from
    ARM-NUMBER.safetensors      what is shown: density, histogram of Hal, some samples
    ARM-NUMBER.json             the numbers, and the SHA-256 of the file before; it is written last

Every file is written to a temporary name and renamed, so that a run that was killed goes on after the last
generation whose numbers are there. Nothing is ever unpickled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from explorer.detection.statistics.rates import Rate
from explorer.recursion.spec import Generation, RecursionSpec, in_order, missing, samples_digest
from explorer.storage.arrays import (
    density_array,
    density_of,
    histogram_array,
    histogram_of,
    load_arrays,
    save_arrays,
    span_of,
)
from explorer.storage.files import (
    CheckpointError,
    by_threshold,
    listing,
    read_sealed,
    readable,
    verified,
    write_file,
    write_sealed,
)
from explorer.storage.folders import read_spec, take_folder
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
    return take_folder(folder, FORMAT, spec, "recursion", load_run)


def save_generation(folder: Path, generation: Generation, kept: np.ndarray) -> None:
    """Add a generation and the samples it kept (n, *shape)."""
    blob = save_arrays(_arrays(generation))
    name, after = _name(generation.arm, generation.number), generation.rate_after
    values = {key: getattr(generation, key) for key in PLAIN} | {
        "rate": [generation.rate.count, generation.rate.n],
        "rate_after": None if after is None else [after.count, after.n],
        "exact": generation.exact,
        "mode_shares": generation.mode_shares,
        "span": span_of(generation.density),
        "shown": listing(blob),
    }
    write_file(_kept_file(folder, generation), save_arrays({"samples": np.asarray(kept, np.float32)}))
    write_file(folder / f"{name}.safetensors", blob)
    write_sealed(folder / f"{name}.json", FORMAT, values)


def load_kept(folder: Path, generation: Generation) -> np.ndarray:
    """The samples (n, *shape) that a generation kept. Raises CheckpointError if they are not what it kept."""
    path = _kept_file(folder, generation)
    whose = f"The file {path.name} of the run {folder.name}"
    try:
        kept = load_arrays(path.read_bytes())["samples"]
    except (OSError, LookupError, ValueError):
        raise CheckpointError(f"{whose} is missing or damaged.") from None
    if len(kept) != generation.kept or samples_digest(kept) != generation.kept_digest:
        raise CheckpointError(f"{whose} was changed after it was written.")
    return kept


def load_run(folder: Path) -> tuple[RecursionSpec, tuple[Generation, ...]]:
    """The specification and all finished generations of a run, by number and arm; their kept samples are not
    read.

    Raises CheckpointError, naming the file, if one is damaged or is not of this run.
    """
    spec = read_spec(folder, FORMAT, "run", RecursionSpec.from_json)
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


def _read(folder: Path, spec: RecursionSpec, arm: str, number: int) -> Generation:
    name = _name(arm, number)
    values = read_sealed(folder / f"{name}.json", FORMAT, "run")
    with readable(f"The generation {name} of the run {folder.name}"):
        if (values["arm"], values["number"]) != (arm, number):
            raise ValueError(f"it is of {values['arm']} {values['number']}")
        arrays = load_arrays(verified(folder / f"{name}.safetensors", values["shown"]))
        return _generation(values, arrays, spec.experiment.pictures)


def _generation(values: dict[str, Any], arrays: dict[str, np.ndarray], pictures: str) -> Generation:
    """A generation from its numbers and what is shown of it; `pictures` names their distribution."""
    after, samples = values["rate_after"], arrays["samples"]
    return Generation(
        **{key: values[key] for key in PLAIN},
        rate=Rate(*values["rate"]),
        rate_after=None if after is None else Rate(*after),
        exact=by_threshold(values["exact"]),
        density=density_of(arrays["density"], float(values["span"])) if "density" in arrays else None,
        mode_shares=tuple(values["mode_shares"]),
        hal=histogram_of(arrays["hal"]),
        samples=pictures_of(samples, pictures) if pictures else samples,
    )


def _arrays(generation: Generation) -> dict[str, np.ndarray]:
    """What is shown of a generation."""
    pictures = generation.kinds is not None
    arrays = {
        "samples": sheet(generation.samples) if pictures else generation.samples.astype(np.float32),
        "hal": histogram_array(generation.hal),
    }
    if generation.density is not None:
        arrays["density"] = density_array(generation.density)
    return arrays


def _name(arm: str, number: int) -> str:
    return f"{arm}-{number}"


def _kept_file(folder: Path, generation: Generation) -> Path:
    return folder / f"{_name(generation.arm, generation.number)}.kept.safetensors"
