"""figure: the main figure of every page as a file, or one sentence that says why not."""

from __future__ import annotations

import io
import json
import re

import pytest
from PIL import Image

from explorer.__main__ import main
from explorer.page_figures.stored import PAGES

PRESET = {"shapes": "shapes-32"}


def written(tmp_path, capsys, name: str, *arguments: str) -> bytes:
    """The file that the command writes; its report names it and its size."""
    out = tmp_path / name
    assert main(["figure", *arguments, "--out", str(out), "--json"]) == 0, capsys.readouterr().err
    report = json.loads(capsys.readouterr().out)
    blob = out.read_bytes()
    assert (report["file"], report["bytes"]) == (str(out), len(blob))
    assert report["shows"]
    return blob


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_its_figure_one_column_wide(page, tmp_path, capsys):
    blob = written(tmp_path, capsys, "figure.pdf", PRESET.get(page, "three-modes"), page, "--width", "85")
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", blob)
    assert box is not None
    assert float(box[1]) * 25.4 / 72 == pytest.approx(85, abs=0.5)


def test_a_frame_is_drawn_as_wide_as_is_asked(tmp_path, capsys):
    arguments = ("three-modes", "learn", "--width", "100", "--dpi", "100")
    first, last = (
        Image.open(io.BytesIO(written(tmp_path, capsys, "figure.png", *arguments, "--frame", frame)))
        for frame in ("0", "-1")
    )
    assert first.width == last.width == pytest.approx(100 / 25.4 * 100, abs=1)
    assert first.tobytes() != last.tobytes()
    dark = Image.open(io.BytesIO(written(tmp_path, capsys, "figure.png", *arguments, "--dark"))).convert("L")
    assert dark.getpixel((2, 2)) < 60 < last.convert("L").getpixel((2, 2))


def test_the_words_of_an_svg_are_text(tmp_path, capsys):
    svg = written(tmp_path, capsys, "figure.svg", "three-modes", "learn").decode()
    assert re.search(r"<text[^>]*>[^<]*Density", svg)


def test_a_film_is_written_as_an_animation(tmp_path, capsys):
    blob = written(tmp_path, capsys, "figure.gif", "three-modes", "learn", "--width", "60", "--dpi", "60")
    with Image.open(io.BytesIO(blob)) as gif:
        assert gif.format == "GIF"
        assert gif.n_frames > 5


@pytest.mark.parametrize(
    ("arguments", "name", "sentence"),
    [
        (("three-modes", "learn"), "figure.bmp", "should end with"),
        (("three-modes", "sweep"), "figure.gif", "does not move"),
        (("three-modes", "learn", "--frame", "3"), "figure.gif", "--frame goes with"),
        (("three-modes", "learn", "--frame", "999"), "figure.png", "999"),
        (("three-modes", "learn", "--width", "5"), "figure.png", "40 to 400 mm"),
        (("three-modes", "shapes"), "figure.png", "no pictures"),
        (("shapes-32", "learn"), "figure.png", "Shapes page"),
        (("ring-8", "remedies"), "figure.png", "three-modes"),
        (("ring-8", "recursive"), "figure.png", "grid-25"),
        (("ring-8", "sweep"), "figure.png", "three-modes"),
        (("ring-8", "start"), "figure.png", "three-modes"),
        (("nowhere", "learn"), "figure.png", "neither a preset"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(arguments, name, sentence, tmp_path, capsys):
    assert main(["figure", *arguments, "--out", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / name).exists()
