"""What people take away of networks that learned from few and from many points: tables, and code."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explorer.experiments.presets import preset
from explorer.figures.coloured_words import plain
from explorer.memorisation.records import WHO, MemorisedSize
from explorer.memorisation.sample_kinds import KINDS
from explorer.memorisation.spec import MemorisationSpec
from explorer.page_figures.memorise import ShownMemorisation
from explorer.page_figures.memorise_findings import describe_size
from explorer.page_figures.views.memorise import View
from explorer.ui.shared import downloads
from explorer.ui.shared.snippet import snippet
from explorer.ui.shell import session


def table(now: ShownMemorisation | None, *, stored: bool) -> None:
    """Downloads, and code that prints what is said of the number of points on view.

    stored  whether the results lie on disk; while they are being made there is no code that finds them
    """
    if now is None:
        return
    spec, sizes = now.spec, now.sizes
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        downloads.file_button(
            "Settings (JSON)", "memorise", "json", lambda: text, "Everything that decides it."
        )
        if sizes:
            text = "A line for each network, who knows its points by heart, and fresh draws, with intervals."
            downloads.file_button("Shares (CSV)", "shares", "csv", lambda: shares_csv(sizes), text)
            text = "A line for each network and noise level: where its score lies."
            downloads.file_button("Scores (CSV)", "scores", "csv", lambda: scores_csv(sizes), text)
            text = "All of it, a network each."
            downloads.file_button("Everything (JSON)", "all", "json", lambda: everything(spec, sizes), text)
    if sizes and stored and now.picked is not None:
        size_code(now)


def shares_csv(sizes: Sequence[MemorisedSize]) -> str:
    """Size, seed and whose draws; of each kind the share with the ends of its 95 % interval; how many were
    drawn, and how many of the spurious lie on the nearer half to a training point."""
    lines = []
    for one in sizes:
        for row in one.rows:
            for who in WHO:
                shares = row.shares(who)
                line: dict[str, object] = {"points": row.size, "seed": row.seed, "draws_of": who}
                for kind in KINDS:
                    rate = shares.rate(kind)
                    low, high = rate.interval
                    line |= {kind: rate.value, f"{kind}_low": low, f"{kind}_high": high}
                lines.append(line | {"n": shares.memorised.n, "spurious_beside_training": shares.beside})
    return pd.DataFrame(lines).to_csv(index=False)


def scores_csv(sizes: Sequence[MemorisedSize]) -> str:
    """Size, seed and noise; how far along from truth to by heart the network's score lies, the rest of its
    deviation, and how far the two are apart."""
    tables = [
        pd.DataFrame({"points": row.size, "seed": row.seed} | row.position.to_json())
        for one in sizes
        for row in one.rows
    ]
    return pd.concat(tables, ignore_index=True).to_csv(index=False)


def everything(spec: MemorisationSpec, sizes: Sequence[MemorisedSize]) -> str:
    """The settings and every network's shares and scores as JSON."""
    networks = [row.report() for one in sizes for row in one.rows]
    return json.dumps({"spec": spec.to_json(), "networks": networks}, indent=1)


def size_code(now: ShownMemorisation) -> None:
    """Code that loads what is on screen, or computes it anew, and prints the number of points on view."""
    view, name = session.view(View), session.preset_name()
    changes = session.experiment().differences(preset(name).experiment)
    tail = f".with_differences({changes!r})" if changes else ""
    asked = {
        key: getattr(view, key)
        for key in ("learned_from", "steps_each", "octaves_each", "seeds_each", "cleanest")
        if getattr(view, key) != View.__dataclass_fields__[key].default
    }
    arguments = ", ".join(f"{key}={value!r}" for key, value in asked.items())
    snippet(
        [
            f'experiment = preset("{name}").experiment{tail}',
            f"view = View({arguments})",
            "spec = asked_spec(view, experiment)",
            "if RUN_ANEW:",
            "    work = returning_last(memorisation(spec))",
            '    sizes = with_bar(work, "networks", lambda update: update.share, always=True).sizes',
            "else:",
            "    sizes = stored_memorisation(spec)",
            "print(plain(describe_size(asked_figure(view, ShownMemorisation(spec, sizes)))))",
        ],
        [
            "from explorer.compute.progress import returning_last",
            "from explorer.compute.progress_bar import with_bar",
            "from explorer.experiments.presets import preset",
            "from explorer.figures.coloured_words import plain",
            "from explorer.memorisation.presets import stored_memorisation",
            "from explorer.memorisation.run import memorisation",
            "from explorer.page_figures.memorise import ShownMemorisation",
            "from explorer.page_figures.memorise_findings import describe_size",
            "from explorer.page_figures.views.memorise import View, asked_figure, asked_spec",
        ],
        takes="some seconds",
        prints=plain(describe_size(now)),
        anew="RUN_ANEW = False  # True trains its networks again, some minutes",
    )
