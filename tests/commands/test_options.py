"""Every numeric option states its range and default in the help, and keeps to it; what cannot be written is
refused by the name that was typed, before anything is computed."""

import argparse
import re

import pytest

from explorer.__main__ import _parser, main
from tests.commands.test_command_line import refusal

NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
RANGE = re.compile(rf"(above )?({NUMBER}|two) to ({NUMBER}|all|the last|its last)|above 0 and below 1")


LISTS = ("_steps", "whole_numbers")  # types of options that take several numbers, or one


def parsers(parser, name=()):
    """Every command with its parser."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not actions:
        yield " ".join(name), parser
    for action in actions:
        for word, sub in action.choices.items():
            yield from parsers(sub, (*name, word))


def numeric(action):
    """Whether an option takes a number, or several in one word such as 0:9."""
    if not action.option_strings or action.nargs == 0 or action.choices is not None:
        return False
    try:
        made = action.type("7" if action.type in (int, float) else "0:7")
    except (TypeError, ValueError, argparse.ArgumentTypeError):
        made = action.type("7") if getattr(action.type, "__name__", "") in LISTS else None
    return isinstance(made, (int, float, tuple))


COMMANDS = dict(parsers(_parser()))
NUMBERS = [
    (command, action) for command, parser in COMMANDS.items() for action in parser._actions if numeric(action)
]


def test_there_are_numeric_options():
    named = {f"{command} {action.option_strings[0]}" for command, action in NUMBERS}
    assert {
        "train --steps",
        "detect --window",
        "compare --steps",
        "recurse --drop",
        "bench --budget",
    } <= named
    assert {"checkpoints build --threads", "figure --dpi", "sweep --minutes", "count --retention"} <= named


@pytest.mark.parametrize("command", COMMANDS)
def test_every_numeric_option_states_range_and_default(command, capsys):
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for action in COMMANDS[command]._actions:
        if numeric(action):
            text = action.help.replace("%%", "%")
            assert " ".join(text.split()) in said
            name = f"{command} {action.option_strings[0]}: {text}"
            assert re.search(r"\(default: .+\)$", text), name
            assert RANGE.search(text), name
            if isinstance(action.default, (int, float)):
                assert {f"{action.default:,}", f"{action.default:g}"} & set(re.split(r"[ )]|, ", text)), name


BASE = {
    "recurse": "recurse two-modes",
    "leaderboard": "leaderboard --presets two-modes --out board",
    "dimension": "dimension",
    "figure": "figure three-modes learn --out figure.png",
    "bench": "bench --only exact-rate-1d",
    "train": "train two-modes",
    "checkpoints build": "checkpoints build two-modes",
    "checkpoints objectives": "checkpoints objectives",
    "checkpoints judge": "checkpoints judge",
    "pictures add": "pictures add mine folder",
}
ALSO = {"--minutes": "--executor local --out folder", "--ensemble": "--n 10 --rivals"}
ALSO |= dict.fromkeys(("--noisy", "--score-steps"), "--n 10")


def outside():
    """Values just below and just above the range that the help states, and the command they are given to."""
    for command, action in NUMBERS:
        name = action.option_strings[0]
        if command in ("sweep", "checkpoints loops") or name == "--workers":
            continue  # told by other commands, too; workers need tasks
        base = [*BASE.get(command, f"{command} two-modes").split(), *ALSO.get(name, "").split()]
        above, *ends = RANGE.search(action.help).groups()
        for end, sign in zip(ends, (-1, 1), strict=True):
            if (
                action.type not in (int, float)
                or end is None
                or not end[-1].isdigit()
                or "-1 is" in action.help
            ):
                continue  # an end that depends on the run, or several numbers
            value = action.type(end.replace(",", ""))
            if not (above and sign < 0):
                value += sign * (1 if action.type is int else 0.01)
            yield [*base, f"{name}={value}"], end


@pytest.mark.parametrize(
    ("arguments", "bound"),
    list(outside()),
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_what_lies_outside_the_stated_range_is_refused_in_one_line(
    arguments, bound, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    said = refusal(capsys, *arguments)
    assert (
        bound in said
        or bound.replace(",", "") in said
        or re.search("sample cannot be judged|at most 256 MB", said)
    )


WRITES = [
    "sample two-modes --n 5 --out {}.npz",
    "detect two-modes --n 50 --scan {}.csv",
    "figure three-modes learn --out {}.png",
    "train two-modes --out {}",
    "recurse two-modes --out {}",
    "recurse two-modes --resume {}",
    "sweep sweep.toml --out {}",
    "sweep sweep.toml --resume {}",
    "count two-modes --executor local --out {}",
]


@pytest.mark.parametrize("command", WRITES)
@pytest.mark.parametrize("path", ["a-file/mine", "./a-file/../a-file/mine"])
def test_a_path_that_cannot_be_written_is_named_as_it_was_typed(command, path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("precious")
    arguments = command.format(path).split()
    assert f"{arguments[-1]} cannot be written: Not a directory" in refusal(capsys, *arguments)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a-file"]


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path, capsys):
    (tmp_path / "mine.npz").mkdir()
    said = refusal(capsys, "sample", "two-modes", "--n", 5, "--out", tmp_path / "mine.npz")
    assert f"{tmp_path / 'mine.npz'} cannot be written: Is a directory" in said


def test_a_path_that_breaks_while_it_is_written_is_named_too(tmp_path, monkeypatch, capsys):
    def full(path, blob):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    said = refusal(capsys, "sample", "two-modes", "--n", 5, "--steps", 5, "--out", tmp_path / "mine.npz")
    assert said == f"explorer: No space left on device: {tmp_path / 'mine.npz'}\n"


def test_samples_too_few_for_coverage_say_how_many_it_takes(capsys):
    said = refusal(capsys, "measure", "two-modes", "--n", 5)
    assert "5 samples have no 5 neighbours each" in said
    assert "--n 6" in said
