"""Pages go before jobs: while one is being drawn, jobs wait for it, since both share one interpreter lock."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class PagePriority:
    """Counts the pages that are being drawn, and lets other threads wait for them. Any thread may call."""

    def __init__(self) -> None:
        self._lock, self._pages = threading.Lock(), 0
        self._none_drawn = threading.Event()
        self._none_drawn.set()

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """Count one page more within the block."""
        with self._lock:
            self._pages += 1
            self._none_drawn.clear()
        try:
            yield
        finally:
            with self._lock:
                self._pages -= 1
                if not self._pages:
                    self._none_drawn.set()

    def wait_for_pages(self, seconds: float) -> None:
        """Wait until no page is being drawn, for so many seconds at most."""
        self._none_drawn.wait(seconds)
