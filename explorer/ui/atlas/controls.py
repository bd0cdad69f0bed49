"""The Atlas page's controls: what is shown, the sampler, and the seed or the line that is singled out."""

from __future__ import annotations

import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.atlas import LineAtlas, PlaneAtlas
from explorer.page_figures.atlas import REACH, region_places
from explorer.page_figures.atlas_seeds import Seed, neighbours
from explorer.page_figures.views.atlas import FIGURES, SOLVERS, View, asked_sampler, asked_seed
from explorer.ui.atlas import help
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import session

_FIGURES = dict(zip(FIGURES, ("the seeds", "in training", "in reverse time", "across a border"), strict=True))


def figure_choice() -> None:
    """The plane, a film of it, or a line across a border."""
    view_choice(View, "atlas", FIGURES, "Show", help.FIGURE, _FIGURES.__getitem__, resets=("atlas_frame",))


def sampler_choice() -> None:
    """By which sampler the seeds are carried."""
    view_choice(View, "atlas_sampler", tuple(SOLVERS), "Sampler", help.SAMPLER)


def chosen_sampler() -> SamplerSpec:
    """The sampler of the view, of 80 steps."""
    return asked_sampler(session.view(View), session.experiment())


def chosen_seed(atlas: PlaneAtlas | LineAtlas, dimensions: int) -> Seed:
    """The seed of the view; the page's choice where it names none that can be drawn."""
    return asked_seed(session.view(View), atlas, dimensions)


def single_out(seed: Seed) -> Seed:
    """Look at another seed; as the link holds it."""
    texts = [f"{c:.6g}" for c in seed]
    session.set_view(View, seed_at=",".join(texts))
    return tuple(map(float, texts))


def seed_choice(seed: Seed) -> None:
    """The coordinates of the seed that is singled out, for those who do not click."""
    keys = [f"atlas_seed_{axis}" for axis in range(len(seed))]

    def commit() -> None:
        single_out(tuple(st.session_state[key] for key in keys))

    with st.container(horizontal=True, gap="small"):
        for key, name, value in zip(keys, ("Seed x", "y"), seed, strict=False):
            st.session_state[key] = value
            st.number_input(
                name, -REACH, REACH, step=0.01, format="%.4f", key=key, help=help.SEED, on_change=commit
            )


def chosen_line(atlas: PlaneAtlas, mixture: GaussianMixture) -> tuple[int, int]:
    """The numbers of the modes between whose seeds the line runs."""
    view, (first, second) = session.view(View), neighbours(atlas, mixture)
    placed = {int(text) for _, _, text in region_places(atlas.truth, mixture)}
    if {view.from_mode, view.to_mode} <= placed and view.from_mode != view.to_mode:
        return view.from_mode, view.to_mode
    return first, second


def line_choice(atlas: PlaneAtlas, mixture: GaussianMixture) -> None:
    """From the seeds of which mode to those of which other the line runs."""
    placed = sorted(int(text) for _, _, text in region_places(atlas.truth, mixture))
    line = chosen_line(atlas, mixture)

    def commit() -> None:
        first, second = st.session_state["line_from"], st.session_state["line_to"]
        if first == second:
            session.report_problem("A line runs from one mode to another: choose two that differ.")
        else:
            session.set_view(View, from_mode=first, to_mode=second, atlas_frame=-1)

    with st.container(horizontal=True, gap="small"):
        for key, label, number in zip(("line_from", "line_to"), ("From mode", "to"), line, strict=True):
            st.session_state[key] = number
            st.selectbox(label, placed, key=key, help=help.LINE, on_change=commit)
