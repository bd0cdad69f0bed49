"""Every chunk of samples draws its own noise, from a state of which all bits depend on seed and number."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from explorer.compute.seeds import chunk_generator


def test_pytorch_takes_32_bits_of_a_seed_on_a_cpu():
    one, other = (torch.Generator().manual_seed(5 + 2**32 * high) for high in (0, 1))
    assert torch.equal(torch.randn(100, generator=one), torch.randn(100, generator=other))


@pytest.mark.parametrize(("seed", "chunk"), [(0, 0), (3, 15_258), (2**31 - 1, 2**32 - 1)])
def test_a_chunk_draws_the_words_of_numpys_twister(seed, chunk):
    # numpy gives the last word of the state before it makes new ones; PyTorch begins with the new ones.
    words = np.random.MT19937(np.random.SeedSequence([seed, chunk])).random_raw(2_001)[1:]
    # A float32 takes the lowest 24 bits of a word.
    drawn = torch.rand(2_000, generator=chunk_generator(seed, chunk)).double() * 2**24
    assert np.array_equal(drawn.numpy(), words & (2**24 - 1))


@pytest.mark.parametrize("count", [20_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_no_two_chunks_share_their_state(count):
    heads = np.empty((count, 4), np.uint64)
    for chunk in range(count):
        state = chunk_generator(7, chunk).get_state().numpy()
        heads[chunk] = state[4 * 8 : 8 * 8].view(np.uint64)  # after the first word, which is the same in all
    assert len(np.unique(heads, axis=0)) == count
    bits = heads[:, :, None] >> np.arange(32, dtype=np.uint64) & np.uint64(1)
    # Every one of the 128 bits is set in half of the chunks: 5 standard errors.
    assert np.abs(bits.mean(0) - 0.5).max() < 5 * 0.5 / math.sqrt(count)


def test_chunks_repeat_and_differ_by_seed_and_number():
    def first(seed, chunk):
        return torch.randn(8, generator=chunk_generator(seed, chunk)).tolist()

    assert first(3, 4) == first(3, 4)
    assert len({tuple(first(seed, chunk)) for seed in range(20) for chunk in range(20)}) == 400


def test_the_draws_of_many_chunks_are_normal_and_neighbours_are_independent():
    draws = torch.stack([torch.randn(16, generator=chunk_generator(0, chunk)) for chunk in range(20_000)])
    assert stats.kstest(draws.flatten().numpy(), "norm").pvalue > 1e-3
    first = draws[:, 0].double()
    for other in (draws[1:, 0], draws[1:, 1], draws[1:, 0].square()):
        paired = torch.stack([first[:-1], other.double()])
        assert abs(torch.corrcoef(paired)[0, 1]) < 4.5 / math.sqrt(len(draws))


@pytest.mark.parametrize(("seed", "chunk"), [(-1, 0), (2**31, 0), (0, -1), (0, 2**32)])
def test_chunks_out_of_bounds_are_refused(seed, chunk):
    with pytest.raises(ValueError, match="is outside"):
        chunk_generator(seed, chunk)
