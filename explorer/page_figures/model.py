"""What the page on a model of one's own shows of its samples: ranked by Hal, their histogram, and words."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from PIL import Image

from explorer.adapters.diffusers.model_folder import CHANNELS, ModelFacts
from explorer.adapters.diffusers.samples import X0, ModelSamples
from explorer.figures.coloured_words import plain
from explorer.figures.palette import Mode
from explorer.figures.vega.score_histogram import histogram_data, histogram_spec
from explorer.figures.words import number
from explorer.page_figures.main_figure import ChartFigure
from explorer.page_figures.views.model import View, asked_window

COLUMNS = 8  # of the sheet that is taken away
NO_RATE = "no truth is known: no rate"
_PADDING = 2  # pixels around each of its pictures


@dataclass(frozen=True, eq=False)
class RankedSamples:
    """Samples of a model in the order of their Hal, the highest first.

    window      in log-SNR, from and to
    x0          of which predicted x0 Hal is, one of X0
    """

    samples: ModelSamples
    window: tuple[float, float]
    x0: str

    @staticmethod
    def of(view: View, samples: ModelSamples) -> RankedSamples:
        """As a view asks for them."""
        return RankedSamples(samples, asked_window(view, samples), view.x0)

    @cached_property
    def scores(self) -> dict[str, np.ndarray]:
        """Hal of every sample by x0, in the order in which they were drawn, (n,) each."""
        return {x0: self.samples.hal(*self.window, x0) for x0 in X0}

    @property
    def hal(self) -> np.ndarray:
        return self.scores[self.x0]

    @cached_property
    def order(self) -> np.ndarray:
        """The numbers of the samples from 0, the one with the highest Hal first; equal ones as drawn."""
        return np.argsort(-self.hal, kind="stable")

    @property
    def steps(self) -> int:
        """How many of the visited steps lie in the window."""
        first, last = self.samples.steps_between(*self.window)
        return last - first + 1


def describe_facts(facts: ModelFacts) -> str:
    """What a model is, in a line."""
    channels, side, _ = facts.shape
    return (
        f"{facts.unet} with {facts.parameters:,} parameters · {side} x {side} pixels, {CHANNELS[channels]} · "
        f"{facts.scheduler}, trained with {facts.train_steps:,} steps"
    )


def describe_window(ranked: RankedSamples) -> str:
    """Which window Hal is of."""
    low, high = ranked.window
    return f"log-SNR {low:.1f} to {high:.1f}, {ranked.steps} of {len(ranked.samples.log_snr)} steps"


def describe_hal(ranked: RankedSamples) -> str:
    """Between what Hal lies, and how much the clipping of the predicted x0 changes it."""
    other = next(x0 for x0 in X0 if x0 != ranked.x0)
    low, high = (_number(end) for end in (ranked.hal.min(), ranked.hal.max()))
    median, others = (float(np.median(ranked.scores[x0])) for x0 in (ranked.x0, other))
    changed = f"{_number(others / median)} times as large" if median > 0 else _number(others)
    return (
        f"Hal of the **{ranked.x0}** x̂₀: {low} to {high}, median {_number(median)}. "
        f"{other.capitalize()}, the median is {changed}."
    )


def describe_drawn(samples: ModelSamples) -> str:
    """What was drawn and how; guidance and clipping named, since both change Hal."""
    facts = samples.facts
    guidance = "none" if samples.guidance is None else f"{samples.guidance:g}"
    clips = "clips x̂₀ while it draws" if facts.clips else "does not clip x̂₀ while it draws"
    return (
        f"{samples.n:,} samples · {samples.spec.steps} steps of {facts.scheduler}, which {clips} · seed "
        f"{samples.spec.seed} · guidance: {guidance}"
    )


def histogram_chart(ranked: RankedSamples, height: int, mode: Mode) -> ChartFigure:
    """How Hal is spread, of the x0 that ranks as bars, and of the other one as an outline."""
    other = next(x0 for x0 in X0 if x0 != ranked.x0)
    data = histogram_data({x0: ranked.scores[x0] for x0 in (ranked.x0, other)})
    title = f"Hal, {describe_window(ranked)}"
    return ChartFigure(
        histogram_spec(data, (ranked.x0, "model"), (other, "neutral"), title, height, mode),
        data,
        f"Histogram of Hal of {ranked.samples.n:,} samples, of the clipped and of the raw predicted x0, on a "
        "logarithmic axis.",
        plain(describe_hal(ranked)),
        caption=f"{ranked.samples.facts.name} · {describe_drawn(ranked.samples)} · {NO_RATE}",
    )


def samples_table(ranked: RankedSamples) -> str:
    """Every sample as CSV, the highest Hal first: rank, number from 0 as drawn, Hal clipped and raw."""
    table = pd.DataFrame(
        {
            "rank": np.arange(1, ranked.samples.n + 1),
            "sample": ranked.order,
            **{f"hal_{x0}": ranked.scores[x0][ranked.order] for x0 in X0},
        }
    )
    return table.to_csv(index=False)


# ---- pictures --------------------------------------------------------------------------------------------


def pixels(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, 1 or 3, s, s) from -1 to 1 as bytes (n, s, s, 3), as a pipeline shows them."""
    levels = np.rint((np.clip(pictures, -1, 1) + 1) * 127.5).astype(np.uint8)
    return np.broadcast_to(levels.transpose(0, 2, 3, 1), (*levels.shape[:1], *levels.shape[2:], 3))


def picture_file(picture: np.ndarray, *, small: bool) -> bytes:
    """A picture (s, s, 3) of bytes as a PNG file, or where that would be long and `small` is asked for, as
    WebP, which loses a little."""
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture))
    if small and len(picture) > 64:
        image.save(file, "WEBP", quality=90)
    else:
        image.save(file, "PNG")
    return file.getvalue()


def ranked_sheet(ranked: RankedSamples) -> bytes:
    """All samples on one PNG, the highest Hal first, row by row."""
    shown = pixels(ranked.samples.pictures[ranked.order])
    n, side = shown.shape[:2]
    rows, tile = -(-n // COLUMNS), side + 2 * _PADDING
    sheet = np.full((rows * tile, COLUMNS * tile, 3), 255, np.uint8)
    for place, picture in enumerate(shown):
        row, column = divmod(place, COLUMNS)
        top, left = row * tile + _PADDING, column * tile + _PADDING
        sheet[top : top + side, left : left + side] = picture
    return picture_file(sheet, small=False)


def _number(value: float) -> str:
    return number(float(value)) if value > 0 else "0"
