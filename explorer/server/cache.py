"""Values that many ask for, kept in memory up to a number of bytes; the one unused for longest goes first."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import CancelledError, Future
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Generic, TypeVar
from weakref import ref

MAX_BYTES = 1_000_000_000
PLAIN = (str, bytes, int, float)
CODE = (type, ModuleType, FunctionType, MethodType, BuiltinFunctionType)

K = TypeVar("K", bound=Hashable)
A = TypeVar("A")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Values by key, of at most `max_bytes` together with their keys, as counted when they are put in.

    One value may take all of it; a larger one is not kept. Any thread may call.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        if max_bytes < 1:
            raise ValueError(f"A cache holds at least one byte, not {max_bytes}.")
        self.max_bytes = max_bytes
        self._lock = threading.Lock()  # guards all that follows
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()  # with bytes; first the one to go first
        self._bytes = 0
        self._computing: dict[K, Future[V]] = {}

    def get(self, key: K) -> V | None:
        """The value of a key, None if it is not kept."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: K, value: V) -> bool:
        """Keep a value, and let the oldest go until all have room; whether it is kept."""
        size = size_of((key, value))
        with self._lock:
            self._bytes -= self._kept.pop(key, (None, 0))[1]
            if size > self.max_bytes:
                return False
            self._kept[key] = value, size
            self._bytes += size
            while self._bytes > self.max_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]
            return True

    def get_or_compute(self, key: K, compute: Callable[[], V]) -> V:
        """The value of a key, computed if it is not kept; who asks for the same one meanwhile waits for it.

        Raises what `compute` raises; nothing is kept of that, and who waited computes again.
        """
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key][0]
                others = self._computing.get(key)
                if others is None:
                    mine = self._computing[key] = Future()
                    break
            with contextlib.suppress(CancelledError):
                return others.result()
        try:
            value = compute()
            self.put(key, value)
            mine.set_result(value)
            return value
        finally:
            mine.cancel()  # unless it has its result
            with self._lock:
                del self._computing[key]


def cached(make: Callable[[A], V], max_bytes: int = MAX_BYTES // 4) -> Callable[[A], V]:
    """The function, computing once for all who ask for the same argument, which is hashed and held weakly."""
    values: Cache[ref[A], V] = Cache(max_bytes)
    return lambda argument: values.get_or_compute(ref(argument), partial(make, argument))


def size_of(value: object) -> int:
    """Bytes of memory that a value holds: of arrays, tensors, texts, containers and the fields of objects.

    What is reached twice counts once, as does memory that several arrays or tensors share; a view counts as
    all that it keeps alive. Code (functions, classes, modules) counts nothing.
    """
    total, seen, left = 0, set[tuple[str, int]](), [value]
    while left:
        one = left.pop()
        if isinstance(one, CODE) or ("object", id(one)) in seen:
            continue
        seen.add(("object", id(one)))
        if isinstance(one, PLAIN):  # of which a film has thousands
            total += sys.getsizeof(one)
            continue
        memory = _memory(one)
        if memory is None:
            total += sys.getsizeof(one)
            left.extend(_parts(one))
        elif ("memory", memory[0]) not in seen:
            seen.add(("memory", memory[0]))
            total += memory[1]
    return total


def _memory(value: Any) -> tuple[int, int] | None:
    """Where the memory of an array or a tensor begins, and its bytes; None for anything else."""
    if hasattr(value, "untyped_storage"):  # a tensor
        storage = value.untyped_storage()
        return storage.data_ptr(), storage.nbytes()
    if not hasattr(value, "__array_interface__"):
        return None
    base = getattr(value, "base", None)  # what a view of an array keeps alive: an array, a tensor, bytes
    if base is None:
        return value.__array_interface__["data"][0], value.nbytes
    return _memory(base) or (id(base), max(sys.getsizeof(base), value.nbytes))


def _parts(value: object) -> list[object]:
    """What an object holds: elements, keys and values, fields; copied, since other threads may change it."""
    parts: list[object] = []
    if isinstance(value, Mapping):
        parts = [*list(value.keys()), *list(value.values())]
    elif isinstance(value, (list, tuple, set, frozenset, deque)):
        parts = list(value)
    parts += [getattr(value, name, None) for name in getattr(type(value), "__dataclass_fields__", ())]
    return parts + list(getattr(value, "__dict__", {}).values())  # the fields alone miss what is cached there
