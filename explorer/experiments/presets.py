"""The experiments that ship with the explorer, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.data import mixtures
from explorer.data.mixture import GaussianMixture
from explorer.data.own.world_file import DIGITS_SUBJECT, PREFIX, kept_worlds, read_about, world_path
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec
from explorer.experiments.experiment import Experiment

RECIPES = ("fast", "paper")
OWN_STEPS, DIGIT_STEPS = 3_000, 4_000  # of training on a user's own, and on digits, unless others are asked


def recipe(name: str, dimensions: int) -> tuple[NetworkSpec, TrainingSpec]:
    """How a network is trained, by name.

    fast    a small network in seconds; in the plane it has one more layer and takes more steps
    paper   the authors' network, batches and learning rate; but where they draw each t by itself, t is
            stratified over the batch: the same mean gradient with less variance
    """
    if name == "fast":
        if dimensions == 1:
            return NetworkSpec(), TrainingSpec()
        return NetworkSpec(depth=4), TrainingSpec(steps=20_000)
    if name == "paper":
        network = NetworkSpec(kind="residual", width=128, depth=3, shared_blocks=True)
        return network, TrainingSpec(20_000, 10_000, 1e-3, "uniform", "constant", ema=0.0)
    raise ValueError(f"There is no recipe {name!r}; there are {' and '.join(RECIPES)}.")


@dataclass(frozen=True)
class Preset:
    """A named experiment, with a title and one sentence for people."""

    name: str
    title: str
    sentence: str
    experiment: Experiment


def _plane(mixture: GaussianMixture) -> Experiment:
    network, training = recipe("fast", 2)
    return Experiment(mixture, points=100_000, network=network, training=training)


def _of_pictures(name: str, points: int, steps: int, width: int = 32) -> Experiment:
    """Of pictures: a U-Net, the schedule of Ho et al. 2020, a hundred steps of ancestral sampling."""
    return Experiment(
        pictures=name,
        points=points,
        schedule=NoiseSchedule(beta_first=1e-4, beta_last=0.02),
        network=NetworkSpec(kind="unet", width=width, depth=1),
        training=TrainingSpec(steps, 32, 1e-3, "uniform", "cosine"),
        sampler=SamplerSpec(variance="posterior", steps=100),
    )


def _pictures() -> list[Preset]:
    """Worlds of pictures."""
    return [
        Preset(
            "shapes-32",
            "Shapes",
            "Triangle, square, pentagon, each in a column of its own: at most one of each.",
            _of_pictures("shapes-32", 5_000, 6_000),
        ),
        Preset(
            "shapes-64",
            "Shapes, 64 pixels",
            "The authors' Simple Shapes at their own size: the same rules, four times the pixels.",
            _of_pictures("shapes-64", 5_000, 12_000),
        ),
        Preset(
            "hands-48",
            "Hands",
            "Drawn hands, each with exactly five fingers.",
            _of_pictures("hands-48", 4_000, 2_500),
        ),
        Preset(
            "digits-28",
            "Digits",
            "Real handwriting: 3,500 digits of MNIST, as many of each.",
            _of_pictures("digits-28", 3_500, DIGIT_STEPS),
        ),
    ]


def _catalogue() -> list[Preset]:
    three = Experiment(mixtures.line(1, 2, 3))
    network, training = recipe("paper", 1)
    return [
        Preset(
            "three-modes",
            "Three modes",
            "The paper's first example: three narrow modes at 1, 2 and 3.",
            three,
        ),
        Preset(
            "four-modes",
            "Four modes",
            "Modes at 1, 2, 4 and 5: bridges join neighbours, and the wide middle gap stays emptier.",
            Experiment(mixtures.line(1, 2, 4, 5), points=50_000),
        ),
        Preset(
            "two-modes",
            "Two modes",
            "The smallest case: one gap, one bridge, symmetric about zero.",
            Experiment(mixtures.line(-0.5, 0.5)),
        ),
        Preset(
            "weights-3",
            "Unequal weights",
            "A rare mode between two common ones, 16 : 1 : 4: what feeds the likelier mode loses it.",
            Experiment(GaussianMixture(((1.0,), (2.0,), (3.0,)), (0.05,), (16.0, 1.0, 4.0))),
        ),
        Preset(
            "widths-3",
            "Unequal widths",
            "A narrow, a middling and a wide mode: a long score means little where widths differ.",
            Experiment(GaussianMixture(((1.0,), (2.0,), (3.0,)), (0.02, 0.05, 0.125))),
        ),
        Preset(
            "ladder-5",
            "Ladder of gaps",
            "Five modes whose gaps double from 10 to 80 widths: which of the bridges does a method reach?",
            Experiment(mixtures.ladder(), points=50_000),
        ),
        Preset("grid-25", "Grid", "The authors' 25 modes on a square grid.", _plane(mixtures.grid())),
        Preset(
            "diamond-25",
            "Diamond",
            "The authors' rotated grid: neighbours lie on the diagonals, and closer than on the grid.",
            _plane(mixtures.diamond()),
        ),
        Preset(
            "rotated-25",
            "Rotated grid",
            "The grid turned by 45 degrees at the same gap: only the direction of the neighbours changes.",
            _plane(mixtures.rotated_grid()),
        ),
        Preset(
            "ring-8",
            "Ring",
            "Eight modes on a circle: a gap in the middle, too.",
            _plane(mixtures.ring()),
        ),
        Preset(
            "rings-18",
            "Two rings",
            "Six modes inside twelve: bridges run along the rings and between them.",
            _plane(mixtures.rings()),
        ),
        Preset(
            "moons-16",
            "Moons",
            "Two half circles of modes: bridges run along each, and across to the other.",
            _plane(mixtures.moons()),
        ),
        Preset(
            "imbalanced-25",
            "Uneven grid",
            "The grid with each column half as likely as the one on its left.",
            _plane(mixtures.imbalanced_grid()),
        ),
        Preset(
            "three-modes-paper",
            "Three modes (paper)",
            "The authors' network, 20,000 steps of 10,000 samples; only t is spread evenly over each batch.",
            three.replace(network=network, training=training),
        ),
    ]


PRESETS: dict[str, Preset] = {preset.name: preset for preset in _catalogue()}
PICTURE_PRESETS: dict[str, Preset] = {preset.name: preset for preset in _pictures()}
DEFAULT = "three-modes"


def own_preset(name: str) -> Preset:
    """The preset of a user's own pictures, by own- and the name that they were given. Raises ValueError if
    they are not on this machine, or damaged."""
    return _of_own(read_about(world_path(name.removeprefix(PREFIX))))


def own_presets() -> dict[str, Preset]:
    """The presets of all of a user's own pictures on this machine, by name."""
    return {found.name: found for found in map(_of_own, kept_worlds().values())}


def _of_own(about: Mapping[str, Any]) -> Preset:
    name, count, size = about["name"], about["count"], about["size"]
    colour = " in colour" if about["channels"] > 1 else ""
    sentence = (
        f"{count:,} pictures of your own{colour}, {size} pixels wide: no rule says which others are possible."
    )
    digits = about["subject"] == DIGITS_SUBJECT
    if digits:
        sentence = f"{about['points']:,} of {count:,} digits of your own, as many of each, and a judge."
    experiment = _of_pictures(about["pictures"], about["points"], DIGIT_STEPS if digits else OWN_STEPS)
    return Preset(f"{PREFIX}{name}", f"Yours: {name}", sentence, experiment)


def preset(name: str) -> Preset:
    """The preset of that name, of points, of pictures or of a user's own. Raises ValueError that lists the
    names there are."""
    if name.startswith(PREFIX):
        return own_preset(name)
    known = PRESETS | PICTURE_PRESETS
    if name not in known:
        raise ValueError(f"There is no preset {name[:40]!r}; there are {', '.join(known)}.")
    return known[name]
