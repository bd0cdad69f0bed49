"""A user's own pictures as one safetensors file in the user's cache folder, found by a name that holds the
beginning of their SHA-256: own-cats.0123456789abcdef.

A set that was replaced by another of the same name has another hash: what learned from the old one is not
taken for what learned from the new one.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from explorer.compute.user_cache import user_cache
from explorer.data.digits.mnist import CLASSES, SIZE
from explorer.data.own.picture_folder import COLOURS, MOST, SIZE_RANGE
from explorer.data.own.world import OwnPictures

FORMAT = 1
PREFIX, ENDING = "own-", ".safetensors"
LONGEST_NAME, DIGITS = 18, 16  # letters of a name, hexadecimal digits of the hash behind it
LARGEST_FILE = MOST * SIZE_RANGE[1] ** 2 + 100_000  # bytes, in colour, too; 70,000 digits take less
DIGITS_SUBJECT = "digits"  # what the file of digits says that they are
MOST_DRAWN = 60_000  # digits that a network learns from unless it is told otherwise
_NAME = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{LONGEST_NAME - 2}}}[a-z0-9])?")
_FULL = re.compile(rf"{PREFIX}({_NAME.pattern})\.([0-9a-f]{{{DIGITS}}})")


def check_name(name: str) -> None:
    """Raise ValueError for what can name no pictures: 1 to 18 small letters, digits and hyphens inside."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name[:40]!r} is no name for pictures: take 1 to {LONGEST_NAME} small letters, digits and, "
            "between them, hyphens."
        )


def name_of(pictures: str) -> str:
    """The name that a user gave the pictures that an experiment names."""
    return pictures.removeprefix(PREFIX).partition(".")[0]


def is_own(pictures: str) -> bool:
    """Whether the name of pictures is of a user's own."""
    return pictures.startswith(PREFIX)


def full_name(world: OwnPictures) -> str:
    """The name by which an experiment names the pictures, which changes with every pixel."""
    return _full_name(world.name, world.digest)


def _full_name(name: str, sha256: str) -> str:
    return f"{PREFIX}{name}.{sha256[:DIGITS]}"


def worlds_folder() -> Path:
    """Where a user's own pictures are kept."""
    return user_cache() / "pictures"


def world_path(name: str) -> Path:
    """The file of the pictures of that name. Raises ValueError as check_name does."""
    check_name(name)
    return worlds_folder() / f"{name}{ENDING}"


def world_bytes(world: OwnPictures) -> bytes:
    """Pictures as the bytes of their file."""
    values = {
        "format": FORMAT,
        "name": world.name,
        "size": world.shape[-1],
        "count": world.n,
        "folder": world.folder,
        "added": world.added,
        "crop": world.crop,
        "sha256": world.digest,
    }
    if world.shape[0] > 1:
        values["channels"] = world.shape[0]
    arrays = {"pixels": np.ascontiguousarray(world.pixels)}
    if world.labels is not None:
        values["subject"], arrays["labels"] = DIGITS_SUBJECT, world.labels
    return save(arrays, {"about": json.dumps(values, sort_keys=True)})


def read_world(path: Path) -> OwnPictures:
    """The pictures of a file. Raises ValueError in one sentence if it is missing, damaged or edited."""
    about = read_about(path)
    try:
        with safe_open(path, "np") as file:
            pixels = file.get_tensor("pixels")
            labels = file.get_tensor("labels") if about["subject"] == DIGITS_SUBJECT else None
        name, folder, added, crop = (str(about[key]) for key in ("name", "folder", "added", "crop"))
        world = OwnPictures(name, pixels, folder, added, crop, labels)
    except (OSError, SafetensorError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"The pictures {path.stem} cannot be read: {_reason(error)}.") from None
    if world.digest != about["sha256"]:
        raise ValueError(f"The pictures {path.stem} were changed after they were added.")
    return world


