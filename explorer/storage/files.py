"""Files that are written whole or not at all, with a seal or a hash by which they are verified when read.

Whatever is wrong with one is a CheckpointError in one plain sentence that names the file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 64_000_000
READ_ERRORS = (  # of values that are not of the form in which they are written
    *(OSError, LookupError, TypeError, ValueError),
    *(ArithmeticError, AttributeError, RecursionError),
)


class CheckpointError(ValueError):
    """What is stored is missing, truncated, edited or of another format, or cannot be stored; the message is
    one plain sentence."""


@contextlib.contextmanager
def readable(what: str) -> Iterator[None]:
    """Turn an error in reading stored values into a CheckpointError that says that `what` cannot be read."""
    try:
        yield
    except CheckpointError:
        raise
    except READ_ERRORS as error:
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise CheckpointError(f"{what} cannot be read: {reason}.") from error


def write_file(path: Path, blob: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it.

    Raises OSError that names it.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(blob)
        os.replace(temporary, path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)


# ---- files listed with their size and SHA-256 ----------------------------------------------------------


def listing(blob: bytes) -> dict[str, Any]:
    """Size and SHA-256 of a file's bytes, by which `verified` knows them again."""
    return {"bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}


def verified(path: Path, expected: dict[str, Any]) -> bytes:
    """The bytes of a file, if they have the size and the hash of its listing. Raises CheckpointError."""
    whose = f"The file {path.name} of the run {path.parent.name}"
    try:
        size = path.stat().st_size
    except OSError:
        raise CheckpointError(f"{whose} is missing.") from None
    if size != expected["bytes"] or size > MAX_FILE_BYTES:
        raise CheckpointError(f"{whose} has {size:,} bytes, but {expected['bytes']:,} were written.")
    blob = path.read_bytes()
    if hashlib.sha256(blob).hexdigest() != expected["sha256"]:
        raise CheckpointError(f"{whose} was changed after it was written.")
    return blob


# ---- JSON ----------------------------------------------------------------------------------------------


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object of a file. Raises CheckpointError."""
    damaged = f"The file {path.name} of the run {path.parent.name} is damaged."
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"There is no run in the folder {path.parent.name}.") from None
    except (OSError, ValueError, RecursionError):
        raise CheckpointError(damaged) from None
    if not isinstance(value, dict):
        raise CheckpointError(damaged)
    return value


def seal(values: dict[str, Any]) -> str:
    """SHA-256 of a JSON object without its seal, which shows whether anything in it was edited."""
    rest = {key: value for key, value in values.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def sealed(version: int, values: dict[str, Any]) -> bytes:
    """A JSON object with the version of its format and its seal, as the bytes of a file."""
    plain = json.loads(json.dumps({"format": version} | values))  # as it will be read back, its keys all text
    return json_bytes(plain | {"seal": seal(plain)})


def write_sealed(path: Path, version: int, values: dict[str, Any]) -> None:
    """Write a JSON object with the version of its format and its seal."""
    write_file(path, sealed(version, values))


def read_sealed(path: Path, version: int, what: str) -> dict[str, Any]:
    """A JSON object that was sealed, in that version of its format; `what` its folder holds is named in
    errors."""
    values, whose = read_json(path), f"The file {path.name} of the {what} {path.parent.name}"
    if values.get("format") != version:
        raise CheckpointError(f"{whose} has format {values.get('format')!r}; this version reads {version}.")
    if values.get("seal") != seal(values):
        raise CheckpointError(f"{whose} was changed after it was written.")
    return values


def by_threshold(values: dict[str, Any] | None) -> dict[int, float] | None:
    """Shares by whole thresholds k, whose keys are text in JSON: {"5": 0.1} is {5: 0.1}; None stays None."""
    return None if values is None else {int(k): float(share) for k, share in values.items()}
