"""What the Shapes page explains when it is asked."""

GALLERY = "Samples, data, samples on their way from noise, the exact mean beside the network's, the detector."

ORDER = "Up to 15 of each hallucinated kind first; the first samples as they were drawn; or one kind alone."

PICTURE_STEPS = "How many steps the training takes; it can be stopped before."

LABEL = "Is this one possible? Judge samples blind: your labels make the detector's ROC."

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
