"""Methods of one's own: found without being run, at work in a process of their own, their errors with their
line."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.detection.scores.detector import Evidence
from explorer.experiments import checkpoints
from explorer.experiments.trials import trial, trial_evidence
from explorer.leaderboard.own_detector import OwnDetector, score_walk
from explorer.leaderboard.own_method import (
    ENVIRONMENT,
    MethodError,
    in_words,
    methods_of_environment,
    read_method,
)
from explorer.leaderboard.own_process import in_own_process
from explorer.leaderboard.own_remedy import treated_run
from explorer.leaderboard.walk import walked_again
from tests.leaderboard.examples import EXAMPLES, LAST_JUMP, LOOK_AHEAD


@pytest.fixture(scope="module")
def run():
    return checkpoints.shipped().load("two-modes").result


@pytest.fixture(scope="module")
def evidence(run) -> Evidence:
    spec = run.experiment.sampler
    return trial_evidence(run, finish(trial(run, 300, spec)), spec)


def written(folder, text: str, name: str = "mine.py") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


# ---- found -----------------------------------------------------------------------------------------------


def test_a_method_is_found_by_its_function_without_running_the_file(tmp_path):
    file = written(tmp_path, "1 / 0\n\n\ndef score(walk):\n    '''How odd.'''\n")
    method = read_method(file)
    assert (method.kind, method.line, method.sentence) == ("detector", 4, "How odd.")
    assert (method.name, method.title) == ("own.mine", "mine")
    with pytest.raises(MethodError, match=r"^mine\.py, line 1: ZeroDivisionError: division by zero\.$"):
        method.load()


def test_another_name_is_told_by_its_parameter(tmp_path):
    file = written(
        tmp_path, "def calm(denoiser):\n    return denoiser\n\n\ndef odd(walk):\n    return walk\n"
    )
    assert read_method(f"{file}:calm").kind == "remedy"
    assert read_method(f"{file}:odd").kind == "detector"
    assert read_method(f"{file}:odd").name == "own.mine.odd"
    with pytest.raises(MethodError, match=r"no function score or treat; it has calm, odd"):
        read_method(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def score(walk:\n    pass\n", r"^mine\.py, line 1: "),
        ("def other(x):\n    pass\n", r"no function score or treat; it has other"),
        ("score = 3\n", r"no function score or treat\.$"),
    ],
)
def test_what_is_no_method_is_refused(tmp_path, text, said):
    with pytest.raises(MethodError, match=said):
        read_method(written(tmp_path, text))


def test_a_file_that_is_not_there_and_a_parameter_that_says_nothing_are_refused(tmp_path):
    with pytest.raises(MethodError, match="cannot be read: No such file"):
        read_method(str(tmp_path / "none.py"))
    file = written(tmp_path, "x = 1\n\n\ndef other(thing):\n    pass\n")
    with pytest.raises(MethodError, match=r"line 4: other takes thing; a detector takes walk"):
        read_method(f"{file}:other")


def test_the_environment_names_methods(tmp_path, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert methods_of_environment() == ()
    monkeypatch.setenv(ENVIRONMENT, f"{LAST_JUMP}, {LOOK_AHEAD}:treat")
    assert [one.name for one in methods_of_environment()] == ["own.last_jump", "own.look_ahead"]
    assert len({one.digest for one in methods_of_environment()}) == 2


def test_the_examples_are_short():
    assert len(EXAMPLES) == 2
    for file in EXAMPLES:
        code = [line for line in file.read_text().splitlines() if line.strip()]
        assert len(code) <= 20, file


# ---- what a detector is given ----------------------------------------------------------------------------


def test_a_walk_ends_in_the_samples_and_gives_the_variance_again(evidence):
    steps, x0_hat = finish(walked_again(evidence))
    assert steps == tuple(sorted(steps, reverse=True))
    assert steps[-1] == 0
    np.testing.assert_array_equal(x0_hat[-1], evidence.trial.samples)
    inside = [place for place, t in enumerate(steps) if t <= 9]
    variance = x0_hat[inside].double().var(0, correction=0).sum(1).numpy()
    np.testing.assert_allclose(variance, evidence.trial.hal((0, 9)), rtol=1e-4)


def test_the_example_of_a_detector_is_its_formula(evidence):
    steps, x0_hat = finish(walked_again(evidence))
    method = read_method(str(LAST_JUMP))
    scores, asked = score_walk(method, evidence.trial.samples, steps, x0_hat.numpy(), evidence.denoiser, 0)
    last = x0_hat[-10:, :, 0].numpy()
    np.testing.assert_allclose(scores, np.abs(np.diff(last, axis=0)).max(0), rtol=1e-6)
    assert asked == 0


# ---- what goes wrong -------------------------------------------------------------------------------------

BODIES = {
    "raises": ("numbers = []\n    return numbers[walk.n]", r"line 4: IndexError: list index out of range\.$"),
    "nan": ("return walk.samples[:, 0] * float('nan')", r"line 2: 300 of the 300 scores are not numbers\.$"),
    "shape": ("return walk.x0_hat", r"line 2: score returned the shape .*, not \(300,\), a number a sample"),
    "nothing": ("pass", r"line 2: score returned nothing, not 300 numbers\.$"),
    "for ever": ("while True:\n        pass", r"line [34]: it was ended after 1 s\.$"),
    "ends": ("import os\n    os._exit(7)", r"line 2: its process ended by itself \(exit code 7\)\.$"),
}


@pytest.mark.parametrize("body", ["raises", "nan", "shape", "nothing"])
def test_what_is_wrong_with_scores_is_told_with_its_line(tmp_path, evidence, body):
    text, said = BODIES[body]
    method = read_method(written(tmp_path, f"# mine\ndef score(walk):\n    {text}\n"))
    steps, x0_hat = finish(walked_again(evidence))
    with pytest.raises((MethodError, IndexError)) as raised:
        score_walk(method, evidence.trial.samples, steps, x0_hat.numpy(), evidence.denoiser, 0)
    assert re.search(r"^mine\.py, " + said, in_words(raised.value, method))


@pytest.mark.parametrize("body", ["raises", "for ever", "ends"])
def test_what_goes_wrong_in_the_process_is_told_with_its_line(tmp_path, evidence, body):
    text, said = BODIES[body]
    method = read_method(written(tmp_path, f"# mine\ndef score(walk):\n    {text}\n"))
    detector = OwnDetector(method, seconds=1.0 if body == "for ever" else 60.0)
    with pytest.raises(MethodError, match=r"^mine\.py, " + said):
        finish(detector.scores(evidence, torch.Generator().manual_seed(0)))


def test_a_detector_in_its_process_counts_its_calls_and_repeats(tmp_path, evidence):
    text = (
        "import torch\n\n\ndef score(walk):\n    z = torch.randn(walk.n, generator=walk.generator)\n"
        "    return walk.denoiser.predict_noise(walk.samples, 0)[:, 0] + z\n"
    )
    detector = OwnDetector(read_method(written(tmp_path, text)))
    assert detector.calls(evidence) == 0
    first, again = (finish(detector.scores(evidence, torch.Generator().manual_seed(seed))) for seed in (3, 3))
    np.testing.assert_array_equal(first, again)
    assert detector.calls(evidence) == 1


def test_closing_ends_the_process(tmp_path, evidence):
    place = tmp_path / "pid"
    text = "import os\nimport time\n\n\ndef score(walk):\n"
    text += f"    open({str(place)!r}, 'w').write(str(os.getpid()))\n"
    method = read_method(written(tmp_path, text + "    time.sleep(600)\n"))
    trial, denoiser = evidence.trial, evidence.denoiser
    walk = (trial.samples, (0,), trial.samples[None], denoiser, 0)
    work = in_own_process(method, score_walk, *walk, seconds=500.0)
    while not (place.exists() and place.read_text()):
        next(work)
    pid = int(place.read_text())
    work.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


REMEDIES = {
    "raises": ("raise KeyError('no')", r"line 3: KeyError: 'no'\.$"),
    "nothing": ("pass", r"line 2: treat returned nothing, not a denoiser with predict_noise\.$"),
    "number": ("return 3", r"line 2: treat returned a int, not a denoiser"),
}


@pytest.mark.parametrize("body", REMEDIES)
def test_what_goes_wrong_in_a_remedy_is_told_with_its_line(tmp_path, run, body):
    text, said = REMEDIES[body]
    method = read_method(written(tmp_path, f"# mine\ndef treat(denoiser):\n    {text}\n"))
    with pytest.raises((MethodError, KeyError)) as raised:
        treated_run(method, run, False, None, None)
    assert re.search(r"^mine\.py, " + said, in_words(raised.value, method))


WRONG = """from explorer.remedies.wrapped_denoiser import WrappedDenoiser


class Mine(WrappedDenoiser):
    def predict_noise(self, x_t, t):
        return {}


def treat(denoiser):
    return Mine(denoiser)
"""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x_t[:1]", r"line 5: predict_noise returned \(1, 1\) at step \d+, not the shape of x_t"),
        ("x_t * float('inf')", r"line 5: \d+ of the \d+ numbers that predict_noise returned .* not finite"),
        ("x_t / [0][1]", r"line 6: IndexError"),
    ],
)
def test_a_remedy_that_predicts_no_noise_is_told_with_its_line(tmp_path, run, value, said):
    method = read_method(written(tmp_path, WRONG.format(value)))
    with pytest.raises((MethodError, IndexError, TypeError)) as raised:
        treated_run(method, run, False, None, None)
    assert re.search(said, in_words(raised.value, method))
