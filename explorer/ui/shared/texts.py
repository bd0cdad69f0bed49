"""What the pages explain when they are asked."""

LEARN = r"""
A diffusion model learns to predict the noise $\varepsilon$ in $x_t = \sqrt{\bar\alpha_t}\,x_0 +
\sqrt{1-\bar\alpha_t}\,\varepsilon$. Run backwards, its prediction turns noise into samples. In one
dimension the density of these samples is computed *exactly*: the density of the noise is pushed through
every reverse step on a grid, so no sample is drawn and rates down to 10⁻⁹ can be seen. In two dimensions
samples are drawn and counted, with a 95 % interval.

A **hallucination** is a sample that lies more than k standard deviations from every mode. Drag the slider
to see every snapshot of the training.
"""

SCORE = r"""
The **score** $\nabla_x \log p_t(x)$ points uphill, towards where noisy data are more likely. For a mixture
it is known exactly: a weighted pull towards each mode, $\sum_k w_k(x)\,(\sqrt{\bar\alpha_t}\,\mu_k -
x)/v_k$ with $v_k = \bar\alpha_t\sigma_k^2 + 1 - \bar\alpha_t$. Half-way between two modes the weights $w_k$
flip, and near $t = 0$ they flip almost at once. A network is smooth and turns the step into a slope. On
that slope the pull is too weak, and a sample can come to rest between the modes.

The *scaled score* is $\sqrt{1-\bar\alpha_t}$ times the score, which is the predicted noise with its sign
turned; it keeps the same size at every t. Frames are spaced evenly in log-SNR, so that the steps at which
the score is hard get most of them. Dotted lines mark where the true score flips.
"""

MOTION = "All samples on their way, or one reverse step of a few of them in slow motion."

COLOUR = (
    "Colour the samples that end as hallucinations from the beginning, or when the film has come to its end."
)

TRAJECTORIES = r"""
At every step $t$ the denoiser predicts the clean sample $\hat x_0 = (x_t -
\sqrt{1-\bar\alpha_t}\,\hat\varepsilon) / \sqrt{\bar\alpha_t}$. The sampler then moves $x_t$ a little
towards it and, under DDPM, adds fresh noise. Model and truth start from the same noise and are given the
same fresh noise, so they part only where their predictions differ.

For most of the way nothing is decided: $\hat x_0$ is near the mean of all data. Then it runs to one of
the modes. A sample whose $\hat x_0$ stays *between* two modes is a **hallucination**; there the learned
score is too weak to push it out. Early predictions reach far beyond the picture, since
$1/\sqrt{\bar\alpha_t}$ magnifies every error: they are drawn cut off at its edge.

Time runs from left to right. All of the last 60 steps are shown, and ever fewer of those before: that is
where samples are decided. Steps at which hardly any signal is left ($t > 343$ under the authors'
schedule) are skipped, since they hold pure noise.
"""

JUDGE = (
    "The threshold on the variance, every window of steps over which the variance may be taken, or the "
    "variance beside rival detectors on the same samples."
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

DETECT = r"""
**Trajectory variance**, Hal: the variance of the predicted clean sample $\hat x_0$ over a window of the
last reverse steps, averaged over its coordinates. A sample whose Hal lies above the threshold is removed.
*Recall* is the share of hallucinated samples removed, *retention* the share of honest ones kept,
*precision* the share of hallucinated ones among those removed. The ROC shows recall against the honest
share removed for every threshold; its area, AUROC, is the chance that a hallucinated sample has a higher
variance than an honest one. The bracket after each number is its 95 % interval (Wilson; DeLong and
Newcombe for the AUROC).

A hallucination is a sample beyond k σ of every mode, so the truth about each sample is known here; with
real data it is not. The **window** decides how well this works. The authors take $t = 0$ to $9$. Wide
windows see the moment at which an honest sample chose its mode and take it for a hallucination; that
moment differs from one data set to the next. The best window is found on the same samples on which it is
scored, so its figures flatter it a little.

The **control** drops as many samples at random: a filter that does no better is none.

The **rivals** look at the finished sample. *Perturbation*: the variance of $\hat x_0(x_t + \eta z)$ at
$t = 0$ over eight draws of $z$, with the noise of that step (after arXiv 2605.05026). *Curvature*: the norm
of $s(x + \rho g) - s(x)$ along the score's own direction $g$, averaged over three $\rho$ (after
2507.12201). *Ensemble*: the variance of where five networks of other seeds end with the same noise (after
2502.20946); its price is four more walks, and their training. The *oracle* knows the distance to the data,
*random* knows nothing. Other settings of a rival, as other windows of the variance, would give other
numbers.
"""
