"""pictures: folders of a user's own pictures as data, added, listed and removed."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from explorer.commands.command import Parser, Report, command
from explorer.commands.options import number
from explorer.compute.progress_bar import with_bar
from explorer.data.own.picture_folder import CROP, FEWEST, MOST, SIZE_RANGE, check_size, in_words, read_folder
from explorer.data.own.world import OwnPictures
from explorer.data.own.world_file import PREFIX, kept_worlds, world_bytes, world_path
from explorer.data.pictures import check_new_name
from explorer.storage.files import write_file

SIZE = 32


def add(commands: Any) -> None:
    group = commands.add_parser("pictures", help="Make a folder of your own pictures data to learn from.")
    actions = group.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    text = f"Read a folder of {FEWEST} to {MOST:,} pictures, and keep them small, square and grey."
    one = command(actions, "add", _add, text, computes=False)
    one.add_argument("name", metavar="NAME", help="of the pictures: small letters, digits, hyphens")
    one.add_argument("folder", metavar="FOLDER", type=Path, help="with the pictures, in it or in its folders")
    number(one, "--size", "pixels of a side, an even number", SIZE_RANGE, default=SIZE)
    command(actions, "list", _list, "List your own pictures.", computes=False)
    gone = command(actions, "remove", _remove, "Remove your own pictures of that name.", computes=False)
    gone.add_argument("name", metavar="NAME", help="as pictures list tells it")


def _add(options: argparse.Namespace) -> Report:
    name, path = options.name, world_path(options.name)
    check_new_name(name)
    check_size(options.size)
    if path.exists():
        raise ValueError(f"There are pictures {name} already: run python -m explorer pictures remove {name}.")
    found = with_bar(read_folder(options.folder, options.size), "reading")
    added = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    world = OwnPictures(name, found.pixels, options.folder.resolve().name, added, CROP)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, world_bytes(world))
    return {
        "preset": f"{PREFIX}{name}",
        "pictures": world.n,
        "size": options.size,
        "made": f"grey, {CROP}",
        "enlarged": found.enlarged,
        "left_out": len(found.left_out),
        **({"why": in_words(found.left_out)} if found.left_out else {}),
        "sha256": world.digest,
        "path": str(path),
        "next": f"python -m explorer train {PREFIX}{name}, or Train on the page Shapes",
    }


def _list(options: argparse.Namespace) -> Report:
    found = [
        {
            "name": name,
            "preset": f"{PREFIX}{name}",
            "pictures": about["count"],
            "size": about["size"],
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
