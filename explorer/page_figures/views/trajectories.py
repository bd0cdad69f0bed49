"""What the link of the Trajectories page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from explorer.diffusion.sampling import MAX_SAMPLES
from explorer.diffusion.schedule import MAX_STEPS
from explorer.figures.film.film import Film
from explorer.page_figures.trajectories import slow_film, slow_frame
from explorer.page_figures.trajectories_pairs import PairedTrajectories
from explorer.page_figures.views.parameter import SamplerView, SigmaView, StepView, parameter


@dataclass(frozen=True)
class View(SigmaView, StepView, SamplerView):
    """motion: many samples, or one step in slow motion. lanes: model and truth, or the model alone. colour:
    when hallucinations are coloured. dots: predicted sample or noisy one. sample: the number of the one
    singled out, -1 the page's choice. moment: the frame of the film of many, -1 the last. substep: the
    frame of the one step in slow motion."""

    motion: str = parameter("many", ("many", "one step"))
    lanes: str = parameter("both", ("both", "model"))
    colour: str = parameter("throughout", ("throughout", "at the end"))
    dots: str = parameter("x̂₀", ("x̂₀", "x_t"))
    sample: int = parameter(-1, range(-1, MAX_SAMPLES))
    moment: int = parameter(-1, range(-1, MAX_STEPS))
    substep: int = parameter(0, range(MAX_STEPS))


class ManyFilm(TypedDict):
    """How all samples are drawn: as many_film() takes it."""

    both: bool
    noisy: bool
    at_the_end: bool


def asked_film(view: View, *, truth: bool = True) -> ManyFilm:
    """How a view asks for all samples to be drawn; without the true score's, where a question on them is
    open."""
    return ManyFilm(
        both=truth and view.lanes == "both", noisy=view.dots == "x_t", at_the_end=view.colour == "at the end"
    )


def asked_slow_film(view: View, pairs: PairedTrajectories, place: int) -> tuple[Film, int]:
    """The one step in slow motion that a view asks for, of the sample at a place, and the frame it opens
    at."""
    film = slow_film(pairs, place, slow_frame(pairs, view.t))
    return film, min(view.substep, len(film.captions) - 1)
