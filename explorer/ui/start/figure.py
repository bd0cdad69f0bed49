"""The start page's film, made once a process, and hands that a model drew, as HTML."""

from __future__ import annotations

import base64
import io

import numpy as np
import streamlit as st
from PIL import Image

from explorer.experiments import checkpoints
from explorer.figures.film.film import Film
from explorer.page_figures import start

HANDS, HAND_PIXELS = 3, 76


@st.cache_resource(show_spinner=False)
def film() -> Film:
    """Data, learned density and two samples."""
    return start.film()


@st.cache_resource(show_spinner=False)
def hands() -> str:
    """Hands with six fingers, drawn by the shipped model, as HTML; nothing if it drew none."""
    result = checkpoints.shipped().load_preset("hands-48").result
    return "".join(_image(hand) for hand in start.six_fingered(result, HANDS))


def _image(picture: np.ndarray) -> str:
    grey = np.rint((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).resize((2 * HAND_PIXELS, 2 * HAND_PIXELS), Image.Resampling.BICUBIC).save(
        file, "PNG"
    )
    code = base64.b64encode(file.getvalue()).decode()
    return (
        f'<img src="data:image/png;base64,{code}" width="{HAND_PIXELS}" height="{HAND_PIXELS}" '
        'alt="A hand with six fingers, drawn by a model" style="border-radius:6px">'
    )
