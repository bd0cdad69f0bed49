"""Which models a server offers, and what their files say: without the library diffusers."""

import json
import struct

import pytest

from explorer.adapters.diffusers import folder as folders
from explorer.adapters.diffusers.model_folder import (
    ENVIRONMENT,
    offered,
    offered_model,
    offered_models,
    read_facts,
    require_shown,
)

NUMBERS = 6  # of the weights that are written here


def write(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def weights(folder, shape=(2, 3), size=None):
    """A safetensors file by its description: the length of the header, the header, the numbers; `size` more
    bytes than that are left out, so that they take no room on the disk."""
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    count = 1
    for side in shape:
        count *= side
    header = json.dumps({"w": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4 * count]}}).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + 4 * count if size is None else size)


def model(folder, *, side=16, channels=1, unet="UNet2DModel", library="diffusers", **index):
    parts = {"unet": [library, unet], "scheduler": ["diffusers", "DDPMScheduler"]}
    write(folder / "model_index.json", {"_class_name": "DDPMPipeline", **parts, **index})
    write(folder / "unet" / "config.json", {"sample_size": side, "in_channels": channels})
    write(folder / "scheduler" / "scheduler_config.json", {"num_train_timesteps": 200})
    weights(folder)
    return folder


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of two models, beside a model that is not in it."""
    for name in ("shelf/ant", "shelf/bee", "secret"):
        model(tmp_path / name)
    (tmp_path / "shelf" / ".hidden").mkdir()
    (tmp_path / "shelf" / "notes.txt").write_text("")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def test_without_the_setting_nothing_is_offered(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert not offered()
    assert offered_models() == {}
    with pytest.raises(ValueError, match="started without EXPLORER_MODELS"):
        offered_model("ant")


def test_the_folders_in_it_are_offered_by_name_and_so_is_a_single_model(shelf, monkeypatch):
    assert list(offered_models()) == ["ant", "bee"]
    assert offered_model("bee") == shelf / "bee"
    assert offered_model("") == shelf / "ant"
    monkeypatch.setenv(ENVIRONMENT, str(shelf / "bee"))
    assert offered_models() == {"bee": shelf / "bee"}


@pytest.mark.parametrize(
    "name", ["../secret", "..", ".", "ant/../../secret", "/etc", "unknown", ".hidden", "notes.txt", "x" * 900]
)
def test_a_name_that_is_not_offered_is_one_sentence(shelf, name):
    with pytest.raises(ValueError, match="There is no model .* there are ant, bee") as raised:
        offered_model(name)
    assert len(str(raised.value)) < 200


def test_a_setting_that_names_no_folder_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "gone"))
    with pytest.raises(ValueError, match="EXPLORER_MODELS names cannot be read"):
        offered_models()
    (tmp_path / "gone").mkdir()
    with pytest.raises(ValueError, match="no folder of a model in it"):
        offered_models()


def test_facts_are_what_the_files_say(tmp_path):
    facts = read_facts(model(tmp_path / "ant", side=24, channels=3))
    assert (facts.name, facts.shape, facts.parameters) == ("ant", (3, 24, 24), NUMBERS)
    assert (facts.train_steps, facts.clips) == (200, True)  # DDPM clips unless it is told not to
    require_shown(facts)
    write(tmp_path / "ant" / "scheduler" / "scheduler_config.json", {"clip_sample": False})
    again = read_facts(tmp_path / "ant")
    assert (again.train_steps, again.clips) == (1_000, False)
    assert again.digest != facts.digest


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"side": 129}, r"129 x 129 pixels; a page draws at most 128 x 128"),
        ({"side": [16, 24]}, r"24 x 16 pixels; square ones"),
        ({"channels": 4}, r"4 channels; 1 \(grey\) and 3 \(colour\)"),
    ],
)
def test_pictures_that_cannot_be_shown_are_named_with_the_bound(tmp_path, given, told):
    facts = read_facts(model(tmp_path / "ant", **given))
    with pytest.raises(ValueError, match=told):
        require_shown(facts)


def test_a_huge_model_is_named_with_the_bound(tmp_path):
    folder = model(tmp_path / "ant")
    weights(folder, shape=(20_000, 10_001))
    with pytest.raises(ValueError, match="ant has 200 million parameters; a page draws from at most 200"):
        require_shown(read_facts(folder))
    weights(folder, size=4_100_000_000)
    with pytest.raises(ValueError, match="take 4.1 of at most 4 GB"):
        read_facts(folder)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"library": "my_unet"}, "takes its unet from 'my_unet', code of its own, which is not run"),
        ({"_class_name": ["pipeline", "Mine"]}, "brings code of its own, which is not run"),
        ({"unet": "Transformer"}, "has a Transformer; known are"),
        ({"side": None}, "names no size of its pictures"),
        ({"side": -4}, "names no size of its pictures"),
    ],
)
def test_code_of_its_own_and_other_kinds_are_refused(tmp_path, given, told):
    with pytest.raises(ValueError, match=told):
        read_facts(model(tmp_path / "ant", **given))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: (f / "model_index.json").unlink(), "has no model_index.json"),
        (lambda f: (f / "model_index.json").write_text("[" * 100_000), "is not JSON"),
        (lambda f: (f / "unet" / "config.json").write_text(" " * 1_000_001), "1,000,001 of 1,000,000 bytes"),
        (lambda f: weights(f, size=40), "broken, or cut off"),
        (lambda f: weights(f, size=3), "broken, or cut off"),
        (lambda f: write(f / "unet" / "config.json", {"auto_map": {}}), "code of its own"),
        (
            lambda f: write(f / "scheduler" / "scheduler_config.json", {"num_train_timesteps": "x"}),
            "no number",
        ),
    ],
)
def test_broken_files_are_one_sentence(tmp_path, spoil, told):
    folder = model(tmp_path / "ant")
    spoil(folder)
    with pytest.raises(ValueError, match=told) as raised:
        read_facts(folder)
    assert "\n" not in str(raised.value)


def test_pickled_weights_are_named_and_not_opened(tmp_path):
    folder = model(tmp_path / "ant")
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    path.rename(path.with_suffix(".bin"))
    with pytest.raises(ValueError, match=r"diffusion_pytorch_model\.bin is pickled, which is not opened"):
        read_facts(folder)


def test_without_the_library_the_line_that_installs_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install diffusers"):
        folders.load_model(model(tmp_path / "ant"))
