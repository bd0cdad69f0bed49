"""Which session continues which: a reload, a crash, a second tab, a connection that broke off."""

import pytest

from explorer.server.sessions import RELOAD_SECONDS, Sessions


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(clock):
    return Sessions(grace_seconds=20.0, clock=clock)


def test_a_session_that_was_never_connected_is_its_own_owner(sessions):
    assert sessions.owner_of("command line") == "command line"
    sessions.attach("tab", "ann")
    assert sessions.owner_of("tab") == "ann"


def test_a_reloaded_tab_continues_the_one_that_is_gone(sessions, clock):
    sessions.attach("before", "ann")
    clock.now += 500
    sessions.detach("before")
    clock.now += 1
    sessions.attach("after", "ann")
    assert sessions.predecessors("after") == ["before"]


@pytest.mark.parametrize(
    ("late", "found"), [(0.5, True), (RELOAD_SECONDS, True), (RELOAD_SECONDS + 1, False)]
)
def test_the_old_connection_may_end_after_the_new_one_has_begun(sessions, clock, late, found):
    sessions.attach("before", "ann")
    clock.now += 500
    sessions.attach("after", "ann")
    assert sessions.predecessors("after") == []
    assert sessions.siblings("after") == ["before"]
    clock.now += late
    sessions.detach("before")
    assert sessions.predecessors("after") == (["before"] if found else [])


def test_a_tab_that_was_open_all_the_time_continues_none(sessions, clock):
    sessions.attach("one", "ann")
    sessions.attach("two", "ann")
    clock.now += RELOAD_SECONDS + 1
    assert sessions.siblings("two") == []
    sessions.detach("one")
    assert sessions.predecessors("two") == []


def test_another_browser_continues_none(sessions):
    sessions.attach("one", "ann")
    sessions.detach("one")
    sessions.attach("two", "bob")
    assert sessions.predecessors("two") == sessions.siblings("two") == []


def test_a_connection_that_comes_back_is_gone_no_longer(sessions, clock):
    sessions.attach("one", "ann")
    sessions.detach("one")
    clock.now += 19
    sessions.attach("one", "ann")
    clock.now += 100
    assert sessions.take_overdue() == []
    sessions.attach("two", "ann")
    assert sessions.predecessors("two") == []


def test_the_grace_ends_once_and_what_is_over_is_forgotten(sessions, clock):
    sessions.attach("one", "ann")
    sessions.detach("one")
    assert sessions.deadlines() == [clock.now + 20]
    clock.now += 20
    assert sessions.take_overdue() == ["one"]
    assert sessions.take_overdue() == sessions.deadlines() == []
    sessions.forget(keep={"one"})
    assert sessions.owner_of("one") == "ann"
    sessions.forget(keep=set())
    assert sessions.owner_of("one") == "one"
