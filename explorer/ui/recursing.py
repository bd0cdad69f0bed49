"""The Recursive page's rooms: what every arm made in every generation, as tiles, curves, films and words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import streamlit as st
import torch

from explorer.charts.film import Film
from explorer.charts.galleries import gallery_film
from explorer.charts.generations import ARM_COLOURS, ARM_MARKS, ARM_TITLES, Curve, curve_data, curve_spec
from explorer.charts.learned import density_film, samples_film
from explorer.charts.miniatures import SIDE, Tile, density_tile, miniatures_film, pictures_tile, points_tile
from explorer.charts.words import percent, told
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import kind_names, telling
from explorer.detection.rates import Rate
from explorer.generations import Generation, RecursionSpec
from explorer.ui import frame
from explorer.ui.chart import chart
from explorer.ui.kinds import kinds_of
from explorer.ui.learning import GRID, shown_interval, shown_square
from explorer.ui.loop_question import change, middle_mode
from explorer.ui.player import player

SHOWN_PICTURES, COLUMNS = 60, 15
LARGE_HEIGHT = 360
KEPT_GRIDS = 24
Row = tuple[str, int, float | None, float | None, float | None]


def grid_film(spec: RecursionSpec, generations: Sequence[Generation]) -> Film:
    """Small multiples: generations across, arms down; made once for the same generations."""
    return _grid_film(
        spec.digest, tuple((one.arm, one.number, one.kept_digest) for one in generations), spec, generations
    )


@st.cache_resource(max_entries=KEPT_GRIDS, show_spinner=False)
def _grid_film(
    digest: str,
    made: tuple[tuple[str, int, str], ...],
    _spec: RecursionSpec,
    _generations: Sequence[Generation],
) -> Film:
    spec, generations = _spec, _generations
    tiles = {
        (ARM_TITLES[one.arm], one.number): _tile(f"{spec.digest} {one.arm} {one.number}", spec, one)
        for one in generations
    }
    arms = [ARM_TITLES[arm] for arm in spec.arms]
    return miniatures_film(
        tiles,
        arms,
        spec.generations,
        alt=f"What {len(arms)} arms drew in {len(tiles)} generations. {finding(spec, generations)}",
    )


def picked(spec: RecursionSpec, tile: int | None) -> tuple[str, int] | None:
    """The arm and the generation of a tile; None if it is none."""
    if tile is None or not 0 <= tile < len(spec.arms) * spec.generations:
        return None
    row, number = divmod(tile, spec.generations)
    return spec.arms[len(spec.arms) - 1 - row], number


def arm_film(spec: RecursionSpec, generations: Sequence[Generation], arm: str) -> Film:
    """One arm large, a generation a frame."""
    mine = [one for one in generations if one.arm == arm]
    captions = [f"{ARM_TITLES[arm]}, generation {one.number} · {spoken(one)}" for one in mine]
    mixture = spec.experiment.mixture
    alt = f"What the arm {ARM_TITLES[arm]} drew in {len(mine)} generations. At the end {captions[-1]}."
    if mixture is None:
        pictures = np.stack([one.samples[:SHOWN_PICTURES, 0] for one in mine])
        wrong = np.stack([_wrong(spec, one)[:SHOWN_PICTURES] for one in mine])
        film = gallery_film(
            [("samples", "model", pictures, wrong)],
            captions,
            columns=COLUMNS,
            slider="",
            ends=("", ""),
            alt=alt,
        )
    elif mixture.dimensions == 1:
        x = np.linspace(*shown_interval(mixture), GRID)
        column = torch.from_numpy(x)[:, None]
        film = density_film(
            x,
            np.stack([one.density.resampled(x) for one in mine if one.density is not None]),
            captions,
            truth=mixture.log_density(column).exp().numpy(),
            outside=mixture.is_hallucination(column, spec.k).numpy(),
            alt=alt,
        )
    else:
        centre, reach = shown_square(mixture)
        film = samples_film(
            [one.samples for one in mine],
            [_wrong(spec, one) for one in mine],
            captions,
            modes=np.array(mixture.means),
            reach=reach,
            centre=centre,
            known=True,
            alt=alt,
        )
    ends = ("generation 0", f"generation {mine[-1].number}")
    return dataclasses.replace(film, slider="generation", ends=ends, frame_seconds=0.8)


def show_picked(spec: RecursionSpec, generations: Sequence[Generation], tile: int | None) -> None:
    """The arm of a tile, large, at the tile's generation; nothing for a tile that is still open."""
    chosen = picked(spec, tile)
    mine = [] if chosen is None else [one.number for one in generations if one.arm == chosen[0]]
    if chosen is None or chosen[1] not in mine:
        return
    film = arm_film(spec, generations, chosen[0])
    player(film, key="arm", height=LARGE_HEIGHT, start=mine.index(chosen[1]))


