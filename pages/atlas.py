"""Atlas: where in the noise are hallucinations born?"""

from explorer.ui.atlas import pictures, points
from explorer.ui.shell import session

POINTS_HEIGHT, PICTURES_HEIGHT = 360, 440

if session.experiment().pictures:
    pictures.show(PICTURES_HEIGHT)
else:
    points.show(POINTS_HEIGHT)
