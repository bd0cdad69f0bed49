"""What a worker process has done before its first task."""

from __future__ import annotations

from explorer.compute.device import prepare
from explorer.page_tasks import remedies, stored, training, trials  # noqa: F401


def prepare_worker() -> None:
    """Import all that tasks need, with one thread for each."""
    prepare()
