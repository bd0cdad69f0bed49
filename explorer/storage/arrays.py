"""Arrays as the bytes of a safetensors or npz file and back; densities and histograms of Hal as arrays.

Nothing is ever unpickled.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from explorer.detection.statistics.drift import HalHistogram
from explorer.diffusion.exact_density.density import Density


def save_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Arrays by name as the bytes of a safetensors file."""
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def load_arrays(blob: bytes) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file. Raises ValueError if it is none."""
    try:
        return load(blob)
    except SafetensorError as error:
        raise ValueError(str(error)) from None


def save_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Arrays by name as the bytes of NumPy's compressed file."""
    blob = io.BytesIO()
    np.savez_compressed(blob, allow_pickle=False, **arrays)
    return blob.getvalue()


def load_npz(blob: bytes) -> dict[str, np.ndarray]:
    """The arrays of NumPy's file. Raises ValueError if it is none."""
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as arrays:
            return dict(arrays)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(str(error)) from None


def density_array(density: Density) -> np.ndarray:
    """The values of a density, (G,) float32: rates down to 1e-9 are kept."""
    return density.p.astype(np.float32)


def density_of(p: np.ndarray, span: float) -> Density:
    """The density with values p (G,) in cells of equal width from -span to span."""
    cell = 2 * span / len(p)
    return Density(cell * (np.arange(len(p)) + 0.5) - span, p.astype(np.float64))


def span_of(density: Density | None) -> float | None:
    """Half the interval that a density's cells cover; None if there is none."""
    return None if density is None else density.cell * len(density.x) / 2


def histogram_array(hal: HalHistogram) -> np.ndarray:
    """The counts of a histogram, (2, B) int32: samples in the support, and hallucinated ones."""
    return np.stack([hal.in_support, hal.hallucinated]).astype(np.int32)


def histogram_of(counts: np.ndarray) -> HalHistogram:
    """The histogram with counts (2, B). Raises TypeError if there are not two rows."""
    return HalHistogram(*counts.astype(np.int64))
