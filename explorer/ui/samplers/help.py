"""What the Samplers page explains when it is asked."""

SAMPLER = "The line that is singled out; a click on a dot does the same."

CALLS = (
    "How often the network is asked for one sample. A step takes one call, of Heun two, of Runge-Kutta four."
)

SPACING = (
    "Where the steps lie: evenly in log-SNR, evenly in t, or in σ to the power of 1/7 (Karras et al. 2022). "
    "At each step of the schedule all spacings are one."
)

MEASURED = (
    "The share of hallucinated samples, by how much the shares of the modes are off, or the width of the "
    "modes over σ."
)

DOUBT = (
    "All of it is of this one network. Euler in flow time visits the same points as DDIM (Gao et al. 2024), "
    "so it has no line of its own; flow Heun weighs the two ends of a step otherwise than Heun does."
)

SAMPLERS = r"""
A sampler turns noise into data in steps, and asks for the predicted noise at each. Two things can go wrong.
The **network** predicts another noise than the true score has. And the **solver** takes finite steps, so that
it misses even with the true score in its hand.

Both can be told apart, because the true score of these data is known: the same sampler runs with the network
and with the true score. What hallucinates with the true score is the solver's part. What the network makes
beyond that is its own part. With many calls the solver's part goes to zero, and the network's stays. (Of
hands and digits only the *empirical optimum* is known, which knows no picture but those of the data: it
stands in for the true score.)

**DDIM** is Euler's method on $dy/d\sigma = \hat\epsilon$ with $y = x/\sqrt{\bar\alpha}$ and $\sigma^2 =
(1-\bar\alpha)/\bar\alpha$ (Song et al. 2020). **Heun** takes the mean of the noise at both ends of a step
(Karras et al. 2022), **flow Heun** does so in flow time. **DPM-Solver++(2M)** uses the step before (Lu et al.
2022), **Runge-Kutta 4** evaluates four times. **DDPM** adds noise at every step (Ho et al. 2020).

On the line the rates are exact: a deterministic sampler carries the quantiles of the normal to the end, and
for DDPM the whole density is pushed through its steps. Elsewhere they are counted on samples that all start
from the same noise, and the bars are 95 % intervals.
"""
