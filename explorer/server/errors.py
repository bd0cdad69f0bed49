"""An error in a computation as one sentence for the screen."""

from __future__ import annotations

import contextlib
import errno


def sentence_of(error: BaseException) -> str:
    """One sentence: what to do where that is known, else the type of the error and its text."""
    message = ""
    with contextlib.suppress(BaseException):  # an error's own text may fail as well
        message = str(error)
    # What PyTorch raises without memory is no MemoryError, and on the processor it has no name of its own.
    if (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "can't allocate memory" in message
    ):
        return "The computation ran out of memory; make it smaller and try again."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full, and nothing of the result was kept; make room and try again."
    if message and isinstance(error, ValueError):
        return message
    reason = " ".join([f"{type(error).__name__}:", *message.split()]).rstrip(":.")
    return f"The computation failed: {reason}."
