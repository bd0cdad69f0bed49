"""One place chooses the device and says why, and decides how precisely it computes."""

import os
import subprocess
import sys

import pytest
import torch

from explorer.compute import device as room
from explorer.compute.device import (
    DeviceChoice,
    asked_device,
    choose_device,
    has_float64,
    host_float64,
    moved,
    prepare,
    trains_in_bfloat16,
    widest_float,
)

CPU, CUDA, MPS = map(torch.device, ("cpu", "cuda", "mps"))


@pytest.fixture
def machine(monkeypatch):
    """Makes PyTorch believe which accelerators there are."""

    def has(*, cuda=False, mps=False):
        monkeypatch.delenv("EXPLORER_DEVICE", raising=False)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return has


# ---- the choice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ({"kind": "unet"}, "A U-Net fills a GPU."),
        ({"kind": "plain", "members": 60}, "A stack of 60 networks fills a GPU."),
        ({"kind": "residual", "samples": 1_000_000}, "1,000,000 samples fill a GPU."),
    ],
)
def test_what_fills_a_gpu_goes_there_cuda_before_mps(work, reason, machine):
    for has, expected in (({"cuda": True, "mps": True}, CUDA), ({"cuda": True}, CUDA), ({"mps": True}, MPS)):
        machine(**has)
        assert choose_device(**work) == DeviceChoice(expected, reason)
    machine()
    assert choose_device(**work) == DeviceChoice(CPU, "There is no GPU.")


@pytest.mark.parametrize("kind", ["plain", "residual"])
@pytest.mark.parametrize("samples", [0, 20_000, 999_999])
def test_one_small_network_stays_on_the_cpu(kind, samples, machine):
    machine(cuda=True)
    chosen = choose_device(kind, samples=samples)
    assert chosen == DeviceChoice(CPU, "One small network gains nothing on a GPU.")
    assert chosen.in_words == "Computed on CPU: one small network gains nothing on a GPU."


@pytest.mark.parametrize("named", ["cpu", "meta"])
@pytest.mark.parametrize("kind", ["plain", "unet"])
def test_the_environment_overrides_the_choice(named, kind, machine, monkeypatch):
    machine(cuda=True)
    monkeypatch.setenv("EXPLORER_DEVICE", named)
    assert choose_device(kind) == DeviceChoice(torch.device(named), "It was asked for.")


def test_an_empty_override_is_none(machine, monkeypatch):
    machine(mps=True)
    monkeypatch.setenv("EXPLORER_DEVICE", "")
    assert choose_device("unet").device == MPS


@pytest.mark.parametrize("named", ["abacus", "cuda:99", "gpu", "-1", "<script>", " "])
def test_devices_that_are_not_there_are_refused_in_one_line(named, monkeypatch):
    monkeypatch.setenv("EXPLORER_DEVICE", named)
    with pytest.raises(ValueError, match=f"EXPLORER_DEVICE={named!r} names no device") as refusal:
        choose_device("plain")
    assert "\n" not in str(refusal.value)
    with (
        pytest.raises(ValueError, match=f"--device {named!r} names no device") as refusal,
        asked_device(named),
    ):
        pass
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("before", [None, "cpu"])
def test_what_is_asked_for_lasts_as_long_as_it_is_asked_for(before, machine, monkeypatch):
    machine(cuda=True)
    if before:
        monkeypatch.setenv("EXPLORER_DEVICE", before)
    with asked_device("meta"):
        assert choose_device("plain").device.type == "meta"
        child = "from explorer.compute.device import choose_device; print(choose_device('plain').device)"
        said = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)
        assert said.stdout.strip() == "meta"
    assert os.environ.get("EXPLORER_DEVICE") == before
    with asked_device(None):
        assert os.environ.get("EXPLORER_DEVICE") == before


# ---- precision -----------------------------------------------------------------------------------------


def test_apples_gpu_alone_has_no_float64():
    assert [has_float64(device) for device in (CPU, CUDA, MPS)] == [True, True, False]
    assert [widest_float(device) for device in (CPU, CUDA, MPS)] == [
        torch.float64,
        torch.float64,
        torch.float32,
    ]


def test_a_table_is_rounded_before_it_moves(monkeypatch):
    table = torch.tensor([1e-300, 1 / 3], dtype=torch.float64)
    assert moved(table, CPU) is table
    assert moved(table, CPU, torch.float32).tolist() == [0, torch.tensor(1 / 3).item()]
    monkeypatch.setattr(room, "WITHOUT_FLOAT64", {"meta"})
    assert moved(table, torch.device("meta")).dtype == torch.float32
    assert moved(table, CPU).dtype == torch.float64


def test_numbers_and_tensors_come_home_with_all_their_digits():
    assert host_float64(0.1).item() == 0.1
    assert host_float64(torch.tensor([1e-300], dtype=torch.float64)).item() == 1e-300
    single = torch.tensor([0.1])
    assert host_float64(single).dtype == torch.float64
    assert host_float64(single).item() == single.item()


@pytest.mark.parametrize(
    ("capability", "pays"), [((7, 0), False), ((7, 5), False), ((8, 0), True), ((8, 9), True), ((9, 0), True)]
)
def test_bfloat16_is_for_cuda_from_ampere_on(capability, pays, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert trains_in_bfloat16(CUDA) is pays


@pytest.mark.parametrize("itself", [True, False])
def test_a_processor_takes_bfloat16_if_it_multiplies_it_and_apples_gpu_never(itself, monkeypatch):
    monkeypatch.setattr(room, "multiplies_bfloat16", lambda: itself)
    assert trains_in_bfloat16(CPU) is itself
    assert not trains_in_bfloat16(MPS)


def test_float32_keeps_all_its_digits_wherever_it_is_multiplied():
    torch.backends.cudnn.allow_tf32 = True
    torch.set_float32_matmul_precision("high")
    prepare()
    assert not torch.backends.cudnn.allow_tf32
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cuda.matmul.allow_tf32
