"""An experiment survives JSON and links, its name changes with every field, and forgeries are refused."""

import dataclasses
import json
import math

import numpy as np
import pytest

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import PICTURES
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT, PRESETS

LINE = Experiment(GaussianMixture(((1.0,), (2.0,)), (0.05,)))
UPLOAD = Experiment(upload="0123456789abcdef")
every_preset = pytest.mark.parametrize("name", PRESETS)

# One other value for every field there is.
EDITS = {
    "mixture": GaussianMixture(((1.0,), (2.0,)), (0.05,), (1.0, 2.0)),
    "points": 500,
    "seed": 1,
    "schedule.kind": "cosine",
    "schedule.steps": 999,
    "schedule.beta_first": 2e-3,
    "schedule.beta_last": 0.1,
    "network.kind": "residual",
    "network.width": 65,
    "network.depth": 2,
    "network.shared_blocks": True,
    "network.x_octaves": 1,
    "network.activation": "tanh",
    "network.prediction": "x0",
    "network.variance": "learned",
    "training.steps": 7999,
    "training.batch": 499,
    "training.learning_rate": 1e-3,
    "training.step_draw": "uniform",
    "training.decay": "constant",
    "training.ema": 0.0,
    "training.steepness": 0.1,
    "training.variance_penalty": 0.1,
    "sampler.eta": 0.0,
    "sampler.variance": "posterior",
    "sampler.steps": 50,
    "sampler.skip_noise": False,
    "sampler.stochastic_below": 20,
    "sampler.solver": "heun",
    "sampler.spacing": "karras",
    "sampler.churn": 20.0,
}
# What another field has to be for a field to take its other value.
NEEDED = {
    "training.variance_penalty": {"network.variance": "learned"},
    "sampler.solver": {"sampler.eta": 0.0},
    "sampler.churn": {"sampler.eta": 0.0, "sampler.solver": "heun"},
}


def before_and_after(path):
    """An experiment, and the same with another value of one field."""
    before = LINE.replace(**NEEDED.get(path, {}))
    return before, before.replace(**{path: EDITS[path]})


def random_experiment(generator):
    """An experiment with every number drawn with all its digits."""
    modes, dimensions = generator.integers(1, 9), generator.integers(1, 3)
    means = tuple(map(tuple, generator.uniform(-10, 10, (modes, dimensions))))
    mixture = GaussianMixture(means, (generator.uniform(0.005, 5),), tuple(generator.uniform(0.1, 1, modes)))
    pick = generator.choice
    return Experiment(
        None if (uploaded := bool(generator.random() < 0.2)) else mixture,
        f"{generator.integers(2**62):016x}" if uploaded else "",
        points=int(generator.integers(100, 200_001)),
        schedule=NoiseSchedule(
            steps=int(generator.integers(800, 4001)),
            beta_first=float(generator.uniform(1e-4, 1e-2)),
            beta_last=float(generator.uniform(0.05, 0.5)),
        ),
        network=NetworkSpec(
            str(pick(["plain", "residual"])), depth=int(generator.integers(1, 9)), shared_blocks=bool(pick(2))
        ),
        training=TrainingSpec(
            learning_rate=float(generator.uniform(1e-6, 0.1)), ema=float(generator.uniform(0, 0.9999))
        ),
        sampler=SamplerSpec(
            float(generator.uniform()),
            steps=pick([None, int(generator.integers(2, 99))]),
            skip_noise=bool(pick(2)),
        ),
        seed=int(generator.integers(2**31)),
    )


def random_experiments(count, seed):
    generator = np.random.default_rng(seed)
    return [random_experiment(generator) for _ in range(count)]


# ---- JSON and the digest -------------------------------------------------------------------------------


@every_preset
def test_presets_survive_json(name):
    experiment = PRESETS[name].experiment
    again = Experiment.from_json(json.loads(json.dumps(experiment.to_json())))
    assert again == experiment
    assert again.digest == experiment.digest


