"""The page on labels by hand, without a browser."""

from __future__ import annotations

import pytest

from explorer.experiments.checkpoints import shipped
from explorer.experiments.labels import IMPOSSIBLE, POSSIBLE, SKIPPED, Hand, Mark, labelling_of, own_labels
from explorer.ui.label.pictures import marks_of
from tests.ui.test_pages import PAGES, opened, taken_away, told

PRESETS = ("shapes-32", "hands-48", "shapes-64")


def labelled(who: str, number: int, n: int = 60, flip: int = 0) -> None:
    """Label as the exact judge does, but for the first `flip` pictures."""
    result = shipped().load("shapes-32").result
    wrong = result.final.measurement.trial.hallucinated(5)
    labelling, hand = labelling_of(result, n), Hand(who, number)
    verdicts = [IMPOSSIBLE if wrong[picture] else POSSIBLE for picture in labelling.order(number)]
    marks = [Mark(place, 1 - label if place < flip else label) for place, label in enumerate(verdicts)]
    own_labels().add(labelling, hand, marks, 0)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_page_asks_for_a_name_and_says_nothing_of_kinds(preset):
    app = opened("label", preset=preset)
    assert not app.exception
    assert "Possible" in told(app)
    app.text_input(key="labeller_name").set_value(" Anna ")
    app.button[[one.label for one in app.button].index("Begin")].click().run()
    assert not app.exception
    assert app.session_state["view"]["labeller"] == "Anna"
    words = told(app).lower()
    assert not any(word in words for word in ("hallucinat", "auroc", "malformed", "variance", "recall"))


def test_a_name_that_is_none_is_one_sentence():
    app = opened("label")
    app.text_input(key="labeller_name").set_value("=1+1")
    app.button[[one.label for one in app.button].index("Begin")].click().run()
    assert "does not begin with a letter" in told(app)
    assert not app.exception
    forged = opened("label", labeller="=1+1", labelled="7", label_pass="3")
    assert "does not begin with a letter" in told(forged)
    assert not forged.exception


def test_what_the_labels_say_is_of_the_detector_the_judge_and_two_passes():
    labelled("Anna", 1, flip=3)
    app = opened("label", labeller="Anna", labels_say="1", labelled="60")
    assert not app.exception
    assert "You and the exact judge agree on 95.0 %" in told(app)
    assert "labels more" in told(app)
    assert "Your two passes" not in told(app)
    labelled("Anna", 2)
    labelled("Bert", 1)
    app = opened("label", labeller="Anna", labels_say="1", labelled="60")
    assert "Your two passes agree on 95.0 %" in told(app)
    app.selectbox(key="view.against").set_value("Bert, pass 1").run()
    assert "You and Bert, pass 1, agree on 95.0 %" in told(app)
    app.selectbox(key="view.against").set_value("nobody").run()
    assert "Bert, pass 1, agree" not in told(app)
    assert len(taken_away(app).get("download_button")) >= 2
    assert not app.exception


def test_nothing_labelled_says_so_and_one_kind_alone_has_no_curve():
    app = opened("label", labeller="Anna", labels_say="1")
    assert "Nothing is labelled yet." in told(app)
    labelling = labelling_of(shipped().load("shapes-32").result, 200)
    own_labels().add(labelling, Hand("Anna"), [Mark(0, POSSIBLE), Mark(1, SKIPPED)], 0)
    app.run()
    assert "Of 1 pictures you call 0 not possible" in told(app).replace("*", "")
    assert "one of the two kinds is missing" in told(app)
    assert not app.exception


def test_a_damaged_file_is_one_sentence_and_a_broken_last_row_is_said():
    labelled("Anna", 1)
    (path,) = own_labels().root.rglob("*.csv")
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    app = opened("label", labeller="Anna", labelled="60")
    assert "last row of your labels was broken off" in told(app)
    path.write_bytes(whole.replace(b"not possible", b"perhaps"))
    app = opened("label", labeller="Anna", labelled="60")
    assert "cannot be read" in told(app)
    assert not app.exception


def test_shapes_leads_there_and_a_shared_link_names_nobody():
    app = opened("shapes", preset="hands-48")
    assert app.button(key="label_by_hand").label == "Label pictures by hand"
    app = opened("label", preset="hands-48", labeller="Anna")
    app.session_state["link"] = True
    app.run()
    link = next(code.value for code in app.code if "preset=" in code.value)
    assert "preset=hands-48" in link
    assert "Anna" not in link


def test_points_on_another_page_stay_when_pictures_are_labelled():
    app = opened("learn", preset="two-modes")
    app.switch_page(str(PAGES / "label.py")).run()
    assert app.session_state["experiment"].pictures
    app.switch_page(str(PAGES / "learn.py")).run()
    assert app.session_state["preset"] == "two-modes"


def test_what_a_browser_says():
    said = {"since": 2, "marks": [[3, 1], [-1, None], [4, 0]]}
    assert marks_of(said) == (2, [Mark(3, 1), Mark(), Mark(4, 0)])
    for forged in (
        {},
        {"since": "2", "marks": []},
        {"since": True, "marks": []},
        {"since": 0, "marks": [[1]]},
        {"since": 0, "marks": [["1", 1]]},
        {"since": 0, "marks": [[1, 0.5]]},
        {"since": -1, "marks": []},
        {"since": 0, "marks": "1"},
    ):
        with pytest.raises(ValueError, match="browser"):
            marks_of(forged)


def test_another_choice_asks_about_other_pictures():
    labelled("Anna", 1)
    app = opened("label", labeller="Anna", labels_say="1", labelled="60")
    assert "Of 60 pictures you call" in told(app)
    app.number_input(key="view.choice_seed").set_value(1).run()
    assert "Nothing is labelled yet." in told(app)
    assert app.session_state["view"]["choice_seed"] == 1
