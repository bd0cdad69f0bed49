"""A lesson's step as a file shows it, and as its page in the app shows it: one definition, two hosts."""

from __future__ import annotations

import time
from functools import cache

import pytest
import streamlit as st

from explorer.experiments import checkpoints
from explorer.experiments.sampler_comparison import compare_samplers
from explorer.figures.film.message import pack
from explorer.figures.vega.axes import on_page
from explorer.lesson_files import shown_pages
from explorer.lesson_files.steps import step_figure
from explorer.lessons.lesson import lessons
from explorer.page_figures.main_figure import FilmFigure
from explorer.page_figures.trajectories_pairs import paired_trajectories
from explorer.page_figures.views.parameter import asked_sampler
from explorer.page_figures.views.trajectories import View
from explorer.ui import player
from explorer.ui.shell import theme
from explorer.ui.trajectories import sampler_table
from tests.ui.test_pages import finished, opened, told

STEPS = [(name, number) for name, lesson in lessons().items() for number in range(len(lesson.steps))]
COMPLETE = {"atlas": "The seed (", "trajectories": "From the same noise"}  # what a page says in the end
UNDER_WAY = ("looking for hallucinations", "following samples")  # and what it says until then


@pytest.fixture(autouse=True)
def figures_alone(monkeypatch):
    """Without what no page shows by itself: the table of samplers, and what more samples are drawn from."""
    monkeypatch.setattr(shown_pages, "_sampler_words", lambda result, view: None)
    monkeypatch.setattr(shown_pages, "_draws", lambda result, view, k: None)


@pytest.fixture
def drawn(monkeypatch):
    """What a page draws: of a film its message, frame and what is picked; of a chart what Vega is told."""
    found = []
    message, chart = player.player_message, st.vega_lite_chart

    def film(packed, start, flags, height, picked, name=""):
        found.append((packed, start, picked))
        return message(packed, start, flags, height, picked, name)

    def vega(data, spec, **asked):
        found.append((rows(data), spec))
        return chart(data, spec, **asked)

    monkeypatch.setattr(player, "player_message", film)
    monkeypatch.setattr(st, "vega_lite_chart", vega)
    return found


def rows(data):
    """The data of a chart as text."""
    return (data.to_pandas() if hasattr(data, "to_pandas") else data).to_csv()


def as_drawn(figure):
    """The same of a figure of a file."""
    if isinstance(figure, FilmFigure):
        return pack(figure.film), figure.frame, figure.picked
    return rows(figure.data), on_page(figure.spec, "light")


@cache
def shown(name, number):
    return step_figure(lessons()[name].steps[number])


def complete(page, **link):
    """A page once all is computed that it shows."""
    app = finished(opened(page, **link), COMPLETE.get(page, ""))
    deadline = time.monotonic() + 120
    while any(sign in told(app) for sign in UNDER_WAY):
        assert time.monotonic() < deadline, told(app)
        time.sleep(0.2)
        app.run()
    return app


def on_its_page(asked, drawn, **more):
    """The page of a step once it is complete, and what it draws then."""
    app = complete(asked.page, **asked.link)
    if more:
        app = opened(asked.page, **asked.link, **more)
    drawn.clear()
    app.run()
    assert not app.exception
    return app, list(drawn)


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_file_shows_what_the_page_shows(name, number, drawn):
    step, figure = lessons()[name].steps[number], shown(name, number)
    _, on_page_now = on_its_page(step, drawn)
    assert on_page_now == [as_drawn(each) for each in figure.figures]


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_file_says_what_the_page_says(name, number, drawn):
    step, figure = lessons()[name].steps[number], shown(name, number)
    app, _ = on_its_page(step, drawn)
    sentences = [written.value for written in app.markdown]
    assert any(theme.coloured(figure.finding) in sentence for sentence in sentences)
    main = figure.figures[0]
    at_first = figure.told_frame[main.frame] if figure.told_frame else ""
    for line in (*figure.caption.splitlines(), *at_first.splitlines()):
        assert line in told(app) or any(theme.coloured(line) in sentence for sentence in sentences), line
    if figure.told_picked and isinstance(main, FilmFigure) and main.picked is not None:
        said = figure.told_picked[main.picked]
        assert said == figure.finding or said in told(app)


@pytest.mark.parametrize(("name", "number"), [at for at in STEPS if lessons()[at[0]].steps[at[1]].ask])
def test_before_the_answer_both_show_as_much(name, number, drawn):
    step, figure = lessons()[name].steps[number], shown(name, number)
    _, on_page_now = on_its_page(step, drawn, lesson=name, step=str(number))
    first, *others = figure.figures[: figure.open_first]
    assert on_page_now == [as_drawn(each) for each in (figure.before or first, *others)]


def test_what_is_picked_says_what_the_page_says_of_it(drawn):
    """Of another sample: what the file says when it is clicked."""
    figure, run = shown("why", 3), checkpoints.shipped().load_preset("three-modes").result
    pairs = paired_trajectories(run, asked_sampler(View(), run.experiment), 5)
    link = {"preset": "three-modes", "sample": str(pairs.followed.rows[40])}
    app = complete("trajectories", **link)
    assert any(theme.coloured(figure.told_picked[40]) in written.value for written in app.markdown)


@pytest.mark.parametrize(
    ("name", "number", "item", "link"),
    [
        ("fingers", 1, 3, {"tile": "3"}),
        ("fingers", 2, 20, {"tile": "20"}),
        ("fingers", 3, 58, {"tile": "58"}),
        ("why", 6, 9, {"large": "real:1"}),
    ],
)
def test_the_same_opens_when_an_item_is_picked(name, number, item, link, drawn):
    step, figure = lessons()[name].steps[number], shown(name, number)
    app = complete(step.page, **{**step.link, **link})
    assert as_drawn(figure.opens[item]) in drawn
    said = figure.told_picked[item]
    if step.page == "recursive":  # it stands under the film itself
        film = figure.opens[item]
        assert film.film.captions[film.frame] == said
    else:
        assert any(theme.coloured(said) in written.value for written in app.markdown)


def test_another_treatment_opens_what_the_page_draws_of_it(drawn):
    figure = shown("cure", 0)
    chart = figure.figures[0]
    item = chart.data["text"].tolist().index("sharpening=0.1")
    app = complete("remedies", preset="three-modes", treatment="sharpening=0.1")
    assert as_drawn(figure.opens[item]) in drawn
    said = theme.coloured(figure.told_picked[item])
    assert any(said in written.value for written in app.markdown)


def test_the_table_of_samplers_is_that_of_the_page(monkeypatch):
    """Of fewer samples, so that it is there soon."""
    monkeypatch.undo()

    def few(result, n, switch):
        return compare_samplers(result, 2_000, switch)

    monkeypatch.setattr(shown_pages, "compare_samplers", few)
    monkeypatch.setattr(sampler_table, "compare_samplers", few)
    monkeypatch.setattr(shown_pages, "_draws", lambda result, view, k: None)
    shown_pages._compared.cache_clear()
    step = lessons()["ddim"].steps[3]
    table = step_figure(step).table
    app = complete(step.page, **step.link)
    app.button(key="compare_samplers").click().run()
    finished(app, "| DDIM | truth |")
    assert len(table.rows) == 5
    for row in (table.columns, *table.rows):
        assert f"| {' | '.join(row)} |" in told(app)
