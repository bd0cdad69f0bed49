"""Simple Shapes: pictures whose every valid one is known, so that the perfect denoiser is exact.

A picture has three columns, each with its own shape somewhere in it or blank, and at least one shape. So the
support is finite and, but for the picture without any shape, factorises by column. The authors' generator
makes it (locuslab/diffusion-model-hallucination, shapes/gen_simple_shapes_dataset.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.compute.device import host_float64, moved
from explorer.data.shapes.labels import KINDS, Match, failures, match
from explorer.data.shapes.posterior import expected_ink, likeliest_ink, ways
from explorer.data.shapes.templates import GEOMETRIES, Column, columns

CPU = torch.device("cpu")
K = 5.0  # differing pixels up to which a picture still counts as valid
Ink = Callable[[Sequence[Tensor], Sequence[Tensor], Tensor], list[Tensor]]
LEAST_VARIANCE = 1e-12  # of the noise: at alpha_bar = 1 the posterior is the nearest valid picture


@dataclass(frozen=True)
class SimpleShapes:
    """The authors' pictures of 64 x 64 pixels, or the same shapes at 32 x 32.

    Samples are (1, size, size) float32, black -1 and white 1. The unit of every distance and of k is the
    differing pixel. At 64 x 64 there are 584 * 344 * 649 - 1 = 130,381,503 valid pictures, at 32 x 32
    131 * 101 * 131 - 1. Raises ValueError for any other size, and in every method for pictures of any shape
    but (n, 1, size, size).
    """

    size: int

    def __post_init__(self) -> None:
        if not (isinstance(self.size, int) and self.size in GEOMETRIES):
            raise ValueError(f"Simple Shapes has pictures of 64 or 32 pixels, not {self.size}.")

    @property
    def shape(self) -> tuple[int, ...]:
        return (1, self.size, self.size)

    @property
    def templates(self) -> tuple[Tensor, ...]:
        """What may stand in each column: three tensors (M, height, width), 1 where white, 0 where black."""
        return tuple(column.templates for column in columns(self.size, CPU))

    # ---- samples ---------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n pictures, (n, 1, size, size) float32 in {-1, 1}, on the generator's device.

        Which shapes are present is uniform over the seven ways to have at least one, so that 3/7, 3/7 and 1/7
        of the pictures have one, two and three; balanced gives picture i the way i mod 7. Each shape's
        position is uniform. Raises ValueError for n < 1.
        """
        if n < 1:
            raise ValueError(f"Ask for at least one sample, not {n}.")
        device = generator.device
        all_columns = columns(self.size, device)
        if balanced:
            way = torch.arange(n, device=device) % 7
        else:
            way = torch.randint(7, (n,), generator=generator, device=device)
        template = torch.stack(
            [torch.randint(len(c.templates), (n,), generator=generator, device=device) for c in all_columns],
            1,
        )
        return self._drawn(all_columns, ways(len(all_columns), device)[way], template)

    # ---- the perfect denoiser --------------------------------------------------------------------

    def posterior_mean(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[x_0 | x_t], exactly: (n, 1, size, size) -> (n, 1, size, size), within [-1, 1].

        alpha_bar in [0, 1], one for all pictures or one for each, (n,). Raises ValueError for others.
        """
        mean = torch.full_like(x_t, -1.0)
        for window, share in zip(self._windows(mean), self._ink(expected_ink, x_t, alpha_bar), strict=True):
            window += 2 * share.view_as(window)
        return mean

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t] = (x_t - sqrt(alpha_bar) E[x_0 | x_t]) / sqrt(1 - alpha_bar), (n, 1, size, size)."""
        signal, variance = (v[:, :, None, None] for v in self._levels(x_t, alpha_bar))
        signal, noise_std = (moved(v, x_t.device, x_t.dtype) for v in (signal, variance.sqrt()))
        return (x_t - signal * self.posterior_mean(x_t, alpha_bar)) / noise_std

    def label_gradient(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """grad log p(y | x_t), (n, 1, size, size): y is the likeliest way to fill the columns with the
        likeliest template in each, and held.

        As every valid picture is a mode without width, it is sqrt(alpha_bar) (y - E[x_0 | x_t]) / (1 -
        alpha_bar), and zero outside the columns.
        """
        signal, variance = self._levels(x_t, alpha_bar)
        gain = moved(2 * signal / variance, x_t.device, x_t.dtype)
        gradient = torch.zeros_like(x_t)
        likeliest, expected = (self._ink(ink, x_t, alpha_bar) for ink in (likeliest_ink, expected_ink))
        for window, one, mean in zip(self._windows(gradient), likeliest, expected, strict=True):
            window += (gain * (one - mean)).view_as(window)
        return gradient

    # ---- the support -----------------------------------------------------------------------------

    def nearest_valid(self, x: Tensor) -> Tensor:
        """The valid picture with the fewest pixels that differ from x cut at 0, in {-1, 1}; NaN is black.

        Where all three columns are nearest to blank, the shape that costs least is put in.
        """
        found = self._match(x)
        return self._drawn(columns(self.size, x.device), found.present, found.template).to(x)

    def distance_to_support(self, x: Tensor) -> Tensor:
        """Pixels in which x, cut at 0, differs from the nearest valid picture, (n,) float; 0 is valid.

        A black picture is not valid: its distance is the white pixels of the smallest shape. A picture with a
        NaN is infinitely far.
        """
        return self._match(x).distance.masked_fill(x.isnan().flatten(1).any(1), math.inf)

    def is_hallucination(self, x: Tensor, k: float = K) -> Tensor:
        """Whether more than k pixels differ from every valid picture, (n,) bool. NaN counts as outside.

        Raises ValueError for k < 0 and for k from the smallest shape's pixels on (64, or 16 at 32 x 32): a
        black picture would be valid.
        """
        self._check_bound(k)
        return ~(self.distance_to_support(x) <= k)

    def present(self, x: Tensor, k: float = K) -> Tensor:
        """Which columns hold a valid shape, up to k differing pixels in the column: (n, 3) bool."""
        self._check_bound(k)
        found = self._match(x)
        return (found.to_template < found.to_blank) & (found.to_template <= k) & ~self._lost(x)

    def shape_counts(self, x: Tensor, k: float = K) -> Tensor:
        """How many valid shapes each picture holds, (n,) int64."""
        return self.present(x, k).sum(1)

    def kinds(self, x: Tensor, k: float = K) -> Tensor:
        """In which way each picture is wrong, (n,) int64, an index into KINDS.

        It is valid if it is no hallucination, i.e. up to k differing pixels. Otherwise shape_labels.failures
        has the rules: empty, duplicate, wrong place, malformed, in this order. A picture with a NaN is
        malformed.
        """
        wrong = self.is_hallucination(x, k)
        kind = torch.full((len(x),), KINDS.index("valid"), device=x.device)
        kind[wrong] = failures((x[wrong, 0] > 0).float().cpu(), columns(self.size, CPU), k).to(x.device)
        return kind.masked_fill(x.isnan().flatten(1).any(1), KINDS.index("malformed"))

    # ---- parts -----------------------------------------------------------------------------------

    def _match(self, x: Tensor) -> Match:
        self._check(x)
        return match((x[:, 0] > 0).float(), columns(self.size, x.device))

    def _lost(self, x: Tensor) -> Tensor:
        """Which columns hold a NaN, (n, 3) bool."""
        all_columns = columns(self.size, x.device)
        return torch.stack([column.pixels(x[:, 0]).isnan().any(1) for column in all_columns], 1)

    def _drawn(self, all_columns: Sequence[Column], present: Tensor, template: Tensor) -> Tensor:
        """The pictures with these templates in these columns: two (n, 3) -> (n, 1, size, size)."""
        pictures = torch.full((len(present), *self.shape), -1.0, device=present.device)
        for place, (column, window) in enumerate(zip(all_columns, self._windows(pictures), strict=True)):
            window[:] = 2 * column.templates[template[:, place]] * present[:, place, None, None] - 1
        return pictures

    def _ink(self, of: Ink, x_t: Tensor, alpha_bar: float | Tensor) -> list[Tensor]:
        """The evidence of x_t for the ink in each column, (n, P) each."""
        signal, variance = self._levels(x_t, alpha_bar)
        all_columns = columns(self.size, x_t.device, x_t.dtype)
        pictures = x_t[:, 0]
        return of(
            [c.pixels(pictures) for c in all_columns], [c.flat for c in all_columns], 2 * signal / variance
        )

    def _windows(self, pictures: Tensor) -> Iterator[Tensor]:
        """Views of the columns of pictures (n, 1, size, size), (n, height, width) each, to be written to."""
        for column in columns(self.size, CPU):
            _, height, width = column.templates.shape
            yield pictures[:, 0, :height, column.left : column.left + width]

    def _levels(self, x_t: Tensor, alpha_bar: float | Tensor) -> tuple[Tensor, Tensor]:
        """sqrt(alpha_bar) and 1 - alpha_bar as (n | 1, 1), float64 on the CPU."""
        self._check(x_t)
        level = host_float64(alpha_bar).reshape(-1, 1)
        if len(level) not in (1, len(x_t)):
            raise ValueError(
                f"Give one alpha_bar, or one for each of the {len(x_t)} pictures, not {len(level)}."
            )
        if not ((level >= 0) & (level <= 1)).all():
            raise ValueError("alpha_bar lies within [0, 1].")
        return level.sqrt(), (1 - level).clamp(min=LEAST_VARIANCE)

    def _check(self, x: Tensor) -> None:
        if tuple(x.shape[1:]) != self.shape:
            raise ValueError(
                f"The pictures have the shape {tuple(x.shape)}; these Simple Shapes are (n, *{self.shape})."
            )

    def _check_bound(self, k: float) -> None:
        least = min(int(column.flat.sum(1).min()) for column in columns(self.size, CPU))
        if not 0 <= k < least:
            raise ValueError(f"The threshold k = {k:g} differing pixels is outside [0, {least}).")
