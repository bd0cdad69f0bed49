"""What a comparison over the dimension is, and what it refuses."""

import pytest

from explorer.dimension.spec import DimensionSpec


def test_its_json_reads_back_to_an_equal_spec_with_the_same_name():
    spec = DimensionSpec("cube", (3, 9), sigma=0.03, seeds=2, width=32)
    again = DimensionSpec.from_json(spec.to_json())
    assert again == spec
    assert again.digest == spec.digest
    assert again.digest != DimensionSpec("cube", (3, 9), sigma=0.02, seeds=2, width=32).digest
    assert again.network.width == 32
    assert again.mixture(9).dimensions == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layout": "ring"}, "There is no layout 'ring'"),
        ({"dimensions": [1]}, r"dimension 1 is outside \[2, 64\]"),
        ({"dimensions": [2, 65]}, r"dimension 65 is outside \[2, 64\]"),
        ({"dimensions": [8, 2]}, "named once each and rise"),
        ({"dimensions": []}, "named once each and rise"),
        ({"dimensions": [2.5]}, "is not a whole number"),
        ({"sigma": 0.1}, r"sigma 0.1 is outside \[0.01, 0.03\]"),
        ({"seeds": 11}, r"seeds 11 is outside \[1, 10\]"),
        ({"n": 10**9}, r"samples 1,000,000,000 is outside \[500, 20,000\]"),
        ({"points": 1}, r"points 1 is outside"),
        ({"steps": 10**9}, r"training steps 1,000,000,000 is outside"),
        ({"width": 4_096}, r"units in a layer 4,096 is outside \[16, 512\]"),
        ({"depth": 99}, "depth 99 is outside"),
        ({"prediction": "magic"}, "no prediction 'magic'"),
        ({"network": {}}, "no field 'network'"),
        ({"colour": 1}, "no field 'colour'"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(changes, message):
    with pytest.raises(ValueError, match=message):
        DimensionSpec.from_json({**DimensionSpec().to_json(), **changes})
