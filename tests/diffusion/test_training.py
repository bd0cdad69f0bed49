"""Training: repeatable to the bit, weights at the asked steps, fair draws of data and of t, and refusals."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.diffusion.batches import Batches
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import FlatParameters, NoiseNetwork, load_weights, member_weights
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import (
    LARGEST_PART,
    Diverged,
    Penalties,
    TrainingSpec,
    _gradient,
    flatness,
    snapshot_steps,
    train,
    warm_up,
)

SCHEDULE = NoiseSchedule()
SMALL = NetworkSpec(width=16, depth=2)
POINTS = line(1, 2, 3).sample(500, seeded(0, "points"))


def trained(spec, seed=0, points=POINTS, seeds=(0,), **options):
    network = build_network(SMALL, SCHEDULE, points.shape[-1], list(seeds))
    generators = [seeded(seed + place, "training") for place in range(len(seeds))]
    return list(train(network, points, SCHEDULE, spec, generators, **options)), network


class Frozen(NoiseNetwork):
    """A network of one parameter, which keeps every batch it is shown."""

    def __init__(self):
        super().__init__(1, (1,))
        self.level = torch.nn.Parameter(torch.zeros(1))
        self.x, self.t = [], []

    def forward(self, x, t, rows=None):
        self.x.append(x.clone())
        self.t.append(t.clone())
        return self.level.expand_as(x)


def batches(spec, points=POINTS, seed=0):
    """x_t (steps, B, D) and t (steps, B) as a training shows them to its network."""
    network = Frozen()
    for _ in train(network, points, SCHEDULE, spec, seeded(seed, "training")):
        pass
    return torch.stack(network.x)[:, 0], torch.stack(network.t)[:, 0]


# ---- what a training gives -----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_weights_bit_for_bit():
    spec = TrainingSpec(steps=40, batch=50)
    (one, _), (two, _), (other, _) = trained(spec), trained(spec), trained(spec, seed=1)
    assert torch.equal(one[-1].weights, two[-1].weights)
    assert np.array_equal(np.concatenate([u.losses for u in one]), np.concatenate([u.losses for u in two]))
    assert not torch.equal(one[-1].weights, other[-1].weights)


def test_looking_at_snapshots_does_not_change_the_training():
    spec = TrainingSpec(steps=60, batch=500)
    plain, watched = trained(spec)[0], trained(spec, snapshots=[30])[0]
    assert torch.equal(plain[-1].weights, watched[-1].weights)


def test_snapshots_come_at_the_asked_steps_and_at_the_last():
    spec = TrainingSpec(steps=120, batch=50)
    updates, _ = trained(spec, snapshots=[77, 1, 0, 50, 50, 120, 500])
    assert [u.step for u in updates if u.weights is not None] == [1, 50, 77, 120]
    assert [u.step for u in updates] == sorted({u.step for u in updates})
    assert sum(len(u.losses) for u in updates) == updates[-1].step == 120
    assert [u.step for u in trained(spec)[0] if u.weights is not None] == [120]


def test_a_snapshot_is_a_copy():
    updates, network = trained(TrainingSpec(steps=20, batch=50, ema=0.0), snapshots=[10])
    early, late = (u.weights for u in updates if u.weights is not None)
    assert not torch.equal(early, late)
    assert torch.equal(late, torch.cat([p.detach().flatten() for p in network.parameters()]))
    early.zero_()
    assert late.abs().sum() > 0


def test_the_average_is_the_moving_average_of_the_weights():
    steps, ema = 12, 0.5
    marks = list(range(1, steps + 1))
    raw = [u.weights for u in trained(TrainingSpec(steps, 50, ema=0.0), snapshots=marks)[0]]
    averaged = [u.weights for u in trained(TrainingSpec(steps, 50, ema=ema), snapshots=marks)[0]]
    network = build_network(SMALL, SCHEDULE, 1, [0])
    expected = torch.cat([p.detach().flatten() for p in network.parameters()]).double()
    for step, (now, average) in enumerate(zip(raw, averaged, strict=True)):
        decay = min(ema, (1 + step) / (10 + step))  # short at first, so that the start is soon forgotten
        expected = decay * expected + (1 - decay) * now.double()
        torch.testing.assert_close(average.double(), expected, rtol=1e-5, atol=1e-6)


def test_the_loss_is_one_at_first_and_falls():
    # Predicting no noise at all costs its variance, 1.
    updates, _ = trained(TrainingSpec(steps=600, batch=250))
    losses = np.concatenate([u.losses for u in updates])
    assert losses.shape == (600, 1)
    assert losses[:3].mean() == pytest.approx(1, abs=0.3)
    assert losses[-100:].mean() < 0.5 * losses[:3].mean()


def test_a_stack_trains_every_member_on_its_own_points():
    points = torch.stack([POINTS, POINTS + 3])
    updates, network = trained(TrainingSpec(steps=400, batch=100), points=points, seeds=(0, 1))
    assert updates[-1].losses.shape[1] == 2
    load_weights(network, updates[-1].weights)
    # Where almost no noise is left, the noise points away from the data, each member's own.
    x = torch.full((2, 1, 1), 3.5)
    with torch.no_grad():
        low, high = network(x, 120).flatten().tolist()
    assert low > high + 0.1


def test_a_loss_that_is_no_number_is_told():
    network = build_network(SMALL, SCHEDULE, 1, [0])
    with torch.no_grad():
        next(network.parameters()).fill_(math.inf)
    with pytest.raises(FloatingPointError, match="stopped being a number at step 30; lower"):
        list(train(network, POINTS, SCHEDULE, TrainingSpec(steps=90), seeded(0, "training")))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_points_that_are_not_finite_are_refused(value):
    points = POINTS.clone()
    points[17] = value
    with pytest.raises(ValueError, match="points hold values that are not finite"):
        trained(TrainingSpec(steps=1), points=points)


# ---- what is recorded ----------------------------------------------------------------------------------

MEAN, SIGMA = 0.4, 0.7  # of the one Gaussian that is learned below


class Linear(NoiseNetwork):
    """Predicts slopes[t] x + offset, whatever it is trained to: its parameter has no part in it."""

    def __init__(self, slopes, offsets):
        super().__init__(1, (1,))
        self.idle = torch.nn.Parameter(torch.zeros(1))
        self.slopes, self.offsets = slopes.float(), offsets.float()

    def forward(self, x, t, rows=None):
        return self.slopes[t][..., None] * x + self.offsets[t][..., None] + 0 * self.idle


def squared_errors(slopes, offsets):
    """E (slope x_t + offset - eps)^2 at every step, for x_0 of N(MEAN, SIGMA^2): (T,) float64."""
    signal, std = SCHEDULE.alpha_bars.sqrt(), (1 - SCHEDULE.alpha_bars).sqrt()
    bias = slopes * signal * MEAN + offsets
    return (1 - slopes * std) ** 2 + (slopes * signal * SIGMA) ** 2 + bias**2


def perfect():
    """The line of E[eps | x_t]."""
    alpha_bar = SCHEDULE.alpha_bars
    slopes = (1 - alpha_bar).sqrt() / (alpha_bar * SIGMA**2 + 1 - alpha_bar)
    return slopes, -slopes * alpha_bar.sqrt() * MEAN


def crooked():
    """A line that errs most where there is least noise."""
    rising = torch.linspace(0, 1, SCHEDULE.steps, dtype=torch.float64)
    return 0.9 * rising, 0.3 * (1 - rising)


def recorded_errors(line, step_draw, steps=400, batch=2_000):
    points = MEAN + SIGMA * torch.randn(50_000, 1, generator=torch.Generator().manual_seed(1))
    points = (points - points.mean()) / points.std() * SIGMA + MEAN
    spec = TrainingSpec(steps, batch, 1e-6, step_draw, "constant", ema=0.0, steepness=0.3)
    updates = train(Linear(*line), points, SCHEDULE, spec, seeded(5, "training"))
    return np.concatenate([update.losses[:, 0] for update in updates]).astype(float)


@pytest.mark.parametrize("line_of", [perfect, crooked])
@pytest.mark.parametrize("step_draw", ["log-snr", "uniform"])
def test_the_recorded_error_is_that_over_evenly_drawn_steps(line_of, step_draw):
    slopes, offsets = line_of()
    expected = squared_errors(slopes, offsets).mean().item()
    found = recorded_errors((slopes, offsets), step_draw)
    error = found.std(ddof=1) / len(found) ** 0.5
    assert error < 0.02 * expected
    assert abs(found.mean() - expected) < 4 * error


def test_the_perfect_error_has_its_closed_form():
    # The variance of the noise that x_t leaves open: alpha_bar sigma^2 / (alpha_bar sigma^2 + 1 - alpha_bar).
    alpha_bar = SCHEDULE.alpha_bars
    left = alpha_bar * SIGMA**2 / (alpha_bar * SIGMA**2 + 1 - alpha_bar)
    torch.testing.assert_close(squared_errors(*perfect()), left, rtol=1e-9, atol=1e-12)


def test_both_draws_record_one_number_and_the_minimised_losses_differ():
    line = crooked()
    even, by_snr = (recorded_errors(line, draw).mean() for draw in ("uniform", "log-snr"))
    assert by_snr == pytest.approx(even, rel=0.02)
    drawn = torch.diff(
        Batches([POINTS], [seeded(0, "x")], SCHEDULE, 10, "log-snr").cumulative.double(),
        prepend=torch.zeros(1),
    )
    minimised = (squared_errors(*line) * drawn).sum().item()
    assert abs(minimised / even - 1) > 0.3  # what was recorded before could not be compared


@pytest.mark.parametrize("step_draw", ["log-snr", "uniform"])
def test_the_weights_of_the_steps_average_to_one_over_the_draw(step_draw):
    source = Batches([POINTS], [seeded(3, "training")], SCHEDULE, 5_000, step_draw)
    _, t, _ = source.draw(40)
    counted = torch.zeros(SCHEDULE.steps).index_add(0, t.flatten(), source.weights[t].flatten())
    share = counted / t.numel()  # of every step: 1 / T
    assert share.sum().item() == pytest.approx(1, rel=1e-3)
    for part in share.reshape(10, -1).sum(1).tolist():
        assert part == pytest.approx(0.1, rel=0.02)
    if step_draw == "uniform":
        assert source.weights == pytest.approx(np.ones(SCHEDULE.steps), rel=1e-3)


# ---- stacks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_a_member_of_a_stack_is_trained_as_it_is_alone(kind):
    """In double precision, where no rounding grows in the course of the training."""
    spec, seeds = TrainingSpec(steps=300, batch=64), (3, 8, 5)
    mixtures = line(1, 2), line(-1, 0, 1), line(0, 3)
    data = [m.sample(400 - 30 * i, seeded(i, "points")).double() for i, m in enumerate(mixtures)]

    def run(members):
        points = [data[m] for m in members]
        own = {"data_mean": torch.stack([p.mean(0) for p in points]), "data_std": [p.std() for p in points]}
        network = NetworkSpec(kind=kind, width=16, depth=2)
        stack = build_network(network, SCHEDULE, 1, [seeds[m] for m in members], **own).double()
        generators = [seeded(seeds[m], "training") for m in members]
        updates = list(train(stack, points, SCHEDULE, spec, generators))
        return member_weights(stack, updates[-1].weights), np.concatenate([u.losses for u in updates])

    together, losses = run([0, 1, 2])
    for member in range(3):
        alone, its_losses = run([member])
        torch.testing.assert_close(together[member], alone[0], rtol=0, atol=1e-9)
        assert losses[:, member] == pytest.approx(its_losses[:, 0], abs=1e-6)
    assert (together[0] - together[1]).abs().max() > 0.1  # they are not all the same


def test_a_network_alone_is_shown_the_batches_it_always_was():
    """The draws in their order, written out: levels of t, noise, and the data by shuffled epochs."""
    spec = TrainingSpec(steps=90, batch=500, step_draw="uniform")
    x, t = batches(spec)
    generator, order = seeded(0, "training"), torch.empty(0, dtype=torch.int64)
    for block in range(3):  # of 30 steps
        levels = (torch.arange(500) + torch.rand(30, 500, generator=generator)) / 500
        noise = torch.randn(30, 500, 1, generator=generator)
        while len(order) < 30 * 500:
            order = torch.cat([order, torch.randperm(500, generator=generator)])
        index, order = order[: 30 * 500].view(30, 500), order[30 * 500 :]
        uniform = torch.full((1000,), 1e-3, dtype=torch.float64).cumsum(0).float()
        steps = torch.searchsorted(uniform, levels).clamp(max=999)
        alpha_bar = SCHEDULE.alpha_bars[steps][..., None]
        x_t = alpha_bar.sqrt().float() * POINTS[index] + (1 - alpha_bar).sqrt().float() * noise
        here = slice(30 * block, 30 * (block + 1))
        assert torch.equal(t[here], steps)
        assert torch.equal(x[here], x_t)


def test_the_weights_of_a_stack_are_those_of_its_members():
    stack = build_network(SMALL, SCHEDULE, 2, [4, 9])
    weights = torch.cat([p.detach().flatten() for p in stack.parameters()])
    for member, seed in zip(member_weights(stack, weights), (4, 9), strict=True):
        alone = build_network(SMALL, SCHEDULE, 2, [seed])
        assert torch.equal(member, torch.cat([p.detach().flatten() for p in alone.parameters()]))


def test_a_stack_is_told_in_shorter_parts():
    steps = [u.step for u in trained(TrainingSpec(steps=60, batch=500), seeds=range(10))[0]]
    assert steps == list(range(3, 61, 3))  # a network alone: 30, 60


def test_the_member_whose_loss_is_no_number_is_told():
    network = build_network(SMALL, SCHEDULE, 1, [0, 1, 2])
    with torch.no_grad():
        next(network.parameters())[1].fill_(math.nan)
    generators = [seeded(0, "training")] * 3
    with pytest.raises(
        Diverged, match="loss of member 1 of 3 stopped being a number at step 10; lower"
    ) as told:
        list(train(network, POINTS, SCHEDULE, TrainingSpec(steps=90), generators))
    assert (told.value.member, told.value.step) == (1, 10)


@pytest.mark.parametrize(
    ("points", "generators", "message"),
    [
        (POINTS, 1, "stack of 2 networks needs 2 generators, not 1"),
        (POINTS, 3, "needs 2 generators, not 3"),
        ([POINTS], 2, "needs 2 sets of points, not 1"),
    ],
)
def test_a_stack_needs_data_and_a_generator_for_each(points, generators, message):
    network = build_network(SMALL, SCHEDULE, 1, [0, 1])
    with pytest.raises(ValueError, match=message):
        next(train(network, points, SCHEDULE, TrainingSpec(), [seeded(0, "training")] * generators))


# ---- the learning rate ---------------------------------------------------------------------------------


@pytest.mark.parametrize("decay", ["cosine", "constant"])
def test_the_learning_rate_that_the_optimiser_is_given(decay, monkeypatch):
    warm_up()
    rates, step = [], torch.optim.Adam.step

    def watched(self, *args, **options):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **options)

    monkeypatch.setattr(torch.optim.Adam, "step", watched)
    trained(TrainingSpec(steps=200, batch=20, learning_rate=0.02, decay=decay))
    assert len(rates) == 200
    if decay == "constant":
        assert set(rates) == {0.02}
    else:
        assert rates[0] == 0.02
        assert rates[50] == pytest.approx(0.02 * (2 + math.sqrt(2)) / 4)  # an eighth of a turn
        assert rates[100] == pytest.approx(0.01)
        assert rates[150] == pytest.approx(0.02 * (2 - math.sqrt(2)) / 4)
        assert all(a > b for a, b in itertools.pairwise(rates))
        assert 0 < rates[-1] < 2e-6


# ---- the draws -----------------------------------------------------------------------------------------


def test_steps_are_drawn_evenly_in_log_snr():
    """Of all draws 2 % are uniform in t; the rest fall on equal widths of log-SNR equally often, as long as
    it is above -12."""
    _, t = batches(TrainingSpec(steps=400, batch=500))
    counts = torch.bincount(t.flatten(), minlength=1000).double()
    level = [math.log(a / (1 - a)) for a in np.cumprod(1 - np.linspace(1e-3, 0.2, 1000))]
    top = level[0] + (level[0] - level[1]) / 2
    last = max(s for s in range(1000) if level[s] > -12)
    edges = [0] + [next(s for s in range(1000) if level[s] < v) for v in np.linspace(level[0], -12, 11)[1:-1]]
    edges.append(last)
    for low, high in itertools.pairwise(edges):
        drawn = counts[low:high].sum().item() / counts.sum().item()
        # A step stands for the levels half way to its neighbours; before the first it is as far as after.
        before = top if low == 0 else (level[low] + level[low - 1]) / 2
        width = before - (level[high] + level[high - 1]) / 2
        expected = 0.98 * width / (top + 12) + 0.02 * (high - low) / 1000
        assert drawn == pytest.approx(expected, rel=0.1)
    beyond = counts[last + 2 :].sum().item() / counts.sum().item()
    assert beyond == pytest.approx(0.02 * (998 - last) / 1000, rel=0.1)


def test_the_uniform_draw_is_uniform():
    _, t = batches(TrainingSpec(steps=200, batch=500, step_draw="uniform"))
    counts = torch.bincount(t.flatten(), minlength=1000)
    assert (t.min(), t.max()) == (0, 999)
    assert (counts - 100).abs().max() < 6 * math.sqrt(100)


def test_every_slot_of_a_batch_gets_one_step():
    # Uniform steps, a thousandth each: with a batch of 250 the i-th t lies in [4 i, 4 i + 3].
    _, t = batches(TrainingSpec(steps=20, batch=250, step_draw="uniform"))
    first = 4 * torch.arange(250)
    assert ((t >= first) & (t <= first + 3)).float().mean() > 0.999  # float32 may round at an edge
    assert ((t >= first - 1) & (t <= first + 4)).all()
    assert len(t.unique()) > 990
    _, uneven = batches(TrainingSpec(steps=20, batch=250))
    assert (uneven.diff(dim=1) >= 0).all()
    # Where the i-th t may fall, the (i + 1)-th takes over: slots do not overlap.
    assert (uneven.amax(0)[:-1] <= uneven.amin(0)[1:]).all()


def test_every_point_is_seen_once_an_epoch():
    """Points a thousand apart, that the noise cannot blur, recognised again at steps with signal."""
    points = torch.arange(60.0)[:, None] * 1e3
    schedule = NoiseSchedule(steps=1000, beta_first=1e-4, beta_last=0.02)
    network = Frozen()
    spec = TrainingSpec(steps=30, batch=24)
    for _ in train(network, points, schedule, spec, seeded(0, "training")):
        pass
    x, t = torch.stack(network.x).double().flatten(), torch.stack(network.t).flatten()
    signal = schedule.alpha_bars.sqrt()[t]
    seen = torch.where(signal > 0.01, (x / signal / 1e3).round(), torch.nan).view(-1, 60)
    assert len(seen) == 12  # 30 batches of 24
    for epoch in seen:
        known = epoch[~epoch.isnan()]
        assert len(known) > 45
        assert len(known.unique()) == len(known)
        assert 0 <= known.min() <= known.max() <= 59
    assert not torch.equal(seen[0].nan_to_num(-1), seen[1].nan_to_num(-1))


def test_the_noisy_batch_has_the_signal_and_the_noise_of_its_step():
    x, t = batches(TrainingSpec(steps=200, batch=500), points=torch.full((50, 1), 2.0))
    x, alpha_bar = x.flatten().double(), SCHEDULE.alpha_bar(t.flatten())
    z = (x - 2 * alpha_bar.sqrt()) / (1 - alpha_bar).sqrt()
    n = z.numel()
    assert z.mean().abs() < 4 / math.sqrt(n)
    assert z.std().item() == pytest.approx(1, abs=4 / math.sqrt(2 * n))
    for part in z.view(10, -1):
        assert part.std().item() == pytest.approx(1, abs=5 / math.sqrt(2 * n / 10))


# ---- budgets and weights -------------------------------------------------------------------------------


def test_snapshot_steps_rise_and_end_at_the_last():
    for steps in [*range(1, 200), 999, 1000, 8000, 20_000, 200_000]:
        marks = snapshot_steps(steps)
        assert all(a < b for a, b in itertools.pairwise(marks))
        assert marks[0] == min(100, steps)
        assert marks[-1] == steps
        assert len(marks) <= 12
    marks = np.array(snapshot_steps(20_000))
    assert len(marks) == 12
    assert marks[1:] / marks[:-1] == pytest.approx(200 ** (1 / 11), rel=0.01)  # equal ratios
    assert snapshot_steps(8_000, count=3, first=80) == [80, 800, 8_000]


def test_flat_parameters_are_views():
    network = build_network(SMALL, SCHEDULE, 1, [0, 1])
    before = [p.detach().clone() for p in network.parameters()]
    flat = FlatParameters(network)
    assert torch.equal(flat.vector.detach(), torch.cat([p.flatten() for p in before]))
    (network(POINTS[None].expand(2, -1, -1), 40).square().mean()).backward()
    assert flat.vector.grad.abs().sum() > 0
    torch.optim.Adam([flat.vector], lr=0.01).step()
    # The first step of Adam moves every parameter by the learning rate, against the sign of its gradient.
    for old, parameter in zip(before, network.parameters(), strict=True):
        strong = parameter.grad.abs() > 1e-5
        moved = (parameter.detach() - old)[strong]
        assert moved.numpy() == pytest.approx(-0.01 * parameter.grad[strong].sign().numpy(), rel=0.01)


def test_weights_survive_a_round_trip():
    updates, _ = trained(TrainingSpec(steps=5, batch=20))
    fresh = build_network(SMALL, SCHEDULE, 1, [9])
    load_weights(fresh, updates[-1].weights)
    assert torch.equal(torch.cat([p.detach().flatten() for p in fresh.parameters()]), updates[-1].weights)


def test_weights_that_do_not_fit_are_refused():
    network = build_network(NetworkSpec(width=8, depth=1), SCHEDULE, 1, [0])
    count = 17 * 8 + 8 + 8 + 1
    for other in (count - 1, count + 1, 0):
        expected = rf"hold {other} numbers; this network has {count} parameters"
        with pytest.raises(ValueError, match=expected):
            load_weights(network, torch.zeros(other))
    before = [p.detach().clone() for p in network.parameters()]
    for value in (math.nan, math.inf):
        weights = torch.zeros(count)
        weights[5] = value
        with pytest.raises(ValueError, match="not finite numbers"):
            load_weights(network, weights)
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_a_training_step_stays_on_its_device(kind):
    """Forward and backward on the meta device, where every tensor from elsewhere fails."""
    network = build_network(NetworkSpec(kind=kind, width=16), SCHEDULE, 2, [0], device="meta")
    flat = FlatParameters(network)
    x, noise = torch.empty(2, 1, 64, 2, device="meta")
    t = torch.empty(1, 64, dtype=torch.int64, device="meta")
    prediction = network(x, t)
    assert prediction.shape == noise.shape
    (prediction - noise).square().mean((1, 2)).sum().backward()
    assert flat.vector.grad.device.type == "meta"
    assert {p.grad.device.type for p in network.parameters()} == {"meta"}


# ---- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, r"steps 0 is outside \[1, 200,000\]"),
        ({"steps": 200_001}, r"steps 200001"),
        ({"steps": 10.0}, r"steps 10\.0"),
        ({"batch": 0}, r"batch 0 is outside \[1, 20,000\]"),
        ({"batch": 20_001}, r"batch 20001"),
        ({"learning_rate": 0.0}, r"learning rate 0 is outside \[1e-06, 0\.1\]"),
        ({"learning_rate": 0.2}, r"learning rate 0\.2"),
        ({"learning_rate": math.nan}, r"learning rate nan"),
        ({"step_draw": "even"}, r"log-snr or uniform, not 'even'"),
        ({"decay": "linear"}, r"cosine or constant, not 'linear'"),
        ({"ema": 1.0}, r"averaging decay 1 is outside \[0, 1\)"),
        ({"ema": -0.1}, r"averaging decay -0\.1"),
        ({"ema": math.nan}, r"averaging decay nan"),
    ],
)
def test_refusals_name_the_value_and_the_bound(changes, message):
    with pytest.raises(ValueError, match=message):
        TrainingSpec(**changes)


@pytest.mark.parametrize(("batch", "block"), [(1, 50), (300, 50), (500, 30), (10_000, 1), (20_000, 1)])
def test_a_block_is_short_enough_to_stop_at_once(batch, block):
    assert TrainingSpec(batch=batch).block == block
    steps = [u.step for u in trained(TrainingSpec(steps=3 * block, batch=batch))[0]]
    assert steps == [block, 2 * block, 3 * block]


# ---- a penalty on flat scores --------------------------------------------------------------------------


class Ramp(torch.nn.Module):
    """Predicts slopes[m] x, whatever the step: its slope is known."""

    def __init__(self, *slopes, dimensions=1):
        super().__init__()
        self.members, self.shape = len(slopes), (dimensions,)
        self.slopes = torch.nn.Parameter(torch.tensor(slopes))

    def forward(self, x, t, rows=None):
        return self.slopes[:, None, None] * x


@pytest.mark.parametrize("dimensions", [1, 2])
def test_flatness_is_that_of_the_slope(dimensions):
    ramp = Ramp(0.0, 1.0, -3.0, dimensions=dimensions)
    x, noise = torch.randn(2, 3, 50, dimensions, generator=torch.Generator().manual_seed(0)).double()
    t = torch.zeros(3, 50, dtype=torch.long)
    found = flatness(ramp.double(), x, t, noise, ramp(x, t))
    torch.testing.assert_close(found, torch.tensor([1.0, 0.5, 0.1]).double())


def test_the_penalty_makes_a_ramp_steeper():
    x = torch.randn(1, 200, 1, generator=torch.Generator().manual_seed(0))
    t, ramp = torch.zeros(1, 200, dtype=torch.long), Ramp(0.5)
    flatness(ramp, x, t, x, ramp(x, t)).sum().backward()
    # d/da 1 / (1 + a^2) = -2a / (1 + a^2)^2
    assert ramp.slopes.grad.item() == pytest.approx(-2 * 0.5 / (1 + 0.25) ** 2, rel=1e-3)


@pytest.mark.parametrize("step_draw", ["log-snr", "uniform"])
@pytest.mark.parametrize("batch", [500, 4_000])  # as a whole, and in parts
def test_the_gradient_is_that_of_the_loss_with_its_penalty(batch, step_draw):
    spec = TrainingSpec(batch=batch, step_draw=step_draw, steepness=0.5)
    parts = -(-batch // LARGEST_PART)
    source = Batches([POINTS], [seeded(0, "training")], SCHEDULE, batch, step_draw)
    x_t, t, noise = (drawn[0] for drawn in source.draw(1))
    networks = [build_network(SMALL, SCHEDULE, 1, [0]) for _ in range(2)]
    written = torch.empty_like(noise)
    _gradient(networks[0], x_t, t, noise, written, parts, Penalties(spec.steepness))
    predicted = networks[1](x_t, t)
    errors = (predicted - noise).square()
    (errors.mean() + 0.5 * flatness(networks[1], x_t, t, noise, predicted).mean()).backward()
    for one, other in zip(*(network.parameters() for network in networks), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(written, errors.detach(), rtol=1e-4, atol=1e-6)
    # Recorded is the error alone, over evenly drawn t.
    (update,), _ = trained(dataclasses.replace(spec, steps=1))
    even = (errors.detach()[..., 0] * source.weights[t]).mean().item()
    assert update.losses.item() == pytest.approx(even, rel=1e-5)


@pytest.mark.parametrize("batch", [500, 4_000])  # as a whole, and in parts
def test_flow_matching_minimises_the_error_of_the_velocity(batch):
    """Lipman et al. (2023): the mean of |u(x_tau) - (x0 - noise)|^2; only the pure noise that no sampler
    visits, tau below 0.002, counts less."""
    parts = -(-batch // LARGEST_PART)
    source = Batches([POINTS], [seeded(0, "training")], SCHEDULE, batch, "uniform")
    x_t, t, noise = (drawn[0] for drawn in source.draw(1))
    flow = build_network(dataclasses.replace(SMALL, prediction="flow"), SCHEDULE, 1, [0])
    written = torch.empty_like(noise)
    _gradient(flow, x_t, t, noise, written, parts)
    a, b = SCHEDULE.alpha_bars.sqrt()[t][..., None], (1 - SCHEDULE.alpha_bars).sqrt()[t][..., None]
    clean = (x_t - b * noise) / a
    plain = build_network(SMALL, SCHEDULE, 1, [0])  # of the same weights: its output is the velocity
    counts = (a / (a + b) / 0.002).clamp(max=1)
    (counts * (plain(x_t, t) - (clean - noise))).square().mean().backward()
    for one, other in zip(*(network.parameters() for network in (flow, plain)), strict=True):
        torch.testing.assert_close(one.grad.double(), other.grad.double(), rtol=2e-3, atol=2e-4)
    # Recorded is the error of the noise, as of every objective.
    torch.testing.assert_close(written, (flow(x_t, t) - noise).square().detach(), rtol=1e-4, atol=1e-6)


def test_without_it_nothing_changes():
    spec = TrainingSpec(steps=5, batch=64)
    before, after = trained(spec), trained(dataclasses.replace(spec, steepness=0.0))
    assert torch.equal(before[0][-1].weights, after[0][-1].weights)
    steep, _ = trained(dataclasses.replace(spec, steepness=0.1))
    assert not torch.equal(before[0][-1].weights, steep[-1].weights)


@pytest.mark.parametrize("weight", [-0.1, 10.5, float("nan")])
def test_its_weight_is_bounded(weight):
    with pytest.raises(ValueError, match=r"weight of steepness .* is outside \[0, 10\]"):
        TrainingSpec(steepness=weight)
