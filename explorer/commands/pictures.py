"""pictures: folders of a user's own pictures, or of MNIST's IDX files, as data, added, listed and removed."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

import numpy as np

from explorer.commands.command import Parser, Report, command
from explorer.commands.options import number
from explorer.compute.progress_bar import with_bar
from explorer.data.digits.judge_file import shipped_judge
from explorer.data.digits.mnist import MOST_DIGITS, read_idx
from explorer.data.digits.mnist import SIZE as DIGIT_SIZE
from explorer.data.own.picture_folder import (
    CROP,
    FEWEST,
    MOST,
    SIZE_RANGE,
    check_size,
    in_words,
    most_of,
    read_folder,
)
from explorer.data.own.world import OwnPictures
from explorer.data.own.world_file import PREFIX, kept_worlds, world_bytes, world_path
from explorer.data.pictures import check_new_name
from explorer.detection.statistics.rates import Rate
from explorer.storage.files import write_file

SIZE = 32
UNCUT = "as they are"
JUDGED = 2_000  # digits at most, that the judge is shown when they are added
COLOUR_HINT = "left out; remove them and add them with --colour to keep it"
LEAST_RIGHT = 0.5  # of these it must name so many rightly


def add(commands: Any) -> None:
    group = commands.add_parser("pictures", help="Make a folder of your own pictures data to learn from.")
    actions = group.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    text = (
        f"Read a folder of {FEWEST} to {MOST:,} pictures, and keep them small, square and grey, or in colour "
        "with --colour."
    )
    one = command(actions, "add", _add, text, computes=False)
    one.add_argument("name", metavar="NAME", help="of the pictures: small letters, digits, hyphens")
    what = "with the pictures, in it or in its folders"
    one.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help=what)
    idx = f"in place of FOLDER: a folder of MNIST's own IDX files, up to {MOST_DIGITS:,} digits"
    one.add_argument("--data", metavar="FOLDER", type=Path, help=idx)
    sides = f"{SIZE}; {DIGIT_SIZE} of digits"
    number(one, "--size", "pixels of a side, an even number", SIZE_RANGE, default_text=sides)
    largest = SIZE_RANGE[1]
    most = most_of(largest, colour=True)
    in_colour = f"keep red, green and blue; of {largest} pixels a side up to {most:,} pictures"
    one.add_argument("--colour", "--color", action="store_true", help=in_colour)
    command(actions, "list", _list, "List your own pictures.", computes=False)
    gone = command(actions, "remove", _remove, "Remove your own pictures of that name.", computes=False)
    gone.add_argument("name", metavar="NAME", help="as pictures list tells it")


def _add(options: argparse.Namespace) -> Report:
    name, path = options.name, world_path(options.name)
    check_new_name(name)
    if (options.folder is None) == (options.data is None):
        raise ValueError("Name one folder: FOLDER with pictures, or --data FOLDER with MNIST's IDX files.")
    if path.exists():
        raise ValueError(f"There are pictures {name} already: run python -m explorer pictures remove {name}.")
    world, told = _pictures(options) if options.data is None else _digits(options)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, world_bytes(world))
    return {
        "preset": f"{PREFIX}{name}",
        "pictures": world.n,
        "size": world.shape[-1],
        **told,
        "sha256": world.digest,
        "path": str(path),
        "next": f"python -m explorer train {PREFIX}{name}, or Train on the page Shapes",
    }


def _pictures(options: argparse.Namespace) -> tuple[OwnPictures, Report]:
    """The pictures of a folder, and what became of them."""
    size = SIZE if options.size is None else options.size
    check_size(size)
    found = with_bar(read_folder(options.folder, size, colour=options.colour), "reading")
    world = OwnPictures(options.name, found.pixels, options.folder.resolve().name, _now(), CROP)
    return world, {
        "made": f"{'in colour' if options.colour else 'grey'}, {CROP}",
        **({"colour": COLOUR_HINT} if found.colourful else {}),
        "enlarged": found.enlarged,
        "left_out": len(found.left_out),
        **({"why": in_words(found.left_out)} if found.left_out else {}),
    }


def _digits(options: argparse.Namespace) -> tuple[OwnPictures, Report]:
    """The digits of a folder of IDX files, and what the shipped judge says of some, evenly chosen. Raises
    ValueError if it names fewer than half of these rightly."""
    if options.size not in (None, DIGIT_SIZE):
        raise ValueError(f"Digits are {DIGIT_SIZE} pixels wide, not {options.size}.")
    if options.colour:
        raise ValueError("Digits are grey: leave --colour out.")
    data = read_idx(options.data)
    labels = data.labels.astype(np.uint8)
    world = OwnPictures(options.name, data.pictures, options.data.resolve().name, _now(), UNCUT, labels)
    rows = np.linspace(0, world.n - 1, min(world.n, JUDGED)).astype(int)
    judge = shipped_judge()
    pictures = data.scaled(rows)
    right = Rate(int((judge.digits(pictures).numpy() == data.labels[rows]).sum()), len(pictures))
    refused = Rate(int((judge.scores(pictures) > 0).sum()), len(pictures))
    if right.value < LEAST_RIGHT:
        raise ValueError(
            f"The judge names only {right.count:,} of {right.n:,} of them rightly: these are no digits, or "
            "their labels are those of others."
        )
    return world, {
        "of_each": data.of_each,
        "judged": right.n,
        "judge_names_rightly": right.value,
        "judge_refuses": refused.value,
        "judge_refuses_interval": list(refused.interval),
    }


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _list(options: argparse.Namespace) -> Report:
    found = [
        {
            "name": name,
            "preset": f"{PREFIX}{name}",
            "pictures": about["count"],
            "size": about["size"],
            "colour": about["channels"] > 1,
            "folder": about["folder"],
            "added": about["added"],
        }
        for name, about in kept_worlds().items()
    ]
    if options.json or found:
        return {"own_pictures": found}
    return {"own_pictures": "none; python -m explorer pictures add NAME FOLDER"}


def _remove(options: argparse.Namespace) -> Report:
    path = world_path(options.name)
    if not path.is_file():
        kept = ", ".join(kept_worlds()) or "none"
        raise ValueError(f"There are no pictures {options.name} of your own; there are {kept}.")
    path.unlink()
    return {"removed": options.name, "path": str(path)}
