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
