"""Samples of a model in the order of their Hal, each with its number under it."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
import streamlit as st

from explorer.figures.words import number
from explorer.page_figures.model import RankedSamples, picture_file, pixels

HIGHEST, LOWEST = 60, 10  # pictures shown
_STYLE = """<style>
.ranked { display: grid; gap: .45rem .4rem;
  grid-template-columns: repeat(auto-fill, minmax(max(4.1rem, 5.4vw), 1fr)) }
.ranked figure { margin: 0; text-align: center; line-height: 1.2 }
.ranked img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 3px; display: block;
  outline: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
.ranked figcaption { font-size: .75rem; font-variant-numeric: tabular-nums; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis }
.ranked-all { overflow-y: auto; padding-right: .3rem }
.ranked-few { grid-auto-rows: 0; grid-template-rows: auto; overflow: hidden; row-gap: 0 }
.ranked-name { font-weight: 600; font-size: .95rem; margin: 0 0 .25rem }
</style>"""


def show(ranked: RankedSamples, height: int) -> None:
    """The samples with the highest Hal, as many as have room and more below, and a row of the lowest.

    height    of the former in pixels, more on tall screens
    """
    n = ranked.samples.n
    highest, lowest = ranked.order[:HIGHEST], ranked.order[::-1][:LOWEST]
    of = "" if n <= HIGHEST else f" · {HIGHEST} of {n}"
    st.html(
        f'{_STYLE}<p class="ranked-name">Highest Hal first{of}</p>'
        f'<div class="ranked ranked-all" style="max-height:max({height}px, 32vh)" role="group" tabindex="0" '
        f'aria-label="Samples with the highest Hal">{_tiles(ranked, highest)}</div>'
        '<p class="ranked-name" style="margin-top:.7rem">Lowest</p>'
        f'<div class="ranked ranked-few" role="group" aria-label="Samples with the lowest Hal">'
        f"{_tiles(ranked, lowest)}</div>"
    )


def _tiles(ranked: RankedSamples, places: np.ndarray) -> str:
    shown = pixels(ranked.samples.pictures[places])
    return "".join(
        _tile(picture_file(picture, small=True), int(place) + 1, float(ranked.hal[place]))
        for place, picture in zip(places, shown, strict=True)
    )


def _tile(file: bytes, place: int, hal: float) -> str:
    kind = "webp" if file[:4] == b"RIFF" else "png"
    words = escape(number(hal) if hal > 0 else "0")
    return (
        f'<figure><img alt="Sample {place}, Hal {words}" title="Sample {place}" '
        f'src="data:image/{kind};base64,{base64.b64encode(file).decode()}"><figcaption>{words}</figcaption>'
        "</figure>"
    )
