"""What a noise-predicting network looks like: one frozen value, part of every experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

NetworkKind = Literal["plain", "residual", "unet"]
Activation = Literal["silu", "relu", "tanh"]
Prediction = Literal["noise", "x0", "velocity", "flow"]
StepVariance = Literal["fixed", "learned"]

WIDTH_RANGE = (8, 512)
DEPTH_RANGE = (1, 8)
MAX_OCTAVES = 6


@dataclass(frozen=True)
class NetworkSpec:
    """What a network looks like.

    kind            plain: an MLP with SiLU, its input standardised at every step, time as features of the
                    log-SNR. residual: the authors' blocks of LayerNorm, LeakyReLU and Linear with a learned
                    time embedding. unet: convolutions, for pictures
    width, depth    units in a layer, channels of the U-Net's finest level; hidden layers (plain), blocks
                    (residual), blocks of a level (unet)
    shared_blocks   residual only: all blocks are one and the same, as in the authors' code
    x_octaves       plain only: sine and cosine features of x in so many octaves; they let the network bend
                    more sharply between two modes, and remove most of the effect this explorer is about
    activation      plain only: what bends in a hidden layer
    prediction      plain only: what the last layer gives, from which the noise follows exactly. x0 and
                    velocity, a noise - sqrt(1 - alpha_bar) x0 (Salimans and Ho 2022), change how errors are
                    spread over the steps, not what is learned. flow is flow matching (Lipman et al. 2023,
                    eq. 23 with sigma_min = 0): x0 - noise, along the straight path
                    x_t / (a + b) = tau x0 + (1 - tau) noise, and its own squared error is minimised
    variance        plain only: learned adds as many outputs again, which say how much noise a reverse step
                    adds (Nichol and Dhariwal 2021, section 3.1); see step_variance.py
    """

    kind: NetworkKind = "plain"
    width: int = 64
    depth: int = 3
    shared_blocks: bool = False
    x_octaves: int = 0
    activation: Activation = "silu"
    prediction: Prediction = "noise"
    variance: StepVariance = "fixed"

    def __post_init__(self) -> None:
        if self.kind not in ("plain", "residual", "unet"):
            raise ValueError(f"There is no network of kind {self.kind!r}; take plain, residual or unet.")
        for name, value, (low, high) in (
            ("width", self.width, WIDTH_RANGE),
            ("depth", self.depth, DEPTH_RANGE),
            ("x_octaves", self.x_octaves, (0, MAX_OCTAVES)),
        ):
            if not (isinstance(value, int) and low <= value <= high):
                raise ValueError(f"The network's {name} {value} is outside [{low}, {high}].")
        for field, chosen, options, default in (
            ("activation", self.activation, get_args(Activation), "silu"),
            ("prediction", self.prediction, get_args(Prediction), "noise"),
            ("variance", self.variance, get_args(StepVariance), "fixed"),
        ):
            if chosen not in options:
                raise ValueError(f"There is no {field} {chosen!r}; take {', '.join(options)}.")
            if self.kind != "plain" and chosen != default:
                raise ValueError(
                    f"Only the plain network's {field} can be chosen, not the {self.kind} one's."
                )
