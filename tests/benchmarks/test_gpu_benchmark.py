"""The measurements of a GPU say where there is none, and their work is that of the engine."""

import pytest
import torch

from explorer.experiments.presets import preset
from tests.benchmarks import gpu


def test_without_a_gpu_it_says_so(monkeypatch, capsys):
    monkeypatch.delenv("EXPLORER_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    gpu.main()
    assert capsys.readouterr().out == "There is no GPU: PyTorch sees neither CUDA nor Apple's.\n"


@pytest.mark.parametrize("name", gpu.WORK)
def test_its_networks_are_those_of_the_presets(name):
    experiment = preset(name.split(",")[0]).experiment
    members = gpu.WORK[name][0]
    network = gpu.fresh(experiment, members, torch.device("meta"))
    assert network.members == members
    assert network.shape == experiment.distribution.shape


def test_paces_are_steps_and_samples_a_second(monkeypatch):
    """On the CPU, with a clock that says two seconds."""
    monkeypatch.setattr(gpu, "seconds", lambda work, device: work() or 2.0)
    found = gpu.measured(preset("three-modes").experiment, 2, 30, 0, torch.device("cpu"))
    assert found == {"training_steps_per_second": 15.0}
    found = gpu.measured(preset("three-modes").experiment, 1, 30, 50, torch.device("cpu"))
    assert found == {"training_steps_per_second": 15.0, "samples_per_second": 25.0}


@pytest.mark.gpu
def test_a_gpu_is_measured(capsys, monkeypatch):
    monkeypatch.setattr(gpu, "WORK", {"three-modes": (1, 50, 1_000), "shapes-32": (1, 20, 16)})
    gpu.main()
    assert capsys.readouterr().out.count("training_steps_per_second") == 2
