"""The cache holds so many bytes, lets go of what was not asked for the longest, and computes a value once."""

import gc
import threading
import time
import weakref
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
import torch

from explorer.server.cache import Cache, cached, size_of

PATIENCE = 20
MB = 1_000_000


def array(megabytes):
    return np.zeros(megabytes * MB, np.uint8)


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Slotted:
    weights: np.ndarray
    name: str = ""


@dataclass(frozen=True, eq=False)
class Run:
    parts: tuple
    shares: dict

    @cached_property
    def table(self):
        return array(4)


# ---- bytes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "megabytes"),
    [
        (array(3), 3),
        (torch.zeros(MB, dtype=torch.float64), 8),
        (torch.nn.Linear(1000, 1000), 4),
        (b"x" * MB, 1),
        ("x" * MB, 1),
        ((array(1), [array(2)], {"a": array(3)}), 6),
        ({b"k" * MB: array(1)}, 2),
        (Slotted(array(5)), 5),
        (Run((Slotted(array(1)), array(2)), {5: array(3)}), 6),
        (None, 0),
        (lambda: array(1), 0),
        (torch, 0),
    ],
)
def test_the_size_of_a_value_is_that_of_all_it_holds(value, megabytes):
    assert size_of(value) == pytest.approx(megabytes * MB, abs=20_000)


def test_what_is_computed_later_counts_from_then_on():
    run = Run((), {})
    before = size_of(run)
    assert run.table.nbytes == 4 * MB
    assert size_of(run) - before == pytest.approx(4 * MB, abs=1_000)


def test_shared_memory_counts_once_and_a_view_as_what_it_keeps_alive():
    whole = array(6)
    assert size_of((whole, whole)) == pytest.approx(6 * MB, abs=1_000)
    assert size_of((whole, Slotted(whole[::2]), whole.reshape(2, -1))) == pytest.approx(6 * MB, abs=2_000)
    assert size_of(whole[:10]) == 6 * MB
    assert size_of(np.broadcast_to(np.zeros(1), (1000, 1000))) == 8
    tensor = torch.zeros(MB)
    assert size_of([tensor, tensor[:5], tensor.numpy(), torch.from_numpy(whole), whole[3:]]) == pytest.approx(
        10 * MB, abs=1_000
    )
    assert size_of(np.frombuffer(b"x" * MB, np.uint8)) == pytest.approx(MB, abs=100)


def test_what_holds_itself_has_an_end():
    ring = [array(1)]
    ring.append(ring)
    assert size_of(ring) == pytest.approx(MB, abs=1_000)


# ---- what is kept --------------------------------------------------------------------------------------


def test_what_was_not_asked_for_the_longest_goes_first_and_only_as_much_as_is_needed():
    cache = Cache(10 * MB)
    for key, megabytes in (("a", 3), ("b", 3), ("c", 3)):
        assert cache.put(key, array(megabytes))
    assert cache.get("a") is not None
    assert cache.put("d", array(2))
    assert [cache.get(key) is None for key in "abcd"] == [False, True, False, False]
    assert cache.put("e", array(9))
    assert [cache.get(key) is None for key in "abcde"] == [True, True, True, True, False]


def test_small_values_never_push_each_other_out():
    cache = Cache()
    for number in range(1_000):
        assert cache.put(f"seed {number}", array(1)[:0].copy())
    for student in range(3):
        assert cache.put(f"student {student}", array(50))
    assert all(cache.get(f"seed {number}") is not None for number in range(1_000))
    assert all(cache.get(f"student {student}").nbytes == 50 * MB for student in range(3))


def test_one_value_may_take_all_and_a_larger_one_is_handed_out_and_not_kept():
    cache = Cache(5 * MB)
    assert cache.put("small", array(1))
    assert cache.get_or_compute("larger", lambda: array(6)).nbytes == 6 * MB
    assert not cache.put("larger", array(6))
    assert cache.get("larger") is None
    assert cache.get("small") is not None
    assert cache.put("all", array(5)[: 5 * MB - 1_000].copy())
    assert cache.get("small") is None


