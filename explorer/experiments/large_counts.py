"""A run sampled by the million: its network read off tables, over threads here or over tasks elsewhere."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from explorer.compute.cluster import ClusterConfig, map_tasks
from explorer.compute.device import choose_device, prepare
from explorer.compute.progress import finish
from explorer.compute.provenance import ENGINE
from explorer.compute.seeds import chunk_generator
from explorer.compute.threads import ordered_map
from explorer.data.mixture import GaussianMixture
from explorer.detection.streamed_counts import (
    StreamedCounts,
    check_streamed,
    chunk_count,
    chunk_size,
    stream_counts,
)
from explorer.detection.trajectory_variance import AUTHORS_WINDOW
from explorer.diffusion.sampler_spec import skipped_steps
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.solvers import evaluated_steps
from explorer.diffusion.tables import PLANE_CELLS, TABLE_CELLS, TabulatedDenoiser, TabulatedPlaneDenoiser
from explorer.experiments.checkpoints import load_folder
from explorer.experiments.experiment import MAX_SEED, UNNAMED, Experiment
from explorer.experiments.measurement import THRESHOLDS, density_span
from explorer.experiments.run import Result
from explorer.storage.arrays import load_npz, save_npz
from explorer.storage.files import readable, write_file

MODE_REACH = 8  # sigma beyond the outermost modes that a table of the plane covers
CHUNKS_OF_A_TASK = 64  # some four million samples on a line
ADDED_FIELDS = ("solver", "spacing", "churn")  # of samplers, which the first counts that were stored lack
FILE_KEYS = {"in_support": "honest", "positions": "places"}  # where a file names a field otherwise


@dataclasses.dataclass(frozen=True)
class CountSpec:
    """What is counted: so many samples of a sampler, judged at `judged` sigma, their Hal over a window.

    Raises ValueError for a number of samples outside [1, 1,000,000,000] and a seed outside [0, 2^31 - 1].
    """

    n: int
    spec: SamplerSpec
    window: tuple[int, int] = AUTHORS_WINDOW
    judged: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        check_streamed(self.n)
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"The seed {self.seed} is outside [0, {MAX_SEED}].")

    def of(self, result: Result) -> str:
        """All that decides what is counted of a run, as JSON: the engine, the network and the question."""
        decisive = {
            "engine": ENGINE,
            "experiment": _named(result.experiment.to_json(), "sampler"),
            "network": result.network_digest,
            "counted": _named(dataclasses.asdict(self), "spec"),
        }
        return json.dumps(decisive, sort_keys=True)


def tabulated(result: Result, device: torch.device) -> TabulatedDenoiser | TabulatedPlaneDenoiser:
    """The network of a run of a mixture on a device, to be read off tables. Raises ValueError for another
    run."""
    mixture = _mixture(result.experiment)
    network = result.denoiser(device=device)
    if mixture.dimensions == 1:
        return TabulatedDenoiser(network, span=density_span(result.experiment), cells=TABLE_CELLS)
    reach = max(abs(c) for mean in mixture.means for c in mean) + MODE_REACH * max(mixture.sigmas)
    return TabulatedPlaneDenoiser(network, reach=reach, cells=PLANE_CELLS)


def evaluation_method(result: Result, spec: SamplerSpec) -> str:
    """How samples are counted by the million, in words."""
    finest = f"{TABLE_CELLS:,}" if result.dimensions == 1 else f"at most {PLANE_CELLS} x {PLANE_CELLS}"
    empty = skipped_steps(result.experiment.schedule, spec)
    return f"network tabulated on {finest} cells" + (f", {empty:,} empty steps skipped" if empty else "")


def count_samples(
    result: Result, counting: CountSpec, *, part: range | None = None, workers: int = 1
) -> Generator[StreamedCounts | None, None, StreamedCounts]:
    """Count samples of a run: yields None while its tables are made, then the StreamedCounts so far.

    part    numbers of the chunks that are wanted, as a task counts them. These are a CPU's chunks on every
            device, so that the numbers of all tasks fit together

    Raises ValueError for a run that is not of a mixture, and as `stream_counts` does.
    """
    mixture = _mixture(result.experiment)
    device = choose_device(result.experiment.network.kind, samples=counting.n).device
    table = tabulated(result, device)
    asked = evaluated_steps(result.experiment.schedule, counting.spec)
    for _ in ordered_map(lambda place: table.fill(asked[place], device), len(asked), workers):
        yield None

    def noise(number: int) -> torch.Generator:
        return chunk_generator(counting.seed, number, device)

    return (
        yield from stream_counts(
            table,
            mixture,
            counting.n,
            counting.spec,
            noise,
            window=counting.window,
            thresholds=THRESHOLDS,
            judged=counting.judged,
            chunk=chunk_size(mixture.dimensions, device if part is None else None),
            part=part,
            workers=workers,
        )
    )


def count_samples_on_cluster(
    run: Path, counting: CountSpec, folder: Path, place: ClusterConfig
) -> Iterator[StreamedCounts | None]:
    """As `count_samples` for the run in a folder, with ranges of chunks as tasks on processes or a cluster.

    What every task counted stays in `folder`, so that a new start goes on; what another engine, network or
    question left there is not taken for it. The last one is the whole.
    Raises TaskFailed for a task that fails, CheckpointError for a file in the folder that cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = load_folder(run).result
    decisive = counting.of(result)
    name = hashlib.sha256(decisive.encode()).hexdigest()[:16]
    count = chunk_count(counting.n, _mixture(result.experiment).dimensions)
    parts = [range(a, min(a + CHUNKS_OF_A_TASK, count)) for a in range(0, count, CHUNKS_OF_A_TASK)]
    files = [folder / f"{name}-{part.start:06}.npz" for part in parts]
    arguments = [
        (str(run), dataclasses.asdict(counting), part.start, part.stop, str(file))
        for part, file in zip(parts, files, strict=True)
        if _load(file, decisive) is None
    ]
    for ended in map_tasks(count_task, arguments, folder / "tasks", place):
        yield None if ended is None else _sum(_loaded(files, decisive))
    yield _sum(_loaded(files, decisive))


