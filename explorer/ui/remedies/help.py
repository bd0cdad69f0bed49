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

MEASURE_ALL = "Every remedy at its usual dials, one after another: under two seconds each on a line."

TO_DETECTORS = "The detectors side by side, on the same samples."

REMEDIES_DOUBT = (
    "Each line is read off what was measured of this one network. Another seed moves the numbers, and a dial "
    "that is best here need not be best elsewhere."
)

REMEDIES = r"""
A *remedy* changes the predicted noise, or the sampler, and leaves the network as it is. Every dot is one
setting of a dial; the line joins the settings of one remedy. Further down fewer samples are hallucinated,
further to the right more is paid. The dashed line is the network without a remedy, the square at the bottom
the true score.

**Dynamic Guidance** pulls to the mode $y^*$ that $x_t$ most likely comes from: $\hat\epsilon - \lambda
\sqrt{1-\bar\alpha}\, \nabla \log p(y^* \mid x_t)$ (arXiv 2510.05356). **Laplacian sharpening** takes $s -
\alpha (1-\bar\alpha) \Delta s$ for the score $s$ (2511.07496). **Late stochasticity** is DDIM that adds
noise from a step on (2605.06831). **Step before the score** takes it at $x + \rho\, s / |s|$ (after
2507.12201). **Score smoothing** is no cure: the *true* score blurred with a Gaussian of width $c
\sqrt{1-\bar\alpha}$ hallucinates without any network (2502.19499). Dots called by what was changed are
networks that were **trained anew**, the median of three seeds.

*Shares of the modes* is half the sum of what all modes' shares are off by: 0 is fair, and with counted
samples chance alone makes it about 0.01. *Width* is the standard deviation within a mode over σ. In one
dimension all of it is exact.
"""
