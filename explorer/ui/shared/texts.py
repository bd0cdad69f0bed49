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

GALLERY = "Samples, data, samples on their way from noise, the exact mean beside the network's, the detector."

ORDER = (
    "Up to a row of each hallucinated kind first; the first samples as they were drawn; or one kind alone."
)

PICTURE_STEPS = "How many steps the training takes; it can be stopped before."

SHAPES_SENTENCE = (
    "No column of the data holds two shapes, and none of its pictures is empty. {hallucinated:Framed:} ones "
    "break these rules."
)

HANDS_SENTENCE = (
    "Every hand in the data has five fingers. {hallucinated:Framed:} ones have not: dots mark a finger "
    "{hallucinated:too many:} or {truth:missing:}."
)

WAY_SENTENCE = (
    "The same noise, walked by the {model} and by the {truth}. Click a picture to see when it was decided."
)

MEAN_SENTENCE = (
    "What the {model} predicts of a noisy picture, and what it should: the {truth:mean:} of all that it "
    "could be."
)

PICTURES = r"""
**Simple Shapes**: three columns, a triangle, a square and a pentagon, each there or not, at least one.
The population is finite: at 32 pixels 1,733,291 pictures, at 64 pixels 130,381,503. So the nearest valid
picture of any sample is known, and so is the exact mean $E[x_0 \mid x_t]$ that a perfect network would
predict: a weighted mean of all valid pictures, column by column. A sample is a hallucination if more than
five pixels differ from the nearest valid picture; its *kind* says how: two shapes in a column
(*duplicate*), a good shape where it never is (*wrong place*), a smudge (*malformed*), or nothing
(*empty*).

**Hands** are drawn, five fingers each, and counted by a counter that finds five on every drawing of the
data. Their mean has no closed form: the one shown is the mean over 4,000 drawings, the *empirical*
optimum.

In the gallery a dot marks the tip of a finger that none of the nearest drawing's is left for, or the place
of one that is missing. *On their way* follows 24 of the samples, half of them hallucinated, from noise to
the end: above all it shows *when* a picture was decided. With the same noise the exact mean of Simple Shapes
always ends in a valid picture.

Samples are drawn with a hundred steps of the schedule, evenly in log-SNR.
"""

LOOP = "Small pictures of every generation; or rate, width, shares and distance by generation."

RECURSIVE = r""" **Generation 0** learns from the data. It draws samples, an *arm* keeps some of them, and
**generation 1** learns from these alone, from scratch; and so on. All arms share generation 0, the noise and
the weights they begin with, so they differ only in what they keep:

- *no filter* keeps the samples as they come;
- the *variance filter* drops those whose predicted clean sample moved most in the last steps (Hal, see
  Detect);
- *random drop* drops as many at random: a filter that does no better is none;
- the *oracle filter* knows the truth and keeps what lies in the support;
- *real data mixed in* replaces a share of the samples by new draws of the data.

The rate is that of all samples drawn, before anything is dropped, with its 95 % interval. *Width* is the
spread of the samples in a mode over the true σ; *distance* is Wasserstein-1 to the data, in the plane the
mean over fixed directions (it is in units of x, and sees shares and widths that move as well as
hallucinations).

On points the variance filter holds the rate, and it has a price: low variance also means *near the middle of
a mode*, so from generation to generation the modes grow narrower. A filter is as good as its detector: on
Simple Shapes it drops duplicates, keeps the empty pictures, which hardly move, and does not hold the rate.
"""

MEASURE = (
    "The share of samples that are hallucinated; the same for each gap between two neighbouring modes; how "
    "wide the modes come out; whether a mode in the middle gets more or less than one at the end."
)

CELL = "The framed cell; a click on the map picks another one."

OPEN_CELL = "Train this cell's network (the seed with the median rate) and look at it on that page."

SWEEP = r"""
Every cell is an experiment of its own: its data are drawn, and networks that differ only in their seed are
trained on them. The number in the cell is the **median** over the seeds; the dots beside the map are the
seeds themselves, along both axes through the cell that is framed. In one dimension every rate is *exact*: the
density of the noise is pushed through every reverse step, so it carries the spread of the training, not of
a count. In the plane samples are counted.

The networks of a sweep train as **stacks**: their weights lie in one tensor and every step is one
computation for all of them. A network comes out as it would alone, but for rounding.
"""

BESIDE = (
    "What the treatment draws; its score between the modes; or samples on their way, without it and with it."
)

CURES = "Remedies that treat the predicted noise or the sampler; or networks that were trained anew."

PRICE = (
    "What is paid: shares that modes lose, width that they lose, distance of the whole density from the "
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

*Modes starved* is half the sum of what all modes' shares are off by: 0 is fair, and with counted samples
chance alone makes it about 0.01. *Width* is the standard deviation within a mode over σ. In one dimension
all of it is exact.
"""
