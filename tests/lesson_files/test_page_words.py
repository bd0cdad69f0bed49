"""The words of a lesson's page in another language: all of them, or a sentence that names what is amiss."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.figures.player.files import HTML
from explorer.lesson_files.words import FILE, own_words, read_words

PLAYER_WORDS = HTML.with_name("words.js")


@pytest.fixture
def changed(tmp_path):
    """changed(old, new) is the file of words with a piece of it changed."""

    def change(old: str, new: str) -> Path:
        text = FILE.read_text("utf-8")
        assert old in text
        (tmp_path / "worte.toml").write_text(text.replace(old, new, 1), "utf-8")
        return tmp_path / "worte.toml"

    return change


def test_words_in_another_language_are_taken_as_they_are(changed):
    words = read_words(changed('next = "Next"', 'next = "Weiter"'))
    assert words["page"]["next"] == "Weiter"
    assert words["player"] == own_words()["player"]


def test_the_player_says_nothing_that_has_no_other_language():
    said = dict(re.findall(r'^  (\w+): "([^"]*)",$', PLAYER_WORDS.read_text("utf-8"), re.M))
    assert said == own_words()["player"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('next = "Next"', "", r"worte.toml lack page.next \('Next' in English\)"),
        ('next = "Next"', 'next = "Next"\nnexte = "x"', "worte.toml have page.nexte, which no page says"),
        ("[player]", "[players]", r"worte.toml lack the table \[player\]"),
        ('"{minutes} minutes"', '"Minuten"', r"leave \{minutes\} out of page.minutes"),
        ('"{minutes} minutes"', '"{minutes} von {stunden}"', r"Nothing fills \{stunden\} in page.minutes"),
        ('"{minutes} minutes"', '"{minutes} {"', "The words page.minutes cannot be filled in"),
        ('next = "Next"', 'next = "Next', "The words in worte.toml cannot be read"),
    ],
)
def test_what_is_amiss_is_named_in_one_sentence(changed, old, new, sentence):
    with pytest.raises(ValueError, match=sentence) as refusal:
        read_words(changed(old, new))
    assert "\n" not in str(refusal.value)
