"""What every test gets: one thread, a cache of its own, and slow tests only when they are asked for."""

import pytest

from explorer.compute.device import prepare
from explorer.experiments import checkpoints


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="run the tests that train for longer, too")


def pytest_configure(config):
    prepare()


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--run-slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="trains for longer; --run-slow"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """An empty folder in the place of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EXPLORER_CACHE", str(folder))
    checkpoints.own.cache_clear()
    yield folder
    checkpoints.own.cache_clear()
