"""The page on a model of one's own, without a browser."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
import torch

diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed")

from explorer.adapters.diffusers import folder as folders  # noqa: E402
from explorer.adapters.diffusers import record  # noqa: E402
from explorer.adapters.diffusers.model_folder import read_facts  # noqa: E402
from explorer.adapters.diffusers.samples import DrawSpec  # noqa: E402
from explorer.experiments.labels import IMPOSSIBLE, POSSIBLE, Hand, Mark, own_labels  # noqa: E402
from explorer.page_figures.label_findings import JudgedLabels, labels_table  # noqa: E402
from explorer.page_figures.labelled_pictures import ModelPictures  # noqa: E402
from explorer.page_figures.model import RankedSamples, samples_table  # noqa: E402
from explorer.page_figures.views.label import View as LabelView  # noqa: E402
from explorer.page_figures.views.model import View  # noqa: E402
from explorer.ui.model.results import ChosenModel  # noqa: E402
from explorer.ui.shared import file_names  # noqa: E402
from explorer.ui.shell import server, session  # noqa: E402
from explorer.ui.shell.link import read_link  # noqa: E402
from tests.tiny_unet import tiny_unet  # noqa: E402
from tests.ui.test_pages import finished, opened, taken_away, told  # noqa: E402

N, STEPS, SEED = 12, 10, 7
SPEC = DrawSpec(N, STEPS, SEED)
ASKED = {"model_samples": str(N), "model_steps": str(STEPS), "model_seed": str(SEED)}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder of two models, one of them pickled."""
    root = tmp_path_factory.mktemp("shelf")
    unet = tiny_unet(3)
    for name in ("ant", "bee"):
        diffusers.DDPMPipeline(unet, diffusers.DDPMScheduler()).save_pretrained(root / name)
    weights = root / "bee" / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    return root


@pytest.fixture
def on(shelf, monkeypatch):
    monkeypatch.setenv("EXPLORER_MODELS", str(shelf))
    yield shelf
    server.results.clear()


def links(app):
    return [link.proto.label for link in app.get("page_link")]


def drawn(app):
    """The page when all is drawn."""
    app.button(key="draw_model").click().run()
    finished(app, "guidance: none")  # with twelve samples there is but one batch
    assert not app.exception
    return app


def kept(shelf, spec=SPEC):
    """The samples that the server keeps."""
    return server.results().get(ChosenModel(shelf / "ant", read_facts(shelf / "ant"), spec).key)


def test_without_the_setting_shapes_leads_nowhere_and_the_page_says_why(monkeypatch):
    monkeypatch.delenv("EXPLORER_MODELS", raising=False)
    assert "A model of your own" not in links(opened("shapes", preset="shapes-32"))
    app = opened("model", own_model="../x")
    assert not app.exception
    assert "started without EXPLORER_MODELS" in told(app)
    assert not [one for one in app.button if one.key == "draw_model"]


def test_shapes_leads_to_the_page_which_names_the_models(on):
    assert "A model of your own" in links(opened("shapes", preset="shapes-32"))
    app = opened("model")
    assert app.selectbox(key="view.own_model").options == ["ant", "bee"]
    assert re.search(r"UNet2DModel with [\d,]+ parameters · 8 x 8 pixels, colour · DDPMScheduler", told(app))
    assert "no rate" in told(app)
    assert not app.exception


@pytest.mark.parametrize("name", ["../ant", "/etc/passwd", "ant/..", "unknown"])
def test_a_forged_name_is_one_sentence_and_the_first_model_is_shown(on, name):
    app = opened("model", own_model=name)
    assert not app.exception
    (warning,) = app.warning
    assert "on this server; there are ant, bee" in warning.value
    assert app.selectbox(key="view.own_model").value == "ant"


@pytest.mark.parametrize(
    ("link", "bounds"), [({"model_samples": "401"}, "[12, 400]"), ({"model_steps": "5000"}, "[10, 100]")]
)
def test_forged_numbers_are_one_sentence_with_the_bounds(on, link, bounds):
    (problem,) = read_link(link).problems
    assert bounds in problem
    app = opened("model", **link)
    assert app.number_input(key="view.model_samples").value == 64
    assert app.number_input(key="view.model_steps").value == 50
    assert not app.exception


def test_a_pickled_model_cannot_be_drawn(on):
    app = opened("model", own_model="bee")
    assert "diffusion_pytorch_model.bin is pickled, which is not opened" in told(app)
    assert not [one for one in app.button if one.key == "draw_model"]
    assert not app.exception


def test_without_the_library_the_page_says_how_to_install_it(on, monkeypatch):
    monkeypatch.setattr(folders, "find_spec", lambda name: None)
    app = opened("model")
    assert "pip install diffusers" in told(app)
    assert not app.exception


