"""The rules of the house: imports run one way, pages are thin, nothing global is set or unpickled."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXPLORER = sorted((ROOT / "explorer").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
SOURCES = [*EXPLORER, *PAGES, ROOT / "app.py"]
# The floors of the house, lowest first. A folder imports itself and folders of the floors below, no other.
FLOORS = (
    {"compute", "server", "figures"},
    {"data"},
    {"diffusion"},
    {"detection"},
    {"storage"},
    {"experiments"},
    {"remedies", "recursion", "sweeps", "memorisation", "adapters"},
    {"leaderboard", "dimension"},
    {"lessons", "page_figures", "benchmarks"},
    {"lesson_files"},
    {"commands", "page_tasks"},
    {"ui"},
)
# Pickles go from a process to those that it started, and back: from no file, and from no client.
BETWEEN_OWN_PROCESSES = {
    *(ROOT / "explorer" / "server" / name for name in ("messages.py", "worker.py", "worker_processes.py")),
    ROOT / "explorer" / "leaderboard" / "own_process.py",
}
ALONE = {"compute", "server", "figures"}  # what stands on the ground knows nothing of diffusion
LOOSE = {"explorer": {"__init__.py", "__main__.py", "README.md"}, "explorer/ui": {"__init__.py"}}


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


def folder_of(module: str) -> str:
    """The folder of explorer/ in which a module lies; "" for what lies at its root."""
    return module.split(".")[1] if module.count(".") else ""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in EXPLORER}


def imported_modules(path: Path) -> set[str]:
    """The modules of explorer/ that a file imports."""
    return {name for name in imported(path) if name in MODULES and name != module_name(path)}


def test_every_folder_stands_on_a_floor():
    folders = {path.name for path in (ROOT / "explorer").iterdir() if (path / "__init__.py").is_file()}
    assert folders == set().union(*FLOORS)


@pytest.mark.parametrize("folder", sorted(set().union(*FLOORS)))
def test_imports_run_down_the_floors(folder):
    floor = next(number for number, names in enumerate(FLOORS) if folder in names)
    below = {folder} if folder in ALONE else {folder}.union(*FLOORS[:floor])
    for path in (ROOT / "explorer" / folder).rglob("*.py"):
        folders = {folder_of(name) for name in imported_modules(path)} - {""}
        assert folders <= below, path


def test_no_imports_run_in_a_circle():
    left = {name: imported_modules(path) for name, path in MODULES.items()}
    while True:
        needed = set().union(*left.values()) if left else set()
        outside = {name for name, needs in left.items() if not needs & left.keys() or name not in needed}
        if not outside:
            break
        left = {name: needs - outside for name, needs in left.items() if name not in outside}
    assert not left, "these import each other"


@pytest.mark.parametrize("root", LOOSE)
def test_nothing_lies_loose(root):
    files = {path.name for path in (ROOT / root).iterdir() if path.is_file()}
    assert files == LOOSE[root]


def test_only_pages_and_ui_import_streamlit():
    for path in EXPLORER:
        if "ui" not in path.relative_to(ROOT).parts:
            assert not any(name.split(".")[0] == "streamlit" for name in imported(path)), path
            assert not any(name.startswith("explorer.ui") for name in imported(path)), path


def test_the_server_knows_nothing_of_numbers():
    for path in (ROOT / "explorer" / "server").rglob("*.py"):
        assert not {"torch", "numpy"} & {name.split(".")[0] for name in imported(path)}, path


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_global_is_set_and_nothing_unpickled(path):
    calls = called(path)
    assert not calls & {"torch.set_default_dtype", "torch.manual_seed", "np.random.seed", "torch.load"}
    assert "torch.set_num_threads" not in calls or path.name == "device.py"
    pickles = {"pickle", "joblib", "dill"} & {name.split(".")[0] for name in imported(path)}
    assert not pickles or path in BETWEEN_OWN_PROCESSES
    assert "allow_pickle=True" not in path.read_text("utf-8")


def test_pages_are_thin_and_rooms_are_small():
    for path in PAGES:
        assert len(path.read_text("utf-8").splitlines()) <= 150, path


def test_the_top_level_shows_seven_names():
    shown = {
        path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "__pycache__"
    }
    assert shown == {"app.py", "pages", "explorer", "checkpoints", "tests", "requirements.txt", "README.md"}
