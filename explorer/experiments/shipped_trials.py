"""Trials that ship beside the runs of points: the first look at a detector, drawn and scanned already.

    trial.json             the experiment and the network that was sampled, the best window for every bound k
                           and what it is worth, how all was computed, size and SHA-256 of the other file, and
                           its own seal
    trial.safetensors      the samples, their variance over two windows, the ways of a few of them, and what a
                           scan of all windows found

They are drawn as `trial` draws by default: the run's own sampler and seed. A trial of another experiment or
another network than the run's is as if it were not there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from explorer.compute.progress import map_progress, rescaled
from explorer.compute.provenance import Provenance
from explorer.data.distribution import KnownDistribution
from explorer.detection.judged_trial import (
    RETENTION,
    JudgedTrial,
    fitting_window,
    late_decider,
    median_hallucinated,
    median_in_support,
)
from explorer.detection.scanned_windows import BestWindow, ScannedWindows, scan_trial
from explorer.detection.statistics.thresholds import Confusion
from explorer.detection.statistics.window_scan import WindowScan
from explorer.detection.trajectory_variance import KnownWindows
from explorer.detection.trial import Trial
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.beside_runs import BesideRuns
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.run import Result
from explorer.experiments.trials import default_count, known_truth, trial
from explorer.storage.arrays import load_arrays, save_arrays
from explorer.storage.files import (
    listing,
    verified,
    write_file,
)

FORMAT = 1
TABLE, ARRAYS = "trial.json", "trial.safetensors"
FROM_THE_TRIAL = 0.3  # of the time to make one


@dataclass(frozen=True, eq=False)
class ShippedTrial:
    """A trial over the windows that were kept, and by bound k what all windows are worth.

    computed    how it was computed; None if that was not recorded
    """

    trial: Trial
    scanned: dict[int, ScannedWindows]
    computed: Provenance | None

    @property
    def windows(self) -> KnownWindows:
        assert isinstance(self.trial.windows, KnownWindows)
        return self.trial.windows


def shipped_trial(result: Result, n: int, spec: SamplerSpec, seed: int | None = None) -> ShippedTrial | None:
    """The trial that ships beside a run, if it is of so many samples and of that sampler and seed; None if
    there is none, or it is damaged."""
    experiment = result.experiment
    if spec != experiment.sampler or seed not in (None, experiment.seed):
        return None
    found = TRIALS.shipped(result)
    return found if found is not None and found.trial.n == n else None


# ---- made ------------------------------------------------------------------------------------------------


def build_trial(result: Result, folder: Path) -> Generator[float, None, None]:
    """Draw the default trial of a run of points, scan its windows, and write both into the run's folder;
    yields the share done.

    Raises ValueError for a run whose truth is unknown, and if what is kept of the trial makes other counts
    than the trial.
    """
    n, spec, known = default_count(result.experiment), result.experiment.sampler, known_truth(result)
    drawn = yield from map_progress(trial(result, n, spec), lambda update: FROM_THE_TRIAL * update.share)
    window = fitting_window("", drawn.windows.steps)
    judged = {k: JudgedTrial(drawn, known.distribution, k, window) for k in THRESHOLDS}
    ends = np.linspace(FROM_THE_TRIAL, 1.0, len(THRESHOLDS) + 1).tolist()
    scanned = {}
    for k, start, end in zip(THRESHOLDS, ends, ends[1:], strict=False):
        scanned[k] = yield from rescaled(scan_trial(judged[k]), start, end)
    arrays = _arrays(drawn, judged, scanned)
    _check(judged, _trial(arrays, known.distribution))
    blob = save_arrays(arrays)
    table = {
        "retention": RETENTION,
        "best": {k: None if one.best is None else dataclasses.asdict(one.best) for k, one in scanned.items()},
        "file": listing(blob),
    }
    write_file(folder / ARRAYS, blob)
    TRIALS.write(folder, result, table)


def _arrays(
    drawn: Trial, judged: Mapping[int, JudgedTrial], scanned: Mapping[int, ScannedWindows]
) -> dict[str, np.ndarray]:
    first, last = next(iter(judged.values())).window
    rows = sorted({row for one in judged.values() for row in _followed(one)})
    upper = np.triu_indices(len(drawn.windows.steps), 1)
    return {
        "samples": drawn.samples,
        "steps": np.array(drawn.windows.steps, np.int32),
        f"hal.{first}.{last}": drawn.hal((first, last)),
        f"hal.{first}.{(first + last) // 2}": drawn.hal((first, (first + last) // 2)).astype(np.float32),
        "rows": np.array(rows, np.int64),
        "away": np.stack([drawn.windows.away(row) for row in rows]),
        **{f"auroc.{k}": found.scan.auroc[upper] for k, found in scanned.items()},
        **{f"recall.{k}": found.scan.recall[upper] for k, found in scanned.items()},
    }


def _followed(judged: JudgedTrial) -> list[int]:
    """The samples whose way a page shows."""
    rows = (late_decider(judged), median_hallucinated(judged), median_in_support(judged))
    return [row for row in rows if row is not None]


def _check(judged: Mapping[int, JudgedTrial], kept: Trial) -> None:
    """Raise ValueError if what is kept of a trial makes other counts, or follows other samples, than all."""
    for k, one in judged.items():
        again = JudgedTrial(kept, one.known, k, one.window)
        same = np.array_equal(one.hallucinated, again.hallucinated) and _followed(one) == _followed(again)
        if not same or one.held_out.keys() != again.held_out.keys() or one.rules != again.rules:
            raise ValueError(f"What is kept of the trial says another thing at k = {k} than the trial.")


# ---- read ------------------------------------------------------------------------------------------------


def _read(folder: Path, table: Mapping[str, Any], experiment: Experiment) -> ShippedTrial:
    if experiment.distribution is None:
        raise ValueError("the truth of its run is unknown")
    arrays = load_arrays(verified(folder / ARRAYS, table["file"]))
    retention, best = float(table["retention"]), table["best"]
    scanned = {k: _scanned(arrays, k, retention, best[str(k)]) for k in THRESHOLDS}
    computed = Provenance.from_json(table["computed"])
    return ShippedTrial(_trial(arrays, experiment.distribution), scanned, computed)


def _trial(arrays: Mapping[str, np.ndarray], known: KnownDistribution) -> Trial:
    samples, steps = arrays["samples"], tuple(int(t) for t in arrays["steps"])
    variances = {}
    for name in arrays:
        if name.startswith("hal."):
            _, first, last = name.split(".")
            variances[int(first), int(last)] = arrays[name]
    if any(hal.shape != (len(samples),) for hal in variances.values()) or not variances:
        raise ValueError(f"its variances are not those of {len(samples):,} samples")
    distances = {int(row): away for row, away in zip(arrays["rows"], arrays["away"], strict=True)}
    windows = KnownWindows(steps, variances, distances)
    return Trial(samples, known.distance_to_support(torch.from_numpy(samples)).numpy(), windows)


def _scanned(
    arrays: Mapping[str, np.ndarray], k: int, retention: float, best: Mapping[str, Any] | None
) -> ScannedWindows:
    steps = arrays["steps"].astype(np.int64)
    upper = np.triu_indices(len(steps), 1)
    auroc, recall = (np.full((len(steps), len(steps)), np.nan) for _ in range(2))
    auroc[upper], recall[upper] = arrays[f"auroc.{k}"], arrays[f"recall.{k}"]
    chosen = None
    if best is not None:
        first, last = best["window"]
        chosen = BestWindow((int(first), int(last)), Confusion(**best["judged"]))
    return ScannedWindows(WindowScan(steps, auroc, recall, retention), chosen)


TRIALS = BesideRuns("trial", TABLE, FORMAT, _read)