def test_random_experiments_survive_json():
    for experiment in random_experiments(60, 0):
        again = Experiment.from_json(json.loads(json.dumps(experiment.to_json())))
        assert again == experiment
        assert again.digest == experiment.digest


def test_json_that_says_little_means_the_defaults():
    said = {"mixture": {"means": [[1], [2]], "sigmas": [0.05]}, "training": {"learning_rate": 0.01}}
    assert Experiment.from_json(said) == LINE


def test_equal_values_have_one_digest():
    same = [
        Experiment(GaussianMixture(((1,), (2,)), (0.05, 0.05))),
        Experiment(GaussianMixture(((1.0,), (2.0,)), (0.05,), (3.0, 3.0)), seed=0),
        LINE.replace(seed=5).replace(seed=0),
        LINE.replace(**{"sampler.eta": 1}),
    ]
    assert {experiment.digest for experiment in same} == {LINE.digest}
    assert len(LINE.digest) == 16
    assert set(LINE.digest) <= set("0123456789abcdef")


def test_there_is_an_edit_for_every_field():
    fields = set()
    for field in dataclasses.fields(Experiment):
        value = getattr(LINE, field.name)
        nested = dataclasses.is_dataclass(value) and field.name != "mixture"
        inner = [f".{f.name}" for f in dataclasses.fields(value)] if nested else [""]
        fields |= {field.name + path for path in inner}
    assert fields - {"upload", "pictures"} == set(EDITS)


def test_every_field_changes_the_digest():
    others = [Experiment(upload="0123456789abcdee"), *map(Experiment, [None] * 3, [""] * 3, PICTURES)]
    digests = {LINE.digest, UPLOAD.digest, *(other.digest for other in others)}
    for path in EDITS:
        before, after = before_and_after(path)
        assert before.digest != after.digest
        digests.add(after.digest)
    assert len(digests) == 6 + len(EDITS)


def test_presets_have_digests_of_their_own():
    assert len({preset.experiment.digest for preset in PRESETS.values()}) == len(PRESETS)


@pytest.mark.parametrize(
    "path", ["training.learning_rate", "training.ema", "sampler.eta", "schedule.beta_last"]
)
def test_the_last_digit_counts(path):
    one, other = (LINE.replace(**{path: value}) for value in (0.0512345678901, 0.0512345678902))
    assert one.digest != other.digest
    assert LINE.with_differences(other.differences(LINE)) == other


# ---- links ---------------------------------------------------------------------------------------------


@every_preset
def test_presets_survive_a_link_from_any_other(name):
    experiment = PRESETS[name].experiment
    assert experiment.differences(experiment) == {}
    for base in (*(preset.experiment for preset in PRESETS.values()), UPLOAD):
        assert base.with_differences(experiment.differences(base)) == experiment


def test_random_experiments_survive_a_link():
    experiments = random_experiments(80, 1)
    for base, experiment in zip(experiments, experiments[1:], strict=False):
        differences = experiment.differences(base)
        assert all(isinstance(text, str) for text in differences.values())
        assert base.with_differences(differences) == experiment


@pytest.mark.parametrize("path", EDITS)
def test_a_link_says_what_differs_and_no_more(path):
    before, changed = before_and_after(path)
    differences = changed.differences(before)
    assert list(differences) == [path]
    assert before.with_differences(differences) == changed
    assert changed.with_differences(before.differences(changed)) == before


def test_links_as_people_write_them():
    link = {
        "training.steps": "100",
        "sampler.steps": "",
        "network.shared_blocks": "True",
        "mixture": "1;2~0.1",
    }
    expected = LINE.replace(
        mixture=GaussianMixture(((1.0,), (2.0,)), (0.1,)),
        **{"training.steps": 100, "network.shared_blocks": True},
    )
    assert LINE.with_differences(link) == expected


def test_a_link_to_a_mixture_leaves_the_upload_and_the_other_way_round():
    assert UPLOAD.with_differences({"mixture": "1;2~0.05"}) == LINE
    assert LINE.with_differences({"upload": UPLOAD.upload}) == UPLOAD


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"utm_source": "mail"},
        {"training": "5"},
        {"training.steps.more": "5"},
        {"__class__": "x", "digest": "0", "replace": "1"},
        {"<script>alert(1)</script>": "<script>"},
        {"x" * 100_000: "y" * 100_000},
    ],
)
def test_names_that_are_no_field_are_ignored(link):
    assert LINE.with_differences(link) == LINE


