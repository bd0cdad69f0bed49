"""What the link of the Learn page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.page_figures.views.parameter import SigmaView, SnapshotView


@dataclass(frozen=True)
class View(SigmaView, SnapshotView):
    """The bound on the distance, and the snapshot of the training."""
