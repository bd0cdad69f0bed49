"""What is stored of pictures, as arrays: samples, the variance of every window, and the paired trajectories
of a few. Levels of grey or of colours are the bytes of a PNG file, 8 bits each."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image

from explorer.data.pictures import picture_shape
from explorer.detection.paired_trajectories import Strips
from explorer.detection.trajectory_variance import VarianceTable
from explorer.detection.trial import Trial

HALF = 2.0**12  # Hal is kept in half precision, scaled so that what is above 1e-8 has three digits


def sheet(pictures: np.ndarray) -> np.ndarray:
    """Pictures (..., c, s, s) of one or three channels, from -1 to 1, as the bytes of a PNG file of one below
    the other, uint8."""
    levels = np.rint(np.clip((pictures + 1) * 127.5, 0, 255)).astype(np.uint8)
    channels, _, side = levels.shape[-3:]
    rows = np.moveaxis(levels, -3, -1).reshape(-1, side, channels)
    file = io.BytesIO()
    Image.fromarray(rows[..., 0] if channels == 1 else rows).save(file, "PNG", optimize=True)
    return np.frombuffer(file.getvalue(), np.uint8)


def pictures_of(stored: np.ndarray, name: str) -> np.ndarray:
    """The pictures (n, c, s, s) of a sheet. Raises ValueError if they are none of the pictures of that
    name."""
    channels, side, _ = picture_shape(name)
    mode, colours = ("L", "grey") if channels == 1 else ("RGB", "in colour")
    try:
        opened = Image.open(io.BytesIO(stored.tobytes()), formats=["PNG"])
    except OSError:
        raise ValueError("its pictures are no PNG file") from None
    with opened:
        if opened.mode != mode or opened.width != side or opened.height % side:
            raise ValueError(f"its pictures are {opened.size} {opened.mode}, not {side} wide and {colours}")
        levels = np.asarray(opened).reshape(-1, side, side, channels)
        return np.ascontiguousarray(np.moveaxis(levels, -1, 1)) / np.float32(127.5) - 1


def trial_arrays(trial: Trial) -> dict[str, np.ndarray]:
    """A trial without its samples: the upper half of its table of windows, (n, W (W - 1) / 2), scaled."""
    windows = trial.windows
    if not isinstance(windows, VarianceTable):
        raise ValueError("The variance of pictures is kept as a table of windows, not as sums.")
    upper = np.triu_indices(len(windows.steps), 1)
    largest = np.finfo(np.float16).max
    return {
        "trial.distance": trial.distance.astype(np.float32),
        "trial.steps": np.array(windows.steps, np.int32),
        "trial.hal": np.minimum(windows.table[:, *upper] * HALF, largest).astype(np.float16),
        "trial.away": np.minimum(windows.distances, largest).astype(np.float16),
    }


def read_trial(arrays: Mapping[str, np.ndarray], samples: np.ndarray) -> Trial | None:
    """The trial of these samples; None if there is none. Raises ValueError if its parts do not fit."""
    if "trial.steps" not in arrays:
        return None
    steps = tuple(int(t) for t in arrays["trial.steps"])
    n, count = len(samples), len(steps)
    distance, hal, away = (arrays[f"trial.{name}"] for name in ("distance", "hal", "away"))
    if (distance.shape, hal.shape, away.shape) != ((n,), (n, count * (count - 1) // 2), (n, count)):
        raise ValueError(f"its variances {hal.shape} are not those of {n} pictures and {count} steps")
    table = np.full((n, count, count), np.nan, np.float32)
    table[:, *np.triu_indices(count, 1)] = hal.astype(np.float32) / HALF
    return Trial(samples, distance, VarianceTable(steps, table, away.astype(np.float32)))


def strip_arrays(strips: Strips) -> dict[str, np.ndarray]:
    """The paired trajectories of a few pictures: rows, steps shown, and the predictions as a sheet."""
    return {
        "strips.rows": strips.rows.astype(np.int32),
        "strips.steps": strips.steps.astype(np.int32),
        "strips.x0_hat": sheet(strips.x0_hat),
    }


def read_strips(arrays: Mapping[str, np.ndarray], name: str) -> Strips | None:
    """The paired trajectories of a few pictures of the distribution of that name; None if they are not there.
    Raises ValueError if the parts do not fit."""
    if "strips.x0_hat" not in arrays:
        return None
    rows, steps = arrays["strips.rows"], arrays["strips.steps"]
    x0_hat = pictures_of(arrays["strips.x0_hat"], name)
    if len(x0_hat) != 2 * len(steps) * len(rows):
        raise ValueError(f"its {len(x0_hat)} predictions are not those of {len(rows)} pictures")
    return Strips(rows, steps, x0_hat.reshape(2, len(steps), len(rows), *x0_hat.shape[1:]))
