"""The networks: the authors' parameter counts, stacks that equal single ones, and no tensor left behind."""

import math

import pytest
import torch
from torch.nn import functional

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.diffusion.denoiser import LearnedDenoiser
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import StackedLinear, build_network
from explorer.diffusion.noise_network import FlatParameters
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions
from explorer.diffusion.training import TrainingSpec, train

SCHEDULE = NoiseSchedule()
SPECS = [
    NetworkSpec(width=16),
    NetworkSpec(width=16, x_octaves=3),
    NetworkSpec(kind="residual", width=16),
    NetworkSpec(kind="residual", width=16, shared_blocks=True),
]
every_spec = pytest.mark.parametrize("spec", SPECS, ids=["plain", "octaves", "residual", "shared"])


def parameters(spec, dimensions=1, members=1):
    network = build_network(spec, SCHEDULE, dimensions, list(range(members)))
    return sum(p.numel() for p in network.parameters())


def test_the_authors_parameter_counts():
    shared = NetworkSpec(kind="residual", width=128, depth=3, shared_blocks=True)
    assert parameters(shared) == 66_817
    assert parameters(NetworkSpec(kind="residual", width=128, depth=3)) == 166_401
    assert parameters(shared, members=3) == 3 * 66_817


@pytest.mark.parametrize("octaves", [0, 1, 4])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_octaves_widen_the_input_by_a_sine_and_a_cosine_each(octaves, dimensions):
    inputs, width = dimensions * (1 + 2 * octaves) + 16, 32
    expected = (inputs + 1) * width + 2 * (width + 1) * width + (width + 1) * dimensions
    assert parameters(NetworkSpec(width=width, depth=3, x_octaves=octaves), dimensions) == expected


@every_spec
@pytest.mark.parametrize("n", [5, 1500])
def test_a_stack_of_three_equals_three_single_networks(spec, n):
    generator = seeded(0, "points")
    x = torch.randn(3, n, 2, generator=generator)
    t = torch.randint(1000, (3, n), generator=generator)
    build = {"data_mean": torch.tensor([0.3, -1.0]), "data_std": 0.7}
    stack = build_network(spec, SCHEDULE, 2, [7, 8, 9], **build)
    together = stack(x, t)
    assert together.std() > 0.01
    for member, seed in enumerate((7, 8, 9)):
        alone = build_network(spec, SCHEDULE, 2, [seed], **build)
        torch.testing.assert_close(together[member], alone(x[[member]], t[[member]])[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize("t", ["one", "each"])
def test_every_member_of_a_stack_is_standardised_by_its_own_data(t):
    generator = seeded(0, "points")
    means, stds = torch.tensor([[0.3, -1.0], [2.0, 5.0], [0.0, 0.0]]), [0.7, 3.0, 0.1]
    x = means[:, None] + torch.randn(3, 40, 2, generator=generator)
    t = 60 if t == "one" else torch.randint(1000, (3, 40), generator=generator)
    spec = NetworkSpec(width=16, x_octaves=1)
    together = build_network(spec, SCHEDULE, 2, [7, 8, 9], data_mean=means, data_std=stds)(x, t)
    for member in range(3):
        own = {"data_mean": means[member], "data_std": stds[member]}
        alone = build_network(spec, SCHEDULE, 2, [7 + member], **own)
        its_t = t if isinstance(t, int) else t[[member]]
        torch.testing.assert_close(together[member], alone(x[[member]], its_t)[0], rtol=0, atol=1e-5)


@every_spec
@pytest.mark.parametrize("n", [5, 1500])
def test_one_step_for_all_is_the_same_as_the_step_of_each(spec, n):
    network = build_network(spec, SCHEDULE, 1, [1, 2])
    x = torch.randn(2, n, 1, generator=seeded(1, "points"))
    for t in (0, 17, 999):
        each = network(x, torch.full((2, n), t))
        torch.testing.assert_close(network(x, t), each, rtol=0, atol=1e-5)
    assert not torch.allclose(network(x, 0), network(x, 300))


def test_the_plain_network_sees_every_step_standardised():
    # Its first layer, made to pass x alone, receives (x_t - a mean) / sqrt(a^2 std^2 + 1 - a^2).
    mean, std, t = 2.0, 0.8, 60
    network = build_network(
        NetworkSpec(width=8, depth=1), SCHEDULE, 1, [0], data_mean=torch.tensor([mean]), data_std=std
    )
    seen = []
    network.hidden[0].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0][0, :, 0]))
    x = torch.tensor([[[-1.0], [0.5], [3.0]]])
    network(x, t)
    alpha_bar = SCHEDULE.alpha_bar(t)
    expected = (x[0, :, 0] - math.sqrt(alpha_bar) * mean) / math.sqrt(alpha_bar * std**2 + 1 - alpha_bar)
    torch.testing.assert_close(seen[0], expected)


