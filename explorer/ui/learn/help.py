"""What the Learn page explains when it is asked."""

ABOUT = r"""
A diffusion model learns to predict the noise $\varepsilon$ in $x_t = \sqrt{\bar\alpha_t}\,x_0 +
\sqrt{1-\bar\alpha_t}\,\varepsilon$. Run backwards, its prediction turns noise into samples. In one
dimension the density of these samples is computed *exactly*: the density of the noise is pushed through
every reverse step on a grid, so no sample is drawn and rates down to 10⁻⁹ can be seen. In two dimensions
samples are drawn and counted, with a 95 % interval.

The **noise error** is the mean squared error of the predicted noise over steps t drawn evenly, whichever
steps the training prefers, so trainings can be compared by it. Where the axis says *training loss*, the run
is older: what was minimised was recorded, and that can't be compared with another draw of t.

A **hallucination** is a sample that lies more than k standard deviations from every mode. Drag the slider
to see every snapshot of the training.
"""
