"""The Recursive page's tiles, films, charts and sentences, on screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from explorer.figures.film.film import Film
from explorer.figures.film.generations import Tile
from explorer.figures.vega.generations import ARM_COLOURS, ARM_MARKS, ARM_TITLES
from explorer.page_figures import recursive as figures
from explorer.page_figures import recursive_findings as findings
from explorer.page_figures.views.recursive import View
from explorer.recursion.spec import Generation, RecursionSpec, of_seed
from explorer.ui.lesson import answers
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads, prediction
from explorer.ui.shared.chart import beside, chart
from explorer.ui.shell import session, theme

HEIGHT, LARGE_HEIGHT = 436, 360
KEPT_GRIDS = 24


def predict(spec: RecursionSpec, generations: Sequence[Generation]) -> None:
    """Ask what becomes of the middle mode, of the rate or of the distance."""
    asked, options = findings.question(spec)
    prediction.predict("recursive", asked, options, findings.answer(spec, generations), "")


def show(spec: RecursionSpec, generations: Sequence[Generation], seed: int, *, live: bool) -> None:
    """The generations so far as tiles of one of the seeds, with two curves beside them, or all curves; and
    what came of it."""
    names = list(figures.curves(spec))
    if session.view(View).loop == "curves":
        open_now = names[:1] if answers.is_open() else names
        for pair in (open_now[:2], open_now[2:]):
            for place, name in zip(st.columns(2), pair, strict=False):
                with place:
                    _curve(spec, generations, name, figures.CURVE_HEIGHT, live)
        if answers.is_open():
            st.caption(answers.CURVES_LATER)
    else:
        big, small = st.columns([3.1, 1], gap="small")
        with big:
            film = _grid_film(
                spec.digest,
                tuple((one.seed, one.arm, one.number, one.kept_digest) for one in generations),
                seed,
                spec,
                generations,
            )
            held = figures.tile_number(spec, session.view(View).large)
            seen = player(film, key="grid", height=HEIGHT, picked=held, on_pick=True, on_zoom=True)
            caption = figures.file_caption(spec, generations, seed)
            figure_downloads.register_film(film, seen, caption=lambda frame: caption)
            if seen.picked != held:
                chosen = figures.picked(spec, seen.picked)
                session.set_view(View, large="" if chosen is None else f"{chosen[0]}:{chosen[1]}")
        with small, beside(figures.SIDE_HEIGHT):
            if answers.is_open():
                st.caption(answers.CURVES_LATER)
            for name in () if answers.is_open() else names[:2]:
                _curve(spec, generations, name, figures.SIDE_HEIGHT, live, grows=True)
        _show_picked(spec, generations, seed, seen.picked)
    colours = ARM_COLOURS[theme.mode()]
    marks = (theme.marked(f"{ARM_MARKS[arm][1]} {ARM_TITLES[arm]}", colours[arm]) for arm in spec.arms)
    st.html(f'<div style="font-size:.9rem">{" · ".join(marks)}</div>')
    answers.finding(findings.describe_findings(spec, generations))
    if session.view(View).loop != "curves":
        theme.sentence(findings.describe_tiles(spec))


@st.cache_resource(max_entries=KEPT_GRIDS, show_spinner=False)
def _grid_film(
    digest: str,
    made: tuple[tuple[int, str, int, str], ...],
    seed: int,
    _spec: RecursionSpec,
    _generations: Sequence[Generation],
) -> Film:
    def tile(spec: RecursionSpec, one: Generation) -> Tile:
        return _tile(f"{spec.digest} {one.seed} {one.arm} {one.number}", spec, one)

    return figures.grid_film(_spec, _generations, seed, tile)


@st.cache_resource(max_entries=1_000, show_spinner=False)
def _tile(key: str, _spec: RecursionSpec, _one: Generation) -> Tile:
    return figures.tile(_spec, _one)


def _show_picked(spec: RecursionSpec, generations: Sequence[Generation], seed: int, tile: int | None) -> None:
    """The arm of a tile, large, at the tile's generation; nothing for a tile that is still open."""
    chosen = figures.picked(spec, tile)
    of_arm = [one for one in of_seed(generations, seed) if chosen is not None and one.arm == chosen[0]]
    mine = [one.number for one in of_arm]
    if chosen is None or chosen[1] not in mine:
        return
    film = figures.arm_film(spec, of_arm, chosen[0], seed)
    shown = player(
        film,
        key="arm",
        on_frame=True,
        free=True,
        height=LARGE_HEIGHT,
        frame=mine.index(chosen[1]),
        on_zoom=True,
    )
    figure_downloads.register_film(film, shown, f"{ARM_TITLES[chosen[0]]}, large")


def _curve(
    spec: RecursionSpec,
    generations: Sequence[Generation],
    what: str,
    height: int,
    live: bool,
    *,
    grows: bool = False,
) -> None:
    chart(
        partial(figures.curve_chart, spec, generations, what, height),
        key=f"curve-{what}",
        height=height,
        name=figures.curves(spec)[what].title,
        grows=grows,
        live=live,
    )
