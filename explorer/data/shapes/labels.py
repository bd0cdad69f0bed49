"""How far a picture is from every valid one of Simple Shapes, and in which way it fails.

Pictures come here as ink, (n, S, S) float, 1 where white and 0 where black.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from explorer.data.shapes.templates import Column

KINDS = ("valid", "duplicate", "wrong place", "malformed", "empty")
SHAPE_LIKE = 1 / 3  # of the smallest shape's pixels: with less ink a patch is a speck
CHUNK = 1024  # pictures labelled at once, to bound the memory


@dataclass(frozen=True, eq=False)
class Match:
    """Pictures compared with the valid ones.

    to_template   (n, C) differing pixels between each column and the nearest of its templates
    template      (n, C) int64, the number of that template
    to_blank      (n, C) white pixels of each column, which are its distance to a blank one
    outside       (n,) white pixels outside the columns
    """

    to_template: Tensor
    template: Tensor
    to_blank: Tensor
    outside: Tensor

    @property
    def present(self) -> Tensor:
        """Which columns of the nearest valid picture hold a shape, (n, C) bool; at least one does."""
        price = self.to_template - self.to_blank
        present = price < 0
        cheapest = functional.one_hot(price.argmin(1), price.shape[1]).bool()
        return torch.where(present.any(1, keepdim=True), present, cheapest)

    @property
    def distance(self) -> Tensor:
        """Differing pixels to the nearest valid picture, (n,)."""
        return torch.where(self.present, self.to_template, self.to_blank).sum(1) + self.outside


def match(ink: Tensor, columns: Sequence[Column]) -> Match:
    """Every column against every one of its templates: differing pixels are |x| + |T| - 2 <x, T>."""
    nearest, numbers, blank = [], [], []
    for column in columns:
        pixels = column.pixels(ink)
        least, number = _beside(pixels, column).min(1)
        blank.append(pixels.sum(1))
        nearest.append(blank[-1] + least)
        numbers.append(number)
    to_blank = torch.stack(blank, 1)
    outside = ink.sum((1, 2)) - to_blank.sum(1)
    return Match(torch.stack(nearest, 1), torch.stack(numbers, 1), to_blank, outside)


def _beside(pixels: Tensor, column: Column) -> Tensor:
    """|T| - 2 <x, T>: by how much each template is farther than blank, (n, P) -> (n, M)."""
    return torch.addmm(column.flat.sum(1), pixels, column.flat.T, alpha=-2)


def failures(ink: Tensor, columns: Sequence[Column], k: float) -> Tensor:
    """In which way each of these invalid pictures fails, (n,) int64, an index into KINDS; all on the CPU.

    A patch is an 8-connected component of the ink with at least a third of the smallest shape's pixels; it
    belongs to the column in which the mean of its x lies. The first rule that holds decides:

    empty         less ink in all than makes a patch
    duplicate     two or more patches belong to one column
    wrong place   a patch differs by at most k pixels from one of the three shapes laid anywhere, but by more
                  than k from every template of its column: a shape of another kind, or where none may stand
    malformed     anything else
    """
    return torch.cat([_failures(part, columns, k) for part in ink.split(CHUNK)])


def _failures(ink: Tensor, columns: Sequence[Column], k: float) -> Tensor:
    least = SHAPE_LIKE * min(float(column.flat.sum(1).min()) for column in columns)
    patches = _patches(ink, least)
    nowhere = len(columns)  # the place of a patch that belongs to no column
    place = (patches.centre / columns[0].templates.shape[2]).long().clamp(max=nowhere)

    belong = torch.zeros(len(ink), nowhere + 1, dtype=torch.int64, device=ink.device)
    belong.index_put_((patches.picture, place), torch.ones_like(place), accumulate=True)
    duplicate = (belong[:, :nowhere] >= 2).any(1)

    single = (~duplicate[patches.picture]).nonzero()[:, 0]
    drawn = single[_fits_a_shape(patches, single, [column.stencil for column in columns], k)]
    wrong_place = torch.zeros_like(duplicate)
    wrong_place[patches.picture[drawn[place[drawn] == nowhere]]] = True
    for number, column in enumerate(columns):
        own = drawn[place[drawn] == number]
        distance = patches.white[own] + _beside(patches.inside(column, own), column).amin(1)
        wrong_place[patches.picture[own[distance > k]]] = True

    kind = torch.full((len(ink),), KINDS.index("malformed"), device=ink.device)
    kind[wrong_place] = KINDS.index("wrong place")
    kind[duplicate] = KINDS.index("duplicate")
    kind[ink.sum((1, 2)) < least] = KINDS.index("empty")
    return kind


@dataclass(frozen=True, eq=False)
class Patches:
    """The components of the ink that are large enough, N of them.

    labels      (n, S, S) int64, the number of the component at each pixel, 0 where black
    number      (N,) the number of each patch
    picture     (N,) the number of the picture it lies in
    white       (N,) float, how many pixels it has
    centre      (N,) float, the mean x of its pixels
    top, left   (N,) its first row and column
    length      (N,) the longer side of its frame
    """

    labels: Tensor
    number: Tensor
    picture: Tensor
    white: Tensor
    centre: Tensor
    top: Tensor
    left: Tensor
    length: Tensor

    def inside(self, column: Column, which: Tensor) -> Tensor:
        """The pixels of these patches in a column, (len(which), P) float, without any other ink."""
        return (column.pixels(self.labels)[self.picture[which]] == self.number[which, None]).float()

    def framed(self, which: Tensor, side: int) -> Tensor:
        """These patches alone, moved to the top left of a square, (len(which), side, side) float."""
        inside = torch.arange(side, device=self.labels.device)
        down = self.top[which, None, None] + inside[:, None]
        across = self.left[which, None, None] + inside
        roomy = functional.pad(self.labels, (0, side, 0, side))
        return (
            roomy[self.picture[which, None, None], down, across] == self.number[which, None, None]
        ).float()


def _patches(ink: Tensor, least: float) -> Patches:
    """The 8-connected components of at least so many pixels."""
    # Here, because the import takes a quarter of a second and the denoiser does without.
    from scipy import ndimage

    within_a_picture = np.zeros((3, 3, 3), dtype=bool)
    within_a_picture[1] = True
    found, count = ndimage.label(ink.numpy() > 0, within_a_picture)
    labels = torch.from_numpy(found).long()
    picture, row, column = labels.nonzero(as_tuple=True)
    number = labels[picture, row, column]

    def gathered(values: Tensor, how: str) -> Tensor:
        empty = torch.zeros(count + 1, dtype=values.dtype, device=values.device)
        return empty.scatter_reduce(0, number, values, how, include_self=False)

    white = gathered(torch.ones_like(row), "sum")
    top, left = gathered(row, "amin"), gathered(column, "amin")
    length = 1 + torch.maximum(gathered(row, "amax") - top, gathered(column, "amax") - left)
    centre = gathered(column, "sum") / white
    kept = (white >= least).nonzero()[:, 0]
    measures = (gathered(picture, "amin"), white.float(), centre, top, left, length)
    return Patches(labels, kept, *(measure[kept] for measure in measures))


def _fits_a_shape(patches: Patches, which: Tensor, stencils: Sequence[Tensor], k: float) -> Tensor:
    """Whether these patches differ by at most k pixels from a shape of any kind laid anywhere, bool.

    Every row and column by which one sticks out of the other has a pixel that differs. So no patch fits that
    is more than k pixels longer than every shape, nor any shape laid more than k pixels from its corner.
    """
    reach = int(k)
    height, width = (max(stencil.shape[side] for stencil in stencils) for side in (0, 1))
    side = max(height, width) + reach
    fits = patches.length[which] <= side
    small = which[fits]
    if len(small):
        kernels = torch.stack(
            [functional.pad(s, (0, width - s.shape[1], 0, height - s.shape[0])) for s in stencils]
        )
        framed = functional.pad(patches.framed(small, side), (reach, 0, reach, 0))[:, None]
        overlap = functional.conv2d(framed, kernels[:, None]).amax((2, 3))
        differing = patches.white[small, None] + kernels.sum((1, 2)) - 2 * overlap
        fits[fits.clone()] = differing.amin(1) <= k
    return fits
