"""What every test gets: one thread, a cache of its own; slow tests when they are asked for, a GPU's where one
is."""

import functools
import pickle

import pytest
import torch
from streamlit.components.v2 import manifest_scanner

from explorer.compute import cluster
from explorer.compute.device import prepare
from explorer.experiments import checkpoints


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="run the tests marked slow, too")


def pytest_configure(config):
    prepare()
    # Streamlit reads the metadata of all installed packages for each app under test, half of a test's time.
    manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    prepare()  # on one thread, whatever a command has set in a test before


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--run-slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow; --run-slow"))
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        for item in items:
            if item.get_closest_marker("gpu"):
                item.add_marker(pytest.mark.skip(reason="PyTorch sees no GPU"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests of a file that makes something for all its tests run in one process, so that it is made once.

    pytest-xdist's own groups, which are marks, are lost on the way with pytest 9.
    """
    from xdist.scheduler import LoadScopeScheduling

    @functools.cache
    def shares(file):
        return 'scope="module"' in (config.rootpath / file).read_text("utf-8")

    class ByFileWhereShared(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::", 1)[0]
            return file if shares(file) else nodeid

    return ByFileWhereShared(config, log) if config.getvalue("dist") == "loadgroup" else None


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
