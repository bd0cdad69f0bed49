"""A judge of digits: a small convolutional network that says which digit a picture is, or that it is none.

It learns ten digits and an eleventh class, forgeries (outlier exposure, Hendrycks et al. 2019). What it says
of a picture is its free energy (Liu et al. 2020) beside the forgeries': the logit of the eleventh class less
the logsumexp of the ten. Above a threshold, set so that 99 % of digits it has never seen lie below, the
picture is no digit.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.data.digits.forgeries import LEARNED, UNSEEN, forged
from explorer.data.digits.mnist import CLASSES, LabelledDigits

KEPT = 0.99  # of the digits on which the threshold is set
SPLIT = (0.7, 0.15, 0.15)  # of each digit: learned from, threshold set on, tested on
FEATURES = 64
STEPS, BATCH, FORGERIES = 4_000, 48, 32  # forgeries in a batch beside the digits
LEARNING_RATE = 1e-3
STEPS_BETWEEN_YIELDS = 10
CHANNELS = (1, 24, 48, 64)
CHUNK = 512
_MOST = torch.tensor([0.35, 0.2, 0.3, 0.15, 0.15])  # from end to end: turn, growth, slant, shifts


class JudgeNetwork(nn.Module):
    """Pictures (n, 1, size, size) -> logits (n, 11), the eleventh of what is no digit."""

    def __init__(self, size: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inward, outward in zip(CHANNELS, CHANNELS[1:], strict=False):
            layers += [nn.Conv2d(inward, outward, 3, stride=2, padding=1), nn.ReLU()]
            size = -(-size // 2)
        self.body = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(CHANNELS[-1] * size**2, FEATURES), nn.ReLU()
        )
        self.head = nn.Linear(FEATURES, CLASSES + 1)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.body(x))
        return logits


@dataclass(frozen=True)
class JudgeReport:
    """How good a judge is, on digits that it has neither learned from nor been set on.

    accuracy        of which digit a digit is: right, of how many
    refused         digits that it calls none, of how many
    found           forgeries that it calls no digit, of how many, by their kind; those of UNSEEN it has
                    never seen
    """

    accuracy: tuple[int, int]
    refused: tuple[int, int]
    found: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Judge:
    """A trained judge, and the score above which a picture is no digit."""

    network: JudgeNetwork
    threshold: float
    report: JudgeReport

    @torch.inference_mode()
    def scores(self, x: Tensor) -> Tensor:
        """How little each picture (n, 1, s, s) is a digit, (n,): 0 at the threshold, infinite for NaN."""
        logits = torch.cat([self.network(_in_bytes(part)) for part in x.split(CHUNK)])
        return (_score(logits) - self.threshold).nan_to_num(nan=torch.inf)

    @torch.inference_mode()
    def digits(self, x: Tensor) -> Tensor:
        """Which digit each picture is most like, (n,) int64."""
        return torch.cat([self.network(_in_bytes(part))[:, :CLASSES].argmax(1) for part in x.split(CHUNK)])

    @torch.inference_mode()
    def features(self, x: Tensor) -> Tensor:
        """What it makes of each picture before it decides, (n, 64)."""
        return torch.cat([self.network.body(_in_bytes(part)) for part in x.split(CHUNK)])


def split(data: LabelledDigits, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of the pictures to learn from, to set the threshold on and to test on: equal shares of each
    digit."""
    draw = np.random.default_rng(seed)
    parts: list[list[np.ndarray]] = [[], [], []]
    for digit in range(CLASSES):
        rows = draw.permutation(np.flatnonzero(data.labels == digit))
        ends = np.rint(np.cumsum(SPLIT)[:2] * len(rows)).astype(int)
        for part, some in zip(parts, np.split(rows, ends), strict=True):
            part.append(some)
    learned, set_on, tested = (np.sort(np.concatenate(part)) for part in parts)
    return learned, set_on, tested


def train_judge(
    pictures: Tensor, labels: Tensor, parts: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int = 0
) -> Generator[float, None, Judge]:
    """Learn from the first part, set the threshold on the second, test on the third: yields the share done.

    pictures    (n, 1, s, s) from -1 to 1, on the CPU
    labels      (n,) which digit each is
    """
    draw = torch.Generator().manual_seed(seed)
    learned, set_on, tested = (torch.from_numpy(part) for part in parts)
    network = JudgeNetwork(pictures.shape[-1])
    _initialise(network, draw)
    adam = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-2)
    kinds = list(LEARNED.values())
    for step in range(STEPS):
        adam.param_groups[0]["lr"] = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / STEPS))
        rows = learned[torch.randint(len(learned), (BATCH,), generator=draw)]
        others = learned[torch.randint(len(learned), (FORGERIES,), generator=draw)]
        fake = forged(pictures[others], labels[others], kinds[step % len(kinds)], draw)
        batch = _moved(torch.cat([pictures[rows], fake]), draw)
        due = torch.cat([labels[rows], torch.full((len(fake),), CLASSES)])
        loss = functional.cross_entropy(network(batch), due)
        adam.zero_grad()
        loss.backward()
        adam.step()
        if step % STEPS_BETWEEN_YIELDS == 0:
            yield step / STEPS
    network.eval().requires_grad_(False)
    threshold = float(torch.quantile(_score(network(pictures[set_on])), KEPT))
    judge = Judge(network, threshold, JudgeReport((0, 0), (0, 0), {}))
    yield 1.0
    return Judge(network, threshold, _tested(judge, pictures[tested], labels[tested]))


def _tested(judge: Judge, pictures: Tensor, labels: Tensor) -> JudgeReport:
    draw = torch.Generator().manual_seed(1)
    n, found = len(pictures), {}
    for name, forge in (LEARNED | UNSEEN).items():
        fake = forged(pictures, labels, forge, draw)
        found[name] = (int((judge.scores(fake) > 0).sum()), len(fake))
    right = int((judge.digits(pictures) == labels).sum())
    return JudgeReport((right, n), (int((judge.scores(pictures) > 0).sum()), n), found)


def _in_bytes(x: Tensor) -> Tensor:
    """Pictures as files hold them, in 256 levels from -1 to 1: so a stored one is judged as it was before."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


def _score(logits: Tensor) -> Tensor:
    return logits[:, CLASSES] - logits[:, :CLASSES].logsumexp(1)


def _initialise(network: nn.Module, draw: torch.Generator) -> None:
    """PyTorch's default for every layer, drawn from the generator."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                bound = layer.weight[0].numel() ** -0.5
                layer.weight.uniform_(-bound, bound, generator=draw)
                assert layer.bias is not None
                layer.bias.uniform_(-bound, bound, generator=draw)


def _moved(x: Tensor, draw: torch.Generator) -> Tensor:
    """Pictures turned, scaled, slanted and shifted a little, each in its own way."""
    turn, grow, slant, right, down = (torch.rand(5, len(x), generator=draw) - 0.5) * _MOST[:, None]
    cos, sin, scale = turn.cos(), turn.sin(), 1 + grow
    rows = [torch.stack(row, 1) for row in ((cos / scale, slant - sin, right), (sin, cos / scale, down))]
    grid = functional.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return functional.grid_sample(x + 1, grid, align_corners=False) - 1
