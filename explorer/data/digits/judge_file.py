"""A judge as one safetensors file: its weights, its threshold, how good it is and how it was computed.

Nothing is ever unpickled, and a seal shows whether anything in it was edited. The one that ships is
checkpoints/judges/digits-28.safetensors.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from explorer.compute.provenance import Provenance
from explorer.data.digits.judge import Judge, JudgeNetwork, JudgeReport
from explorer.data.digits.mnist import SIZE

FORMAT = 1
LARGEST_FILE = 8_000_000  # bytes
SHIPPED_JUDGE = Path(__file__).resolve().parents[3] / "checkpoints" / "judges" / "digits-28.safetensors"


@dataclasses.dataclass(frozen=True)
class StoredJudge:
    """A judge and what computed it."""

    judge: Judge
    computed: Provenance


def judge_bytes(judge: Judge, computed: Provenance) -> bytes:
    """A judge as the bytes of a safetensors file."""
    weights = {name: tensor.contiguous() for name, tensor in judge.network.state_dict().items()}
    values = {
        "format": FORMAT,
        "threshold": judge.threshold,
        "report": dataclasses.asdict(judge.report),
        "computed": dataclasses.asdict(computed),
    }
    about = json.dumps(values, sort_keys=True)
    return save(weights, {"about": about, "seal": _seal(weights, about)})


def read_judge(path: Path) -> StoredJudge:
    """The judge of a file. Raises ValueError in one sentence for one that is missing, damaged or edited."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ValueError(f"{path.name} takes {size:,} bytes; a judge takes at most {LARGEST_FILE:,}.")
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, it is no dict
    except FileNotFoundError:
        raise ValueError(f"There is no judge {path.name}.") from None
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path.name} cannot be read: {str(error).rstrip('.')}.") from None
    about = metadata.get("about", "")
    if metadata.get("seal") != _seal(weights, about):
        raise ValueError(f"{path.name} is no judge, or was changed after it was written.")
    try:
        return _decoded(json.loads(about), weights)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise ValueError(f"{path.name} is no judge that this version reads: {reason}.") from None


@cache
def shipped_judge() -> Judge:
    """The judge that ships. Raises ValueError as read_judge does."""
    return read_judge(SHIPPED_JUDGE).judge


def _decoded(values: dict[str, Any], weights: dict[str, Tensor]) -> StoredJudge:
    if values["format"] != FORMAT:
        raise ValueError(f"it has the format {values['format']!r:.20}, not {FORMAT}")
    network = JudgeNetwork(SIZE)
    network.load_state_dict(weights)
    network.eval().requires_grad_(False)
    threshold = float(values["threshold"])
    if not math.isfinite(threshold) or not all(bool(w.isfinite().all()) for w in weights.values()):
        raise ValueError("it holds values that are not finite numbers")
    told = values["report"]
    found = {str(kind): _counts(of) for kind, of in told["found"].items()}
    report = JudgeReport(_counts(told["accuracy"]), _counts(told["refused"]), found)
    computed = Provenance.from_json(values["computed"])
    if computed is None:
        raise ValueError("it does not say how it was computed")
    return StoredJudge(Judge(network, threshold, report), computed)


def _counts(pair: Any) -> tuple[int, int]:
    count, n = pair
    return int(count), int(n)


def _seal(weights: dict[str, Tensor], about: str) -> str:
    """SHA-256 of the weights, by their names, and of what is said about them."""
    found = hashlib.sha256(about.encode())
    for name in sorted(weights):
        tensor = weights[name]
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        found.update(tensor.contiguous().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()
