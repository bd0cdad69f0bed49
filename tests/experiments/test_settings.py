"""Fields of an experiment written PATH=VALUE: each can be set, and what does not fit is refused by name."""

import pytest

from explorer.data.mixtures import line
from explorer.experiments.experiment import field_paths
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.experiments.settings import nearest_preset, with_settings

THREE = preset("three-modes").experiment
OTHERS = {
    "mixture": "0;4~0.1",
    "upload": "0123456789abcdef",
    "pictures": "shapes-32",
    "points": "500",
    "schedule.kind": "cosine",
    "schedule.steps": "500",
    "schedule.beta_first": "0.002",
    "schedule.beta_last": "0.1",
    "network.kind": "residual",
    "network.width": "128",
    "network.depth": "2",
    "network.shared_blocks": "True",
    "network.x_octaves": "2",
    "network.activation": "tanh",
    "network.prediction": "x0",
    "network.variance": "learned",
    "training.steps": "77",
    "training.batch": "32",
    "training.learning_rate": "0.003",
    "training.step_draw": "uniform",
    "training.decay": "constant",
    "training.ema": "0.5",
    "training.steepness": "0.25",
    "training.variance_penalty": "0.1",
    "sampler.eta": "0.5",
    "sampler.variance": "posterior",
    "sampler.steps": "50",
    "sampler.skip_noise": "False",
    "sampler.stochastic_below": "8",
    "sampler.solver": "dpm-solver++",
    "sampler.spacing": "uniform",
    "sampler.churn": "20",
    "seed": "6",
}
NEEDED = {
    "training.variance_penalty": ["network.variance=learned"],
    "sampler.solver": ["sampler.eta=0"],
    "sampler.churn": ["sampler.eta=0", "sampler.solver=heun"],
}


def test_there_is_an_example_of_every_field():
    assert set(OTHERS) == set(field_paths())


@pytest.mark.parametrize("path", OTHERS)
def test_any_field_can_be_set_and_no_other_changes(path):
    before = with_settings(THREE, NEEDED.get(path, []))
    changed = with_settings(before, [f"{path}={OTHERS[path]}"])
    expected = {path: OTHERS[path]}
    if path in ("upload", "pictures"):
        expected |= {"mixture": ""}  # an experiment has one kind of data
    assert changed.differences(before) == expected
    assert changed.digest != before.digest


def test_settings_go_together_with_options():
    settings = [" network.width = 16 ", "mixture=1;2;3;5~0.05"]
    changed = with_settings(THREE, settings, {"seed": 4, "training.steps": None})
    assert changed == THREE.replace(mixture=line(1, 2, 3, 5), seed=4, **{"network.width": 16})
    assert with_settings(THREE, []) == THREE


def test_a_field_that_may_be_left_open_is_opened_again():
    short = with_settings(THREE, ["sampler.steps=50"])
    assert with_settings(short, ["sampler.steps="]) == THREE


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (["network.widht=128"], "'network.widht' is no field of an experiment: do you mean network.width?"),
        (["width=128"], "do you mean network.width?"),
        (["steps=128"], "do you mean schedule.steps or training.steps or sampler.steps?"),
        (["network=128"], "there are network.kind, network.width, network.depth"),
        (["q=1"], "there are mixture, upload, pictures, points"),
        (["network.width"], "'network.width' sets nothing; write it like network.width=128"),
        (["=3"], "'' is no field"),
        (["network.width=1000"], r"width 1000 is outside \[8, 512\]"),
        (["network.width=wide"], "network.width = 'wide' is not a whole number"),
        (["network.width=nan"], "network.width = 'nan' is not a whole number"),
        (["training.learning_rate=nan"], r"learning rate nan is outside \[1e-06, 0.1\]"),
        (["network.shared_blocks=yes"], "'yes' is not True or False"),
        (["schedule.kind=cubic"], "no schedule named 'cubic'; take linear, cosine, sigmoid, flow"),
        (["mixture=1;2;x"], "'1;2;x' is not a mixture; write it like 1;2;3~0.05"),
        (["mixture=1;20"], r"coordinate 20 is outside \[-10, 10\]"),
        (["mixture="], "needs one of a mixture, uploaded points and pictures"),
        (["pictures=cats"], "no pictures 'cats'; there are shapes-32"),
        (["points=1" + "0" * 50], "points = .* has 51 characters; at most 40 fit"),
        (["seed=1", "seed=2"], "seed is given twice, as 1 and as 2"),
        (["mixture=1;2", "pictures=shapes-32"], "one kind of data, not mixture and pictures"),
        (["sampler.steps=1001"], "not 1001"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_bound(settings, named):
    with pytest.raises(ValueError, match=named):
        with_settings(THREE, settings)


def test_an_option_and_a_setting_of_one_field_contradict_each_other():
    with pytest.raises(ValueError, match="seed is given twice, as 3 and as 4"):
        with_settings(THREE, ["seed=4"], {"seed": 3})


def test_the_nearest_preset_is_the_one_with_the_fewest_differences():
    for name, known in (PRESETS | PICTURE_PRESETS).items():
        assert nearest_preset(known.experiment).name == name
        assert nearest_preset(known.experiment.replace(seed=77)).name == name
    assert nearest_preset(with_settings(THREE, ["mixture=7"])).name == "three-modes"
