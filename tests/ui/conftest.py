"""Ends the jobs of the pages under test: all tests are one session, and what runs shows on every page."""

import pytest

from explorer.ui.shell import server

server.AVAILABLE = False  # jobs advance in this process, whose cache folder is another in every test


@pytest.fixture(autouse=True)
def nothing_left_running():
    yield
    for ticket in list(server.manager()._latest.values()):
        server.manager().stop(ticket)
        server.manager().discard(ticket)


@pytest.fixture(autouse=True, scope="session")
def ended_jobs():
    yield
    server.close()