LONG = "9" * 4000
TEXTS = ["", "x", "NaN", "-inf", "1e999", "-1", "1e400", "<script>alert(1)</script>", "1\n2", "\x00", "None"]
FORGED = [(path, text) for path in [*EDITS, "upload"] for text in [*TEXTS, LONG, "z" * 100_000, "٣٤" * 99]]


def test_forged_links_are_refused_in_one_sentence_or_mean_an_experiment():
    refused = []
    for path, text in FORGED:
        for base in (PRESETS[DEFAULT].experiment, UPLOAD):
            try:
                result = base.with_differences({path: text})
            except ValueError as error:
                refused.append(str(error))
            else:
                assert Experiment.from_json(result.to_json()) == result
    for told in refused:
        assert told.endswith("."), told
        assert "\n" not in told
    assert len(refused) > len(FORGED)  # about two thirds of them


@pytest.mark.parametrize("path", [*EDITS, "upload"])
@pytest.mark.parametrize("text", [LONG, "z" * 100_000], ids=["digits", "letters"])
def test_the_refusal_of_a_long_text_is_short(path, text):
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        LINE.with_differences({path: text})
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("training.steps", "many", r"training\.steps = 'many' is not a whole number"),
        ("training.steps", "1.5", r"training\.steps = '1\.5' is not a whole number"),
        ("training.steps", "0", r"steps 0 is outside \[1, 200,000\]"),
        ("training.learning_rate", "nan", r"nan is outside \[1e-06, 0\.1\]"),
        ("training.learning_rate", "fast", r"training\.learning_rate = 'fast' is not a number"),
        ("sampler.skip_noise", "yes", r"sampler\.skip_noise = 'yes' is not True or False"),
        ("sampler.variance", "none", r"beta, posterior or learned, not 'none'"),
        ("network.kind", "<b>", r"no network of kind '<b>'"),
        ("mixture", "x", r"'x' is not a mixture"),
        ("mixture", "", r"one of a mixture, uploaded points and pictures"),
        ("upload", "../../etc/passwd", r"'\.\./\.\./etc/passwd' does not name uploaded points"),
        ("upload", "0123456789ABCDEF", r"does not name uploaded points"),
        ("seed", "-1", r"seed -1 is outside \[0, 2147483647\]"),
    ],
)
def test_refusals_of_links_name_the_value(path, text, message):
    with pytest.raises(ValueError, match=message):
        LINE.with_differences({path: text})


# ---- forged JSON ---------------------------------------------------------------------------------------

ONE_MODE = {"means": [[0.0]], "sigmas": [0.1]}


