"""What the Trajectories page explains when it is asked."""

MOTION = "All samples on their way, or one reverse step of a few of them in slow motion."

SIDES = "Samples of the model and of the truth side by side, from the same noise; or of the model alone."

DOTS = "The predicted clean samples x̂₀, or the noisy ones xₜ."

COLOUR = (
    "Colour the samples that end as hallucinations from the beginning, or when the film has come to its end."
)

ABOUT = r"""
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
