"""What the Score page explains when it is asked."""

ABOUT = r"""
The **score** $\nabla_x \log p_t(x)$ points uphill, towards where noisy data are more likely. For a mixture
it is known exactly: a weighted pull towards each mode, $\sum_k w_k(x)\,(\sqrt{\bar\alpha_t}\,\mu_k -
x)/v_k$ with $v_k = \bar\alpha_t\sigma_k^2 + 1 - \bar\alpha_t$. Half-way between two modes the weights $w_k$
flip, and near $t = 0$ they flip almost at once. A network is smooth and turns the step into a slope. On
that slope the pull is too weak, and a sample can come to rest between the modes.

The *scaled score* is $\sqrt{1-\bar\alpha_t}$ times the score, which is the predicted noise with its sign
turned; it keeps the same size at every t. Frames are spaced evenly in log-SNR, so that the steps at which
the score is hard get most of them. Dotted lines mark where the true score flips.

**The curve below** is the error over all t: the root of the mean of $|\text{model} - \text{truth}|^2$. *Where
the data are* averages over the noisy data $x_t$; of the score itself, its square is the Fisher divergence.
*Between the modes* averages over the straight lines from each mode to its neighbours, every point alike. A
network learns only where data are. Near $t = 0$ there are none between the modes, so nothing corrects it
there.
"""
