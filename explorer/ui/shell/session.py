"""What a session looks at: preset, experiment and view. It travels from page to page, and its link restores
it."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT, PICTURE_PRESETS, preset, recipe
from explorer.ui.shell.link import link_text, read_link

PAGES = Path(__file__).resolve().parents[3] / "pages"

_PROBLEM = "problem"
V = TypeVar("V")


def restore() -> None:
    """Once a session: read the link. What does not fit is said in one sentence, and the rest holds."""
    if "experiment" in st.session_state:
        return
    link = st.query_params.to_dict()
    st.session_state.linked = bool(set(link) - {"projector"})
    problems = look_through(link)
    if problems:
        say("The link was not quite right: " + " ".join(problems))


def linked() -> bool:
    """Whether this session came with a link to an experiment, once."""
    return bool(st.session_state.pop("linked", False))


def look_through(link: Mapping[str, str]) -> tuple[str, ...]:
    """Set everything to what a link says, the rest to what is usual; returns what did not fit, in
    sentences."""
    state = read_link(link)
    st.session_state.update(preset=state.preset, experiment=state.experiment, view=state.parameters)
    return state.problems


def link() -> dict[str, str]:
    """The parameters of a link to what this session looks at."""
    return link_text(preset_name(), experiment(), st.session_state.view)


def write_link() -> None:
    """Put the link into the browser's address bar, if it is not there yet."""
    parameters = link()
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)


def experiment() -> Experiment:
    return st.session_state.experiment


def preset_name() -> str:
    return st.session_state.preset


def view(kind: type[V]) -> V:
    """What a page's View, or a part of it, says of this session."""
    return kind(**{name: st.session_state.view[name] for name in kind.__dataclass_fields__})  # type: ignore[attr-defined]


def set_view(kind: type, **changes: Any) -> None:
    """Change parameters of a View. Raises TypeError for a name that is none of its fields."""
    dataclasses.replace(view(kind), **changes)
    st.session_state.view.update(changes)


def choose_preset(name: str) -> None:
    """Go to a preset, leaving all edits behind."""
    st.session_state.update(preset=name, experiment=preset(name).experiment)
    st.session_state.edition = edition() + 1


def turn_to(*, pictures: bool) -> None:
    """Look at pictures, or at points; each keeps what was looked at last."""
    if bool(experiment().pictures) == pictures:
        return
    name = next(iter(PICTURE_PRESETS)) if pictures else DEFAULT
    left = (preset_name(), experiment())
    found = st.session_state.get("other", (name, preset(name).experiment))
    st.session_state.update(other=left, preset=found[0], experiment=found[1], edition=edition() + 1)


def edition() -> int:
    """Counts changes of the mixture that did not come from its editor, which then starts afresh."""
    return st.session_state.get("edition", 0)


def change(**changes: Any) -> bool:
    """Change the experiment; a value out of bounds is said in one sentence and the experiment stays as it
    was."""
    try:
        st.session_state.experiment = experiment().replace(**changes)
    except ValueError as error:
        say(str(error))
        return False
    return True


def use_mixture(mixture: GaussianMixture) -> None:
    """Replace the data distribution; edits of everything else stay."""
    st.session_state.experiment = experiment().replace(mixture=mixture, upload="")
    st.session_state.edition = edition() + 1


def look_at(experiment: Experiment) -> None:
    """Go to an experiment, with the preset as it is."""
    st.session_state.update(experiment=experiment, edition=edition() + 1)


def use_points(digest: str, dimensions: int) -> None:
    """Take uploaded points as the data, with the fast recipe for their dimensions."""
    network, training = recipe("fast", dimensions)
    changed = experiment().replace(mixture=None, upload=digest, network=network, training=training)
    st.session_state.experiment = changed


def kept_start(player: str, identity: Hashable, start: int) -> int:
    """The frame at which a player began to show a film, so that what it shows later changes no message to
    it."""
    held = st.session_state.get(f"start.{player}")
    if held is None or held[0] != identity:
        held = st.session_state[f"start.{player}"] = (identity, start)
    return held[1]


def say(sentence: str) -> None:
    """Keep a sentence for the top of the page."""
    st.session_state[_PROBLEM] = sentence


def said() -> str | None:
    """The sentence kept, once."""
    return st.session_state.pop(_PROBLEM, None)