def curves(spec: RecursionSpec) -> dict[str, Curve]:
    """The curves of a loop, by what they measure."""
    mixture = spec.experiment.mixture
    title = "hallucinated" if mixture is None else f"hallucinated, beyond {spec.k:g} σ"
    found = {"rate": Curve(title, log=True, percent=True, floor=_floor(spec))}
    if mixture is None:
        names = [kind_names(spec.experiment.pictures)[kind] for kind in telling(spec.experiment.pictures)]
        shown = [name for name in names if name != "malformed"]
        return found | {name: Curve(f"{name}, of all pictures", percent=True) for name in shown}
    found["width"] = Curve("width of the modes / σ", rule=1.0)
    middle = middle_mode(mixture)
    if middle is not None:
        found["middle"] = Curve("share of the middle mode", percent=True, rule=mixture.weights[middle])
    else:
        found["alive"] = Curve("modes alive", top=float(mixture.modes))
    found["distance"] = Curve("distance from the data")
    return found


def rows(spec: RecursionSpec, generations: Sequence[Generation], what: str) -> list[Row]:
    """One curve's points: arm, generation, value, and the ends of its interval where it has one."""
    found: list[Row] = []
    for one in generations:
        low = high = None
        if what == "rate":
            value: float | None = one.rate.value
            low, high = one.rate.interval
        elif one.kinds is not None:
            share = Rate(one.kinds[what], one.drawn)
            value, (low, high) = share.value, share.interval
        elif what == "middle":
            middle = middle_mode(_mixture(spec))
            value = one.mode_shares[middle] if middle is not None else None
        else:
            value = {"width": one.width, "distance": one.distance, "alive": float(one.alive)}[what]
        found.append((ARM_TITLES[one.arm], one.number, value, low, high))
    return found


def curve_chart(
    spec: RecursionSpec, generations: Sequence[Generation], what: str, height: int, *, live: bool
) -> None:
    """One small chart."""
    curve = curves(spec)[what]
    points = rows(spec, generations, what)
    ends = {arm: value for arm, _, value, *_ in points if value is not None}
    last = ", ".join(
        f"{arm} {percent(value) if curve.percent else f'{value:.3g}'}" for arm, value in ends.items()
    )
    chart(
        curve_data(points, curve),
        curve_spec(curve, spec.generations, height),
        key=f"curve-{what}",
        height=height,
        name=curve.title,
        explained="arm",
        alt=f"{curve.title} by generation, a line for each arm.",
        numbers=f"At the end: {last}.",
        live=live,
    )


def legend(spec: RecursionSpec) -> None:
    """The arms in their colours, with their marks."""
    words = (frame.marked(f"{ARM_MARKS[arm][1]} {ARM_TITLES[arm]}", ARM_COLOURS[arm]) for arm in spec.arms)
    st.html(f'<div style="font-size:.9rem">{" · ".join(words)}</div>')


def spoken(one: Generation) -> str:
    """What a generation made, in a few words."""
    parts = [f"{told(one.rate.value, *one.rate.interval)} hallucinated"]
    if one.width is not None:
        parts.append(f"width {one.width:.2f} σ")
    return ", ".join(parts)


def finding(spec: RecursionSpec, generations: Sequence[Generation]) -> str:
    """What came of it so far, in a sentence."""
    parts: list[str] = []
    for arm, words in (("none", "without a filter"), ("variance", "with the {kept:variance filter:}")):
        ends = change(generations, arm)
        if ends is None:
            continue
        start = "" if parts else f"The rate goes from {_share(ends[0], spec.k)} "
        text = f"{start}to {_share(ends[1], spec.k)} {words}"
        if ends[0].width and ends[1].width is not None:
            text += f", the modes {ends[1].width / ends[0].width:.2f} times as wide"
        parts.append(text)
    return "; ".join(parts) + "." if parts else "Each generation learns only from samples of the one before."


def _share(one: Generation, k: float) -> str:
    """A generation's rate: exact where that is known, else counted, with its interval."""
    exact = None if one.exact is None else one.exact.get(int(k))
    return told(one.rate.value, *one.rate.interval) if exact is None else percent(exact)


@st.cache_resource(max_entries=1_000, show_spinner=False)
def _tile(key: str, _spec: RecursionSpec, _one: Generation) -> Tile:
    mixture = _spec.experiment.mixture
    if mixture is None:
        return pictures_tile(_one.samples[:, 0], _wrong(_spec, _one))
    if _one.density is not None:
        x = np.linspace(*shown_interval(mixture), SIDE)
        outside = mixture.is_hallucination(torch.from_numpy(x)[:, None], _spec.k).numpy()
        return density_tile(_one.density.resampled(x), outside)
    return points_tile(_one.samples, _wrong(_spec, _one), *shown_square(mixture))


def _wrong(spec: RecursionSpec, one: Generation) -> np.ndarray:
    """Which of the samples that are shown are hallucinated, (n,) bool."""
    mixture = spec.experiment.mixture
    if mixture is None:
        return kinds_of(spec.experiment, one.samples) != 0
    return mixture.is_hallucination(torch.from_numpy(one.samples), spec.k).numpy()


def _mixture(spec: RecursionSpec) -> GaussianMixture:
    assert spec.experiment.mixture is not None
    return spec.experiment.mixture


def _floor(spec: RecursionSpec) -> float:
    """The lowest rate that a chart of counted rates needs to show: a third of one sample."""
    return 10.0 ** np.floor(np.log10(1 / (3 * spec.drawn)))
