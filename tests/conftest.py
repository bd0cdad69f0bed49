"""What every test gets: one thread, a cache of its own; slow tests when they are asked for, a GPU's where one
is."""

import pickle

import pytest
import torch

from explorer.compute import cluster
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


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item):
    """Tests that share a fixture of their module run in one process, so that it is made once."""
    shared = [made for found in item._fixtureinfo.name2fixturedefs.values() for made in found]
    if any(made.scope == "module" for made in shared) and not item.get_closest_marker("browser"):
        item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture
def tasks_here(monkeypatch):
    """Tasks run in this process, on what pickle makes of them: for tests of what tasks make together.

    That they run as processes is tested in tests/compute/test_cluster.py, and once for each kind of task.
    """

    class Ended:
        def __init__(self, task, arguments):
            task, arguments = pickle.loads(pickle.dumps((task, arguments)))
            task(*arguments)

        def done(self):
            return True

        def exception(self):
            return None

    class Here:
        submit = staticmethod(lambda task, *arguments: Ended(task, arguments))

    monkeypatch.setattr(cluster, "_executor", lambda folder, config: Here())


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """An empty folder in the place of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EXPLORER_CACHE", str(folder))
    checkpoints.own.cache_clear()
    yield folder
    checkpoints.own.cache_clear()
