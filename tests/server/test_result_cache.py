"""The shelf keeps what was asked for last."""

import pytest

from explorer.server.result_cache import Shelf


def test_the_value_not_asked_for_the_longest_gives_way():
    shelf = Shelf(2)
    shelf.put("a", 1)
    shelf.put("b", 2)
    assert shelf.get("a") == 1
    shelf.put("c", 3)
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == (1, None, 3)
    shelf.put("a", 4)
    assert shelf.get("a") == 4


def test_it_needs_room():
    with pytest.raises(ValueError, match="not 0"):
        Shelf(0)