def count_task(run: str, values: dict[str, Any], start: int, stop: int, file: str) -> None:
    """Count the chunks of a range and store what they came to."""
    prepare(1)
    counting = CountSpec(**values | {"spec": SamplerSpec(**values["spec"])})
    result = load_folder(Path(run)).result
    counted = finish(count_samples(result, counting, part=range(start, stop)))
    fields = {
        FILE_KEYS.get(field.name, field.name): np.array(getattr(counted, field.name))
        for field in dataclasses.fields(counted)
    }
    ks = np.array([[k, count] for k, count in counted.beyond.items()])
    write_file(Path(file), save_npz(fields | {"beyond": ks, "of": np.array(counting.of(result))}))


def _named(values: dict[str, Any], sampler: str) -> dict[str, Any]:
    """The values, of their sampler without what was no field of it once and is as it was then."""
    unnamed = UNNAMED["sampler"]
    kept = {
        field: value
        for field, value in values[sampler].items()
        if field not in ADDED_FIELDS or value != unnamed[field]
    }
    return values | {sampler: kept}


def _sum(parts: list[StreamedCounts]) -> StreamedCounts:
    """All of them together; at least one."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _loaded(files: list[Path], decisive: str) -> list[StreamedCounts]:
    """What is there of the counts that `CountSpec.of` describes."""
    return [counted for file in files if (counted := _load(file, decisive)) is not None]


def _load(file: Path, decisive: str) -> StreamedCounts | None:
    """What a task counted; None if the file is not there, or is of something else."""
    if not file.is_file():
        return None
    with readable(f"The file {file.name}"):
        held = load_npz(file.read_bytes())
        if str(held["of"]) != decisive:
            return None
        beyond = {int(k): int(count) for k, count in held["beyond"]}
        window = (int(held["window"][0]), int(held["window"][1]))
        arrays = (held["honest"], held["hallucinated"])
        return StreamedCounts(int(held["n"]), beyond, *arrays, int(held["judged"]), window, held["places"])


def _mixture(experiment: Experiment) -> GaussianMixture:
    if experiment.mixture is None:
        raise ValueError("Samples are counted by the million of mixtures only, whose truth is known.")
    return experiment.mixture
