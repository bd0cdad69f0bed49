"""What the Memorise page explains when it is asked."""

SIZE = "How many training points the networks of a column learned from; a click on the bands picks it, too."

LEVEL = "The noise at which scores are compared, over the signal: σ = √((1 − ᾱ) / ᾱ)."

ZOOM = "One mode, in the middle, or all of them."

CLEANEST = (
    "The noise of the sampler’s last step. What lies nearer to each other than that cannot be told apart, so "
    "it decides how many points can be memorised at all."
)

STEPS = "Of each network, whatever the number of its training points."

OCTAVES = (
    "Features of x, sine and cosine in so many octaves: they let a network bend sharply enough to tell near "
    "points apart. With none it memorises less."
)

SEEDS = "Networks of each size, which differ in their seed and their training points."

DOUBT = (
    "One kind of network, trained equally long on every number of points, drawn from without fresh noise. "
    "What is called spurious depends on the number of draws: more of them find thinner crowds. And where "
    "a network’s density is too high by a factor, about so many times 1 % are: what is left at many points "
    "may be that."
)

MEMORISE = r"""
For every number of training points some networks learn, each from its own points. Beside them stands who
knows the points **by heart**: the exact denoiser of the points themselves, $E[x_0 \mid x_t]$ of the mean
over all of them, each as likely. It is what the training loss asks for. From the same noise, without fresh
noise on the way, both draw samples, and every sample is one of four, of which the bands are made:

- **memorised**: it repeats a training point. Its distance to the nearest one is less than $c = p_0^{1/D}$
times that to the second nearest. The usual $c = 1/3$ would call a third of all *fresh* draws on a line
repetitions; with $p_0 = 1\,\%$ it is about one in a hundred in every dimension: the broken line. That holds
where points have neighbours in their mode, so there are three for each mode at least.
- **spurious**: not memorised, and yet it lies nearer to another sample of the same denoiser than all but
$p_0 = 1\,\%$ of fresh draws of the truth lie to each other: the denoiser comes back to a place which is no
training point. With $m$ other samples, the nearest at a distance within which the truth has the mass $P$,
that is $1 - (1 - P)^m < p_0$. Pham et al. (2025, arXiv 2505.21777) bound a distance between pictures in its
place.
- **hallucinated**: beyond 5 σ of every mode.
- **generalised**: the rest, new and where data may be.

Upright bars say how far an edge moves from seed to seed.

**Where does the score lie?** At a noise σ the *pull* of a score is $\hat x_0 - x$, that is σ² times the
score. By heart it is a saw: it crosses zero downwards at every training point, which draws samples in. The
truth crosses once a mode. Where the network's crosses downwards, it draws samples in, whether there is a
point or not. The other figure projects the network's deviation from the truth on the way from truth to by
heart, over noisy draws: 0 is at the truth, 1 by heart.

**The last step decides.** A sampler that stops at more noise than the points lie apart can memorise none of
them: the schedule here is geometric, and its end is a control.
"""
