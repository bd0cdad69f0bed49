"""A value is made once for all who ask, kept as long as what it is made of, and holds nobody else up."""

import gc
import threading

import pytest

from explorer.server.compute_once import Once

PATIENCE = 20


class Thing:
    pass


def test_all_who_ask_at_once_get_the_one_value():
    made, may_end, answers = [], threading.Event(), []

    def make(thing):
        made.append(thing)
        may_end.wait(PATIENCE)
        return object()

    once, thing = Once(make), Thing()
    asking = [threading.Thread(target=lambda: answers.append(once(thing))) for _ in range(5)]
    for thread in asking:
        thread.start()
    may_end.set()
    for thread in asking:
        thread.join(PATIENCE)
    assert made == [thing]
    assert len(answers) == 5
    assert len(set(answers)) == 1


def test_who_asks_for_something_else_does_not_wait():
    slow, quick, may_end = Thing(), Thing(), threading.Event()
    once = Once(lambda thing: may_end.wait(PATIENCE) if thing is slow else "made")
    held = threading.Thread(target=once, args=(slow,))
    held.start()
    assert once(quick) == "made"
    may_end.set()
    held.join(PATIENCE)


def test_a_value_goes_with_what_it_is_made_of():
    made = []
    once = Once(lambda thing: made.append(1))
    for _ in range(3):
        once(Thing())
        gc.collect()
    assert len(made) == 3
    assert not once._places


def test_what_fails_is_tried_again():
    thing, outcomes = Thing(), [ValueError("no"), "made"]

    def make(thing):
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    once = Once(make)
    with pytest.raises(ValueError, match="no"):
        once(thing)
    assert once(thing) == once(thing) == "made"
