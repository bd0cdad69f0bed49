"""What the Learn page says of a person's own points."""

import numpy as np

from explorer.data.points import standardise
from explorer.page_figures.learn import describe_standardised


def test_own_points_are_said_to_be_drawn_standardised():
    numbers = np.linspace(0, 3, 400)[:, None]
    points = standardise(numbers)
    assert describe_standardised(points) == "Your points are drawn standardised: x is (x − 1.5) / 0.868."
    assert np.allclose((numbers - 1.5) / np.sqrt(((numbers - 1.5) ** 2).mean()), points.points, atol=1e-6)
    plane = standardise(np.stack([numbers[:, 0] - 4, 2 * numbers[:, 0]], axis=1))
    scale = f"{plane.scale:.3g}"
    drawn = f"x is (x + 2.5) / {scale} and y is (y − 3) / {scale}."
    assert describe_standardised(plane) == f"Your points are drawn standardised: {drawn}"
