"""What is made of something that many look at: once, and kept as long as that lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")


@dataclass(eq=False)
class _Place(Generic[V]):
    """Where a value comes to stand, and who makes it."""

    lock: Lock = field(default_factory=Lock)
    values: list[V] = field(default_factory=list)  # none, or the one


class Once(Generic[K, V]):
    """A function that is called once for each argument; who asks meanwhile waits for that one, and no other.

    The argument is hashed, and held weakly: its value goes when it goes. What raises is tried again.
    """

    def __init__(self, make: Callable[[K], V]) -> None:
        self._make, self._lock = make, Lock()
        self._places: WeakKeyDictionary[K, _Place[V]] = WeakKeyDictionary()

    def __call__(self, argument: K) -> V:
        with self._lock:
            place = self._places.setdefault(argument, _Place())
        with place.lock:
            if not place.values:
                place.values.append(self._make(argument))
            return place.values[0]
