"""The last few finished computations, shared by everybody who asks for an equal one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any


class Shelf:
    """Keeps up to `size` values by key; the one that was not asked for the longest gives way. Thread-safe."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"A shelf keeps at least one value, not {size}.")
        self.size = size
        self._values: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, value: Any) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.size:
                self._values.popitem(last=False)

    def get(self, key: str) -> Any | None:
        """The value of that key, None if it is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)
