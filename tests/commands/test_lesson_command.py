"""lesson: a lesson as a file, or one sentence that says why not."""

from __future__ import annotations

import json

import pytest

from explorer.__main__ import main
from explorer.lesson_files.words import FILE

LESSON = """
title = "Short"
minutes = 1
summary = "One step."

[[steps]]
title = "A step"
page = "learn"
link = { preset = "three-modes" }
text = "Text."
look = "Look."
say = "Said."
done = "seen"
"""


@pytest.fixture
def short(tmp_path):
    (tmp_path / "short.toml").write_text(LESSON, "utf-8")
    return tmp_path / "short.toml"


def refused(capsys, *arguments: object) -> str:
    assert main(["lesson", *map(str, arguments)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_file_of_a_lesson_becomes_a_page(short, tmp_path, capsys):
    out = tmp_path / "short.html"
    assert main(["lesson", str(short), "--out", str(out), "--words", str(FILE), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["lesson"], report["steps"], report["bytes"]) == ("Short", 1, out.stat().st_size)
    assert "<title>Short</title>" in out.read_text("utf-8")


def test_a_broken_lesson_is_one_sentence(short, tmp_path, capsys):
    short.write_text(LESSON.replace('say = "Said."', "say = Said."), "utf-8")
    said = refused(capsys, short, "--out", tmp_path / "x.html")
    assert said.startswith("explorer: The lesson short.toml cannot be read: ")
    short.write_text(LESSON.replace("[[steps]]", "[[stepps]]"), "utf-8")
    assert "The lesson short.toml cannot be read" in refused(capsys, short, "--out", tmp_path / "x.html")


def test_a_claim_that_means_nothing_is_one_sentence(short, tmp_path, capsys):
    short.write_text(LESSON.replace('"Text."', '"{nothing three-modes}"'), "utf-8")
    assert "There is no claim 'nothing'" in refused(capsys, short, "--out", tmp_path / "x.html")


def test_a_name_that_is_no_lesson_and_another_kind_of_file_are_refused(tmp_path, capsys):
    assert "'nowhere' is neither a lesson (why" in refused(capsys, "nowhere", "--out", tmp_path / "x.html")
    assert "'x.pdf' should end with .html." in refused(capsys, "why", "--out", tmp_path / "x.pdf")
    assert "'x.html' should end with .pdf." in refused(capsys, "why", "--handout", tmp_path / "x.html")
    assert "Name the file" in refused(capsys, "why")
    assert "--words goes with --out" in refused(
        capsys, "why", "--handout", tmp_path / "x.pdf", "--words", tmp_path / "worte.toml"
    )


def test_words_that_lack_one_are_one_sentence(short, tmp_path, capsys):
    (tmp_path / "worte.toml").write_text(FILE.read_text("utf-8").replace('back = "Back"\n', "", 1), "utf-8")
    said = refused(capsys, short, "--out", tmp_path / "x.html", "--words", tmp_path / "worte.toml")
    assert "lack page.back" in said
