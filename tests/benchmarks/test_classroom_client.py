"""The played class: it measures what it says, and a real server gets through it without an error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CLASSROOM = Path(__file__).with_name("classroom.py")


def play(*words):
    return subprocess.run(
        [sys.executable, str(CLASSROOM), *words], capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.slow
def test_a_tiny_class_is_played_without_an_error():
    played = play("--students", "3", "--training", "1", "--seconds", "5", "--json")
    assert played.returncode == 0, played.stderr
    told = json.loads(played.stdout)
    assert told["errors"] == 0, told["error_texts"]
    assert told["trainings_advanced"] == 1
    assert min(told["steps_per_training"]) > 0
    assert told["same_training"] == {"students": 3, "jobs": 1}
    assert told["alone_n"] >= 1
    assert told["look_n"] >= 1
    assert 0 < told["look_p50_ms"] <= told["look_p95_ms"]
    assert 0 < told["alone_p50_ms"] <= told["alone_p95_ms"]
    assert told["ratio_p50"] == pytest.approx(told["look_p50_ms"] / told["alone_p50_ms"], abs=0.01)
    assert 0 < told["stop_s"]["median"] <= told["stop_s"]["max"]
    assert told["memory_mb"] <= told["peak_memory_mb"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--students", "61"), "--students is 1 to 60, not 61."),
        (("--students", "0"), "--students is 1 to 60, not 0."),
        (("--students", "5", "--training", "6"), "--training is 0 to 5, not 6."),
        (("--seconds", "4"), "--seconds is 5 to 600, not 4."),
        (("--seconds", "nan"), "--seconds is 5 to 600, not nan."),
        (("--reruns", "-1"), "--reruns is 0 to 20000, not -1."),
    ],
)
def test_a_class_that_cannot_be_played_is_refused_in_one_sentence(words, sentence):
    refused = play(*words)
    assert refused.returncode == 2
    assert refused.stderr.strip() == sentence
    assert refused.stdout == ""
