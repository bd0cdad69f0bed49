""".ci/pytest-retried: what fails once is run again, alone, and only what fails twice fails the run."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "pytest-retried"
SUITE = """
import pathlib, pytest
HERE = pathlib.Path(__file__).parent

def tried(name):
    path = HERE / f"{name}.tries"
    path.write_text((path.read_text() if path.exists() else "") + "x")
    return len(path.read_text())

def test_good():
    tried("good")

def test_at_the_second_try():
    assert tried("second") == 2 or not ONCE

@pytest.mark.parametrize("name", [f"{i} {word}" for i, word in enumerate(NEVER)])
def test_never(name):
    assert tried(name) < 0
"""


@pytest.fixture
def run(tmp_path):
    """run(once, never, *arguments) is the script's code and output, and what was tried how often, in a suite
    of a test that passes, one that fails `once`, and one that fails for each word of `never`."""

    def run_(once: bool, never: list[str], *arguments: str):
        suite = f"ONCE, NEVER = {once}, {never}\n{SUITE}"
        (tmp_path / "test_suite.py").write_text(suite, "utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        suite_run = shlex.join([sys.executable, "-m", "pytest", "-q", *arguments])
        done = subprocess.run(
            [SCRIPT, sys.executable, suite_run], cwd=tmp_path, capture_output=True, text=True
        )
        tries = {path.stem: len(path.read_text()) for path in tmp_path.glob("*.tries")}
        return done.returncode, done.stdout, tries

    return run_


def test_what_passes_is_run_once(run):
    code, said, tries = run(False, [])
    assert (code, tries) == (0, {"good": 1, "second": 1})
    assert "failed once" not in said


def test_what_fails_once_is_named_and_forgiven(run):
    code, said, tries = run(True, [])
    assert (code, tries) == (0, {"good": 1, "second": 2})
    assert "failed once, passed alone: test_suite.py::test_at_the_second_try\n" in said
    assert "failed twice" not in said


def test_what_fails_twice_fails_the_run(run):
    code, said, tries = run(True, ["a", "b c"], "-n", "2")
    assert (code, tries) == (1, {"good": 1, "second": 2, "0 a": 2, "1 b c": 2})
    assert "failed once, passed alone: test_suite.py::test_at_the_second_try\n" in said
    assert "failed twice: test_suite.py::test_never[0 a]\n" in said
    assert "failed twice: test_suite.py::test_never[1 b c]\n" in said


def test_more_than_five_failures_are_no_accident(run):
    code, said, tries = run(True, list("abcde"))
    assert (code, set(tries.values())) == (1, {1})
    assert "6 tests failed" in said
    assert "failed once" not in said


def test_a_run_without_tests_fails_as_pytest_does(run):
    code, said, tries = run(True, [], "-k", "nothing_of_the_kind")
    assert (code, tries) == (5, {})


def test_a_suite_that_cannot_be_read_fails(run, tmp_path):
    (tmp_path / "test_broken.py").write_text("1 / 0\n", "utf-8")
    code, said, _ = run(False, [])
    assert code != 0
    assert "passed alone" not in said


def test_a_command_that_ends_before_its_tests_fails(tmp_path):
    done = subprocess.run([SCRIPT, sys.executable, "false && true"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 1
