"""The samples of a generation, and its metrics before any arm filters them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.compute.progress import rescaled
from explorer.compute.seeds import seeded
from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.digits.mnist import CLASSES
from explorer.data.pictures import picture_distribution
from explorer.detection.statistics.drift import (
    ALIVE_SHARE,
    HalHistogram,
    mode_shares,
    mode_width,
    modes_alive,
    wasserstein,
)
from explorer.detection.trial import Trial, walk_chunks
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import chunk_size
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.experiments.judged_digits import judged_digits
from explorer.experiments.measurement import count_kinds, density_span, measure
from explorer.recursion.spec import RecursionSpec
from explorer.storage.pictures import pictures_of, sheet

POINTS_SHOWN, PICTURES_SHOWN = 2_000, 60


@dataclass(frozen=True, eq=False)
class GenerationSamples:
    """n samples (n, *shape) float32, which of them are hallucinated (n,), their Hal (n,) float64, and the
    nearest mode or the kind of picture of each (n,) int64."""

    samples: np.ndarray
    hallucinated: np.ndarray
    hal: np.ndarray
    label: np.ndarray

    @staticmethod
    def of(trial: Trial, spec: RecursionSpec) -> GenerationSamples:
        x, experiment = torch.from_numpy(trial.samples), spec.experiment
        mixture = experiment.mixture
        label = (
            picture_distribution(experiment.pictures).kinds(x) if mixture is None else mixture.nearest_mode(x)
        )
        return GenerationSamples(
            trial.samples, trial.hallucinated(spec.k), trial.hal(spec.window), label.numpy()
        )

    @staticmethod
    def joined(parts: Sequence[GenerationSamples]) -> GenerationSamples:
        names = ("samples", "hallucinated", "hal", "label")
        return GenerationSamples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def sample_generation(
    spec: RecursionSpec, number: int, denoiser: Denoiser, device: torch.device
) -> Generator[float, None, GenerationSamples]:
    """The samples of a generation, judged, with their trajectory variance; the same noise in all arms."""
    experiment = spec.experiment
    purpose = f"sampling {number}" if number else "sampling"  # generation 0 draws the experiment's own
    on_line = tuple(denoiser.shape) == (1,)
    if on_line:
        denoiser = TabulatedDenoiser(denoiser, span=density_span(experiment))
    assert experiment.distribution is not None  # the spec refuses uploaded points
    walk = walk_chunks(
        denoiser,
        experiment.distribution,
        spec.drawn,
        experiment.sampler,
        seeded(experiment.seed, purpose, device),
        window_steps=spec.window_steps,
        chunk=chunk_size(device, denoiser.shape, tabulated=on_line),
    )
    parts, done = [], 0
    for news in walk:
        if isinstance(news, Trial):
            parts.append(GenerationSamples.of(news, spec))
            done += news.n
            news = done / spec.drawn
        yield news
    return GenerationSamples.joined(parts)


def generation_metrics(
    spec: RecursionSpec, drawn: GenerationSamples, denoiser: Denoiser, device: torch.device
) -> Generator[float, None, dict[str, Any]]:
    """The metrics of all that was drawn, whatever is kept of it: fields of a Generation."""
    experiment = spec.experiment
    found: dict[str, Any] = {
        "hal": HalHistogram.of(drawn.hal, drawn.hallucinated),
        "mode_shares": (),
        "alive": 0,
        **dict.fromkeys(("exact", "exact_error", "density", "width", "distance", "kinds")),
    }
    mixture = experiment.mixture
    if mixture is None:
        shown = pictures_of(sheet(drawn.samples[:PICTURES_SHOWN]), experiment.pictures)
        kinds = count_kinds(experiment.pictures, torch.from_numpy(drawn.label))
        known = experiment.distribution
        if isinstance(known, HandwrittenDigits):
            yield 0.1
            found |= _digit_metrics(known, drawn.samples, spec.k)
        return found | {"samples": shown, "kinds": kinds}
    inside = ~drawn.hallucinated
    points, modes = drawn.samples[inside], drawn.label[inside]
    shares = mode_shares(modes, mixture)
    found |= {
        "samples": drawn.samples[:POINTS_SHOWN].copy(),
        "mode_shares": tuple(shares.tolist()),
        "alive": int(modes_alive(shares, mixture).sum()) if len(modes) else 0,
        "width": mode_width(points, modes, mixture),
    }
    yield 0.1
    distances = []
    for distance in wasserstein(drawn.samples, mixture):
        distances.append(distance)
        yield 0.2
    found["distance"] = float(np.mean(distances))
    if mixture.dimensions == 1:
        measuring = measure(experiment, denoiser, device=device)
        measured = yield from rescaled(measuring, 0.2, 1.0)
        found |= {"density": measured.density, "exact": measured.beyond, "exact_error": measured.error}
    return found


def _digit_metrics(known: HandwrittenDigits, samples: np.ndarray, k: float) -> dict[str, Any]:
    """The share of each digit among those that the judge takes for one, and how far all of them lie from
    those learned from."""
    judged = judged_digits(known, samples, k)
    shares = np.array(judged.digits) / max(sum(judged.digits), 1)
    alive = int((shares >= ALIVE_SHARE / CLASSES).sum())
    distance = None if judged.frechet is None else judged.frechet[0]
    return {"mode_shares": tuple(shares.tolist()), "alive": alive, "distance": distance}
