"""The Atlas page's figures, and what is computed for them: each is made once for all who look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.detection.basins import LEAST_HALF, Square
from explorer.detection.paired_trajectories import shown_steps
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.atlas import (
    LineAtlas,
    PlaneAtlas,
    modes_through_time,
    plane_atlas,
    training_basins,
)
from explorer.experiments.atlas_seeds import ends_along, ways_of_seeds
from explorer.experiments.run import Result
from explorer.experiments.shipped_atlases import ShippedPlane, atlas_of, shipped_atlas
from explorer.figures.film.film import Film, Zoom
from explorer.page_figures.atlas import (
    axes_film,
    describe_settled,
    line_film,
    plane_film,
    training_film,
    way_film,
)
from explorer.page_figures.atlas_findings import describe_exactness, describe_shares, describe_training
from explorer.page_figures.atlas_seeds import (
    LINE,
    LINE_SEEDS,
    Seed,
    across_film,
    describe_across,
    describe_seed,
    ends_of_line,
    file_caption,
    line_figure,
    opening_frame,
    seed_of_cell,
    with_seed,
)
from explorer.page_figures.views.atlas import View
from explorer.page_figures.views.parameter import asked_frame
from explorer.server.cache import MAX_BYTES, Cache
from explorer.ui.atlas import controls
from explorer.ui.player import Shown, player
from explorer.ui.shared import figure_downloads
from explorer.ui.shell import server, session

_FILMS: Cache[str, Film] = Cache(MAX_BYTES // 4)  # for all who look
_CLOSER = "atlas_closer"  # the smaller square that is seen, and of what it is
_PICKED = "atlas_picked"  # the cell that was clicked, in which picture, and its seed
CLOSER_SIZE = 256  # pixels of a side of a smaller square


class Figure:
    """What a run of the page shows of one atlas, and whether something is still computed for it.

    key     names run, sampler and k; films: the same of films, of a rough atlas and of the finished one
    waits   what is still computed, or why it is not, in words; under_way: whether it may still come
    """

    def __init__(self, result: Result, identity: str, spec: SamplerSpec, k: int) -> None:
        self.result, self.spec, self.k = result, spec, k
        self.key, self.waits, self.under_way = f"{identity} {spec} {k}", "", False
        self.films = self.key
        assert result.experiment.mixture is not None  # the page asks no other
        self.mixture: GaussianMixture = result.experiment.mixture
        self.shipped = shipped_atlas(result, spec, k)

    def atlas(self) -> PlaneAtlas | LineAtlas | None:
        """The atlas; None while it is computed. Of the plane a rough one comes before it."""
        if self.shipped is not None:
            return self.shipped.atlas if isinstance(self.shipped, ShippedPlane) else self.shipped
        rough: PlaneAtlas | None = None
        what = "carrying seeds"
        if self.mixture.dimensions == 2:
            quick = partial(
                plane_atlas, self.result, self.spec, k=float(self.k), size=CLOSER_SIZE, uncut=None
            )
            rough = self._computed("atlas-rough", self.key, quick, "carrying seeds")
            if rough is None:
                return None
            what = "cutting the borders finer"
        make = partial(atlas_of, self.result, self.spec, float(self.k))
        found: PlaneAtlas | LineAtlas | None = self._computed("atlas", self.key, make, what)
        self.films = f"{self.key} {'rough' if found is None else ''}"
        return rough if found is None else found

    def _computed(self, purpose: str, key: str, make: Callable[[], Any], what: str) -> Any:
        work = server.computed(purpose, f"{purpose} {key}", make, patience=1.0)
        if work.value is None:
            self.under_way |= work.under_way
            self.waits = f"{work.error} " if work.error else f"{what}: {work.update or 0.0:.0%} · "
        return work.value

    # ---- the figures ---------------------------------------------------------------------------------

    def show(self, atlas: PlaneAtlas | LineAtlas | None, height: int) -> str:
        """Draw what the view asks for; what it shows in words, whose colours are between braces."""
        which = session.view(View).atlas
        if atlas is None:
            self._show_axes(height)
            return ""
        if isinstance(atlas, LineAtlas):
            return self._line(atlas, height)
        if which == "training":
            return self._training(atlas, height)
        if which == "reverse time":
            return self._reverse_time(atlas, height)
        return self._across(atlas, height) if which == "across" else self._plane(atlas, height)

    def _show_axes(self, height: int) -> None:
        """The axes of a figure that is being computed."""
        film = axes_film(self.mixture, self.k)
        if self.mixture.dimensions == 1:
            film = line_figure(film, None, (0.0,), None, self.mixture, self.k, self._steps())
        player(film, key="atlas-axes", height=height)

    def _steps(self) -> list[int]:
        """The steps t of the way of a seed."""
        return shown_steps(self.spec.timesteps(self.result.experiment.schedule))

    def _picked(self, picture: str, seed: Seed) -> int | None:
        """The cell that was clicked, if its picture and its seed are still those on screen."""
        held = st.session_state.get(_PICKED)
        return held[2] if held is not None and held[:2] == (picture, seed) else None

    def _pick(self, picture: str, seed: Seed, cell: int) -> None:
        """Look at the seed of another cell."""
        st.session_state[_PICKED] = picture, controls.single_out(seed), cell
        st.rerun()

    def _plane(self, atlas: PlaneAtlas, height: int) -> str:
        seed, closer = controls.chosen_seed(atlas, 2), self._closer()
        make = partial(ways_of_seeds, self.result, [seed], self.spec)
        ways = self._computed("atlas-seed", f"{self.key} {seed}", make, "following the seed")
        picture = f"{self.films} {'' if closer is None else closer.model.square}"
        plane = _film(picture, lambda: plane_film(atlas, self.mixture, closer, pick=True))
        film = _film(f"{picture} {seed} {ways is not None}", lambda: with_seed(plane, seed, ways))
        picked = self._picked(picture, seed)
        shown = player(film, key="atlas", height=height, picked=picked, on_pick=True, on_zoom=True)
        figure_downloads.register_film(film, _unpicked(shown), caption=lambda frame: file_caption(atlas))
        base = closer or atlas
        if shown.picked is not None and shown.picked != picked and shown.picked < base.model.size**2:
            self._pick(picture, seed_of_cell(base, shown.picked), shown.picked)
        self._look_closer(shown.zoom)
        text = "" if ways is None else f" {describe_seed(seed, ways, self.mixture, self.k)}"
        return describe_shares(atlas) + text

    def _closer(self) -> PlaneAtlas | None:
        """The atlas of the smaller square that was seen last, if it is of this one."""
        key, found = st.session_state.get(_CLOSER, ("", None))
        return found if key == self.key else None

    def _look_closer(self, zoom: tuple[Zoom | None, ...]) -> None:
        """Compute the square that is seen anew; the last one stays until it is there."""
        wanted, closer = _square(zoom), self._closer()
        if wanted is None:
            if closer is not None:
                del st.session_state[_CLOSER]
                st.rerun()
            return
        if closer is not None and closer.model.square == wanted:
            return
        make = partial(
            plane_atlas,
            self.result,
            self.spec,
            k=float(self.k),
            square=wanted,
            size=CLOSER_SIZE,
            uncut=None,
        )
        found = self._computed("atlas-closer", f"{self.key} {wanted}", make, "looking closer")
        if found is not None:
            st.session_state[_CLOSER] = self.key, found
            st.rerun()

    def _training(self, atlas: PlaneAtlas, height: int) -> str:
        if isinstance(self.shipped, ShippedPlane):
            steps, trained = self.shipped.steps, self.shipped.trained
        else:
            make = partial(training_basins, self.result, self.spec, k=float(self.k))
            trained = self._computed("atlas-film", f"{self.key} training", make, "carrying seeds")
            steps = tuple(one.step for one in self.result.snapshots)
        if trained is None:
            self._show_axes(height)
            return ""
        film = _film(f"{self.films} training", lambda: training_film(atlas, steps, trained, self.mixture))
        self._play(film, atlas, height, len(film.captions) - 1)
        return describe_training(steps, trained)

    def _reverse_time(self, atlas: PlaneAtlas, height: int) -> str:
        if isinstance(self.shipped, ShippedPlane):
            way = self.shipped.way
        else:
            make = partial(modes_through_time, self.result, self.spec)
            way = self._computed("atlas-film", f"{self.key} time", make, "carrying seeds")
        if way is None:
            self._show_axes(height)
            return ""
        schedule = self.result.experiment.schedule
        film = _film(f"{self.films} time", lambda: way_film(way, schedule, self.mixture, float(self.k)))
        self._play(film, atlas, height, len(film.captions) - 1)
        return describe_settled(way)

    def _across(self, atlas: PlaneAtlas, height: int) -> str:
        first, second = controls.chosen_line(atlas, self.mixture)
        start, end = ends_of_line(atlas, self.mixture, first, second)
        key = f"{self.key} {start} {end}"
        make = partial(ends_along, self.result, start, end, self.spec)
        along = self._computed("atlas-line", key, make, "following the line")
        if along is None:
            self._show_axes(height)
            return ""
        film = _film(f"{self.films} {key} across", lambda: across_film(along, atlas, self.mixture))
        self._play(film, atlas, height, opening_frame(along, self.mixture))
        return describe_across(along, self.mixture, float(self.k))

    def _play(self, film: Film, atlas: PlaneAtlas, height: int, opens: int) -> None:
        """A film that moves; the link holds its frame."""
        held, last = session.view(View).atlas_frame, len(film.captions) - 1
        wanted = asked_frame(held, last + 1, opens)
        key = f"atlas-{session.view(View).atlas}"
        shown = player(film, key=key, height=height, frame=wanted, on_frame=True, on_zoom=True)
        figure_downloads.register_film(
            film, shown, caption=lambda frame: f"{film.captions[frame]} · {describe_exactness(atlas)}"
        )
        if shown.frame != wanted:
            session.set_view(View, atlas_frame=-1 if shown.frame == opens else shown.frame)

    def _line(self, atlas: LineAtlas, height: int) -> str:
        seed, seen = controls.chosen_seed(atlas, 1), self._seen()
        make = partial(ways_of_seeds, self.result, [seed], self.spec)
        ways = self._computed("atlas-seed", f"{self.key} {seed}", make, "following the seed")
        follow = partial(ends_along, self.result, *LINE, self.spec, LINE_SEEDS)
        along = self._computed("atlas-line", f"{self.key} all", follow, "following the line")
        picture = f"{self.films} {seen}"
        film = _film(
            f"{picture} {seed} {ways is None} {along is None}",
            lambda: line_figure(
                line_film(atlas, self.mixture, seen, pick=True),
                along,
                seed,
                ways,
                self.mixture,
                self.k,
                self._steps(),
            ),
        )
        picked = self._picked(picture, seed)
        shown = player(film, key="atlas-line", height=height, picked=picked, on_pick=True, on_zoom=True)
        figure_downloads.register_film(film, _unpicked(shown), caption=lambda frame: file_caption(atlas))
        if shown.picked is not None and shown.picked != picked:
            self._pick(picture, seed_of_cell(atlas, shown.picked, seen), shown.picked)
        zoom = shown.zoom[0] if shown.zoom else None
        if (None if zoom is None else zoom.x) != seen:
            st.session_state[_CLOSER] = self.key, None if zoom is None else zoom.x
            st.rerun()
        text = "" if ways is None else f" {describe_seed(seed, ways, self.mixture, self.k)}"
        return describe_shares(atlas) + text

    def _seen(self) -> tuple[float, float] | None:
        """The part of the line that was seen last."""
        key, found = st.session_state.get(_CLOSER, ("", None))
        return found if key == self.key else None


def _film(key: str, make: Callable[[], Film]) -> Film:
    return _FILMS.get_or_compute(key, make)


def _unpicked(shown: Shown) -> Shown:
    return Shown(shown.frame, None, shown.zoom)


def _square(zoom: tuple[Zoom | None, ...]) -> Square | None:
    """The square of the plane of seeds that is seen; None where all of it is."""
    seen = zoom[-1] if zoom else None
    if seen is None:
        return None
    half = max(np.ptp(seen.x), np.ptp(seen.y)) / 2
    return Square(sum(seen.x) / 2, sum(seen.y) / 2, max(float(half), LEAST_HALF))
