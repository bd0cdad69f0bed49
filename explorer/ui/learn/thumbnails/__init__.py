"""The presets as pictures to choose from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st
import torch

from explorer.data.mixture import GaussianMixture
from explorer.experiments.presets import PRESETS, Preset
from explorer.figures.thumbnails import curve, dots

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "explorer_thumbnails",
    html='<div class="presets" role="radiogroup" aria-label="Data distribution"></div>',
    css=(_HERE / "thumbnails.css").read_text("utf-8"),
    js=(_HERE / "thumbnails.js").read_text("utf-8"),
)


def preset_pictures(mixture: GaussianMixture | None, *, key: str) -> str | None:
    """Show the data of the presets as pictures, the one on screen marked; returns the preset just clicked."""
    pictured: dict[GaussianMixture, Preset] = {}
    for entry in PRESETS.values():
        if entry.experiment.mixture is not None:
            pictured.setdefault(entry.experiment.mixture, entry)  # the first of those with equal data
    presets = [
        {"name": entry.name, "title": entry.title, "sentence": entry.sentence, "picture": _picture(data)}
        for data, entry in pictured.items()
    ]
    chosen = pictured[mixture].name if mixture is not None and mixture in pictured else ""
    clicked = _MOUNT(key=key, data={"presets": presets, "chosen": chosen}, on_clicked_change=lambda: None)
    name = clicked.get("clicked")
    return name if name in PRESETS and name != chosen else None


@cache
def _picture(mixture: GaussianMixture) -> str:
    """A mixture as a small SVG picture."""
    means = np.array(mixture.means)
    if mixture.dimensions == 2:
        return dots(means, np.array(mixture.weights))
    pad = max(0.5, 4 * max(mixture.sigmas))
    x = torch.linspace(float(means.min()) - pad, float(means.max()) + pad, 160)[:, None]
    return curve(mixture.log_density(x).exp().numpy())
