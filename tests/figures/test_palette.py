"""The palette: words that belong to a colour can be read, and stay as near to it as that allows."""

import pytest

from explorer.figures.palette import INK, LEGIBLE, PALETTE, contrast, ink, legible


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#777777", "#ffffff", 4.478),
        ("#E69F00", "#ffffff", 2.25),
    ],
)
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("role", ["truth", "model", "hallucinated", "kept", "neutral", "text"])
def test_every_word_can_be_read(mode, role):
    letters = ink(role, mode)
    assert contrast(letters, PALETTE[mode]["ground"]) >= LEGIBLE
    if contrast(PALETTE[mode][role], PALETTE[mode]["ground"]) >= LEGIBLE:
        assert letters.lower() == PALETTE[mode][role].lower()


def test_a_shade_goes_no_further_than_it_has_to():
    assert contrast(legible("#E69F00"), "#ffffff") < LEGIBLE + 0.2
    assert INK["light"]["model"] == legible("#E69F00")
    assert legible("#0072B2", "dark") != legible("#0072B2")
