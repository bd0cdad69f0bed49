"""Where the player's HTML and style lie, of which a page makes an element that holds a player."""

from __future__ import annotations

from pathlib import Path

HTML = Path(__file__).with_name("player.html")
CSS = Path(__file__).with_name("player.css")