@pytest.mark.parametrize(
    "values",
    [
        [],
        "<script>",
        None,
        3,
        {},
        {"mixture": None},
        {"mixture": {}},
        {"mixture": {"means": [[0.0]]}},
        {"mixture": "1;2"},
        {"mixture": {"means": 3, "sigmas": [0.1]}},
        {"mixture": {"means": [3], "sigmas": [0.1]}},
        {"mixture": {"means": [["0"]], "sigmas": [0.1]}},
        {"mixture": {"means": [[10**400]], "sigmas": [0.1]}},
        {"mixture": {"means": [[math.nan]], "sigmas": [0.1]}},
        {"mixture": {"means": [], "sigmas": []}},
        {"mixture": {"means": [[0.0]] * 100_000, "sigmas": [0.1]}},
        {"mixture": ONE_MODE, "upload": "0123456789abcdef"},
        {"mixture": ONE_MODE, "upload": 3},
        {"mixture": ONE_MODE, "nothing": 1},
        {"mixture": ONE_MODE, "x" * 100_000: 1},
        {"mixture": ONE_MODE, "training": {"nothing": 1}},
        {"mixture": ONE_MODE, "training": [1]},
        {"mixture": ONE_MODE, "training": None},
        {"mixture": ONE_MODE, "training": {"steps": "100"}},
        {"mixture": ONE_MODE, "training": {"steps": True}},
        {"mixture": ONE_MODE, "training": {"steps": 1.5}},
        {"mixture": ONE_MODE, "training": {"steps": None}},
        {"mixture": ONE_MODE, "training": {"learning_rate": 10**400}},
        {"mixture": ONE_MODE, "training": {"learning_rate": math.nan}},
        {"mixture": ONE_MODE, "training": {"ema": math.inf}},
        {"mixture": ONE_MODE, "training": {"decay": "x" * 100_000}},
        {"mixture": ONE_MODE, "training": {"decay": ["cosine"]}},
        {"mixture": ONE_MODE, "network": {"shared_blocks": 1}},
        {"mixture": ONE_MODE, "network": {"kind": "\n<script>"}},
        {"mixture": ONE_MODE, "sampler": {"steps": 10**30, "eta": -1}},
        {"mixture": ONE_MODE, "points": 10**4000},
        {"mixture": ONE_MODE, "seed": 2**31},
    ],
    ids=lambda values: str(values)[:60],
)
def test_forged_json_is_refused_in_one_sentence(values):
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        Experiment.from_json(values)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


# ---- replace, and bounds -------------------------------------------------------------------------------


def test_replace_reaches_nested_fields_and_leaves_the_rest():
    changed = LINE.replace(seed=4, **{"training.steps": 100, "training.batch": 20, "network.width": 16})
    assert changed == Experiment(
        LINE.mixture, network=NetworkSpec(width=16), training=TrainingSpec(steps=100, batch=20), seed=4
    )
    assert Experiment(GaussianMixture(((1.0,), (2.0,)), (0.05,))) == LINE
    assert LINE.replace(training=TrainingSpec(5)).training == TrainingSpec(steps=5)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("points", 9, r"points 9 is outside \[10, 200,000\]"),
        ("points", 200_001, r"points 200,001 is outside"),
        ("seed", -1, r"seed -1 is outside"),
        ("seed", 2**31, r"seed 2147483648 is outside"),
        ("training.steps", 0, r"steps 0 is outside \[1, 200,000\]"),
        ("training.steps", 200_001, r"steps 200001 is outside"),
        ("training.batch", 0, r"batch 0 is outside \[1, 20,000\]"),
        ("training.learning_rate", 0.2, r"learning rate 0\.2 is outside"),
        ("training.ema", 1.0, r"decay 1 is outside \[0, 1\)"),
        ("network.width", 513, r"width 513 is outside \[8, 512\]"),
        ("network.depth", 0, r"depth 0 is outside \[1, 8\]"),
        ("network.x_octaves", 7, r"x_octaves 7 is outside \[0, 6\]"),
        ("schedule.steps", 9, r"between 10 and 4000 steps, not 9"),
        ("schedule.steps", 20, r"take more steps or larger betas"),
        ("schedule.beta_first", 0.0, r"0 < first <= last < 1, not 0 and 0\.2"),
        ("sampler.eta", 1.01, r"eta = 1\.01 is outside \[0, 1\]"),
        ("sampler.steps", 1, r"at least 2 steps, not 1"),
        ("upload", "0123456789abcdef", r"one of a mixture, uploaded points and pictures"),
        ("mixture", None, r"one of a mixture, uploaded points and pictures"),
    ],
)
def test_fields_out_of_bounds_are_refused(path, value, message):
    with pytest.raises(ValueError, match=message):
        LINE.replace(**{path: value})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("points", 100),
        ("points", 200_000),
        ("seed", 2**31 - 1),
        ("training.steps", 200_000),
        ("network.width", 8),
        ("sampler.eta", 0.0),
        ("sampler.steps", 2),
    ],
)
def test_the_bounds_themselves_are_allowed(path, value):
    changed = LINE.replace(**{path: value})
    assert LINE.with_differences({path: str(value)}) == changed != LINE
