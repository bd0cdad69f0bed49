"""Where a recursion is stored: a folder that grows by three files for every generation of every arm.

    spec.json                   what was run
    ARM-NUMBER.kept.safetensors the samples that the arm kept, in full, for the next generation to learn from;
                                of the arm accumulate those that it added to its pool
    ARM-NUMBER.safetensors      what is shown: density, histogram of Hal, some samples
    ARM-NUMBER.json             the numbers, and the SHA-256 of the file before; it is written last

One of several seeds is a folder with its spec.json and such a folder for each of them:

    seed-NUMBER/                the recursion with this seed

Every file is written to a temporary name and renamed, so that a run that was killed goes on after the last
generation whose numbers are there. Nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from explorer.compute.provenance import Provenance
from explorer.detection.statistics.rates import Rate
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import training_points
from explorer.recursion.spec import Generation, RecursionSpec, missing, samples_digest, sorted_generations
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
from explorer.storage.folders import SPEC, check_engine, read_spec, take_folder
from explorer.storage.pictures import pictures_of, sheet

FORMAT = 1
TASKS = "tasks"  # the folder of what an executor writes
PLAIN = (
    *("arm", "number", "training_digest", "kept_digest", "drawn", "kept"),
    *("alive", "width", "distance", "threshold", "kinds", "seconds"),
)
UNJUDGED = ("nearest", "diversity")  # that only a user's own pictures have


def begin(folder: Path, spec: RecursionSpec) -> tuple[Generation, ...]:
    """Take a folder for a run, and return the generations of it that are there already.

    Raises CheckpointError if the folder holds anything else: another run, or files that are none.
    """
    return take_folder(folder, FORMAT, spec, "recursion", load_run)


def generations_stored(folder: Path) -> int:
    """How many generations of a run are there."""
    return sum(1 for _ in folder.rglob("*-*.json"))


def seed_folder(folder: Path, spec: RecursionSpec, member: RecursionSpec) -> Path:
    """Where the recursion with one of the seeds is stored: in the folder of all, or there itself if it is the
    only one."""
    return folder if spec.seeds == 1 else folder / f"seed-{member.experiment.seed}"


def save_generation(folder: Path, generation: Generation, kept: np.ndarray) -> None:
    """Add a generation and the samples it kept (n, *shape), in the arm accumulate those it added."""
    blob = save_arrays(_arrays(generation))
    name, after = _name(generation.arm, generation.number), generation.rate_after
    rate = generation.rate
    values = {key: getattr(generation, key) for key in (*PLAIN, *UNJUDGED)} | {
        "rate": None if rate is None else [rate.count, rate.n],
        "rate_after": None if after is None else [after.count, after.n],
        "exact": generation.exact,
        "exact_error": generation.exact_error,
        "mode_shares": generation.mode_shares,
        "span": span_of(generation.density),
        "shown": listing(blob),
        "computed": None if generation.computed is None else dataclasses.asdict(generation.computed),
    }
    write_file(
        folder / _kept_name(generation.arm, generation.number),
        save_arrays({"samples": np.asarray(kept, np.float32)}),
    )
    write_file(folder / f"{name}.safetensors", blob)
    write_sealed(folder / f"{name}.json", FORMAT, values)


def load_kept(folder: Path, spec: RecursionSpec, generation: Generation) -> np.ndarray:
    """The samples (n, *shape) that a generation kept: of the arm accumulate its pool, the data first.

    Raises CheckpointError if they are not what it kept.
    """
    if generation.arm == "accumulate":
        parts = [training_points(spec.experiment).numpy()]
        parts += [_read_kept(folder, "accumulate", number) for number in range(generation.number + 1)]
        kept = np.concatenate(parts)
        whose = f"A file accumulate-NUMBER.kept.safetensors of the run {folder.name}"
    else:
        kept = _read_kept(folder, generation.arm, generation.number)
        whose = f"The file {_kept_name(generation.arm, generation.number)} of the run {folder.name}"
    if len(kept) != generation.kept or samples_digest(kept) != generation.kept_digest:
        raise CheckpointError(f"{whose} was changed after it was written.")
    return kept


def _read_kept(folder: Path, arm: str, number: int) -> np.ndarray:
    """The samples in a generation's file of those it kept."""
    name = _kept_name(arm, number)
    try:
        return load_arrays((folder / name).read_bytes())["samples"]
    except (OSError, LookupError, ValueError):
        raise CheckpointError(f"The file {name} of the run {folder.name} is missing or damaged.") from None


