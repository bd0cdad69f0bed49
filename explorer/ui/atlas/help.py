"""What the Atlas page explains when it is asked."""

FIGURE = "The seeds at once, or a film: through the training, through reverse time, or along a line of seeds."

SAMPLER = (
    "All three add no noise, so a seed has one end. DPM-Solver++ and DDIM ask the network 80 times, Heun 159."
)

SEED = "The seed whose way is drawn; or click one in the figure."

LINE = "The line runs from the seeds of one mode to those of another, from number to number in the plane."

ABOUT = r"""
A sampler that adds no noise carries every seed $x_T$ to one end $x_0$. So the plane of initial noise falls
into regions, one for each mode: a seed has the colour of the mode in which it ends. Seeds are normal, most
of them near 0; 39, 86 and 99 % lie within the dashed circles. Black, and white on a dark page, is a seed
that ends farther than $k\sigma$ from every mode: a **hallucination**.

By the true score the regions touch: there the end jumps from one mode to the next. A network is smooth and
cannot jump. It carries the seeds near a border to places *between* the modes, and that is
**mode interpolation**. The share of such seeds under the normal is the sampler's hallucination rate. It is
found by cutting squares at the borders finer and finer, on the line by quantiles that are refined at the
borders; the error is what the last cut still changed.

Zoom into a border until its width shows: each part is computed anew. Borders that are too thin to be seen
are drawn wider than they are. Click a seed for its way, $x_t$ at every step, by network and true score.
"""

OF_PICTURES = r"""
A picture begins as noise in every pixel: its **seed** $x_T$, a point of more than a thousand dimensions.
Three seeds span a plane. Its corners are the three; between them the noise turns from one into the other in
equal angles, so that every point of the plane is as good a seed as they are. A sampler that adds no noise
(DPM-Solver++ with 40 steps) carries each to its picture, by the network and by the true score.

From one end of a row to the other a picture turns into another. By the true score it jumps: a shape is
there, or it is not. A smooth network passes through what lies between: half a shape, a shape too many, a
finger in two places. What cannot exist is framed.
"""
