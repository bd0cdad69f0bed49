"""Atlas: where in the noise are hallucinations born?"""

from explorer.ui.atlas import pictures, points
from explorer.ui.shell import session

FIGURE_HEIGHT = 360

if session.experiment().pictures:
    pictures.show(FIGURE_HEIGHT)
else:
    points.show(FIGURE_HEIGHT)