def load_run(folder: Path) -> tuple[RecursionSpec, tuple[Generation, ...]]:
    """The specification and all finished generations of a run, by seed, number and arm; their kept samples
    are not read.

    Raises CheckpointError, naming the file, if one is damaged or is not of this run.
    """
    spec = read_spec(folder, FORMAT, "run", RecursionSpec.from_stored)
    if spec.seeds == 1:
        return spec, _load_seed(folder, spec)
    found: list[Generation] = []
    for member in spec.members:
        inner = seed_folder(folder, spec, member)
        if not (inner / SPEC).is_file():
            continue
        if read_spec(inner, FORMAT, "run", RecursionSpec.from_stored) != member:
            raise CheckpointError(
                f"The folder {inner.name} of the run {folder.name} holds the recursion of another "
                "specification."
            )
        found += _load_seed(inner, member)
    return spec, sorted_generations(found)


def _load_seed(folder: Path, spec: RecursionSpec) -> tuple[Generation, ...]:
    """All finished generations with one seed.

    Raises CheckpointError for a recursion that another engine has not finished: its generations would be of
    two kinds.
    """
    places = [(arm, number) for arm in spec.arms for number in range(spec.generations)]
    found = [_read(folder, spec, *place) for place in places if (folder / f"{_name(*place)}.json").is_file()]
    kept = {(one.arm, one.number): one.kept_digest for one in found}
    for one in found:
        if one.number and kept.get((one.arm, one.number - 1), one.training_digest) != one.training_digest:
            raise CheckpointError(
                f"The generation {_name(one.arm, one.number)} of the run {folder.name} was not trained on "
                "what the one before kept."
            )
    if missing(spec, found):
        check_engine(folder, "recursion", (one.computed for one in found))
    return sorted_generations(found)


def compact(folder: Path) -> None:
    """Remove the samples kept in full from a finished run, which can be shown without them, and what an
    executor wrote.

    Raises CheckpointError for a run that is not finished: it could not go on.
    """
    spec, generations = load_run(folder)
    left = len(missing(spec, generations))
    if left:
        raise CheckpointError(
            f"The run {folder.name} lacks {left} of its generations, so it needs its samples to go on."
        )
    shutil.rmtree(folder / TASKS, ignore_errors=True)
    for path in [*folder.rglob("*.kept.safetensors"), *folder.rglob(".*.tmp")]:
        path.unlink()


def _read(folder: Path, spec: RecursionSpec, arm: str, number: int) -> Generation:
    name = _name(arm, number)
    values = read_sealed(folder / f"{name}.json", FORMAT, "run")
    with readable(f"The generation {name} of the run {folder.name}"):
        if (values["arm"], values["number"]) != (arm, number):
            raise ValueError(f"it is of {values['arm']} {values['number']}")
        arrays = load_arrays(verified(folder / f"{name}.safetensors", values["shown"]))
        return _generation(values, arrays, spec.experiment)


def _generation(values: dict[str, Any], arrays: dict[str, np.ndarray], experiment: Experiment) -> Generation:
    """A generation from its numbers and what is shown of it."""
    pictures = experiment.pictures
    rate, after, samples = values["rate"], values["rate_after"], arrays["samples"]
    if (rate is None) != (bool(pictures) and experiment.distribution is None):
        raise ValueError("it has a rate where nobody knows one, or none where one is known")
    return Generation(
        **{key: values[key] for key in PLAIN},
        nearest=values.get("nearest"),  # which older files lack
        diversity=values.get("diversity"),
        seed=experiment.seed,
        rate=None if rate is None else Rate(*rate),
        rate_after=None if after is None else Rate(*after),
        exact=by_threshold(values["exact"]),
        exact_error=by_threshold(values.get("exact_error")),
        computed=Provenance.from_json(values.get("computed")),
        density=density_of(arrays["density"], float(values["span"])) if "density" in arrays else None,
        mode_shares=tuple(values["mode_shares"]),
        hal=histogram_of(arrays["hal"]),
        samples=pictures_of(samples, pictures) if pictures else samples,
    )


def _arrays(generation: Generation) -> dict[str, np.ndarray]:
    """What is shown of a generation."""
    pictures = generation.samples.ndim == 4
    arrays = {
        "samples": sheet(generation.samples) if pictures else generation.samples.astype(np.float32),
        "hal": histogram_array(generation.hal),
    }
    if generation.density is not None:
        arrays["density"] = density_array(generation.density)
    return arrays


def _name(arm: str, number: int) -> str:
    return f"{arm}-{number}"


def _kept_name(arm: str, number: int) -> str:
    return f"{_name(arm, number)}.kept.safetensors"
