"""The samples of a run on which several pages look: those that ship with it, or those that are drawn here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from explorer.detection.trial import Trial, TrialUpdate
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments import trials
from explorer.experiments.run import Result
from explorer.experiments.shipped_trials import shipped_trial
from explorer.ui.shell import server


def trial_key(identity: str, n: int, spec: SamplerSpec) -> str:
    """What names a trial of a run among what this server has computed."""
    return f"trial {identity} {spec} {n}"


def drawn_trial(
    result: Result,
    identity: str,
    n: int,
    spec: SamplerSpec,
    *,
    windows: Sequence[tuple[int, int]] = (),
    patience: float = 1.0,
) -> server.Work[TrialUpdate, Trial]:
    """n samples of a run by a sampler: shipped if they ship, else kept here or drawn now.

    windows     over which the variance of the samples is wanted
    patience    as server.computed has it
    """
    kept = trials.stored_trial(result, n, spec)
    shipped = shipped_trial(result, n, spec) if kept is None else None
    if shipped is not None and all(window in shipped.windows.variances for window in windows):
        kept = shipped.trial
    if kept is not None:
        return server.Work(kept, None, None)
    key = trial_key(identity, n, spec)
    return server.computed("trial", key, partial(trials.trial, result, n, spec), patience=patience)