def test_the_residual_network_is_the_authors_network():
    """Written out once more with PyTorch's own layers' formulas: x + W2 act(norm(W1 act(norm(x)) + time))."""
    network = build_network(NetworkSpec(kind="residual", width=8, depth=2), SCHEDULE, 1, [3])
    for parameter in network.parameters():  # no scale of 1, no shift of 0
        torch.nn.init.normal_(parameter, std=0.5, generator=seeded(3, "weights"))
    x, t = torch.tensor([[0.2], [-1.0]]), 41
    rates = torch.tensor([10_000 ** (-i / 3) for i in range(4)], dtype=torch.float64)
    embedding = torch.cat([(t * rates).sin(), (t * rates).cos()]).float()

    def linear(layer, value):
        return value @ layer.weight[0] + (0 if layer.bias is None else layer.bias[0])

    def active(norm, value):
        normed = functional.layer_norm(value, (8,), norm.scale[0, 0], norm.shift[0, 0])
        return functional.leaky_relu(normed, 0.02)

    time = functional.leaky_relu(linear(network.embed, embedding), 0.02)
    h = linear(network.inward, x)
    for block in network.blocks:
        inner = linear(block.first, active(block.norm_in, h)) + linear(block.project, time)
        h = h + linear(block.second, active(block.norm_mid, inner))
    expected = linear(network.out, active(network.norm, h))
    torch.testing.assert_close(network(x[None], t)[0], expected, rtol=1e-5, atol=1e-5)


@every_spec
def test_weights_start_within_their_bounds(spec):
    layers = [m for m in build_network(spec, SCHEDULE, 2, [0, 1]).modules() if isinstance(m, StackedLinear)]
    for layer in layers:
        inputs, outputs = layer.weight.shape[1:]
        bound = math.sqrt(6 / (inputs + outputs)) if spec.kind == "residual" else 1 / math.sqrt(inputs)
        assert 0.5 * bound < layer.weight.abs().max() <= bound
        assert not torch.equal(layer.weight[0], layer.weight[1])


@every_spec
def test_a_training_step_and_a_reverse_step_stay_on_the_networks_device(spec):
    """On the meta device every operation that mixes in a tensor from elsewhere fails.

    It has no random generator and cannot read a loss, so that the batch is made here and the step of the
    optimiser is taken as train takes it.
    """
    network = build_network(spec, SCHEDULE, 2, [0, 1], data_mean=torch.zeros(2), device="meta")
    flat = FlatParameters(network)
    optimizer = torch.optim.Adam([flat.vector], lr=1e-3)
    for n in (8, 1500):
        x = torch.empty(2, n, 2, device="meta")
        t = torch.empty(2, n, dtype=torch.int64, device="meta")
        (network(x, t) - x).square().mean((1, 2)).sum().backward()
        optimizer.step()
    assert {p.grad.device.type for p in network.parameters()} == {"meta"}
    denoiser = LearnedDenoiser(network, SCHEDULE, member=1)
    x_t = torch.empty(8, 2, device="meta")
    for step in transitions(SCHEDULE, SamplerSpec(steps=3)):
        x_t = step.x_coefficient * x_t + step.noise_coefficient * denoiser.predict_noise(x_t, step.t)
        x_t = x_t + step.noise_std * torch.randn_like(x_t)
    assert x_t.device.type == "meta"
    assert x_t.shape == (8, 2)


@every_spec
def test_training_and_sampling_run_whole_on_the_meta_device(spec, monkeypatch):
    """The real loops, with an unfused Adam, draws that ignore the generator and a loss that reads as zero."""
    for name in ("rand", "randn", "randperm"):
        draw = getattr(torch, name)
        monkeypatch.setattr(torch, name, lambda *a, _draw=draw, generator=None, **k: _draw(*a, **k))
    adam = torch.optim.Adam
    monkeypatch.setattr(torch.optim, "Adam", lambda parameters, lr, fused: adam(parameters, lr=lr))
    monkeypatch.setattr(torch.Tensor, "cpu", lambda self: torch.zeros(self.shape))
    monkeypatch.setattr(torch, "isfinite", lambda x: torch.ones(()))
    generator = type("Elsewhere", (), {"device": torch.device("meta")})()
    network = build_network(spec, SCHEDULE, 1, [0, 1], device="meta")
    points = line(1, 2).sample(50, seeded(0, "points")).to("meta")
    updates = list(train(network, points, SCHEDULE, TrainingSpec(steps=2, batch=8), [generator] * 2))
    assert updates[-1].weights.device.type == "meta"
    drawn = finish(sample(LearnedDenoiser(network, SCHEDULE), 10, SamplerSpec(steps=3), generator))
    assert (drawn.device.type, drawn.shape) == ("meta", (10, 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "transformer"}, "kind 'transformer'; take plain, residual or unet"),
        ({"width": 7}, r"width 7 is outside \[8, 512\]"),
        ({"width": 513}, r"width 513"),
        ({"width": 64.0}, r"width 64.0"),
        ({"depth": 0}, r"depth 0 is outside \[1, 8\]"),
        ({"depth": 9}, r"depth 9"),
        ({"x_octaves": -1}, r"x_octaves -1 is outside \[0, 6\]"),
        ({"x_octaves": 7}, r"x_octaves 7"),
    ],
)
def test_refusals_name_the_value_and_the_bound(changes, message):
    with pytest.raises(ValueError, match=message):
        NetworkSpec(**changes)
