"""What a session looks at: preset, experiment and view. It travels from page to page, and its link restores
it."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT, PICTURE_PRESETS, preset, recipe

PAGES = Path(__file__).resolve().parents[3] / "pages"

# View parameters that live in the link beside the experiment: name -> (reader of the text, default).
VIEW: dict[str, tuple[Callable[[str], Any], Any]] = {}
_PROBLEM = "problem"


def view_parameter(name: str, default: Any, allowed: Container[Any] | None = None) -> None:
    """Declare a part of the view, once, where its page is imported: an int, or one of the allowed values."""

    def read(text: str) -> Any:
        value = type(default)(text)
        if allowed is not None and value not in allowed:
            raise ValueError(f"{name} = {text[:20]!r} is not one of its values.")
        return value

    VIEW[name] = (read, default)


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


def look_through(link: Mapping[str, str]) -> list[str]:
    """Set everything to what a link says, the rest to what is usual; returns what did not fit, in
    sentences."""
    name, view = DEFAULT, {key: default for key, (_, default) in VIEW.items()}
    problems = []
    try:
        name = preset(link.get("preset", DEFAULT)).name
    except ValueError as error:
        problems.append(str(error))
    experiment = preset(name).experiment
    try:
        experiment = experiment.with_differences(dict(link))
    except ValueError as error:
        problems.append(str(error))
    for key, (read, _) in VIEW.items():
        if key in link:
            try:
                view[key] = read(link[key])
            except ValueError:
                problems.append(f"{key} = {link[key][:20]!r} does not fit.")
    st.session_state.update(preset=name, experiment=experiment, view=view)
    return problems


def link() -> dict[str, str]:
    """The parameters of a link to what this session looks at."""
    changed = experiment().differences(preset(preset_name()).experiment)
    seen = {key: str(view(key)) for key, (_, default) in VIEW.items() if view(key) != default}
    return {"preset": preset_name(), **changed, **seen}


def write_link() -> None:
    """Put the link into the browser's address bar, if it is not there yet."""
    parameters = link()
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)


def experiment() -> Experiment:
    return st.session_state.experiment


def preset_name() -> str:
    return st.session_state.preset


def view(name: str) -> Any:
    return st.session_state.view[name]


def set_view(name: str, value: Any) -> None:
    st.session_state.view[name] = value


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
