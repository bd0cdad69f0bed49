"""Pieces of work over threads: in order, no further ahead than asked, ended when nobody asks any more."""

from __future__ import annotations

import threading
import time

import pytest

from explorer.compute.threads import ordered_map


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_pieces_come_in_their_order_whoever_is_faster(workers):
    def work(number):
        time.sleep(0.002 * (number % 3))
        return number**2

    assert list(ordered_map(work, 12, workers, poll=5.0)) == [number**2 for number in range(12)]
    assert list(ordered_map(work, 0, workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_who_waits_is_not_held_up(workers):
    pieces = ordered_map(lambda number: time.sleep(0.2) or number, 2, workers, poll=0.02)
    seen = []
    for _ in range(40):
        try:
            seen.append(next(pieces))
        except StopIteration:
            break
    assert [piece for piece in seen if piece is not None] == [0, 1]
    assert seen.count(None) >= 4


@pytest.mark.parametrize("workers", [1, 3])
def test_no_piece_is_begun_much_before_it_is_asked_for(workers):
    begun = []
    pieces = ordered_map(lambda number: begun.append(number) or number, 100, workers)
    assert next(pieces) == 0
    time.sleep(0.05)
    assert len(begun) <= workers + 1
    pieces.close()
    time.sleep(0.02)
    assert len(begun) <= workers + 1


def test_as_many_at_once_as_there_are_workers():
    together = threading.Barrier(3, timeout=10)
    assert list(ordered_map(lambda number: together.wait() >= 0, 6, 3, poll=5.0)) == [True] * 6


def test_what_a_piece_raises_is_raised():
    def work(number):
        if number == 2:
            raise ValueError("the third is broken")
        return number

    for workers in (1, 2):
        pieces = ordered_map(work, 5, workers)
        assert [next(pieces), next(pieces)] == [0, 1]
        with pytest.raises(ValueError, match="the third is broken"):
            next(pieces)


@pytest.mark.parametrize("workers", [0, 257, -1])
def test_workers_out_of_bounds_are_refused(workers):
    with pytest.raises(ValueError, match=rf"workers {workers} is outside \[1, 256\]"):
        list(ordered_map(abs, 3, workers))
