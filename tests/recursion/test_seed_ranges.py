"""What seeds say together: median and range by hand, and arms told apart only where every seed agrees."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from explorer.detection.statistics.seed_range import SeedRange
from explorer.recursion.presets import SHIPPED_LOOPS
from explorer.recursion.seeds import by_seed, counted, seed_range, seeds_of, verdict
from explorer.recursion.store import load_run


@pytest.fixture(scope="module")
def five():
    """A spec of five seeds, and five times the same generations, the widths of seed i times 1 + i."""
    spec, made = load_run(Path(SHIPPED_LOOPS) / "grid-25")
    first = [one for one in made if one.seed == spec.experiment.seed]
    repeated = tuple(
        dataclasses.replace(one, seed=spec.experiment.seed + place, width=(1 + place) * one.width)
        for place in range(5)
        for one in first
    )
    return dataclasses.replace(spec, seeds=5), repeated


def width(one):
    return one.width


def test_a_seed_range_is_the_median_and_the_range():
    assert (SeedRange((3.0, 1.0, 10.0)).median, SeedRange((3.0, 1.0, 10.0)).low) == (3.0, 1.0)
    assert (SeedRange((4.0, 1.0)).median, SeedRange((4.0, 1.0)).high) == (2.5, 4.0)
    assert f"{SeedRange((4.0, 1.0, 1.5)):.2f}, {SeedRange((0.25,)):.2g}" == "1.50 [1.00, 4.00], 0.25"


def test_a_measure_is_taken_seed_by_seed(five):
    spec, made = five
    once = next(one.width for one in made if (one.arm, one.number) == ("none", 3))
    assert by_seed(made, "none", 3, width) == {seed: (1 + seed) * once for seed in range(5)}
    found = seed_range(made, "none", 3, width)
    assert (found.median, found.low, found.high) == (3 * once, once, 5 * once)
    assert seed_range(made, "none", 99, width) is None
    assert seed_range(made, "none", 3, lambda one: None) is None
    assert seeds_of(made) == (0, 1, 2, 3, 4)


def test_only_whole_seeds_are_counted_and_the_farthest_if_there_is_none(five):
    spec, made = five
    assert counted(spec, made) == made
    cut = [one for one in made if one.seed < 3 or (one.seed == 3 and one.number < 4)]
    assert seeds_of(counted(spec, cut)) == (0, 1, 2)
    begun = [one for one in made if one.number < (5 if one.seed == 1 else 2)]
    assert seeds_of(counted(spec, begun)) == (1,)
    assert counted(spec, []) == ()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({0: 1.0, 1: 2.0}, {0: 3.0, 1: 4.0}, "lower"),  # ranges apart
        ({0: 1.0, 1: 5.0}, {0: 2.0, 1: 6.0}, "lower"),  # ranges overlap, every pair agrees
        ({0: 2.0, 1: 6.0}, {0: 1.0, 1: 5.0}, "higher"),
        ({0: 1.0, 1: 5.0}, {0: 2.0, 1: 4.0}, "unclear"),  # the seeds do not agree
        ({0: 1.0, 1: 2.0}, {0: 3.0, 1: 2.0}, "unclear"),  # equal in one
        ({0: 1.0}, {0: 100.0}, "unclear"),  # one seed tells nothing
        ({0: 1.0, 1: 1.0}, {1: 2.0, 2: 2.0}, "unclear"),  # one seed in common
        ({}, {}, "unclear"),
    ],
)
def test_arms_are_told_apart_where_every_seed_agrees(first, second, expected):
    assert verdict(first, second) == expected
