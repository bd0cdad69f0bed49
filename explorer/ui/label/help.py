"""What the page on labels by hand explains when it is asked."""

NAME = "Short, and none that says who you are if you do not want it. Your labels are kept under it."
PASS = "The second pass shows the same pictures in another order: how far do you agree with yourself?"
COUNT = "How many of the pictures that are stored with the run you are asked about, drawn at random."
COUNT_OF_MODEL = "How many of the samples you are asked about, drawn at random."
CHOICE = "Another number draws other pictures."
LAYOUT = "One picture, or twelve: there the arrows choose, and Enter calls the others possible."
AGAINST = "Another pass over the same pictures, yours or another person's."

KEYS = "**1** possible, **2** not possible, **S** or **0** skip, **Z** undo. Every label is kept at once."

LABELS = r"""
**Why by hand?** Where no exact judge exists, as of photographs, people decide what is possible. The paper had
some 130 hands labelled; here the same can be done beside an exact judge, which shows what such labels are
worth.

**Blind.** The pictures are drawn at random from those that are stored with the run, and nothing here says
which score or kind one has.

**Recall at 96 %.** The threshold that keeps 96 % of what is called possible, chosen and judged on the same
pictures; in brackets Wilson's 95 % interval, which knows nothing of mistakes in the labels. The window of the
score was chosen on the other stored pictures.

**Cohen's** $\kappa = (p_o - p_e) / (1 - p_e)$ compares the share $p_o$ on which two verdicts agree with the
share $p_e$ on which they would by chance: 1 is full agreement, 0 is chance. Its interval is the wider of that
of Fleiss, Cohen and Everitt (1969) and of Cohen's own (1960) with Wilson's interval of $p_o$.

**Labels more.** The recall is of the impossible pictures alone, so that its interval depends on how many of
these there are; the number assumes that recall and share stay what they are.

The labels are a CSV file of your own on the machine that runs the explorer, a row for each key.
"""

LABELS_OF_MODEL = r"""
**Why by hand?** Nobody knows which pictures this model should not draw. What people call impossible takes the
place of a truth: the detector's ROC and recall are then *by your labels*, and as good as these.

**Blind.** The pictures are drawn at random from the samples, and nothing here says which Hal one has.

**Recall at 96 %.** The threshold that keeps 96 % of what is called possible, chosen and judged on the same
pictures; in brackets Wilson's 95 % interval, which knows nothing of mistakes in the labels.

**Cohen's** $\kappa = (p_o - p_e) / (1 - p_e)$ compares the share $p_o$ on which two passes agree with the
share $p_e$ on which they would by chance: 1 is full agreement, 0 is chance.

The labels are a CSV file of your own on the machine that runs the explorer, a row for each key. They belong
to these very pictures: the same model, samples, steps and seed bring them back.
"""
