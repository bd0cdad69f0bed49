"""Computations that sessions share: their value is kept for all, and one too large to keep is refused."""

import time
from itertools import count

import numpy as np
import pytest

from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.experiments.run import learn
from explorer.server.cache import Cache
from explorer.server.jobs import Busy
from explorer.server.tickets import State
from explorer.ui.shell import server

PATIENCE = 20
keys = (f"shared {number}" for number in count())


@pytest.fixture(autouse=True)
def ann(monkeypatch):
    """One connected session, without a page."""
    monkeypatch.setattr(server, "tab", lambda: "ann")


def finished(purpose, key, make):
    """The computation once it is no longer under way."""
    until = time.monotonic() + PATIENCE
    while (work := server.computed(purpose, key, make, patience=1.0)).under_way:
        assert time.monotonic() < until
        time.sleep(0.01)
    return work


def test_a_value_is_computed_once_for_all_who_ask_by_its_key():
    made, key = [], next(keys)

    def make():
        yield 0.5
        made.append(key)
        return "value"

    assert finished("trial", key, make).value == "value"
    assert finished("compare", key, make).value == "value"
    assert made == [key]
    assert server.results().get(key) == "value"


def test_a_computation_that_fails_says_why():
    def make():
        yield 0.5
        raise ValueError("There are no samples.")

    work = finished("trial", next(keys), make)
    assert (work.value, work.error) == (None, "There are no samples.")


def test_a_value_too_large_to_be_kept_is_refused_and_not_computed_again_and_again(monkeypatch):
    cache, made, key = Cache(1_000), [], next(keys)
    monkeypatch.setattr(server, "results", lambda: cache)

    def make():
        made.append(key)
        yield 0.5
        return bytes(2_000)

    for _ in range(3):
        work = finished("trial", key, make)
        assert work.value is None
        assert "larger than" in work.error
    assert made == [key]


@pytest.mark.parametrize("again", [False, True])
def test_another_computation_of_the_same_purpose_withdraws_from_the_first(again):
    first, second = next(keys), next(keys)

    def endless():
        while True:
            yield 0.5
            time.sleep(0.001)

    assert server.computed("trial", first, endless).under_way
    ticket = server.latest_ticket("trial")
    assert ticket.key == first
    if again:
        assert server.computed("trial", first, endless).under_way
        assert server.latest_ticket("trial") is ticket
    assert server.computed("trial", second, endless).under_way
    assert not ticket.active
    server.manager().stop(server.latest_ticket("trial"))


def test_a_training_that_was_stopped_and_resumed_is_the_same_bit_for_bit():
    experiment = preset("two-modes").experiment.replace(
        seed=61, **{"training.steps": 300, "training.batch": 64, "sampler.steps": 30}
    )
    *_, whole = learn(experiment)
    stops = 0
    ticket = server.start_training(experiment)
    until = time.monotonic() + 3 * PATIENCE
    while ticket.state is not State.DONE:
        assert time.monotonic() < until
        if ticket.update is not None and stops < 5:
            server.manager().stop(ticket, keep=True)
            seen, stops = ticket.update.step, stops + 1
            ticket = server.start_training(experiment)
            assert ticket.update.step >= seen
        time.sleep(0.005)
    assert stops > 0
    stored = checkpoints.own().load(experiment.digest).result
    assert np.array_equal(stored.final.weights, whole.result.final.weights)
    assert np.array_equal(stored.losses, whole.result.losses)


def test_a_computation_without_room_is_still_under_way_and_says_why(monkeypatch):
    def refuse(*_, **__):
        raise Busy("64 computations are under way on this server, the most it takes.")

    def make():
        yield 0.5
        return "value"

    key = next(keys)
    with monkeypatch.context() as full:
        full.setattr(server.manager(), "submit", refuse)
        work = server.computed("trial", key, make)
        assert (work.value, work.refused, work.under_way) == (None, True, True)
        assert work.error.startswith("64 computations")
    assert finished("trial", key, make).value == "value"


def test_what_a_file_waits_for_is_computed_once_and_says_why_it_failed():
    key, made = next(keys), []

    def make():
        yield 0.5
        made.append(key)
        return b"file"

    for _ in range(2):
        assert server.awaited("ann", "file png", key, make, PATIENCE) == b"file"
    assert made == [key]

    def fail():
        yield 0.5
        raise ValueError("There is no such frame.")

    with pytest.raises(ValueError, match="There is no such frame"):
        server.awaited("ann", "file png", next(keys), fail, PATIENCE)


def test_what_takes_longer_than_a_file_may_wait_is_stopped():
    def endless():
        while True:
            yield 0.5
            time.sleep(0.001)

    with pytest.raises(ValueError, match="longer than 0.1 seconds"):
        server.awaited("ann", "file svg", next(keys), endless, 0.1)
    assert not server.latest_ticket("file svg").active
