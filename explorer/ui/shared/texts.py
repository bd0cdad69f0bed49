"""What the pages explain when they are asked."""

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
