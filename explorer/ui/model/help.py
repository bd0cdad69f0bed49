"""What the page on a model of one's own explains when it is asked."""

from __future__ import annotations

MODEL = "The folders of models on this server. Whoever runs it chooses them; a page only names one."
SAMPLES = "How many are drawn."
STEPS = "How many steps of the model's own scheduler a sample takes."
SEED = "Another number draws other samples; the same one draws the same again."
X0 = (
    "Hal is the variance of the predicted x̂₀. Clipped to [-1, 1], as schedulers often do, it can be smaller "
    "by orders of magnitude, above all at noisy steps."
)
WINDOW = (
    "Over which of the visited steps the variance is taken, in log-SNR: it means the same at 1,000 steps and "
    "at 30. Every window was recorded, so nothing is drawn anew."
)
DRAW = (
    "Draw samples on this server, in a process of their own.",
    "Hold it; it goes on where it was.",
    "End it. What was drawn so far stays on screen.",
)
LABEL = "Is this one possible? Judge these samples blind: your labels make the ROC that no truth gives here."

MODEL_PAGE = r"""
**Your own model** is a folder that a pipeline of the library diffusers was saved to, on the disk of this
server: `EXPLORER_MODELS=FOLDER` names it, or a folder of several. Its weights are safetensors; nothing is
unpickled or fetched, and no code that came with it is run. Its own scheduler draws the samples, as its
pipeline would from the same seed.

**Hal**, trajectory variance, is how much the predicted $\hat x_0$ of a sample still changes over a window of
steps: its variance over them, averaged over the pixels (arXiv 2406.09358, section 5). The window is a range
of $\log(\bar\alpha / (1 - \bar\alpha))$, the log-SNR; the page opens with the last ten visited steps.

**Clipped or raw.** Schedulers may clip $\hat x_0$ to $[-1, 1]$ before they take a step. *Clipped* scores what
is left then, *raw* what the model said.

**No truth, no rate.** Nobody knows which pictures this model should not draw, so nothing here says how many
are hallucinations, and a high Hal is a suspicion. Label some by hand, and the detector's ROC and recall
follow.
"""
