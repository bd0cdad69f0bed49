"""What the Remedies page explains when it is asked."""

BESIDE = (
    "What the treatment draws; its score between the modes; or samples on their way, without it and with it."
)

CURES = "Remedies that treat the predicted noise or the sampler; or networks that were trained anew."

PRICE = (
    "What is paid: shares that the modes lose, width that they lose, distance of the whole density from the "
    "truth, or calls of the network."
)

REMEDY = "One or two remedies; a click on a dot does the same."

MEASURE_MORE = "The remedies that are not measured on this run yet, one after another, quickly."

MEASURE_ALL = "Every remedy at its usual dials, one after another: under two seconds each on a line."

TO_DETECTORS = "The detectors side by side, on the same samples."

METHODS = (
    "Read in code: in public code, of the authors or of others, as the table says. Second-hand: in what "
    "others wrote about the paper. Ours, a variant: changed on purpose. The best dial is the one of "
    "those measured on this run that leaves least."
)

REMEDIES_DOUBT = (
    "Each line is read off what was measured of this one network. Another seed moves the numbers, and a dial "
    "that is best here need not be best elsewhere."
)

REMEDIES = r"""
A *remedy* changes the predicted noise, or the sampler, and leaves the network as it is. Every dot is one
setting of a dial; the line joins the settings of one remedy. Further down fewer samples are hallucinated,
further to the right more is paid. The dashed line is the network without a remedy, the square at the bottom
the true score.

**Dynamic Guidance** pulls to the mode $y^*$ that $x_t$ most likely comes from: $\hat\epsilon - \lambda b
\nabla \log p(y^* \mid x_t)$, with $b = \sqrt{1-\bar\alpha}$ (arXiv 2510.05356). From all steps on it starves
a mode that lies between others; *late* it pulls only once the closest two modes have split, which is where
their gap is $2 \sqrt{\sigma^2 + b^2/\bar\alpha}$. **Laplacian sharpening** takes $s - \alpha b^2 \Delta s$
for the score $s$ (2511.07496). **Late stochasticity** is DDIM that adds noise from a step on (2605.06831).

**RODS** takes the score at $x + \delta$ where the curvature index is among the highest tenth:
*curvature-aware* with $\delta = \rho b\, \nabla|s| / |\nabla|s||$, *sharpness-aware* with $\delta = -\rho b\,
s / |s|$ (2507.12201). On a bridge down leads to its middle, so that the second does harm here. **Step before
the score** is ours: at every step it takes the score at $x + \rho b\, s / |s|$.

**Intrinsic quenching** adds $\lambda b \nabla E$ to the predicted noise, where $E$ is the denoising loss of
$\hat x_0$, LID on *Detect* (2605.05026). It acts where $E$ is above its 40 % quantile, and narrows the modes,
since $E$ grows towards their tails. With a *scaled step* it adds $\lambda |\hat\epsilon|$ in that direction,
in the last 30 % of the steps. **Score smoothing** is no cure: the *true* score blurred with a Gaussian
of width $c b$ hallucinates without any network (2502.19499). Dots called by what was changed are
networks that were **trained anew**, the median of three seeds. *Variance learned* is a second output, which
says how much noise each sampling step adds (2102.09672); *variance shaped* adds a mean of
$\rho / (1 + \Sigma^{-2})$ of these variances $\Sigma$ to its loss (2606.00377).

*Shares of the modes* is half the sum of what all modes' shares are off by: 0 is fair, and with counted
samples chance alone makes it about 0.01. *Width* is the standard deviation within a mode over σ. In one
dimension all of it is exact.
"""
