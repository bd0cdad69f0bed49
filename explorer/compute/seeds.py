"""From one seed to the independent random streams of a run."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
import torch

MAX_CHUNK = 2**32 - 1
# A CPU generator's state as PyTorch writes it: three numbers of 64 bits, then the 624 words of its Mersenne
# twister in 64 bits each.
_WORDS = slice(3 * 8, (3 + 624) * 8)


def seeded(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one purpose of a run ("points", "training", "sampling"): no two purposes share a
    stream, up to the chance of 2^-32 that their seeds agree on a CPU, where PyTorch uses no more bits."""
    digest = hashlib.sha256(f"{purpose}:{seed}".encode()).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(digest[:7], "big"))


def chunk_generator(seed: int, chunk: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one of the many chunks in which the samples of a run are drawn; no two are alike.

    On a CPU numpy's SeedSequence makes the state of the Mersenne twister, all 19,937 bits of it: it maps
    pairs of 32-bit numbers to different states. On a GPU the pair is the 64-bit key of a counter-based
    generator (Philox, Salmon et al. 2011).

    Raises ValueError for a seed outside [0, 2^31 - 1] and a chunk outside [0, 2^32 - 1].
    """
    for name, value, most in (("seed", seed, 2**31 - 1), ("number of the chunk", chunk, MAX_CHUNK)):
        if not 0 <= value <= most:
            raise ValueError(f"The {name} {value} is outside [0, {most:,}].")
    generator = torch.Generator(device)
    if generator.device.type != "cpu":
        return generator.manual_seed(seed << 32 | chunk)
    _check_layout()
    words = np.random.SeedSequence([seed, chunk]).generate_state(624)
    words[0] = 1 << 31  # as numpy's MT19937 does: not all words may be 0
    state = generator.manual_seed(0).get_state()
    state[_WORDS] = _bytes(words)
    return generator.set_state(state)


@cache
def _check_layout() -> None:
    """Raise RuntimeError if PyTorch keeps the state of a CPU generator in another form than is known here."""
    known = np.random.RandomState(5).get_state(legacy=False)["state"]["key"]
    if not torch.equal(torch.Generator().manual_seed(5).get_state()[_WORDS], _bytes(known)):
        raise RuntimeError(f"PyTorch {torch.__version__} keeps the state of its generators in another form.")


def _bytes(words: np.ndarray) -> torch.Tensor:
    """Words of 32 bits (624,) as the bytes of numbers of 64 bits."""
    return torch.from_numpy(words.astype("<u8").view(np.uint8))
