"""What is known of the samplers of a run: shipped, measured here, or being measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from explorer.experiments.run import Result
from explorer.experiments.sampler_output import SamplerOutput, sampler_output
from explorer.experiments.sampler_rates import RatesUpdate, SamplerRow, live_rates, sampler_rates
from explorer.experiments.shipped_samplers import shipped_samplers
from explorer.page_figures.samplers import with_spacing
from explorer.page_figures.samplers_findings import row_at
from explorer.page_figures.views.samplers import View
from explorer.ui.shell import server, session


@dataclass(frozen=True)
class Known:
    """The rows of the spacing on view, the one that is singled out, and what goes on."""

    rows: tuple[SamplerRow, ...]
    picked: SamplerRow | None
    origin: str
    progress: str = ""
    under_way: bool = False


def look(result: Result, identity: str) -> Known:
    """Everything known of a run's samplers; of a run that does not ship it is measured now, quickly."""
    view, kept = session.view(View), shipped_samplers(result)
    origin, progress, under_way = "shipped", "", False
    if kept is not None:
        rows = tuple(with_spacing(kept.rows, view.spacing))
    else:
        asked = live_rates(result.experiment, view.spacing)  # type: ignore[arg-type]
        work: server.Work[RatesUpdate, tuple[SamplerRow, ...]] = server.computed(
            "samplers",
            f"samplers {identity} {view.spacing}",
            partial(sampler_rates, result, asked, reported=False),
            patience=1.5,
        )
        origin, under_way = "measured here, quickly", work.under_way
        rows, share = () if work.value is None else work.value, 1.0
        if work.value is None and isinstance(work.update, RatesUpdate):
            rows, share = work.update.rows, work.update.share
        if work.value is None:
            progress = work.error or f"measuring the samplers: {share if rows else 0.0:.0%}"
    return Known(rows, row_at(rows, view.solver, view.calls), origin, progress, under_way)


def output(result: Result, identity: str, row: SamplerRow) -> server.Work[float, SamplerOutput]:
    """What one sampler makes: shipped, or computed here."""
    kept = shipped_samplers(result)
    if kept is not None and kept.output is not None and kept.output.spec == row.spec:
        return server.Work(kept.output, None, None)
    key = f"sampler output {identity} {row.spec}"
    return server.computed("sampler output", key, partial(sampler_output, result, row.spec), patience=2.0)
