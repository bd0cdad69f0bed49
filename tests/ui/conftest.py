"""Ends the job manager of the pages under test, so that no training outlives the tests."""

import pytest

from explorer.ui.shell import server


@pytest.fixture(autouse=True, scope="session")
def ended_jobs():
    yield
    server.manager().close()
