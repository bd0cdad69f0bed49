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
from explorer.data.pictures import learned_pictures, picture_distribution
from explorer.detection.statistics.drift import (
    ALIVE_SHARE,
    HalHistogram,
    mode_shares,
    mode_width,
    modes_alive,
    wasserstein,
)
from explorer.detection.statistics.rates import Rate
from explorer.detection.trial import Trial, walk_chunks
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import chunk_size
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.experiments.judged_digits import judged_digits
from explorer.experiments.measurement import count_kinds, density_span, measure
from explorer.recursion.own_pictures import real_pictures
from explorer.recursion.spec import RecursionSpec
from explorer.storage.pictures import pictures_of, sheet

POINTS_SHOWN, PICTURES_SHOWN = 2_000, 60


@dataclass(frozen=True, eq=False)
class GenerationSamples:
    """n samples (n, *shape) float32, which of them are hallucinated (n,), their Hal (n,) float64, and the
    nearest mode or the kind of picture of each (n,) int64.

    Of a user's own pictures nobody knows which are hallucinated, and they have no kinds: None.
    """

    samples: np.ndarray
    hallucinated: np.ndarray | None
    hal: np.ndarray
    label: np.ndarray | None

    @staticmethod
    def of(trial: Trial, spec: RecursionSpec) -> GenerationSamples:
        x, experiment = torch.from_numpy(trial.samples), spec.experiment
        if not spec.judged:
            return GenerationSamples(trial.samples, None, trial.hal(spec.window), None)
        mixture = experiment.mixture
        label = (
            picture_distribution(experiment.pictures).kinds(x) if mixture is None else mixture.nearest_mode(x)
        )
        return GenerationSamples(
            trial.samples, trial.hallucinated(spec.k), trial.hal(spec.window), label.numpy()
        )

    @staticmethod
    def joined(parts: Sequence[GenerationSamples]) -> GenerationSamples:
        def together(fields: list[np.ndarray | None]) -> np.ndarray | None:
            known = [one for one in fields if one is not None]
            return np.concatenate(known) if known else None

        return GenerationSamples(
            np.concatenate([part.samples for part in parts]),
            together([part.hallucinated for part in parts]),
            np.concatenate([part.hal for part in parts]),
            together([part.label for part in parts]),
        )

    @property
    def judged(self) -> np.ndarray:
        """Which are known to be hallucinated, (n,) bool: none where nobody knows."""
        return np.zeros(len(self.samples), bool) if self.hallucinated is None else self.hallucinated

    def bad(self, rows: np.ndarray | slice) -> int | None:
        """How many of some rows are hallucinated; None where nobody knows."""
        return None if self.hallucinated is None else int(self.hallucinated[rows].sum())

    @property
    def rate(self) -> Rate | None:
        """The share hallucinated; None where nobody knows."""
        return None if self.hallucinated is None else Rate(int(self.hallucinated.sum()), len(self.samples))


def sample_generation(
    spec: RecursionSpec, number: int, denoiser: Denoiser, device: torch.device
) -> Generator[float, None, GenerationSamples]:
    """The samples of a generation, judged, with their trajectory variance; the same noise in all arms."""
    experiment = spec.experiment
    purpose = f"sampling {number}" if number else "sampling"  # generation 0 draws the experiment's own
    on_line = tuple(denoiser.shape) == (1,)
    if on_line:
        denoiser = TabulatedDenoiser(denoiser, span=density_span(experiment))
    data = experiment.distribution or learned_pictures(experiment.pictures)  # the spec refuses other data
    walk = walk_chunks(
        denoiser,
        data,
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
        "hal": HalHistogram.of(drawn.hal, drawn.judged),
        "mode_shares": (),
        "alive": 0,
        **dict.fromkeys(("exact", "exact_error", "density", "width", "distance", "kinds")),
        **dict.fromkeys(("nearest", "diversity")),
    }
    mixture = experiment.mixture
    if mixture is None:
        shown = pictures_of(sheet(drawn.samples[:PICTURES_SHOWN]), experiment.pictures)
        if drawn.label is None:
            yield 0.1
            away = real_pictures(experiment, spec.drawn).distances(drawn.samples)
            own = {"distance": away.frechet, "nearest": away.nearest, "diversity": away.diversity}
            return found | {"samples": shown} | own
        kinds = count_kinds(experiment.pictures, torch.from_numpy(drawn.label))
        known = experiment.distribution
        if isinstance(known, HandwrittenDigits):
            yield 0.1
            found |= _digit_metrics(known, drawn.samples, spec.k)
        return found | {"samples": shown, "kinds": kinds}
    assert drawn.label is not None  # a mixture has modes
    inside = ~drawn.judged
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
