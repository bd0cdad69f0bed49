"""What the Detect page explains when it is asked."""

JUDGE = (
    "The threshold on the variance, its ROC beside its precision, every window of steps over which the "
    "variance may be taken, or the variance beside rival detectors on the same samples."
)

ENSEMBLE = (
    "Train four more networks with the next seeds, as one stack, and see where they end with the same noise."
)

NO_ENSEMBLE = "No ensemble here: networks of pictures train for minutes each, and not as a stack."

COUNT = "How many samples the detector is tried on."

MILLION = (
    "Beside the samples that are shown, count a million as they pass: the network is read off tables, and "
    "only histograms are kept."
)

ABOUT = r"""
**Trajectory variance**, Hal: the variance of the predicted clean sample $\hat x_0$ over a window of the
last reverse steps, averaged over its coordinates. A sample whose Hal lies above the threshold is removed.
*Recall* is the share of hallucinated samples removed, *retention* the share of honest ones kept,
*precision* the share of hallucinated ones among those removed. The ROC shows recall against the honest
share removed for every threshold; its area, AUROC, is the chance that a hallucinated sample has a higher
variance than an honest one. Where few samples are hallucinated a ROC flatters: **precision** against recall
then shows what a filter is worth, with the base rate as the line of a guess, and *average precision* is its
mean over the recall. The bracket after each number is its 95 % interval (Wilson; DeLong and Newcombe for the
AUROC; Clopper and Pearson for the average precision).

A hallucination is a sample beyond k σ of every mode, so the truth about each sample is known here; with
real data it is not. The **window** decides how well this works. The authors take $t = 0$ to $9$. Wide
windows see the moment at which an honest sample chose its mode and take it for a hallucination; that
moment differs from one data set to the next.

A **dot** is found by keyboard, too: with the figure in focus H goes to the next hallucinated sample, S to the
next most suspicious one, and a full stop or a comma to the next or the one before.

A rule's threshold, the best window and the best detector are **chosen on one half** of the samples and judged
on the other: on the samples that chose them their figures flatter. Every other hallucinated and every other
honest sample chooses.

The **control** drops as many samples at random: a filter that does no better is none. On average that leaves
the base rate; its bracket holds 95 % of all such draws (hypergeometric).

The **rivals** look at the finished sample. As published: *LID*, how badly the network denoises it,
$\mathbb E_z |z - \hat\epsilon(\sqrt{\bar\alpha}\, x_0 + \sqrt{1-\bar\alpha}\, z)|^2$ at $t = 0$ over 32 draws
in pairs $\pm z$; *LMI*, the variance of where the sampler ends when the initial noise is nudged by $0.01 z$,
over 4 draws (both arXiv 2605.05026); the *RODS index* $|\nabla|s|(x + \rho u) - \nabla|s|(x)|$ with $u$ along
$\nabla|s|$, at $t = 10$ (2507.12201), a second difference of the score, which is zero within one Gaussian.

Ours are variants of these: *perturbation*, the variance of $\hat x_0(x_t + \eta z)$ at $t = 0$ over eight
draws, which is LID without its mean; *curvature*, the first difference $|s(x + \rho g) - s(x)|$ along the
score's own direction $g$, over three $\rho$; *ensemble*, the variance of where five networks of other seeds
end with the same noise (after 2502.20946), whose price is four more walks, and their training. All have to
beat the *score norm* $|s|$ at $t = 0$: far from every mode the score is large. LMI also finds honest seeds on
the border of two basins. The *oracle* knows the distance to the data, *random* knows nothing. Beside each
stands how its formula came to us: read in public code, second-hand from what others wrote about the paper, or
a variant of ours; the pointer on a name says where it differs.

Two detectors *differ* if DeLong's paired test on the same samples says so at 5 %,
after Holm's correction for all that are compared with the variance. Other settings of a rival, as other
windows of the variance, would give other numbers.
"""
