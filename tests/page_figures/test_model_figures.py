"""What is shown and said of the samples of a model of one's own, against counts by hand."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from explorer.adapters.diffusers.model_folder import ModelFacts
from explorer.adapters.diffusers.samples import DrawSpec, ModelSamples
from explorer.detection.trajectory_variance import VarianceTable
from explorer.figures.vega.score_histogram import histogram_data, histogram_spec
from explorer.page_figures import model as figures
from explorer.page_figures.labelled_pictures import ModelPictures
from explorer.page_figures.model import RankedSamples
from explorer.page_figures.views.label import View as LabelView
from explorer.page_figures.views.model import View, asked_window

N, STEPS, SIDE = 30, 12, 4
FACTS = ModelFacts("ant", "UNet2DModel", "DDPMScheduler", (1, SIDE, SIDE), 9, 36, 1_000, True, "0")


def made(n=N, channels=1, scale=3.0):
    """Samples whose predicted x0 are noise, some of it outside [-1, 1]."""
    random = np.random.default_rng(0)
    x0_hats = scale * random.standard_normal((STEPS, n, channels * SIDE**2)).astype(np.float32)
    steps = tuple(range(STEPS))
    return x0_hats, ModelSamples(
        FACTS,
        DrawSpec(n, STEPS, 5),
        x0_hats[0].reshape(n, channels, SIDE, SIDE),
        np.linspace(9, -9, STEPS),
        VarianceTable.of(steps, x0_hats),
        VarianceTable.of(steps, x0_hats.clip(-1, 1)),
        None,
    )


def test_hal_over_a_window_is_the_variance_of_the_steps_in_it():
    x0_hats, samples = made()
    low, high = float(samples.log_snr[6]), float(samples.log_snr[2])
    inside = x0_hats[2:7].astype(np.float64)
    np.testing.assert_allclose(samples.hal(low, high, "raw"), inside.var(0).mean(1), rtol=1e-5)
    np.testing.assert_allclose(
        samples.hal(low, high, "clipped"), inside.clip(-1, 1).var(0).mean(1), rtol=1e-5
    )


def test_the_highest_hal_is_first_in_the_table_and_on_the_sheet():
    _, samples = made()
    ranked = RankedSamples.of(View(x0="raw"), samples)
    table = pd.read_csv(io.StringIO(figures.samples_table(ranked)))
    assert list(table["rank"]) == list(range(1, N + 1))
    assert sorted(table["sample"]) == list(range(N))
    assert (table["hal_raw"].diff().dropna() <= 0).all()
    assert (table["hal_clipped"] < table["hal_raw"]).all()
    with Image.open(io.BytesIO(figures.ranked_sheet(ranked))) as opened:
        assert opened.size == (8 * (SIDE + 4), 4 * (SIDE + 4))  # 30 pictures in rows of 8
        first = np.asarray(opened)[2 : 2 + SIDE, 2 : 2 + SIDE, 0]
    best = samples.pictures[ranked.order[0], 0].clip(-1, 1)
    assert np.abs(first / 127.5 - 1 - best).max() <= 1 / 255 + 1e-6


def test_pictures_are_shown_as_a_pipeline_shows_them():
    shown = figures.pixels(np.array([-1.0, 0.0, 1.0, 5.0]).reshape(1, 1, 2, 2))
    assert shown.shape == (1, 2, 2, 3)
    assert shown[0, :, :, 0].tolist() == [[0, 128], [255, 255]]
    assert (shown[..., 0] == shown[..., 2]).all()
    colour = figures.pixels(np.stack([np.full((2, 2), value) for value in (1.0, -1.0, -1.0)])[None])
    assert colour[0, 0, 0].tolist() == [255, 0, 0]
    assert figures.picture_file(shown[0], small=True)[1:4] == b"PNG"
    large = np.zeros((128, 128, 3), np.uint8)
    assert figures.picture_file(large, small=True)[8:12] == b"WEBP"
    assert figures.picture_file(large, small=False)[1:4] == b"PNG"


def test_a_window_that_does_not_fit_is_the_default_one():
    _, samples = made()
    assert asked_window(View(), samples) == samples.default_window
    assert asked_window(View(snr_from=-3.0, snr_to=3.0), samples) == (-3.0, 3.0)
    assert asked_window(View(snr_from=3.0, snr_to=3.0), samples) == samples.default_window
    assert asked_window(View(snr_from=5.0, snr_to=-5.0), samples) == samples.default_window


def test_the_histogram_counts_every_sample_of_both():
    scores = {"raw": np.geomspace(1e-3, 10, 50), "clipped": np.zeros(50)}
    data = histogram_data(scores)
    assert data.groupby("name")["count"].sum().to_dict() == {"raw": 50, "clipped": 50}
    lowest = data[data["name"] == "clipped"].iloc[0]
    assert (lowest["count"], lowest["low"] < 1e-11) == (50, True)
    with pytest.raises(ValueError, match="at least one score"):
        histogram_data({})


def test_the_labels_of_the_axis_lie_on_it_and_are_named_by_their_values():
    data = histogram_data({"raw": np.array([2e-5, 3e-3]), "clipped": np.array([4e-5])})
    spec = histogram_spec(data, ("raw", "model"), ("clipped", "neutral"), "Hal", 200, "light")
    axis = spec["layer"][0]["encoding"]["x"]["axis"]
    assert axis["values"] == pytest.approx([1e-4, 1e-3])  # over more than two decades
    assert "10⁻⁴" in axis["labelExpr"]
    few = histogram_data({"raw": np.array([1.5e-3, 3e-2]), "clipped": np.array([4e-3])})
    spec = histogram_spec(few, ("raw", "model"), ("clipped", "neutral"), "Hal", 200, "dark")
    axis = spec["layer"][0]["encoding"]["x"]["axis"]
    assert axis["values"] == pytest.approx([2e-3, 5e-3, 0.01, 0.02])
    assert '["0.002", "0.005", "0.01", "0.02"]' in axis["labelExpr"]
    narrow = histogram_data({"raw": np.array([0.31, 0.36]), "clipped": np.array([0.33])})
    spec = histogram_spec(narrow, ("raw", "model"), ("clipped", "neutral"), "Hal", 200, "dark")
    axis = spec["layer"][0]["encoding"]["x"]["axis"]
    assert all(0.29 < value < 0.38 for value in axis["values"])
    assert len(axis["values"]) == 2


def test_words_name_clipping_guidance_seed_and_that_there_is_no_rate():
    _, samples = made()
    ranked = RankedSamples.of(View(), samples)
    told = figures.describe_drawn(samples)
    assert told == (
        "30 samples · 12 steps of DDPMScheduler, which clips x̂₀ while it draws · seed 5 · guidance: none"
    )
    medians = {x0: np.median(scores) for x0, scores in ranked.scores.items()}
    ratio = medians["raw"] / medians["clipped"]
    assert ratio > 10
    assert f"Raw, the median is {ratio:.1f} times as large." in figures.describe_hal(ranked)
    assert "10 of 12 steps" in figures.describe_window(ranked)
    chart = figures.histogram_chart(ranked, 200, "light")
    assert "no rate" in chart.caption


def test_labels_ask_for_these_pictures_and_for_no_others():
    _, samples = made()
    pictures = ModelPictures(RankedSamples.of(View(), samples))
    labelling = pictures.labelling(LabelView())
    assert (labelling.n, labelling.stored) == (N, N)
    assert pictures.levels(np.array([3, 1])).shape == (2, SIDE, SIDE, 3)
    _, others = made(scale=1.0)
    assert ModelPictures(RankedSamples.of(View(), others)).labelling(LabelView()).name != labelling.name
    assert pictures.judged is None
    hal = samples.hal(*samples.default_window, "clipped")
    assert (pictures.score(labelling.order(1)).values == hal).all()
