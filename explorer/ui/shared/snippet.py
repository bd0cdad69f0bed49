"""Code that people take away: where it runs, how long it takes and what it prints, and then what it does."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.experiments.presets import preset
from explorer.experiments.trials import SAMPLERS
from explorer.page_figures.views.parameter import SamplerView
from explorer.ui.shared.file_names import source
from explorer.ui.shell import session

FIND_EXPLORER = (
    "import sys",
    "from pathlib import Path",
    "",
    "for folder in (Path.cwd(), Path.cwd().parent):  # here, beside here, or above",
    '    found = [*folder.glob("explorer/__main__.py"), *folder.glob("*/explorer/__main__.py")]',
    "    sys.path += [str(file.parents[1]) for file in found]",
    "",
)


def snippet(
    lines: Sequence[str],
    imports: Sequence[str],
    *,
    takes: str,
    prints: str,
    anew: str = "",
) -> None:
    """Show code that begins with where it runs, how long it takes and what it prints.

    lines       what it does
    imports     what it needs, a line each
    takes       how long it takes, in words
    prints      what it is expected to print, in one line or more; "" where that is not known yet
    anew        the flag that computes what is stored once more, and how long that takes; "" without one
    """
    st.code("\n".join(_text(lines, imports, takes, prints, anew)), language="python")


def _text(lines: Sequence[str], imports: Sequence[str], takes: str, prints: str, anew: str) -> list[str]:
    head = [
        f"# {session.page().capitalize()}: {source()}.",
        "# Run it in the folder of the explorer, or in a notebook in it or beside it.",
        f"# It takes {takes}.",
    ]
    if prints:
        head += ["# It prints:", *(f"#   {line}" for line in prints.splitlines())]
    flag = [anew, ""] if anew else []
    return [*head, *FIND_EXPLORER, *sorted(imports), "", *flag, *lines]


def experiment_code() -> str:
    """The experiment on screen, as an expression in Python."""
    changes = session.experiment().differences(preset(session.preset_name()).experiment)
    tail = f".with_differences({changes!r})" if changes else ""
    return f'preset("{session.preset_name()}").experiment{tail}'


def sampler_code() -> str:
    """The sampler on screen, as an expression in Python."""
    name, switch = session.view(SamplerView).sampler, session.view(SamplerView).switch
    return f'sampler(experiment, "{name}"' + (f", {switch})" if name == SAMPLERS[2] else ")")
