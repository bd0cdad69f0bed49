"""What a page holds compressed, block after block: unpacked in the browser by page/packed.js."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any


class PackedBlocks:
    """Blocks of bytes, each kept once; in the page they are base64 of what zlib packed."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[bytes, int] = {}

    def add(self, block: bytes) -> int:
        """The number of a block, which is added unless it is there already."""
        if block not in self._numbers:
            self._numbers[block] = len(self.texts)
            self.texts.append(base64.b64encode(zlib.compress(block, 9)).decode())
        return self._numbers[block]

    def add_json(self, value: Any) -> int:
        return self.add(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
