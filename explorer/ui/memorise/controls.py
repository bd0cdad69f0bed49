"""The Memorise page's controls: which number of points, which noise, and the job that trains networks."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from explorer.diffusion.network_spec import MAX_OCTAVES
from explorer.experiments.experiment import Experiment
from explorer.memorisation.presets import MEMORISATIONS, SHIPPED_MEMORISATIONS
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.run import MemorisationUpdate, work
from explorer.memorisation.spec import SEEDS_RANGE, MemorisationSpec
from explorer.memorisation.store import load_memorisation
from explorer.page_figures.memorise import ZOOMS, ShownMemorisation
from explorer.page_figures.views.memorise import NOISES, STEPS_RANGE, View, asked_figure, asked_spec
from explorer.page_tasks.stored import memorisation_in_folder
from explorer.ui.memorise import help
from explorer.ui.shared.long_work import Found, LongWork, shipped_whole
from explorer.ui.shared.view_controls import view_choice, view_number
from explorer.ui.shell import session

_asked = lru_cache(32)(asked_spec)


def chosen() -> MemorisationSpec | None:
    """What the controls ask for; None, with a sentence on top of the page, if it cannot be."""
    try:
        return _asked(session.view(View), _base())
    except ValueError as error:
        st.warning(str(error), icon=":material/info:")
        return None


def _base() -> Experiment:
    return session.experiment()


def shown(spec: MemorisationSpec, found: Found[MemorisationUpdate, MemorisedSize]) -> ShownMemorisation:
    """What there is, as the view has it."""
    return asked_figure(session.view(View), ShownMemorisation(spec, found.parts))


def choices(now: ShownMemorisation) -> None:
    """The number of points, the noise level, and what is seen of a line."""
    st.session_state["view.learned_from"] = now.size
    st.select_slider(
        "Training points",
        now.spec.sizes,
        key="view.learned_from",
        format_func="{:,}".format,
        help=help.SIZE,
        on_change=lambda: session.set_view(View, learned_from=st.session_state["view.learned_from"]),
    )
    if now.mixture.dimensions == 1:
        schedule = now.experiment.schedule
        st.session_state["view.noise_level"] = now.place
        st.select_slider(
            "Noise σ of the scores",
            range(len(now.steps)),
            key="view.noise_level",
            format_func=lambda place: f"{schedule.sigmas[now.steps[place]]:.2g}",
            help=help.LEVEL,
            on_change=lambda: session.set_view(View, noise_level=st.session_state["view.noise_level"]),
        )
    view_choice(View, "zoomed", ZOOMS, "See", help.ZOOM)


def numbers() -> None:
    """What is computed: the end of the schedule, the training, and the number of seeds."""
    view_choice(View, "cleanest", NOISES, "Smallest noise σ", help.CLEANEST, "{:g}".format)
    view_number(View, "steps_each", "Training steps", STEPS_RANGE, 1_000, help.STEPS)
    if session.experiment().network.kind == "plain":
        view_number(View, "octaves_each", "Octaves of features", (0, MAX_OCTAVES), 1, help.OCTAVES)
    view_number(View, "seeds_each", "Seeds", SEEDS_RANGE, 1, help.SEEDS)


def pick(size: int) -> None:
    """Look at a number of points."""
    session.set_view(View, learned_from=size)


def _shipped(spec: MemorisationSpec) -> tuple[MemorisedSize, ...] | None:
    return shipped_whole(load_memorisation, SHIPPED_MEMORISATIONS, MEMORISATIONS, spec)


MEMORISE: LongWork[MemorisationSpec, MemorisationUpdate, MemorisedSize] = LongWork(
    purpose="memorise",
    name="memorise",
    chosen=chosen,
    compute=memorisation_in_folder,
    load=load_memorisation,
    shipped=_shipped,
    parts=lambda update: update.sizes,
    complete=lambda spec: len(spec.sizes),
    describe=lambda spec, update: f"{len(update.sizes)} of {len(spec.sizes)} numbers of points",
    note=lambda spec: "",
    work=lambda spec: sum(work(spec, size) for size in spec.sizes),
    texts=(
        "Train the networks of every number of points here; each is kept as it is finished.",
        "Hold it; it goes on where it was.",
        "End it. The numbers of points that are finished stay, and Run goes on after them.",
    ),
)
