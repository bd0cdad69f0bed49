"""The README: short, its recipes run as a reader would run them, its links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRINTED = {
    "plot": r"^\d\.\d{3}% beyond 5 sigma, exact to \de-\d\d$",
    "threshold": r"^recall 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]\nretention 0\.\d{3} .*\nprecision .*\nAUROC 0\.9",
    "samplers": r"^ddim, 20 calls, true score: \d\.\d{3}% beyond 5 sigma$",
}


def readmes() -> list[Path]:
    return [ROOT / "README.md", ROOT / "pages" / "README.md", *sorted((ROOT / "explorer").rglob("README.md"))]


def recipes() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_there_are_three_recipes():
    assert len(recipes()) == len(PRINTED) == 3


@pytest.mark.parametrize(("number", "printed"), list(enumerate(PRINTED.values())), ids=list(PRINTED))
def test_a_recipe_runs_from_a_clone(number, printed, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    code = recipes()[number]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(printed, done.stdout, re.M), done.stdout
    assert (tmp_path / "learned.png").exists() == ("learned.png" in code)


@pytest.mark.parametrize("path", readmes(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(path):
    text = path.read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(r'(?:src|srcset)="([^":]+)"', text)
    for link in links:
        assert (path.parent / link).exists(), link
