"""The default recursive loop of an experiment, and those that ship with the explorer, by preset."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from explorer.data.pictures import subject
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.recursion.spec import ARMS, UNJUDGED_ARMS, Generation, RecursionSpec
from explorer.recursion.store import load_run
from explorer.storage.files import CheckpointError
from explorer.storage.folders import own_or_shipped

SHIPPED_LOOPS: Path = checkpoints.SHIPPED_ROOT / "recursive"
SHIPPED_SEEDS = {"three-modes": 5, "grid-25": 3, "shapes-32": 1, "digits-28": 2}


def default_loop(experiment: Experiment) -> RecursionSpec:
    """All arms for eight generations of 20,000 samples; of pictures, which take longer, four generations of
    1,000: the two arms that matter, and of digits the random drop and accumulated data, too. Of a user's own
    pictures these four arms keep as many as are learned from, if these are fewer."""
    if experiment.pictures and experiment.distribution is None:
        samples = min(1_000, experiment.points)
        return RecursionSpec(experiment, UNJUDGED_ARMS, generations=4, samples=samples)
    if experiment.pictures:
        more = ("random", "accumulate") if subject(experiment.pictures) == "digits" else ()
        return RecursionSpec(experiment, ("none", "variance", *more), generations=4, samples=1_000)
    return RecursionSpec(experiment, ARMS, generations=8, samples=20_000)


def is_part_of(spec: RecursionSpec, whole: RecursionSpec) -> bool:
    """Whether a loop holds all that another asks for: an arm does not depend on the others, nor a generation
    on later ones, nor a seed on any other."""
    first, others = spec.experiment.seed - whole.experiment.seed, set(spec.arms) - set(whole.arms)
    return (
        not others
        and spec.generations <= whole.generations
        and 0 <= first <= whole.seeds - spec.seeds
        and spec
        == dataclasses.replace(
            whole,
            experiment=whole.experiment.replace(seed=spec.experiment.seed),
            arms=spec.arms,
            generations=spec.generations,
            seeds=spec.seeds,
        )
    )


def part_of(spec: RecursionSpec, generations: Iterable[Generation]) -> tuple[Generation, ...]:
    """The generations of a larger loop that a part of it asks for: see is_part_of."""
    seeds = range(spec.experiment.seed, spec.experiment.seed + spec.seeds)
    return tuple(
        one
        for one in generations
        if one.arm in spec.arms and one.number < spec.generations and one.seed in seeds
    )


def own_folder(spec: RecursionSpec) -> Path:
    """Where a user's own loop of that specification is kept."""
    return checkpoints.own().root / "recursions" / spec.digest


def stored_loop(spec: RecursionSpec) -> tuple[Generation, ...]:
    """The generations of a loop that are stored on this machine: a user's own, else the shipped ones.

    Raises CheckpointError if there are none, or their files are damaged.
    """
    return own_or_shipped(own_folder(spec), spec, load_run, _shipped, "loop")


def _shipped(spec: RecursionSpec) -> tuple[Generation, ...] | None:
    """The part that a loop is of a shipped one."""
    for name, loop in LOOPS.items():
        if spec.experiment.replace(seed=0) == loop.experiment.replace(seed=0):
            whole, generations = shipped_loop(name)
            if is_part_of(spec, whole):
                return part_of(spec, generations)
    return None


def shipped_loop(name: str) -> tuple[RecursionSpec, tuple[Generation, ...]]:
    """The shipped loop of a preset, as far as it ships: its specification and its generations.

    Raises CheckpointError if its files are damaged, or of another loop than today's.
    """
    spec, generations = load_run(SHIPPED_LOOPS / name)
    if not is_part_of(spec, LOOPS[name]):
        raise CheckpointError(f"The shipped loop of {name} is of another specification.")
    return spec, generations


LOOPS: dict[str, RecursionSpec] = {
    name: dataclasses.replace(default_loop(preset(name).experiment), seeds=seeds)
    for name, seeds in SHIPPED_SEEDS.items()
}