def read_about(path: Path) -> dict[str, Any]:
    """What the file of pictures says of them, without reading the pictures. Raises ValueError in one sentence
    for a file that is missing or none of ours."""
    try:
        found = path.stat()
        if found.st_size > LARGEST_FILE:
            raise ValueError(f"the file has {found.st_size:,} bytes, more than {LARGEST_FILE:,}")
        return dict(_about(path, found.st_mtime_ns, found.st_size))
    except FileNotFoundError:
        raise ValueError(f"There are no pictures {PREFIX}{path.stem} on this machine.") from None
    except (OSError, SafetensorError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"The pictures {path.stem} cannot be read: {_reason(error)}.") from None


@lru_cache(maxsize=256)
def _about(path: Path, changed: int, size: int) -> dict[str, Any]:
    with safe_open(path, "np") as file:
        values = json.loads((file.metadata() or {})["about"])
        pixels = file.get_slice("pixels")
        shape, kind = pixels.get_shape(), pixels.get_dtype()
        subject = values.setdefault("subject", "own")
        labels = file.get_tensor("labels") if subject == DIGITS_SUBJECT else None
    if values["format"] != FORMAT:
        raise ValueError(f"it has the format {values['format']!r:.20}, not {FORMAT}")
    if not re.fullmatch("[0-9a-f]{64}", values["sha256"]) or values["name"] != path.stem:
        raise ValueError("it is not what its name says")
    channels = values.setdefault("channels", 1)
    if channels not in (1, COLOURS):
        raise ValueError(f"it has {channels!r:.20} channels, neither 1 (grey) nor {COLOURS} (colour)")
    told = [values["count"], values["size"], values["size"], *([COLOURS] if channels == COLOURS else [])]
    if told != list(shape) or kind != "U8":
        raise ValueError(f"it holds {shape} {kind} in place of what it says")
    if subject not in ("own", DIGITS_SUBJECT):
        raise ValueError(f"it is of {subject!r:.20}")
    points = shape[0] if labels is None else _drawn(labels, shape)
    whole = {name: int(values[name]) for name in ("count", "size", "channels")} | {"points": points}
    return {**values, **whole, "pictures": _full_name(path.stem, values["sha256"])}


def _drawn(labels: np.ndarray, shape: list[int]) -> int:
    """How many digits of such labels are learned from, as many of each. Raises ValueError for labels that fit
    no digits."""
    fits = labels.dtype == np.uint8 and [*labels.shape, SIZE, SIZE] == shape
    counts = np.bincount(labels, minlength=CLASSES) if fits else np.zeros(CLASSES, int)
    if len(counts) != CLASSES or counts.min() < 2:
        raise ValueError("its labels are not those of digits")
    return min(CLASSES * int(counts.min()), MOST_DRAWN)


@lru_cache(maxsize=256)
def own_subject(pictures: str) -> str:
    """What a user's own pictures are of, as their file says: "digits", or "own" where no rule says it; it
    stays so for a name, which holds the hash. Raises ValueError as check_there does."""
    return str(check_there(pictures)["subject"])


def kept_worlds() -> dict[str, dict[str, Any]]:
    """What is known of all of a user's own pictures on this machine that can be read, by their names."""
    found = {}
    for path in sorted(worlds_folder().glob(f"*{ENDING}")):
        try:
            check_name(path.stem)
            found[path.stem] = read_about(path)
        except ValueError:
            continue
    return found


def check_there(pictures: str) -> dict[str, Any]:
    """What is known of the pictures that an experiment names. Raises ValueError in one sentence if they are
    not on this machine, or were replaced by others."""
    found = _FULL.fullmatch(pictures)
    if found is None:
        raise ValueError(f"{pictures[:40]!r} does not name pictures of your own.")
    name = found.group(1)
    about = read_about(world_path(name))
    if about["pictures"] != pictures:
        raise ValueError(f"The pictures {PREFIX}{name} on this machine are others than those that are named.")
    return about


@lru_cache(maxsize=3)
def own_pictures(pictures: str) -> OwnPictures:
    """The pictures that an experiment names. Raises ValueError as check_there and read_world do."""
    check_there(pictures)
    world = read_world(world_path(name_of(pictures)))
    if full_name(world) != pictures:
        raise ValueError(f"The pictures {PREFIX}{world.name} were replaced while they were read.")
    return world


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
