"""Colours of the modes of a mixture: 25 that stay apart also for who does not see red or green, given so that
neighbours differ most."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.figures.colourmaps import rgb, to_oklab
from explorer.figures.palette import Mode

Array = NDArray[np.float64]

# Chosen one by one as far as possible from those before, in Oklab, for normal, protanopic and deuteranopic
# sight.
REGION_COLOURS: dict[Mode, tuple[str, ...]] = {
    "light": (
        *("#00963c", "#4b78f0", "#87a5c3", "#a5c300", "#b44ba5", "#96d2b4", "#ffe12d", "#87d2ff", "#9696ff"),
        *("#e18778", "#a5ff96", "#d25a00", "#e14b78", "#9687d2", "#96e1e1", "#6996a5", "#d2d25a", "#87c3d2"),
        *("#5a78c3", "#78b4f0", "#a5a52d", "#5a8778", "#96f0c3", "#3cb496", "#a5c378"),
    ),
    "dark": (
        *("#0f782d", "#5a69d2", "#5a96a5", "#69b41e", "#699678", "#3c6987", "#7896ff", "#2d4b2d", "#78005a"),
        *("#c33c5a", "#2db496", "#5a78b4", "#3c5ab4", "#1e7869", "#783c5a", "#69a5d2", "#c33c00", "#960000"),
        *("#7887d2", "#b4780f", "#3c8787", "#7878f0", "#693c87", "#690f87", "#69a55a"),
    ),
}
COLOURS = len(REGION_COLOURS["light"])
# What is left of light, red green and blue, without the cones for red, or for green (Machado et al. 2009).
_PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
_DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
ROUNDS, LEAST_GAP = 20, 1e-9


def seen_distances(colours: tuple[str, ...]) -> Array:
    """Distances in Oklab between hex colours (n), (n, n): the smallest of normal, protanopic and deuteranopic
    sight."""
    values = np.array([rgb(one) for one in colours], np.float64)
    linear = np.where(values <= 10.31475, values / 12.92 / 255, ((values / 255 + 0.055) / 1.055) ** 2.4)
    distances = []
    for sight in (np.eye(3), _PROTANOPIA, _DEUTERANOPIA):
        light = np.clip(linear @ sight.T, 0, 1)
        shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        lab = to_oklab(255 * shown)
        distances.append(np.linalg.norm(lab[:, None] - lab, axis=-1))
    return np.min(distances, axis=0)


def region_colours(means: tuple[tuple[float, ...], ...], mode: Mode) -> tuple[str, ...]:
    """The colour of each mode, by the centres (K points): no two alike among 25, and the nearer the centres,
    the farther apart the colours."""
    return tuple(REGION_COLOURS[mode][place] for place in _places(means, mode))


@lru_cache(64)
def _places(means: tuple[tuple[float, ...], ...], mode: Mode) -> tuple[int, ...]:
    """Places among the colours, improved by exchange: the likeness of neighbours falls with every one."""
    apart = np.linalg.norm(np.array(means)[:, None] - np.array(means), axis=-1)
    np.fill_diagonal(apart, np.inf)
    near = np.exp(-((apart / max(apart.min(), LEAST_GAP)) ** 2) / 2) if len(means) > 1 else np.zeros((1, 1))
    distances = seen_distances(REGION_COLOURS[mode])
    np.fill_diagonal(distances, 0.01)
    alike = distances**-2
    places = np.arange(max(len(means), COLOURS)) % COLOURS  # those beyond the modes are free
    weights = np.zeros((len(places), len(places)))
    weights[: len(means), : len(means)] = near
    cost = (weights * alike[np.ix_(places, places)]).sum()
    for _ in range(ROUNDS):
        before = cost
        for i in range(len(means)):
            for j in range(i + 1, len(places)):
                places[[i, j]] = places[[j, i]]
                now = (weights * alike[np.ix_(places, places)]).sum()
                if now < cost:
                    cost = now
                else:
                    places[[i, j]] = places[[j, i]]
        if cost == before:
            break
    return tuple(places[: len(means)].tolist())
