"""The rules of the house: imports run one way, pages are thin, nothing global is set or unpickled."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXPLORER = sorted((ROOT / "explorer").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
SOURCES = [*EXPLORER, *PAGES, ROOT / "app.py"]
KNOWN = {"data", "diffusion", "detection", "experiment"}
RUNS = {"checkpoints", "learning", "measuring", "presets", "seeds", "stacks", "trials"}
REMEDIED = {"learning", "measuring", "outcomes", "picture_files", "presets", "seeds", "stacks"}
# Room -> the rooms of explorer/ that it may import.
ALLOWED = {
    "data": {"data"},
    "diffusion": {"data", "diffusion"},
    "detection": {"data", "diffusion", "detection"},
    "charts": {"charts"},
    "figures": {"charts", "figures"},
    "benchmarks": {*KNOWN, "benchmarks", "device", *RUNS, "tallying"},
    "remedies": {*KNOWN, "checkpoint_files", "checkpoints", "device", "remedies", *REMEDIED},
    "generations.py": KNOWN,
    "recursion_store.py": {*KNOWN, "checkpoint_files", "generations", "picture_files"},
    "draws.py": {*KNOWN, "generations", "measuring", "picture_files", "seeds", "trials"},
    "arms.py": {*KNOWN, "draws", "generations", "seeds"},
    "recursion.py": {*KNOWN, "arms", "device", "draws", "generations", "learning", "recursion_store"},
    "contests.py": {*KNOWN, "device", "learning", "seeds", "stacks", "trials"},
    "axes.py": {"data", "diffusion", "experiment"},
    "outcomes.py": {"data", "detection", "learning", "measuring"},
    "stacks.py": {*KNOWN, "device", "learning", "measuring", "seeds"},
    "sweep_spec.py": {"axes", "experiment", "presets"},
    "sweep_table.py": {"measuring", "outcomes", "sweep_spec"},
    "sweep_store.py": {"checkpoint_files", "outcomes", "sweep_spec", "sweep_table"},
    "sweep_measures.py": {"outcomes", "sweep_spec", "sweep_table"},
    "sweep_progress.py": {"experiment", "sweep_spec", "sweep_store", "sweep_table"},
    "sweep.py": {
        *KNOWN,
        *("device", "executors", "learning", "outcomes", "stacks"),
        *("sweep_progress", "sweep_spec", "sweep_store", "sweep_table"),
    },
    "executors.py": set(),
    "failures.py": set(),
    "courtesy.py": set(),
    "jobs.py": {"courtesy", "failures", "tickets"},
    "tickets.py": set(),
}


def imported(path: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def called(path: Path) -> set[str]:
    """The dotted names of all calls in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_run_one_way(room):
    place = ROOT / "explorer" / room
    files = [place] if place.suffix else sorted(place.rglob("*.py"))
    assert files
    for path in files:
        rooms = {name.split(".")[1] for name in imported(path) if name.startswith("explorer.")}
        assert rooms <= ALLOWED[room], path


def test_only_pages_and_ui_import_streamlit():
    for path in EXPLORER:
        if "ui" not in path.relative_to(ROOT).parts:
            assert not any(name.split(".")[0] == "streamlit" for name in imported(path)), path
            assert not any(name.startswith("explorer.ui") for name in imported(path)), path


def test_jobs_know_nothing_of_diffusion():
    for name in ("courtesy.py", "failures.py", "jobs.py", "tickets.py"):
        assert not {"torch", "numpy"} & {n.split(".")[0] for n in imported(ROOT / "explorer" / name)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_global_is_set_and_nothing_unpickled(path):
    calls = called(path)
    assert not calls & {"torch.set_default_dtype", "torch.manual_seed", "np.random.seed", "torch.load"}
    assert "torch.set_num_threads" not in calls or path.name == "device.py"
    assert not {"pickle", "joblib", "dill"} & {name.split(".")[0] for name in imported(path)}
    assert "allow_pickle=True" not in path.read_text("utf-8")


def test_pages_are_thin_and_rooms_are_small():
    for path in PAGES:
        assert len(path.read_text("utf-8").splitlines()) <= 150, path


def test_the_top_level_shows_seven_names():
    shown = {
        path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "__pycache__"
    }
    assert shown == {"app.py", "pages", "explorer", "checkpoints", "tests", "requirements.txt", "README.md"}
