"""What a GPU makes of the engine: training steps and samples a second of each kind of network, and one CUDA
graph of many training steps beside one launch after another.

    python -m tests.benchmarks.gpu
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

import torch

from explorer.compute.device import choose_device, prepare
from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.diffusion.batches import Batches
from explorer.diffusion.denoiser import LearnedDenoiser
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import FlatParameters, NoiseNetwork
from explorer.diffusion.sampling import sample
from explorer.diffusion.training import train
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset

# A preset of each kind: networks in a stack, training steps, samples
WORK = {
    "three-modes": (1, 1_000, 1_000_000),
    "grid-25": (1, 1_000, 1_000_000),
    "grid-25, a stack of 60": (60, 300, 0),
    "three-modes-paper": (1, 200, 100_000),
    "shapes-32": (1, 200, 1_024),
    "shapes-64": (1, 100, 256),
}
GRAPH_STEPS, REPLAYS, WARM_UP = 40, 20, 5
SMALLEST_DATA = 5_000  # training points or pictures


def main() -> None:
    """Print a line of JSON for each kind, or that there is no GPU."""
    prepare()
    device = choose_device("unet").device
    if device.type == "cpu":
        print("There is no GPU: PyTorch sees neither CUDA nor Apple's.")
        return
    for name, (members, steps, samples) in WORK.items():
        experiment = preset(name.split(",")[0]).experiment
        print(
            json.dumps(
                {"work": name, "device": str(device), **measured(experiment, members, steps, samples, device)}
            )
        )


def measured(
    experiment: Experiment, members: int, steps: int, samples: int, device: torch.device
) -> dict[str, Any]:
    """Paces of one kind of network."""
    found: dict[str, Any] = {}
    network = fresh(experiment, members, device)
    spec = dataclasses.replace(experiment.training, steps=steps)
    data = torch.randn(SMALLEST_DATA, *network.shape, generator=seeded(0, "points")).to(device)

    def training() -> None:
        generators = [seeded(member, "training", device) for member in range(members)]
        for _ in train(network, data, experiment.schedule, spec, generators):
            pass

    training()
    found["training_steps_per_second"] = round(steps / seconds(training, device), 1)
    if device.type == "cuda":
        found |= graphed(experiment, members, data, device)
    if samples:
        denoiser = LearnedDenoiser(network, experiment.schedule)

        def drawing() -> None:
            finish(sample(denoiser, samples, experiment.sampler, seeded(0, "sampling", device)))

        found["samples_per_second"] = round(samples / seconds(drawing, device), 1)
    return found


def graphed(
    experiment: Experiment, members: int, data: torch.Tensor, device: torch.device
) -> dict[str, float]:
    """The same training steps launched one by one, and as one CUDA graph of many; without their draws."""
    network = fresh(experiment, members, device)
    flat = FlatParameters(network)
    optimizer = torch.optim.Adam([flat.vector], lr=1e-4, fused=True, capturable=True)
    generators = [seeded(member, "training", device) for member in range(members)]
    spec = experiment.training
    batches = Batches([data] * members, generators, experiment.schedule, spec.batch, spec.step_draw)
    x_t, t, noise = batches.draw(GRAPH_STEPS)

    def step(number: int) -> None:
        flat.vector.grad.zero_()  # type: ignore[union-attr]
        (network(x_t[number], t[number]) - noise[number]).square().flatten(1).mean(1).sum().backward()
        optimizer.step()

    def eager() -> None:
        for number in range(GRAPH_STEPS):
            step(number)

    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for number in range(WARM_UP):
            step(number)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        eager()

    def replayed() -> None:
        for _ in range(REPLAYS):
            graph.replay()

    eager()
    one_by_one, at_once = seconds(eager, device), seconds(replayed, device) / REPLAYS
    return {
        "steps_per_second_one_by_one": round(GRAPH_STEPS / one_by_one, 1),
        f"steps_per_second_in_a_graph_of_{GRAPH_STEPS}": round(GRAPH_STEPS / at_once, 1),
    }


def fresh(experiment: Experiment, members: int, device: torch.device) -> NoiseNetwork:
    """The experiment's network, not trained, as a stack of so many."""
    assert experiment.distribution is not None  # presets name what they are drawn from
    shape = experiment.distribution.shape
    whole: int | tuple[int, ...] = shape if experiment.pictures else shape[0]
    return build_network(experiment.network, experiment.schedule, whole, list(range(members)), device=device)


def seconds(work: Callable[[], None], device: torch.device) -> float:
    """How long work takes until the device has done it."""
    wait = torch.cuda.synchronize if device.type == "cuda" else torch.mps.synchronize
    wait()
    start = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
