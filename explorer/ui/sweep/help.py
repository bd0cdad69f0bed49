"""What the Sweep page explains when it is asked."""

MEASURE = (
    "The share of samples that are hallucinated; the same for each gap between two neighbouring modes; how "
    "wide the modes come out; whether a mode in the middle gets more or less than one at the end."
)

CELL = "The framed cell; a click on the map picks another one."

OPEN_CELL = (
    "This cell's data and network (the seed with the median rate) take the place of what you work on, on "
    "every page, and are trained. Back returns here, Reset to the preset."
)

SWEEP = r"""
Every cell is an experiment of its own: its data are drawn, and networks that differ only in their seed are
trained on them. The number in the cell is the **median** over the seeds; the dots beside the map are the
seeds themselves, along both axes through the cell that is framed. In one dimension every rate is *exact*: the
density of the noise is pushed through every reverse step, so it carries the spread of the training, not of
a count. In the plane samples are counted.

The networks of a sweep train as **stacks**: their weights lie in one tensor and every step is one
computation for all of them. A network comes out as it would alone, but for rounding.
"""