def test_a_value_put_again_replaces_the_one_before_and_its_bytes():
    cache = Cache(5 * MB)
    for _ in range(20):
        assert cache.put("a", array(2))
    assert cache.put("b", array(2))
    assert cache.get("a") is not None
    assert not cache.put("a", array(6))
    assert cache.get("a") is None
    assert cache.put("c", array(2))
    assert cache.get("b") is not None


def test_a_key_counts_as_well():
    cache = Cache(5 * MB)
    cache.put(b"a" * 3 * MB, 1)
    cache.put(b"b" * 3 * MB, 2)
    assert cache.get(b"a" * 3 * MB) is None
    assert cache.get(b"b" * 3 * MB) == 2


def test_it_needs_room():
    with pytest.raises(ValueError, match="at least one byte, not 0"):
        Cache(0)


# ---- computed once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("megabytes", [0, 6], ids=["kept", "too large to be kept"])
def test_all_who_ask_at_once_get_the_one_value(megabytes):
    cache, made, answers = Cache(5 * MB), [], []
    begun, may_end = threading.Event(), threading.Event()

    def compute():
        made.append(1)
        begun.set()
        may_end.wait(PATIENCE)
        return array(megabytes)

    asking = [
        threading.Thread(target=lambda: answers.append(cache.get_or_compute("a", compute))) for _ in range(5)
    ]
    asking[0].start()
    begun.wait(PATIENCE)
    waiting = cache._computing["a"]
    for thread in asking[1:]:
        thread.start()
    until = time.monotonic() + PATIENCE
    while len(waiting._condition._waiters) < 4 and time.monotonic() < until:
        time.sleep(0.001)
    may_end.set()
    for thread in asking:
        thread.join(PATIENCE)
    assert len(made) == 1
    assert len(answers) == 5
    assert all(answer is answers[0] for answer in answers)


def test_who_asks_for_something_else_does_not_wait():
    cache, begun, may_end = Cache(), threading.Event(), threading.Event()

    def slow():
        begun.set()
        return may_end.wait(PATIENCE)

    other = threading.Thread(target=cache.get_or_compute, args=("slow", slow))
    other.start()
    assert begun.wait(PATIENCE)
    assert cache.get_or_compute("quick", lambda: "made") == "made"
    may_end.set()
    other.join(PATIENCE)
    assert cache.get("slow") is True


def test_what_fails_is_not_kept_and_is_tried_again():
    cache, outcomes = Cache(), [ValueError("no"), "made"]

    def compute():
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(ValueError, match="no"):
        cache.get_or_compute("a", compute)
    assert cache.get("a") is None
    assert cache.get_or_compute("a", compute) == cache.get_or_compute("a", compute) == "made"


def test_who_waited_for_what_failed_computes_it():
    cache, begun, may_fail, answers = Cache(), threading.Event(), threading.Event(), []

    def failing():
        begun.set()
        may_fail.wait(PATIENCE)
        raise ValueError("no")

    def first():
        with pytest.raises(ValueError, match="no"):
            cache.get_or_compute("a", failing)

    threads = [
        threading.Thread(target=first),
        threading.Thread(target=lambda: answers.append(cache.get_or_compute("a", lambda: "made"))),
    ]
    threads[0].start()
    begun.wait(PATIENCE)
    threads[1].start()
    may_fail.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == ["made"]


def test_a_value_that_is_none_is_computed_once_too():
    cache, made = Cache(), []
    for _ in range(2):
        assert cache.get_or_compute("a", lambda: made.append(1)) is None
    assert made == [1]


def test_a_function_of_objects_computes_once_for_each_and_keeps_none_alive():
    made = []

    def weigh(thing):
        made.append(thing.name)
        return thing.weights.nbytes

    weighed = cached(weigh)
    things = [Slotted(array(2), "a"), Slotted(array(1), "b")]
    assert [weighed(thing) for thing in (*things, *things)] == [2 * MB, MB, 2 * MB, MB]
    assert made == ["a", "b"]
    gone = weakref.ref(things[0])
    del things
    gc.collect()
    assert gone() is None
    for size in range(50):  # some of them lie where the first one lay
        assert weighed(Slotted(np.zeros(size, np.uint8))) == size
