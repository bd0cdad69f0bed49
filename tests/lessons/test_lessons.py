"""The lessons that ship: every step leads somewhere, every claim is made by the engine, answers hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from explorer.experiments import checkpoints
from explorer.experiments.atlas import border_share
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.shipped_atlases import ATLASES
from explorer.figures.words import format_rate, percent
from explorer.lessons import claims, shipped_numbers
from explorer.lessons.glossary import glossary, terms_in
from explorer.lessons.lesson import CHANGED, Step, lessons, read
from explorer.memorisation.phases import IN_WORDS
from explorer.memorisation.presets import MEMORISATIONS, shipped_memorisation
from explorer.recursion.presets import SHIPPED_LOOPS
from explorer.recursion.store import load_run
from explorer.remedies.remedy_table import shipped_remedies
from explorer.remedies.treatment import read_treatment
from explorer.ui.shell.link import link_text, read_link

ROOT = Path(__file__).parents[2]
STEPS = [(lesson.name, number) for lesson in lessons().values() for number in range(len(lesson.steps))]


def step_of(name: str, number: int) -> Step:
    return lessons()[name].steps[number]


def test_five_lessons_ship_the_longest_first():
    assert [(one.name, one.minutes) for one in lessons().values()] == [
        ("why", 45),
        ("fingers", 20),
        ("ddim", 18),
        ("cure", 15),
        ("memorise", 15),
    ]
    titles = [one.title for one in lessons().values()]
    assert titles == [
        *("Why models hallucinate", "Six fingers", "Deterministic or random?"),
        *("Can we cure it?", "By heart?"),
    ]


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_step_says_nothing_that_the_engine_does_not(name, number):
    step = step_of(name, number)
    for text in (step.text, step.look, step.say, step.ask, step.answer, *step.options, *step.reasons):
        told = claims.filled(text)
        assert "{" not in told
        assert "nan" not in told.lower().split()
    if step.answer:
        right = claims.filled(step.answer)
        assert right.isdecimal() or right in step.options


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_step_leads_to_a_page_and_an_experiment(name, number):
    step = step_of(name, number)
    assert (ROOT / "pages" / f"{step.page}.py").is_file()
    assert isinstance(preset(step.link["preset"]).experiment.with_differences(step.link), Experiment)
    pictures = bool(preset(step.link["preset"]).experiment.pictures)
    assert pictures == (step.page == "shapes")


@pytest.mark.parametrize("name", lessons())
def test_a_lesson_closes_with_an_experiment_and_another_lesson(name):
    lesson = lessons()[name]
    assert lesson.closing.endswith(".")
    assert lesson.next in set(lessons()) - {name}
    tried = lesson.suggestion
    assert (ROOT / "pages" / f"{tried.page}.py").is_file()
    state = read_link(tried.link)
    assert state.problems == ()
    assert link_text(state.preset, state.experiment, state.parameters) == tried.link


def test_every_lesson_is_reached_from_the_first():
    seen, name = [], next(iter(lessons()))
    while name not in seen:
        seen.append(name)
        name = lessons()[name].next
    assert set(seen) == set(lessons())


def test_claims_are_what_the_shipped_results_say():
    measured = checkpoints.shipped().load("three-modes").result.final.measurement
    assert claims.filled("It is {rate three-modes 5}.") == f"It is {percent(measured.beyond[5])}."
    assert claims.claim("ddpm", "three-modes", "5") == percent(measured.beyond[5])
    assert claims.claim("of_ten_thousand", "three-modes", "5") == "a few"
    assert claims.claim("more_often", "three-modes", "5") == "DDIM"
    assert "[" in claims.claim("rate", "grid-25", "5")
    kinds = checkpoints.shipped().load("shapes-32").result.final.measurement.kinds
    assert kinds[claims.claim("commonest", "shapes-32")] == max(list(kinds.values())[1:])


def test_claims_of_few_and_many_points_are_what_ships():
    sizes = {one.size: one for one in shipped_memorisation(MEMORISATIONS["three-modes"])}
    values = sorted(row.network.spurious.value for row in sizes[100].rows)
    said = claims.claim("share_of_draws", "three-modes", "network", "spurious", "100")
    assert said == format_rate(values[2], values[0], values[4])
    most = max(("memorised", "spurious"), key=lambda kind: sizes[100].over_seeds("network", kind).median)
    assert claims.claim("mostly_does", "three-modes", "100") == IN_WORDS[most]
    fresh = max(row.fresh.memorised.value for row in sizes[100].rows)
    repeated = [row.network.memorised.value for row in sizes[100].rows]
    assert (claims.claim("repeats_as", "three-modes", "100") == "no more than fresh draws") == (
        min(repeated) <= fresh and max(repeated) < min(r.empirical.memorised.value for r in sizes[100].rows)
    )
    assert (
        sizes[int(claims.claim("new_from", "three-modes").split()[0])]
        .over_seeds("network", "generalised")
        .median
        >= 0.5
    )
    with pytest.raises(ValueError, match="cannot be made"):
        claims.claim("mostly_does", "three-modes", "77")


@pytest.mark.parametrize(
    "text",
    [
        *("{nonsense}", "{rate}", "{rate nothing 5}", "{rate three-modes 7}", "{kind shapes-32 purple}"),
        *(
            "{kind three-modes empty}",
            "{commonest grid-25}",
            "{ddim shapes-32 5}",
            "{mistakes_lie grid-25 5}",
        ),
        *("{fate shapes-32 ddim=1 2}", "{share_of_draws three-modes nobody memorised 100}"),
    ],
)
def test_a_claim_that_means_nothing_is_refused(text):
    with pytest.raises(ValueError, match=r"no claim|cannot be made"):
        claims.filled(text)


SOUND = {"title": "A", "text": "b", "page": "learn", "look": "c", "say": "d", "link": {}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"done": "someday"}, "done is"),
        ({"done": CHANGED}, "done is"),
        ({"done": "seen", "ask": "?", "options": ("a", "b"), "answer": "1"}, "each with its reason"),
        ({"done": "seen", "ask": "?", "options": ("a",), "reasons": ("b",), "answer": "1"}, "two options"),
        ({"ask": "?", "options": ("a", "b"), "reasons": ("c", "d"), "answer": "3"}, "none of"),
        ({"ask": "?", "options": ("a", "b"), "reasons": ("c", "d")}, "needs an answer"),
        ({"done": "answered"}, "asks nothing"),
    ],
)
def test_a_step_that_does_not_hold_together_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        Step(**SOUND | changes)


@pytest.mark.parametrize("text", ["title = 3", "nonsense", 'title = "a"\nminutes = 1\nsummary = "b"'])
def test_a_file_that_is_no_lesson_is_named(tmp_path, text):
    path = tmp_path / "odd.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"odd"):
        read(path)


def test_terms_are_found_in_texts():
    found = [term.word for term in terms_in("The score of two modes; DDIM, not the underscore.")]
    assert found == ["score", "mode", "DDIM"]
    for term in glossary().values():
        assert term.says.endswith(".")
        assert (ROOT / "pages" / f"{term.page}.py").is_file()


def test_claims_of_remedies_are_what_was_measured():
    table = shipped_remedies("three-modes")
    guided = table.find(read_treatment("guidance=4")).result
    assert claims.claim("treated_rate", "three-modes", "guidance=4", "5") == percent(guided.beyond[5])
    assert claims.claim("treated_share", "three-modes", "guidance=4", "2") == percent(guided.mode_shares[1])
    starved = guided.mode_shares[1] < 0.9 / 3
    assert (claims.claim("fate", "three-modes", "guidance=4", "2") == "it starves") == starved
    dials = {0.02: 0.0, 0.05: 0.0, 0.1: 0.0, 0.2: 0.0, 0.4: 0.0}
    for dial in dials:
        dials[dial] = table.find(read_treatment(f"sharpening={dial}")).result.beyond[5]
    assert float(claims.claim("best_dial", "three-modes", "sharpening", "5")) == min(dials, key=dials.get)
    with pytest.raises(ValueError, match="cannot be made"):
        claims.claim("treated_rate", "three-modes", "guidance=19", "5")


@pytest.fixture
def five_seeds(monkeypatch):
    """The shipped loop of three modes as five seeds, whose rates and widths are known."""
    spec, made = load_run(SHIPPED_LOOPS / "three-modes")
    first = [one for one in made if one.seed == spec.experiment.seed]
    several = tuple(
        dataclasses.replace(
            one, seed=seed, exact={5: 0.001 * (1 + seed) * (1 + one.number)}, width=1 - 0.1 * one.number
        )
        for seed in range(5)
        for one in first
    )
    monkeypatch.setattr(
        shipped_numbers, "shipped_loop", lambda name: (dataclasses.replace(spec, seeds=5), several)
    )
    for remembered in (shipped_numbers.ends, claims.claim):
        remembered.cache_clear()
    yield several
    for remembered in (shipped_numbers.ends, claims.claim):
        remembered.cache_clear()


def test_claims_of_a_loop_with_several_seeds_are_medians_with_ranges(five_seeds):
    assert claims.claim("first_generation", "three-modes", "none", "5") == "0.300 % [0.100, 0.500]"
    assert claims.claim("last_generation", "three-modes", "none", "5") == "2.40 % [0.800, 4.00]"
    assert claims.claim("trend", "three-modes", "none", "5") == "it grows a few times"
    assert claims.claim("last_width", "three-modes", "variance") == "0.30 [0.30, 0.30]"
    assert claims.claim("last_alive", "three-modes", "variance") == "3"
    assert claims.claim("cost", "three-modes", "variance") == "the modes grow narrower"
    assert claims.claim("seeds", "three-modes") == "median of 5 seeds, their range in brackets"
    with pytest.raises(ValueError, match="cannot be made: there is no arm nothing"):
        claims.claim("last_width", "three-modes", "nothing")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda one: {"width": 1.0}, "nothing"),
        (lambda one: {"width": 1.0} if one.seed == 2 else {}, "nothing"),  # not in every seed
        (lambda one: {"alive": 2} if (one.seed, one.number) == (4, 7) else {}, "a mode dies"),
    ],
)
def test_what_a_filter_costs_is_read_off_the_loop(change, expected, five_seeds, monkeypatch):
    changed = tuple(dataclasses.replace(one, **change(one)) for one in five_seeds)
    spec = load_run(SHIPPED_LOOPS / "three-modes")[0]
    monkeypatch.setattr(shipped_numbers, "shipped_loop", lambda name: (spec, changed))
    assert claims.claim("cost", "three-modes", "variance") == expected


def test_what_is_said_of_seeds_is_in_the_shipped_atlas():
    found = ATLASES.shipped(checkpoints.shipped().load("grid-25").result).atlas
    assert claims.claim("seeds_astray", "grid-25").startswith(f"{100 * found.model.hallucinated_share:.3f}")
    assert claims.claim("seeds_astray_by_truth", "grid-25") == "0"
    share = border_share(found)
    assert share > 0.5
    assert claims.claim("seeds_at_borders", "grid-25") == percent(share)
    assert claims.claim("birthplace", "grid-25") == "on the borders between modes"
