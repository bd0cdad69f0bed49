"""Many treatments in a row: each is there when it is measured, and is what it is alone."""

from __future__ import annotations

import pytest

from explorer.compute.progress import finish
from explorer.experiments import checkpoints
from explorer.remedies.default_treatments import UNTREATED
from explorer.remedies.pricing import priced
from explorer.remedies.rounds import price_round
from explorer.remedies.treatment import read_treatment


def test_a_round_is_its_treatments_one_by_one():
    result = checkpoints.shipped().load("two-modes").result
    treatments = [UNTREATED, read_treatment("guidance=1"), read_treatment("truth=1")]
    updates, work = [], price_round(result, treatments)
    while True:
        try:
            updates.append(next(work))
        except StopIteration as end:
            prices = end.value
            break
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    counts = [len(update.rows) for update in updates]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}
    assert [row.treatment for row in prices.treated] == treatments
    alone = finish(priced(result, treatments[1], reported=False)).price
    together = prices.find(treatments[1]).price
    assert together.beyond == alone.beyond
    assert together.mode_shares == alone.mode_shares
    assert prices.treated[2].price.beyond[5] < together.beyond[5] < prices.treated[0].price.beyond[5]
    assert prices.treated[2].price.network_calls == 0


def test_a_treatment_that_does_not_fit_ends_the_round_with_its_reason():
    result = checkpoints.shipped().load("two-modes").result
    with pytest.raises(ValueError, match="patch does not fit"):
        finish(price_round(result, [UNTREATED, read_treatment("patch=7")]))
