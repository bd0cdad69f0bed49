"""Principal components, against the singular values of the same set."""

import numpy as np
import pytest

from explorer.detection.statistics.principal_components import principal_components


@pytest.mark.parametrize(("n", "d"), [(40, 6), (9, 30)], ids=["many samples", "many coordinates"])
def test_they_are_the_first_right_singular_vectors(n, d):
    random = np.random.default_rng(1)
    x = random.normal(size=(n, d)) * np.linspace(3, 0.1, d) + 5
    found = principal_components(x, 4)
    _, s, vt = np.linalg.svd(x - x.mean(0))
    assert np.allclose(np.abs(found.axes @ vt[:4].T), np.eye(4), atol=1e-8)
    assert found.variance == pytest.approx((s[:4] ** 2).sum() / (n - 1))
    features = found.features(x)
    assert np.allclose(features.mean(0), 0)
    assert np.allclose(np.cov(features.T), np.diag(s[:4] ** 2 / (n - 1)))


def test_there_are_no_more_than_the_directions_in_which_a_set_varies():
    along = np.array([[3.0, 4.0, 0.0]])
    found = principal_components(np.arange(5.0)[:, None] * along, 3)
    assert np.allclose(np.abs(found.axes), along / 5)
    assert found.variance == pytest.approx(25 * 2.5)
    alike = principal_components(np.full((4, 3), 0.25), 3)
    assert (alike.axes.shape, alike.variance) == ((0, 3), 0)
    with pytest.raises(ValueError, match="2 samples"):
        principal_components(along, 1)
