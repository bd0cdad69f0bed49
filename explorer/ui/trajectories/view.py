"""What the link of the Trajectories page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.ui.shell.view import SamplerView, SigmaView, StepView, parameter


@dataclass(frozen=True)
class View(SigmaView, StepView, SamplerView):
    """motion: many samples, or one step in slow motion. lanes: model and truth, or the model alone. colour:
    when hallucinations are coloured. dots: predicted sample or noisy one. sample: the number of the one
    singled out, -1 the page's choice."""

    motion: str = parameter("many", ("many", "one step"))
    lanes: str = parameter("both", ("both", "model"))
    colour: str = parameter("throughout", ("throughout", "at the end"))
    dots: str = parameter("x̂₀", ("x̂₀", "x_t"))
    sample: int = parameter(-1)
