"""A lesson as one HTML file: what is in it, in any language, and that its film is that of the app."""

from __future__ import annotations

import base64
import json
import re
import tomllib
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.experiments import checkpoints
from explorer.figures.film.message import pack
from explorer.figures.palette import PALETTE
from explorer.lesson_files.lesson_file import ACCENTS, APP_COMMAND, lesson_file
from explorer.lesson_files.words import FILE, read_words
from explorer.lessons.claims import filled
from explorer.lessons.lesson import lessons, read
from explorer.page_figures import learn

ROOT = Path(__file__).parents[2]
GERMAN = """
title = "Drei Häufungen"
minutes = 5
summary = "Was lernt ein Modell aus <Zahlen>?"
closing = "Es erfindet, was *zwischen* ihnen liegt."

[[quiz]]
ask = "Was liegt zwischen zwei Häufungen?"
options = ["nichts", "alles"]
answer = "1"
reasons = ["Ja.", "Nein."]

[[steps]]
title = "Ein Modell lernt"
page = "learn"
link = { preset = "three-modes", snapshot = "0" }
text = "Jenseits von 5 σ liegen **{rate three-modes 5}**."
look = "Sieh auf die Lücken."
ask = "Wo erfindet es?"
options = ["überall", "dazwischen"]
answer = "2"
reasons = ["Nein.", "Ja."]
say = "Es erfindet dazwischen."
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("lessons")


@pytest.fixture(scope="module")
def page(folder) -> str:
    """The German lesson with German words."""
    (folder / "drei.toml").write_text(GERMAN, "utf-8")
    words = FILE.read_text("utf-8").replace('lang = "en"', 'lang = "de"')
    words = words.replace('predict = "Predict"', 'predict = "Sag voraus"')
    (folder / "worte.toml").write_text(words, "utf-8")
    return lesson_file(read(folder / "drei.toml"), read_words(folder / "worte.toml")).decode()


def held(page: str) -> dict:
    """What the page's script reads."""
    return json.loads(re.search(r'<script type="application/json" id="lesson">(.*?)</script>', page)[1])


def block(page: str, number: int) -> bytes:
    text = re.search(rf'<script type="text/plain" id="packed-{number}">(.*?)</script>', page)[1]
    return zlib.decompress(base64.b64decode(text))


def test_the_page_is_in_the_language_of_its_words(page):
    assert page.startswith('<!doctype html>\n<html lang="de">')
    assert "<b>Sag voraus</b> Wo erfindet es?" in page
    assert "Predict" not in page


def test_every_button_has_its_word(page):
    assert re.findall(r'popovertarget="keys" aria-label="([^"]*)"', page) == ["Keys"]
    assert "object at 0x" not in page


def test_claims_are_numbers_and_texts_are_escaped(page):
    assert f"<b>{filled('{rate three-modes 5}')}</b>" in page
    assert "Was lernt ein Modell aus &lt;Zahlen&gt;?" in page
    assert "<em>zwischen</em>" in page


def test_nothing_is_asked_of_any_address(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"https?:|\*", policy)
    assert not re.search(r'<(?:script|img|iframe|audio|video)[^>]+src=|<link[^>]+href="(?!data:)', page)


def test_the_film_is_the_one_that_the_page_of_the_app_shows(page):
    step = held(page)["steps"][0]
    message = block(page, step["figures"][0]["block"])
    result = checkpoints.shipped().load_preset("three-modes").result
    film = pack(learn.film(result.experiment, result.snapshots, 5, None))
    assert message[16 : 16 + len(film)] == film
    assert int.from_bytes(message[:4], "little") == 0  # the snapshot that the link names
    assert (step["right"], held(page)["quiz"]) == (1, [0])


def test_what_the_answer_gives_away_is_hidden_at_first(page):
    card = page[page.index('data-place="0"') : page.index('data-place="after"')]
    reasons = re.findall(r'<p class="reason[^>]*>', card)
    assert len(reasons) == 2
    assert all("hidden" in reason for reason in reasons)
    assert re.search(r'<p class="finding" hidden>', card)
    assert re.search(r'<p class="say" role="status"><span hidden>', card)


def test_the_colours_are_those_of_the_app():
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    for mode, (accent, second) in ACCENTS.items():
        assert (accent, second) == (theme[mode]["primaryColor"], theme[mode]["secondaryBackgroundColor"])
        assert PALETTE[mode]["ground"] == theme[mode]["backgroundColor"]


def test_the_page_tells_how_the_app_is_started_as_its_readme_does(page):
    assert f"```sh\n{APP_COMMAND}\n```" in (ROOT / "README.md").read_text("utf-8")
    assert APP_COMMAND.replace("&", "&amp;") in page


def test_an_answer_that_is_no_option_is_named_with_its_step():
    step = replace(read_step(), answer="{trend three-modes none 5}")
    lesson = replace(lessons()["why"], steps=(replace(step, minutes=0),), quiz=())
    with pytest.raises(ValueError, match=r"^Three modes.*is none of its options\.$"):
        lesson_file(lesson)


def read_step():
    return lessons()["why"].steps[0]
