"""What a session looks at: preset, experiment and the parameters of all views, in `st.session_state`. They
travel from page to page, and a link restores them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.data.own.world_file import check_there, is_own
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT, PICTURE_PRESETS, preset, recipe
from explorer.page_figures.views.parameter import require_allowed
from explorer.ui.shell.link import PERSONAL, link_text, read_link

_PROBLEM = "problem"
V = TypeVar("V")


def restore() -> None:
    """Once a session: follow the link it came by. What does not fit is reported, and the rest holds."""
    if "experiment" in st.session_state:
        _leave_what_is_gone()
        return
    link = st.query_params.to_dict()
    st.session_state.linked = bool(set(link) - {"projector"}) and "start" not in link
    problems = follow_link(link)
    if problems:
        report_problem("The link was not quite right: " + " ".join(problems))


def _leave_what_is_gone() -> None:
    """Go to the pictures that come with the explorer if the user's own that were looked at were removed."""
    try:
        if is_own(experiment().pictures):
            check_there(experiment().pictures)
        preset(preset_name())
    except ValueError as error:
        report_problem(str(error))
        choose_preset(next(iter(PICTURE_PRESETS)))


def came_by_link() -> bool:
    """Whether this session came with a link to an experiment that names no page, once."""
    return bool(st.session_state.pop("linked", False))


def follow_link(link: Mapping[str, str]) -> tuple[str, ...]:
    """Set everything to what a link says, the rest to its defaults; returns what did not fit, in
    sentences."""
    state = read_link(link)
    st.session_state.view = state.parameters
    _show(state.preset, state.experiment)
    return state.problems


def open_link(link: Mapping[str, str]) -> None:
    """Follow a link to what somebody looked at, keeping what belongs to this person."""
    own = {name: value for name, value in st.session_state.view.items() if name in PERSONAL}
    follow_link(link)
    st.session_state.view.update(own)


def link(*, personal: bool = True) -> dict[str, str]:
    """The parameters of a link to what this session looks at.

    personal    with what belongs to the person: the lesson, its step, the room's code, and projector mode
    """
    parameters = link_text(preset_name(), experiment(), st.session_state.view)
    return {key: text for key, text in parameters.items() if personal or key not in PERSONAL}


def write_link() -> None:
    """Put the link into the browser's address bar, if it is not there yet."""
    parameters = link()
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)


def experiment() -> Experiment:
    return st.session_state.experiment


def page() -> str:
    """The name of the page that is open."""
    return st.session_state.get("page", "start")


def preset_name() -> str:
    return st.session_state.preset


def view(kind: type[V]) -> V:
    """A page's View, or a part of it, with the values of this session."""
    return kind(**{name: st.session_state.view[name] for name in kind.__dataclass_fields__})  # type: ignore[attr-defined]


def set_view(kind: type, **changes: Any) -> None:
    """Change parameters of a View; a value that is not allowed is reported and leaves all as it was.

    Raises TypeError for a name that is none of its fields.
    """
    dataclasses.replace(view(kind), **changes)
    try:
        for name, value in changes.items():
            require_allowed(kind.__dataclass_fields__[name], value)  # type: ignore[attr-defined]
    except ValueError as error:
        report_problem(str(error))
    else:
        st.session_state.view.update(changes)


def choose_preset(name: str) -> None:
    """Go to a preset, leaving all edits behind."""
    _show(name, preset(name).experiment)


def switch_data(*, pictures: bool) -> None:
    """Go to pictures, or to points: to the experiment that was last seen of them."""
    if bool(experiment().pictures) == pictures:
        return
    name = next(iter(PICTURE_PRESETS)) if pictures else DEFAULT
    left = (preset_name(), experiment())
    _show(*st.session_state.get("other", (name, preset(name).experiment)))
    st.session_state.other = left


def mixture_version() -> int:
    """Counts changes of the mixture from outside its editor, which then starts afresh."""
    return st.session_state.get("mixture_version", 0)


def change_experiment(**changes: Any) -> bool:
    """Change the experiment; a value out of bounds is reported and leaves the experiment as it was."""
    try:
        st.session_state.experiment = experiment().replace(**changes)
    except ValueError as error:
        report_problem(str(error))
        return False
    return True


def use_mixture(mixture: GaussianMixture) -> None:
    """Replace the data distribution; edits of everything else stay."""
    open_experiment(experiment().replace(mixture=mixture, upload=""))


def open_experiment(experiment: Experiment) -> None:
    """Go to an experiment, with the preset as it is."""
    _show(preset_name(), experiment)


def use_uploaded_points(digest: str, dimensions: int) -> None:
    """Take uploaded points as the data, with the fast recipe for their dimensions."""
    network, training = recipe("fast", dimensions)
    changed = experiment().replace(mixture=None, upload=digest, network=network, training=training)
    st.session_state.experiment = changed


def edited() -> bool:
    """Whether the experiment differs from its preset in more than the seed."""
    return bool(set(experiment().differences(preset(preset_name()).experiment)) - {"seed"})


def data_title() -> str:
    """What the data on screen are called: the preset's title, with "edited" behind it if it was, or the
    person's own points."""
    if experiment().upload:
        return "Your points"
    return preset(preset_name()).title + (", edited" if edited() else "")


def reset() -> None:
    """Go back to the preset, with the seed as it is."""
    seed = experiment().seed
    choose_preset(preset_name())
    change_experiment(seed=seed)


def report_problem(sentence: str) -> None:
    """Keep what went wrong, in one sentence, for the top of the page."""
    st.session_state[_PROBLEM] = sentence


def take_problem() -> str | None:
    """What went wrong, once."""
    return st.session_state.pop(_PROBLEM, None)


def _show(preset_name: str, experiment: Experiment) -> None:
    version = mixture_version() + 1
    st.session_state.update(preset=preset_name, experiment=experiment, mixture_version=version)
