"""What the Dimension page explains when it is asked."""

SHOWN = (
    "Over the number of coordinates: the share of hallucinated samples, where they lie, what cures leave, "
    "how wide the modes come out, or how well the trajectory variance finds hallucinations."
)

BOUND = (
    "Equal tails: the radius beyond which fresh samples lie as rarely in every dimension. Plain: the same "
    "number of σ everywhere, beyond which in 64 coordinates nearly all fresh samples lie."
)

SAMPLER = "The one that is singled out; the other is grey."

DIMENSION = "Whose plane is shown; a click on a dot picks it, too."

LAYOUT = "Where the modes lie. The nearest gap and σ are the same in each dimension and for each."

NETWORKS = "They differ in nothing but their seed."

STEPS = "Of each network."

WIDTH = "Of the network’s three layers."

DIMENSION_PAGE = r"""
The same modes lie in a plane of 2, 4, ... 64 coordinates, with the same gap and the same $\sigma$: in
*a square in a plane* every further coordinate holds noise alone, and the true score along the square is the
same in each. What changes is what the network has to tell apart. The networks are of one size, and predict
$x_0$: those that predict the noise hallucinate less in few coordinates, and in 64 make modes far too wide.

**How far is too far?** The distance of a fresh sample from its mode grows with the dimension, as
$\sigma\sqrt{d}$ does. So *beyond 5 σ* calls nearly every fresh sample of 64 coordinates hallucinated. The
radius of **equal tails** is
$$r_d(k) = \sigma\,\sqrt{\chi^2_d\text{-quantile of } 1 - 2\,(1-\Phi(k))}\,,$$
beyond which the same share $2\,(1-\Phi(k))$ of fresh samples lies in every dimension.

**Bridge or tail?** A sample beyond that radius is *on a bridge* if it lies more than $k\,\sigma$ from both
of its nearest modes along the segment between them, and off that segment no farther than $r_{d-1}(k)$: mode
interpolation. The others are *in a tail*: off all segments, or of a mode that came out too wide.

**The plane** goes through three modes. Samples are projected onto it; arrows are the score in it, the mean
over what the other coordinates may hold. Their length is scaled for each noise level.

**Cures** act on DDIM: *late guidance* (2510.05356) commits to the likeliest mode from the step on at which
two modes part, *late noise* (2605.06831) makes DDIM a DDPM from there on, *sharpening* (2511.07496) adds the
score's Laplacian back, here by one random probe a step. **Hal** is the variance of the predicted clean sample
from that step on.
"""
