"""One seed gives independent streams that repeat; threads are those asked for."""

import math

import pytest
import torch

from explorer.compute.device import on_threads, prepare, processors, spare_processors
from explorer.compute.seeds import seeded

PURPOSES = ("points", "training", "sampling")


def normals(seed, purpose, n=1000):
    return torch.randn(n, generator=seeded(seed, purpose), dtype=torch.float64)


@pytest.fixture
def threads():
    """The number of threads is put back after the test."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


# ---- seeds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_a_stream_repeats(purpose, seed):
    expected = normals(seed, purpose)
    torch.manual_seed(12)
    torch.randn(5)
    assert torch.equal(normals(seed, purpose), expected)


def test_streams_of_other_purposes_and_seeds_share_nothing():
    streams = [normals(seed, purpose) for purpose in PURPOSES for seed in (0, 1, 2, 10, 11)]
    for index, one in enumerate(streams):
        for other in streams[:index]:
            assert abs(torch.corrcoef(torch.stack([one, other]))[0, 1]) < 4.5 / math.sqrt(len(one))
            assert not set(one.tolist()) & set(other.tolist())


@pytest.mark.parametrize(
    ("purpose", "seed", "start"),
    [
        # The first 14 hexadecimal digits of `printf points:0 | sha256sum`, and so on.
        ("points", 0, 0x5A2E67ED155344),
        ("training", 7, 0x47851564984C97),
    ],
)
def test_a_stream_is_the_same_in_every_process_and_on_every_machine(purpose, seed, start):
    assert seeded(seed, purpose).initial_seed() == start


def test_the_global_stream_is_left_alone():
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    torch.randn(100, generator=seeded(5, "points"))
    assert torch.equal(torch.randn(3), expected)


# ---- threads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, -1, 257, 10**9])
def test_threads_out_of_bounds_are_refused(count, threads):
    before = torch.get_num_threads()
    with pytest.raises(ValueError, match=rf"threads {count} is outside \[1, 256\]"):
        prepare(count)
    assert torch.get_num_threads() == before


def test_the_threads_are_those_asked_for(threads):
    for count in (2, 1):
        prepare(count)
        assert torch.get_num_threads() == count
    prepare(3)
    prepare()
    assert torch.get_num_threads() == 1


def test_slices_have_their_threads_and_what_lies_between_them_its_own(threads):
    prepare(1)

    def work():
        for _ in range(3):
            yield torch.get_num_threads()

    seen = []
    for inside in on_threads(work(), 2):
        seen.append((inside, torch.get_num_threads()))
    assert seen == [(2, 1)] * 3
    assert torch.get_num_threads() == 1


def test_threads_are_put_back_when_a_slice_fails(threads):
    prepare(1)

    def work():
        yield 0
        raise ValueError("broken")

    slices = on_threads(work(), 2)
    next(slices)
    with pytest.raises(ValueError, match="broken"):
        next(slices)
    assert torch.get_num_threads() == 1


def test_one_processor_is_left_to_others():
    assert spare_processors() == max(1, processors() - 1)
