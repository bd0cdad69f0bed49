"""What the judge of digits that ships promises, on digits that it has not learned from; and its file."""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.compute.progress import finish
from explorer.compute.provenance import Provenance, provenance
from explorer.data.digits import judge as judge_room
from explorer.data.digits.forgeries import LEARNED, UNSEEN, forged
from explorer.data.digits.handwritten import digit_parts
from explorer.data.digits.judge import split, train_judge
from explorer.data.digits.judge_file import SHIPPED_JUDGE, judge_bytes, read_judge, shipped_judge
from explorer.data.digits.mnist import LabelledDigits, shipped_digits
from explorer.detection.statistics.rates import Rate


def test_the_parts_are_disjoint_and_hold_as_many_of_each_digit():
    data = shipped_digits()
    parts = split(data)
    assert sorted(np.concatenate(parts).tolist()) == list(range(5_000))
    for part, of_each in zip(parts, (350, 75, 75), strict=True):
        assert np.bincount(data.labels[part]).tolist() == [of_each] * 10
    assert not np.array_equal(split(data, seed=1)[0], parts[0])


def test_uneven_digits_keep_their_shares_in_every_part():
    labels = np.repeat(np.arange(10), [20, *[40] * 8, 100])
    data = LabelledDigits(np.zeros((len(labels), 28, 28), np.uint8), labels)
    found = [np.bincount(labels[part], minlength=10) for part in split(data)]
    for row, share in zip(found, (0.7, 0.15, 0.15), strict=True):
        assert row == pytest.approx(share * np.bincount(labels), abs=0.5)


def test_it_refuses_one_per_cent_of_real_digits():
    x, labels = digit_parts().tested
    refused = Rate(int((shipped_judge().scores(x) > 0).sum()), len(x))
    assert refused.interval[0] <= 0.01 <= refused.interval[1]
    assert (refused.count, refused.n) == shipped_judge().report.refused
    right = int((shipped_judge().digits(x) == labels).sum())
    assert (right, len(x)) == shipped_judge().report.accuracy
    assert right / len(x) > 0.96
    set_on = digit_parts().set_on[0]
    assert int((shipped_judge().scores(set_on) > 0).sum()) in (7, 8)  # 1 % of the 750 that set the threshold


@pytest.mark.parametrize("kind", [*LEARNED, *UNSEEN])
def test_it_finds_most_forgeries_of_held_out_digits(kind):
    x, labels = digit_parts().tested
    forge = {**LEARNED, **UNSEEN}[kind]
    fake = forged(x, labels, forge, torch.Generator().manual_seed(5))  # others than its report is of
    found = float((shipped_judge().scores(fake) > 0).float().mean())
    count, n = shipped_judge().report.found[kind]
    assert found > 0.65
    assert found == pytest.approx(count / n, abs=0.06)
    assert fake.shape[1:] == (1, 28, 28)
    assert fake.min() >= -1
    assert fake.max() <= 1


def test_it_sees_pictures_as_files_hold_them():
    x = digit_parts().tested[0][:200]
    shaken = x + 0.003 * (2 * torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) - 1)
    assert torch.equal(shipped_judge().scores(shaken), shipped_judge().scores(x))
    lost = x[:1].clone()
    lost[0, 0, 3, 3] = torch.nan
    assert shipped_judge().scores(lost).isposinf().all()


def trained(monkeypatch, seed: int = 0):
    monkeypatch.setattr(judge_room, "STEPS", 12)
    data = shipped_digits()
    return finish(train_judge(data.scaled(), torch.from_numpy(data.labels), split(data), seed))


def test_a_seed_decides_its_training(monkeypatch):
    first, again, other = (trained(monkeypatch, seed) for seed in (0, 0, 1))
    assert first.threshold == again.threshold != other.threshold
    assert first.report == again.report
    assert all(
        torch.equal(one, two)
        for one, two in zip(first.network.parameters(), again.network.parameters(), strict=True)
    )


def test_its_file_gives_it_back(monkeypatch, tmp_path):
    judge, computed = trained(monkeypatch), provenance("cpu", convolutions=True)
    path = tmp_path / "judge.safetensors"
    path.write_bytes(judge_bytes(judge, computed))
    found = read_judge(path)
    assert (found.judge.threshold, found.judge.report) == (judge.threshold, judge.report)
    assert found.computed == computed
    x = digit_parts().tested[0][:20]
    assert torch.equal(found.judge.scores(x), judge.scores(x))
    assert isinstance(read_judge(SHIPPED_JUDGE).computed, Provenance)


def broken(blob: bytes, kind: str) -> bytes:
    if kind == "cut off":
        return blob[:-50]
    if kind == "a byte changed":
        return blob[:-50] + bytes([blob[-50] ^ 1]) + blob[-49:]
    if kind == "report edited":
        assert b"735, 750" in blob
        return blob.replace(b"735, 750", b"745, 750")
    return {"no such file": b"", "text": b"a judge", "pickled": b"\x80\x04N."}[kind]


@pytest.mark.parametrize("kind", ["cut off", "a byte changed", "report edited", "text", "pickled"])
def test_a_broken_file_of_it_is_one_sentence(kind, tmp_path):
    path = tmp_path / "judge.safetensors"
    path.write_bytes(broken(SHIPPED_JUDGE.read_bytes(), kind))
    with pytest.raises(ValueError, match=r"^judge\.safetensors [^\n]*\.$"):
        read_judge(path)


def test_a_file_without_a_judge_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"There is no judge judge\.safetensors"):
        read_judge(tmp_path / "judge.safetensors")
    save_file({"weights": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="is no judge"):
        read_judge(tmp_path / "other.safetensors")
    (tmp_path / "large.safetensors").write_bytes(bytes(8_000_001))
    with pytest.raises(ValueError, match="8,000,001 bytes"):
        read_judge(tmp_path / "large.safetensors")


def test_another_network_or_numbers_that_are_none_are_refused(tmp_path):
    judge = shipped_judge()
    path, computed = tmp_path / "judge.safetensors", read_judge(SHIPPED_JUDGE).computed
    path.write_bytes(judge_bytes(dataclasses.replace(judge, threshold=float("nan")), computed))
    with pytest.raises(ValueError, match="not finite"):
        read_judge(path)
    assert sum(w.numel() for w in load_file(SHIPPED_JUDGE).values()) < 200_000
