"""Atlases that ship beside the runs of mixtures, so that a page shows them at once.

    atlas.json      the experiment and the network, sampler and k, the shares, how all was computed, size and
                    SHA-256 of the other file, and its own seal
    atlas.npz       of the plane: the pictures of the network, of the true score, of every snapshot of the
                    training, and the modes predicted on the way; of the line: the stripes of all of them

They are made with `atlas_sampler`'s steps and k = 5. An atlas of another experiment or another network than
the run's is as if it were not there. A picture holds in a byte the mode and, in its highest bit, whether a
pixel is hallucinated; distances in tenths of sigma up to 25.5.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.compute.progress import rescaled
from explorer.detection.basins import Basins, Square
from explorer.detection.fate import Stripes
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.atlas import (
    FILM_UNCUT,
    SIZE,
    K,
    LineAtlas,
    ModesOnTheWay,
    PlaneAtlas,
    atlas_sampler,
    line_atlas,
    modes_through_time,
    plane_atlas,
    training_basins,
)
from explorer.experiments.beside_runs import BesideRuns
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.storage.arrays import load_npz, save_npz
from explorer.storage.files import (
    listing,
    verified,
    write_file,
)

FORMAT = 1
TABLE, ARRAYS = "atlas.json", "atlas.npz"
HALLUCINATED = 128  # the bit of a picture; there are at most 64 modes
TENTHS = 10
STRIPES = ("borders", "mode", "hallucinated", "mass")
ASKED_SIZE, ASKED_QUANTILES = 256, 1_001  # pixels of a side, and of the line, of an atlas that does not ship


@dataclass(frozen=True, eq=False)
class ShippedPlane:
    """The atlas of a run in the plane, the basins at every snapshot of its training, and the modes on the
    way."""

    atlas: PlaneAtlas
    steps: tuple[int, ...]
    trained: tuple[Basins, ...]
    way: ModesOnTheWay


ShippedAtlas = ShippedPlane | LineAtlas


def shipped_atlas(result: Result, spec: SamplerSpec, k: float) -> ShippedAtlas | None:
    """The atlas that ships beside a run, if it is of that sampler and k; None if there is none, or it is
    damaged."""
    found = ATLASES.shipped(result) if k == K else None
    sampler = found.atlas.sampler if isinstance(found, ShippedPlane) else found and found.sampler
    return found if sampler == spec else None


def atlas_of(result: Result, spec: SamplerSpec, k: float) -> Generator[float, None, PlaneAtlas | LineAtlas]:
    """The atlas of a run that ships, or one that is computed in a few seconds, coarser: yields the share
    done. Raises ValueError as plane_atlas and line_atlas do."""
    shipped = shipped_atlas(result, spec, k)
    if shipped is not None:
        return shipped.atlas if isinstance(shipped, ShippedPlane) else shipped
    if result.dimensions == 1:
        return (yield from line_atlas(result, spec, k=k, quantiles=ASKED_QUANTILES))
    return (yield from plane_atlas(result, spec, k=k, size=ASKED_SIZE, uncut=FILM_UNCUT))


# ---- made ------------------------------------------------------------------------------------------------


def build_atlas(
    result: Result, folder: Path, *, size: int = SIZE, steps: int | None = None
) -> Generator[float, None, None]:
    """Make the atlas of a run of a mixture and write it into the run's folder; yields the share done.

    steps   of the sampler, if not those of every atlas
    Raises ValueError for a run whose modes are not known.
    """
    experiment = result.experiment
    spec = atlas_sampler(experiment) if steps is None else atlas_sampler(experiment, steps)
    table: dict[str, Any] = {"sampler": dataclasses.asdict(spec), "k": K}
    table["steps"] = [one.step for one in result.snapshots]
    if experiment.mixture is not None and experiment.mixture.dimensions == 1:
        line = yield from line_atlas(result, spec)
        arrays = _stripe_arrays([*line.model, line.truth])
        table["errors"] = [one.error for one in (*line.model, line.truth)]
    else:
        plane = yield from rescaled(plane_atlas(result, spec, size=size), 0.0, 0.5)
        trained = yield from rescaled(training_basins(result, spec), 0.5, 0.9)
        way = yield from rescaled(modes_through_time(result, spec), 0.9, 1.0)
        every = {"model": plane.model, "truth": plane.truth}
        every |= {f"trained.{number}": one for number, one in enumerate(trained)}
        arrays = {name: _picture(one) for name, one in every.items()} | {"way": way.modes}
        arrays |= {f"distance.{name}": _tenths(every[name].distance) for name in ("model", "truth")}
        table["basins"] = {name: _numbers(one) for name, one in every.items()}
        table["way"] = list(way.steps)
    blob = save_npz(arrays)
    table["file"] = listing(blob)
    write_file(folder / ARRAYS, blob)
    ATLASES.write(folder, result, table)


def _picture(found: Basins) -> np.ndarray:
    return found.mode | np.where(found.hallucinated, HALLUCINATED, 0).astype(np.uint8)


def _tenths(distance: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(TENTHS * np.nan_to_num(distance, nan=np.inf)), 0, 255).astype(np.uint8)


def _numbers(found: Basins) -> dict[str, Any]:
    """What is not a picture, as plain values."""
    return {
        "square": dataclasses.asdict(found.square),
        "shares": found.shares.tolist(),
        "hallucinated_share": found.hallucinated_share,
        "error": found.error,
        "carried": found.carried,
    }


def _stripe_arrays(found: Sequence[Stripes]) -> dict[str, np.ndarray]:
    return {f"{name}.{n}": getattr(one, name) for n, one in enumerate(found) for name in STRIPES}


# ---- read ------------------------------------------------------------------------------------------------


def _read(folder: Path, table: Mapping[str, Any], experiment: Experiment) -> ShippedAtlas:
    arrays = load_npz(verified(folder / ARRAYS, table["file"]))
    spec, k, steps = SamplerSpec(**table["sampler"]), float(table["k"]), tuple(map(int, table["steps"]))
    if "basins" not in table:
        found = [
            Stripes(**{name: arrays[f"{name}.{n}"] for name in STRIPES}, error=float(error))
            for n, error in enumerate(table["errors"])
        ]
        return LineAtlas(spec, k, steps, tuple(found[:-1]), found[-1])
    every = {name: _basins(name, arrays, k, values) for name, values in table["basins"].items()}
    trained = tuple(every[f"trained.{number}"] for number in range(len(steps)))
    way = ModesOnTheWay(tuple(map(int, table["way"])), arrays["way"])
    return ShippedPlane(PlaneAtlas(spec, every["model"], every["truth"]), steps, trained, way)


def _basins(name: str, arrays: Mapping[str, np.ndarray], k: float, values: Mapping[str, Any]) -> Basins:
    picture = arrays[name]
    if picture.dtype != np.uint8 or picture.ndim != 2 or picture.shape[0] != picture.shape[1]:
        raise ValueError(f"its picture {name} is not one of bytes")
    tenths = arrays.get(f"distance.{name}")
    distance = np.full(picture.shape, np.nan) if tenths is None else tenths / TENTHS
    return Basins(
        Square(**values["square"]),
        k,
        picture & ~np.uint8(HALLUCINATED),
        distance.astype(np.float32),
        picture >= HALLUCINATED,
        np.array(values["shares"]),
        float(values["hallucinated_share"]),
        float(values["error"]),
        int(values["carried"]),
    )


ATLASES = BesideRuns("atlas", TABLE, FORMAT, _read)
