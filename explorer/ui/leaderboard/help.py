"""What the Leaderboard page explains when it is asked."""

BOARD = "Detectors find hallucinated samples; cures keep them from being drawn."

DATA = "Which presets are the columns. What is said to hold everywhere is said of all of them."

STANDING = (
    "AUROC: the chance that a hallucinated sample scores higher than an honest one. Recall and precision: of "
    "the threshold that keeps 96 % of the honest samples of one half, on the other half."
)

LEFT = (
    "The share of hallucinated samples that is left, by how much the shares of the modes are off, the width "
    "of the modes over σ, or the distance of the density to the truth."
)

RANKED = "What the lines are in the order of. Seconds are of this table’s machine, calls are per sample."

COLUMN = "The data whose column decides the order, and whose prices are shown."

MISSING = "No leaderboard comes with this copy. Make one: `{command}`."

PUBLISHED = "What the papers report"

UNEQUAL = (
    "No two set-ups are equal: other data, other networks, another judge. So what a paper reports and what "
    "was found here stand beside each other, with what differs."
)

LEADERBOARD = r"""
Every **detector** scores the same samples of the same networks, and every **cure** treats the same networks
with the same noise. Presets are columns. Each network is trained with its own seed, on its own data; the
first one of a preset is the one that ships.

**Colours say what the intervals say, not who is first.** An interval reaches from the lowest to the highest
of the seeds, and is no narrower than the 95 % interval of one of them. Methods whose intervals overlap with
the best one's are the best, too: these networks do not tell them apart. A detector whose interval holds one
half (of the AUROC) is not told from guessing, a cure is compared with the untreated model
network by network, by what is left over what there was: where the interval of that ratio holds one it is not
told from doing nothing. One that is meant for DDIM is compared with DDIM.

**Detectors.** AUROC needs no threshold. Recall and precision do: it is chosen on one half of the samples, so
that it keeps 96 % of the honest ones there, and judged on the other half. Precision is what it is at the
samples' own base rate. A detector that asks the network very often scores fewer samples. *Oracle* knows the
truth and *random* nothing: the two bounds.

**Cures.** Each stands at the middle one of its usual dials; *Remedies* has them all. On a line the rate is
exact, elsewhere it is counted, on fewer samples if a cure asks the network often. *Untreated* and *DDIM* are
there to compare with, *true score* is the bound.

**Your own.** A file with one function takes part: `score(walk)` returns a number a sample,
`treat(denoiser)` a denoiser. Two examples lie in `explorer/leaderboard/examples/`.
"""
