"""What the Recursive page explains when it is asked."""

LOOP = "Small pictures of every generation; or rate, width, shares and distance by generation."

RULE = (
    "Drop that share; or above the threshold that keeps 96 % of generation 0's honest samples; or as many as "
    "are truly hallucinated."
)
UNJUDGED_RULE = "Drop that share; or above the threshold that keeps 96 % of generation 0's samples."
LEARNED_FROM = (
    "With fewer than all of yours the rest is held out; samples are compared with the held-out ones where "
    "these are at least 50."
)

RECURSIVE = r""" **Generation 0** learns from the data. It draws samples, an *arm* keeps some of them, and
**generation 1** learns from these alone, from scratch; and so on. All arms share generation 0, the noise and
the weights they begin with, so they differ only in what they keep:

- *no filter* keeps the samples as they come;
- the *variance filter* drops those whose predicted clean sample moved most in the last steps (Hal, see
  Detect);
- *random drop* drops as many at random: a filter that does no better is none;
- the *oracle filter* knows the truth and keeps what lies in the support;
- *real data mixed in* replaces a share of the samples by new draws of the data;
- *accumulated data* forgets nothing: each generation learns from the data and the samples of all generations
  so far together (Gerstgrasser et al. 2024). What it learns from grows; its training steps do not.

The rate is that of the network, exact where its density is; otherwise that of all samples drawn, before
anything is dropped, with its 95 % interval. *Width* is the spread of the samples in a mode over the true σ;
*distance* is Wasserstein-1 to the data, in the plane the mean over fixed directions (it is in units of x, and
sees shares and widths that move as well as hallucinations). As many true samples have a distance, too: the
grey band is its range over 20 draws, and a distance in it or below says nothing.

**Seeds.** Networks that differ in nothing but their seed differ in their rate: five of three modes have
0.032 % to 0.088 % beyond 5 σ. So one seed cannot rank arms that lie closer than that. With several seeds a
line is the median, its band reaches from the lowest to the highest, and one arm is called better than another
only if it is so in every seed; within a seed all arms share their noise, which makes them pairs. *Fresh
seeds* gives each generation new weights and batches; without it all generations have those of the first, and
a bias of theirs repeats.

On points the variance filter holds the rate, and it has a price: low variance also means *near the middle of
a mode*, so from generation to generation the modes grow narrower. A filter is as good as its detector: on
Simple Shapes it drops duplicates, keeps the empty pictures, which hardly move, and does not hold the rate.

**Digits** are the paper's other experiment. It judges by FID, here a judge counts what is no digit, and the
*Fréchet distance* in its features stands in for FID (another network's features: the numbers cannot be
compared). The dashed line is that of as many real digits.

**Your own pictures** have no rule, so there is no rate, no oracle, and nothing is framed. Three distances
stand in, each beside that of real pictures. The *Fréchet distance* compares means and covariances in the
first 16 principal components of your pixels, in colour of red, green and blue, over their variance there
(0: alike; 1: one average picture again and again; this is not FID). It is above 0 for any finite number: the
grey band is that of 20 random splits of your own. It is taken to held-out pictures, if at least 50 are left
(More settings, Pictures learned from); otherwise to a half of those it learned from, and then copies may lie
below the band.
*Diversity* is the median distance between two samples in these components over that of two real ones: it
falls when samples grow alike. The *nearest* picture learned from tells copies: far below the dashed line,
samples repeat it.
"""
