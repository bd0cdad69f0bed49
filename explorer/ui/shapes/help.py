"""What the Shapes page explains when it is asked."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.data.digits.forgeries import LEARNED, UNSEEN
from explorer.data.digits.judge_file import shipped_judge
from explorer.detection.statistics.rates import Rate
from explorer.figures.words import format_rate, percent

GALLERY = "Samples, data, samples on their way from noise, the exact mean beside the network's, the detector."

ORDER = (
    "Up to 15 of each hallucinated kind first; the first samples as they were drawn; or one kind, or one "
    "digit, alone."
)

OWN_GALLERY = "Samples, data, samples on their way from noise, the mean over yours beside the network's."

OWN_ORDER = (
    "As they were drawn; by the variance of what was predicted in the last steps, the detector's score; or "
    "those first that come nearest to one of your pictures."
)

PICTURE_STEPS = "How many steps the training takes; it can be stopped before."

LABEL = "Is this one possible? Judge samples blind: your labels make the detector's ROC."

OWN_MODEL = "Samples of a model of diffusers from this server's disk, ranked by Hal."

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

{digits}

In the gallery a dot marks the tip of a finger that none of the nearest drawing's is left for, or the place
of one that is missing. *On their way* follows 24 of the samples, half of them hallucinated, from noise to
the end: above all it shows *when* a picture was decided. With the same noise the exact mean of Simple Shapes
always ends in a valid picture.

Samples are drawn with a hundred steps of the schedule, evenly in log-SNR.
"""

DIGITS = """
**Digits** are real: 5,000 of MNIST, of which the model learns from 3,500, as many of each. No rule says
what a digit is, so a *judge* does: a small network that learned, from the same 3,500, the ten digits and an
eleventh class of forgeries made of them. A picture is *not a digit* if the judge's score lies above a
threshold that 99 % of other real digits stay below. On {n:,} held-out digits that it has never seen it
names {accuracy} rightly, and refuses {refused}: that error is carried into the model's rate. **It is
blind** in part: of forgeries like those it learned from it finds {learned} at least ({least_learned}), of
kinds it has never seen {unseen} at least ({least_unseen}), so the true rate can be higher than the one
shown. And it cannot see whether a digit is only a copy of one in the data. The mean of all digits has no
closed form, either: the one shown is the mean over the 3,500, the *empirical* optimum, which can only give
one of them back.
"""


def pictures() -> str:
    """What the three worlds of pictures are, with the judge's numbers. Raises ValueError if no judge
    ships."""
    return PICTURES.replace("{digits}", _digits())


def _digits() -> str:
    told = shipped_judge().report

    def least(kinds: Iterable[str]) -> tuple[str, str]:
        count, n, kind = min((told.found[kind] + (kind,) for kind in kinds), key=lambda of: of[0] / of[1])
        return percent(count / n), kind

    (learned, least_learned), (unseen, least_unseen) = least(LEARNED), least(UNSEEN)
    accuracy, refused = (Rate(*counts) for counts in (told.accuracy, told.refused))
    return DIGITS.strip().format(
        n=accuracy.n,
        accuracy=format_rate(accuracy.value, *accuracy.interval),
        refused=format_rate(refused.value, *refused.interval),
        learned=learned,
        least_learned=least_learned,
        unseen=unseen,
        least_unseen=least_unseen,
    )
