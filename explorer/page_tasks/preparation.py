"""What a worker process has done before its first task."""

from __future__ import annotations

import contextlib

from explorer.compute.device import prepare
from explorer.experiments import atlas_seeds, sampler_output, sampler_rates, shipped_atlases  # noqa: F401
from explorer.page_tasks import files, models, remedies, stored, training, trials  # noqa: F401
from explorer.server.database import DatabaseError, shared


def prepare_worker() -> None:
    """Import all that tasks need, with one thread for each; nothing is connected yet."""
    prepare()
    with contextlib.suppress(DatabaseError):  # a worker tells
        shared()