def test_what_is_drawn_is_what_the_recorder_says_of_the_pipeline(on):
    app = drawn(opened("model", **ASKED))
    pipe = diffusers.DDPMPipeline.from_pretrained(on / "ant", local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    samples = kept(on)
    with record(pipe, samples.default_window) as hal:
        pipe(N, generator=torch.Generator().manual_seed(SEED), num_inference_steps=STEPS, output_type="np")
    ranked = RankedSamples.of(View(), samples)
    assert (np.diff(hal.clipped[ranked.order]) <= 1e-9).all()
    words = told(app).replace("*", "")
    said = re.search(
        r"Hal of the clipped x̂₀: ([\d.]+) to ([\d.]+), median ([\d.]+)\. Raw, the median is ([\d.]+)", words
    )
    medians = [float(np.median(each)) for each in (hal.clipped, hal.raw)]
    due = [hal.clipped.min(), hal.clipped.max(), medians[0], medians[1] / medians[0]]
    np.testing.assert_allclose([float(number) for number in said.groups()], due, rtol=6e-3)
    assert "guidance: none" in words
    assert "which clips" in words
    table = pd.read_csv(io.StringIO(samples_table(ranked)))
    np.testing.assert_allclose(table["hal_raw"], hal.raw[ranked.order], rtol=1e-4)
    assert (table["hal_clipped"].diff().dropna() <= 0).all()
    labels = [one.label for one in taken_away(app).get("download_button")]
    assert {"Hal (CSV)", "Pictures (PNG)", "Numbers (NPZ)"} <= set(labels)
    assert not app.exception


def test_the_window_is_taken_from_what_was_recorded(on):
    app = drawn(opened("model", **ASKED))
    samples = kept(on)
    before = told(app)
    low, high = round(float(samples.log_snr[3]), 4), round(float(samples.log_snr[1]), 4)
    app.session_state["view"].update(snr_from=low, snr_to=high)
    app.run()
    assert told(app) != before
    assert "3 of 10 steps" in told(app)
    narrow = samples.hal(low, high, "clipped")
    said = re.search(r"median ([\d.]+)\. Raw", told(app))
    assert float(said[1]) == pytest.approx(np.median(narrow), rel=6e-3)
    app.session_state["view"].update(snr_from=50.0, snr_to=55.0)
    assert "10 of 10 steps" in told(app.run())
    assert not app.exception


def test_the_samples_are_labelled_by_hand_and_the_labels_make_the_roc(on):
    app = drawn(opened("model", **ASKED))
    samples = kept(on)
    app.button(key="label_model").click().run()
    pictures = ModelPictures(RankedSamples.of(View(), samples))
    labelling, hand = pictures.labelling(LabelView()), Hand("Anna")
    assert labelling.n == N
    worst = set(pictures.ranked.order[:4])
    marks = [
        Mark(place, IMPOSSIBLE if picture in worst else POSSIBLE)
        for place, picture in enumerate(labelling.order(1))
    ]
    labels = own_labels().add(labelling, hand, marks, 0)
    link = {**ASKED, "label_of": "model", "labeller": "Anna"}
    asked = opened("label", **link)
    assert "Nobody knows a rule" in told(asked)
    shown = opened("label", labels_say="1", **link)
    assert not shown.exception
    words = told(shown).replace("*", "")
    assert "Of 12 pictures you call 4 not possible" in words
    assert "AUROC 1.000" in words
    assert "By your labels it catches 100 %" in words
    assert "exact judge" not in words
    assert "Hal of the clipped" in words
    judged = JudgedLabels(pictures, labels)
    assert judged.with_judge is None
    assert ",judge" not in labels_table(judged)
    labelled = pd.read_csv(io.StringIO(labels_table(judged)))
    assert set(labelled["picture"][labelled["label"] == "not possible"]) == worst


def test_before_anything_is_drawn_there_is_nothing_to_label(on):
    app = opened("label", label_of="model", labeller="Anna", model_seed="99")
    assert "draw the samples of the model first" in told(app)
    assert not app.exception


def test_a_drawing_can_be_stopped(on):
    app = opened("model", model_samples="400", model_steps="100")
    app.button(key="draw_model").click().run()
    app.button(key="stop_model").click().run()
    assert not app.exception
    assert kept(on, DrawSpec(400, 100, 0)) is None
    assert app.button(key="draw_model").disabled is False


def test_files_carry_the_models_name(monkeypatch):
    chosen = {View: View(own_model="Cats & dogs", model_seed=3), LabelView: LabelView(label_of="model")}
    monkeypatch.setattr(session, "view", lambda kind: chosen.get(kind) or kind())
    for page in ("model", "label"):
        monkeypatch.setattr(session, "page", lambda page=page: page)
        assert file_names.file_name("hal", "csv") == f"{page}-cats-dogs-seed3-hal.csv"
        assert file_names.source() == "Cats & dogs, seed 3"
