"""Work that steps back while somebody waits for a page: one interpreter lock serves both."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Courtesy:
    """Counts the pages that are being drawn; `give_way` waits for them, but not for long."""

    def __init__(self) -> None:
        self._lock, self._drawing = threading.Lock(), 0
        self._drawn = threading.Event()  # set while no page is being drawn
        self._drawn.set()

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """While a page is drawn."""
        with self._lock:
            self._drawing += 1
            self._drawn.clear()
        try:
            yield
        finally:
            with self._lock:
                self._drawing -= 1
                if not self._drawing:
                    self._drawn.set()

    def give_way(self, seconds: float) -> None:
        """Wait until no page is being drawn, for so many seconds at most."""
        self._drawn.wait(seconds)
