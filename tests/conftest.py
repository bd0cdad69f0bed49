"""What every test gets: one thread, a cache of its own; slow tests when they are asked for, a GPU's where one
is."""

import pytest
import torch

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
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        for item in items:
            if item.get_closest_marker("gpu"):
                item.add_marker(pytest.mark.skip(reason="PyTorch sees no GPU"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """An empty folder in the place of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EXPLORER_CACHE", str(folder))
    checkpoints.own.cache_clear()
    yield folder
    checkpoints.own.cache_clear()
