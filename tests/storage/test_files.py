"""Files and arrays of the storage layer: what is damaged or edited is refused in one sentence."""

import json

import numpy as np
import pytest

from explorer.detection.statistics.drift import HalHistogram
from explorer.diffusion.exact_density.density import Density
from explorer.storage.arrays import (
    density_array,
    density_of,
    histogram_array,
    histogram_of,
    load_arrays,
    load_npz,
    save_arrays,
    save_npz,
    span_of,
)
from explorer.storage.files import (
    CheckpointError,
    by_threshold,
    listing,
    read_sealed,
    readable,
    verified,
    write_sealed,
)


def test_a_sealed_file_comes_back_and_an_edited_one_does_not(tmp_path):
    path = tmp_path / "mine" / "numbers.json"
    path.parent.mkdir()
    write_sealed(path, 3, {"beyond": {5: 0.25}})
    assert by_threshold(read_sealed(path, 3, "sweep")["beyond"]) == {5: 0.25}
    assert [entry.name for entry in path.parent.iterdir()] == ["numbers.json"]
    with pytest.raises(CheckpointError, match=r"^The file numbers.json of the sweep mine has format 3; this"):
        read_sealed(path, 2, "sweep")
    path.write_text(path.read_text().replace("0.25", "0.24"))
    with pytest.raises(CheckpointError, match=r"^The file numbers.json of the sweep mine was changed after"):
        read_sealed(path, 3, "sweep")
    path.write_text(json.dumps([1]))
    with pytest.raises(CheckpointError, match=r"^The file numbers.json of the run mine is damaged\.$"):
        read_sealed(path, 3, "sweep")
    path.unlink()
    with pytest.raises(CheckpointError, match=r"^There is no run in the folder mine\.$"):
        read_sealed(path, 3, "sweep")


def test_a_listed_file_is_verified_by_size_and_hash(tmp_path):
    path = tmp_path / "arrays"
    path.write_bytes(b"abc")
    assert verified(path, listing(b"abc")) == b"abc"
    with pytest.raises(CheckpointError, match="arrays .* has 3 bytes, but 2 were written"):
        verified(path, listing(b"ab"))
    with pytest.raises(CheckpointError, match="arrays .* was changed after it was written"):
        verified(path, listing(b"abd"))
    with pytest.raises(CheckpointError, match="nothing .* is missing"):
        verified(tmp_path / "nothing", listing(b""))


@pytest.mark.parametrize(
    "error", [KeyError("span"), ValueError("two\nlines."), OSError("no"), ZeroDivisionError()]
)
def test_an_error_in_reading_becomes_one_sentence(error):
    with (
        pytest.raises(CheckpointError, match=r"^The run mine cannot be read: .*[^.]\.$") as refusal,
        readable("The run mine"),
    ):
        raise error
    assert "\n" not in str(refusal.value)


def test_a_mistake_of_the_program_is_no_damaged_file():
    with pytest.raises(AssertionError), readable("The run mine"):
        raise AssertionError


@pytest.mark.parametrize(("save", "load"), [(save_arrays, load_arrays), (save_npz, load_npz)])
def test_arrays_come_back_and_anything_else_is_refused(save, load):
    arrays = {"turned": np.arange(6.0).reshape(2, 3).T, "bytes": np.arange(3, dtype=np.uint8)}
    blob = save(arrays)
    back = load(blob)
    assert {name: a.dtype for name, a in back.items()} == {name: a.dtype for name, a in arrays.items()}
    assert all(np.array_equal(back[name], arrays[name]) for name in arrays)
    assert save(arrays) == blob
    for damaged in (b"", b"PK nonsense", blob[: len(blob) // 2]):
        with pytest.raises(ValueError, match="."):
            load(damaged)


def test_densities_and_histograms_come_back():
    x = 14 * (np.arange(64) + 0.5) / 64 - 7
    density = Density(x, np.exp(-(x**2)))
    assert span_of(density) == pytest.approx(7)
    assert span_of(None) is None
    back = density_of(density_array(density), 7.0)
    assert back.x == pytest.approx(density.x, abs=1e-12)
    assert back.p == pytest.approx(density.p, rel=1e-6)
    hal = HalHistogram.of(np.array([1e-5, 1e-3, 2.0]), np.array([False, True, True]))
    again = histogram_of(histogram_array(hal))
    assert np.array_equal(again.in_support, hal.in_support)
    assert np.array_equal(again.hallucinated, hal.hallucinated)
    assert again.counts.dtype == np.int64
