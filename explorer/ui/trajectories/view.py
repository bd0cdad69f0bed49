"""What the link of the Trajectories page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.diffusion.sampling import MAX_SAMPLES
from explorer.diffusion.schedule import MAX_STEPS
from explorer.ui.shell.view import SamplerView, SigmaView, StepView, parameter


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
