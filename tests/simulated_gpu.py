"""A GPU that is not there, for tests: PyTorch's meta device, whose tensors have shapes and no numbers, and
what a GPU would say to every operation."""

from __future__ import annotations

from collections import Counter

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

META = torch.device("meta")
# Operations of the meta device that start no kernel on a GPU, beside views
SILENT = {
    "empty",
    "empty_like",
    "empty_strided",
    "new_empty",
    "detach",
    "_unsafe_view",
    "_local_scalar_dense",
}
WAITS_FOR_A_COUNT = {"nonzero", "masked_select", "unique", "_unique2", "unique_consecutive", "bincount"}


class MetaGenerator(torch.Generator):
    """A generator that says it is on the meta device, where nothing is drawn."""

    device = META  # type: ignore[assignment]


class SimulatedGpu(TorchDispatchMode):
    """Inside, tensors of the meta device are a GPU's.

    It counts the kernels that are started, by name, and every wait of the host for the device: a number that
    is read is 1, a tensor that is copied holds zeros. It refuses what a GPU refuses, tensors of both sides in
    one operation and, unless it has it, float64; and what makes the host wait for the size of a result.
    """

    def __init__(self, *, has_float64: bool) -> None:
        super().__init__()
        self.has_float64 = has_float64
        self.kernels: Counter[str] = Counter()
        self.waits: list[str] = []

    @property
    def launches(self) -> int:
        return self.kernels.total()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        on_gpu = any(one.device == META for one in given)
        if on_gpu:
            if name in WAITS_FOR_A_COUNT or (name.startswith("index") and _has_mask(args)):
                raise AssertionError(f"{name} makes the host wait for a count.")
            if name == "_local_scalar_dense":
                self.waits.append(name)
                return True if given[0].dtype == torch.bool else 1
            if name in ("_to_copy", "copy_"):
                if self._comes_home(name, args, kwargs):
                    self.waits.append(name)
                    return _zeros_at_home(name, args, kwargs)
            elif mixed := [tuple(one.shape) for one in given if one.device != META and one.ndim]:
                raise AssertionError(f"{name} mixes a tensor {mixed[0]} of the CPU with the GPU's.")
        made = func(*args, **kwargs)
        results = [
            leaf for leaf in tree_leaves(made) if isinstance(leaf, torch.Tensor) and leaf.device == META
        ]
        if not self.has_float64 and any(one.dtype == torch.float64 for one in results):
            raise AssertionError(f"{name} makes a float64 tensor on a device without float64.")
        if results and not func.is_view and name not in SILENT:
            self.kernels[name] += 1
        return made

    @staticmethod
    def _comes_home(name, args, kwargs) -> bool:
        if name == "copy_":
            return args[0].device != META
        return torch.device(kwargs.get("device") or META) != META


def _has_mask(args) -> bool:
    return any(isinstance(leaf, torch.Tensor) and leaf.dtype == torch.bool for leaf in tree_leaves(args[1:2]))


def _zeros_at_home(name, args, kwargs):
    if name == "copy_":
        return args[0].zero_()
    return torch.zeros(args[0].shape, dtype=kwargs.get("dtype") or args[0].dtype)
