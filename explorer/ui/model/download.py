"""What people take away of the samples of a model of their own."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st

from explorer.adapters.diffusers.samples import X0, ModelSamples
from explorer.page_figures.model import RankedSamples, ranked_sheet, samples_table
from explorer.page_figures.views.model import View
from explorer.ui.shared.downloads import file_button
from explorer.ui.shell import session


def downloads(samples: ModelSamples | None) -> None:
    """The samples, their pictures and their Hal, as files."""
    if samples is None:
        st.caption("Nothing is drawn yet.")
        return
    ranked = RankedSamples.of(session.view(View), samples)
    with st.container(horizontal=True):
        file_button(
            "Hal (CSV)",
            "hal",
            "csv",
            lambda: samples_table(ranked),
            "Every sample, the highest Hal first, clipped and raw.",
        )
        file_button(
            "Pictures (PNG)",
            "pictures",
            "png",
            lambda: ranked_sheet(ranked),
            "All samples, highest Hal first.",
        )
        file_button(
            "Numbers (NPZ)",
            "numbers",
            "npz",
            lambda: numbers_npz(samples),
            "The samples, the log-SNR of the steps, and Hal of every window, clipped and raw.",
        )


def numbers_npz(samples: ModelSamples) -> bytes:
    """The samples (n, channels, s, s), log_snr (W,) from the cleanest step on, and hal_clipped and hal_raw
    (n, W, W): Hal from step i to step j at [:, i, j]."""
    blob = io.BytesIO()
    tables = dict(zip(X0, (samples.clipped.table, samples.raw.table), strict=True))
    arrays = {f"hal_{x0}": table for x0, table in tables.items()}
    np.savez_compressed(blob, samples=samples.pictures, log_snr=samples.log_snr, **arrays)  # type: ignore[arg-type]
    return blob.getvalue()
