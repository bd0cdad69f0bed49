"""What the Samplers page shows: every sampler against its network calls, by network and true score, and what
one of them makes in which steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import kind_names, verdict
from explorer.detection.statistics.rates import Rate
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_in_words
from explorer.experiments.run import Result
from explorer.experiments.sampler_output import SamplerOutput
from explorer.experiments.sampler_rates import (
    DEFAULT_CALLS,
    DEFAULT_SAMPLER,
    DEFAULT_SPACING,
    NAMES,
    TITLES,
    SamplerRow,
    price_of,
)
from explorer.experiments.settings import nearest_preset
from explorer.experiments.summary import RunSummary
from explorer.figures.film.film import Film
from explorer.figures.film.samplers import sampled_density_film
from explorer.figures.film.training import samples_film
from explorer.figures.palette import Mode
from explorer.figures.vega.samplers import (
    Place,
    kinds_data,
    kinds_spec,
    rates_data,
    rates_spec,
    span_of,
    steps_data,
    steps_spec,
)
from explorer.figures.words import percent
from explorer.page_figures.extents import GRID, mode_ticks, shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure
from explorer.page_figures.samplers_findings import (
    best_score,
    describe_rate,
    own_rate_of,
    row_at,
)

PRICES = {"rate": "rate", "shares": "shares of the modes", "width": "width of the modes"}
SPACING_TITLES = {"log-snr": "log-SNR", "uniform": "uniform", "karras": "Karras"}
WIDE_PART = 1.25  # factor between the ends of a shaded part that has room for words


def prices_of(experiment: Experiment) -> tuple[str, ...]:
    """What can be read off these data: pictures have no modes."""
    return ("rate",) if experiment.pictures else tuple(PRICES)


def with_spacing(rows: Sequence[SamplerRow], spacing: str) -> list[SamplerRow]:
    """The rows of a spacing; of those that visit every step, where all spacings are one, only the usual
    one."""
    return [row for row in rows if row.spacing == spacing]


# ---- all samplers in one chart ---------------------------------------------------------------------------


def main_figure(result: Result, rows: Sequence[SamplerRow], k: int = 5, mode: Mode = "light") -> ChartFigure:
    """Every sampler's rate against its network calls, DDIM at ten singled out."""
    shown = with_spacing(rows, DEFAULT_SPACING)
    experiment = result.experiment
    chart = rates_chart(result, shown, row_at(shown, DEFAULT_SAMPLER, DEFAULT_CALLS), "rate", k, mode)
    name = f"{nearest_preset(experiment).name}, seed {experiment.seed}"
    return replace(chart, caption=f"{chart.caption} · {name}")


def rates_chart(
    result: Result,
    rows: Sequence[SamplerRow],
    picked: SamplerRow | None,
    price: str,
    k: int,
    mode: Mode,
    *,
    asked: bool = False,
) -> ChartFigure:
    """A price against network calls, a line a sampler; of the picked one the parts of solver and network are
    shaded.

    asked   whether somebody is to predict what the true score makes: the network's lines stand alone
    """
    experiment = result.experiment
    places = _places(rows, experiment.mixture, price, k)
    log = price != "width"
    span = span_of(places, log=log)
    calls = [place.calls for place in places] or [1]
    chosen = TITLES[picked.sampler] if picked is not None else ""
    title = {
        "rate": f"share that {verdict(experiment.pictures)}"
        if experiment.pictures
        else f"share beyond {k} σ",
        "shares": "by how much the shares of the modes are off",
        "width": "width of the modes / σ, 1 is right",
    }[price]
    counted = [row.model.n for row in rows if row.model.n is not None]
    noted = f"{title}, log axes" if log else title
    parts = _parts(places, chosen, span) if price == "rate" and not asked else []
    names = [TITLES[name] for name in NAMES]  # of all, so that each keeps its mark
    own_rate = own_rate_of(result) if price == "rate" else None
    spec = rates_spec(
        names,
        noted,
        span,
        (min(calls), max(calls)),
        parts,
        mode,
        log=log,
        intervals=bool(counted) and price == "rate",
        band=None if own_rate is None else own_rate.interval,
    )
    at = picked.calls if picked is not None else 0
    data = rates_data(places, chosen, at, span, log=log)
    dashed = "" if asked else f", dashed by {best_score(experiment)} with the same steps"
    if asked:
        data = data[data["who"] == "model"].reset_index(drop=True)
        data["below"] = data["value"]  # nothing is shaded
    return ChartFigure(
        spec,
        data,
        f"{PRICES[price].capitalize()} of every sampler against network calls, by the network{dashed}.",
        numbers(rows, picked, price, k, experiment),
        caption=f"{title}: lines by the network{dashed} · "
        + (f"n = {counted[0]:,} a dot, bars: 95 % intervals" if counted else "exact")
        + ("" if own_rate is None else f" · green: the run’s own sampler, n = {own_rate.n:,}"),
    )


def _places(rows: Sequence[SamplerRow], mixture: GaussianMixture | None, price: str, k: int) -> list[Place]:
    found = []
    for row in rows:
        for who, summary in (("model", row.model), ("truth", row.truth)):
            value = price_of(summary, price, k, mixture)
            if value is None:
                continue
            rate = summary.rate(k) if price == "rate" else None
            low, high = (value, value) if rate is None else rate.interval
            found.append(Place(row.title, who, row.calls, value, low, high))
    return found


def _parts(
    places: Sequence[Place], chosen: str, span: tuple[float, float]
) -> list[tuple[float, float, str, str]]:
    """Where the shaded parts are widest, the words that stand in them."""
    own = {(place.who, place.calls): place.value for place in places if place.sampler == chosen}
    calls = sorted({calls for _, calls in own})
    pairs = [(c, own["model", c], max(own["truth", c], span[0])) for c in calls if ("truth", c) in own]
    found: list[tuple[float, float, str, str]] = []
    inner = [pair for pair in pairs[1:] if pair[1] > WIDE_PART * pair[2] and 3 * pair[0] <= calls[-1]]
    if inner:
        at, high, low = max(inner, key=lambda pair: pair[1] / pair[2])
        found.append((at, math.sqrt(high * low), "network’s part", "model"))
    under = [pair for pair in pairs[1:] if pair[2] > 10 * span[0]]
    if under:
        at, _, high = under[0]
        found.append((at, math.sqrt(high * span[0]), "solver’s part", "truth"))
    return found


def numbers(
    rows: Sequence[SamplerRow], picked: SamplerRow | None, price: str, k: int, experiment: Experiment
) -> str:
    """The most important numbers of the chart in a sentence."""
    if picked is None:
        return ""
    parts = [
        f"{row.title} {_row_value(row.model, price, k, experiment.mixture)}"
        for name in dict.fromkeys(row.sampler for row in rows)
        if (row := row_at([one for one in rows if one.sampler == name], name, picked.calls)) is not None
        and abs(row.calls - picked.calls) <= 0.25 * picked.calls
    ]
    return f"At about {picked.calls} calls, by the network: {', '.join(parts)}."


def _row_value(summary: RunSummary, price: str, k: int, mixture: GaussianMixture | None) -> str:
    if price == "rate":
        return rate_in_words(summary, k)
    value = price_of(summary, price, k, mixture)
    return "none" if value is None else f"{value:.3g}"


# ---- one sampler -----------------------------------------------------------------------------------------


def output_film(result: Result, output: SamplerOutput, row: SamplerRow, k: int) -> Film:
    """What a sampler makes: its density over the data's, or its samples."""
    mixture = result.experiment.mixture
    assert mixture is not None  # pictures are told by their kinds
    name = f"{row.title}, {row.calls} calls"
    if output.densities is not None:
        x = np.linspace(*shown_interval(mixture), GRID)
        column = torch.from_numpy(x)[:, None]
        model, solver = (density.resampled(x) for density in output.densities)
        return sampled_density_film(
            x,
            model,
            solver,
            mixture.log_density(column).exp().numpy(),
            mixture.is_hallucination(column, k).numpy(),
            title=name,
            ticks=mode_ticks(mixture),
            alt=f"Density that {name} makes by the network, by the true score, and that of the data, on a "
            f"log axis. {describe_rate(row, result.experiment, k)}",
        )
    assert output.samples is not None
    wrong = [mixture.is_hallucination(torch.from_numpy(one), k).numpy() for one in output.samples]
    counts, n = [int(flags.sum()) for flags in wrong], len(output.samples[0])
    centre, reach = shown_square(mixture)
    film = samples_film(
        [output.samples[0]],
        [wrong[0]],
        ("",),
        modes=np.array(mixture.means),
        reach=reach,
        centre=centre,
        known=True,
        alt=f"{n:,} samples of {name}: {counts[0]} hallucinated by the network, from the same noise "
        f"{counts[1]} by the true score.",
    )
    panel = replace(film.panels[0], title=f"{name}: {counts[0]} of {n:,}", title_colour="model")
    return Film((panel,), ("",), "", ("", ""), film.alt)


def steps_chart(experiment: Experiment, row: SamplerRow, mode: Mode) -> ChartFigure:
    """The steps that a sampler visits on an axis of log-SNR."""
    schedule, visited = experiment.schedule, row.spec.timesteps(experiment.schedule)
    levels = schedule.log_snr[visited].tolist(), schedule.sigmas[visited].tolist()
    steps = list(zip(visited, *levels, strict=True))
    ends = float(schedule.log_snr[visited[0]]), float(schedule.log_snr[0])
    room = 0.03 * (ends[1] - ends[0])
    title = f"its {len(visited)} steps, {SPACING_TITLES[row.spacing]} spacing"
    return ChartFigure(
        steps_spec(title, (ends[0] - room, ends[1] + room), mode),
        steps_data(steps),
        f"The {len(visited)} steps that {row.title} visits on an axis of log-SNR.",
        f"From t = {visited[0]} to t = {visited[-1]}.",
    )


def kinds_chart(
    experiment: Experiment, rows: Sequence[SamplerRow], picked: SamplerRow, mode: Mode
) -> ChartFigure:
    """Which kinds of impossible pictures the samplers make with about as many calls as the picked one."""
    near = [row for row in rows if abs(row.calls - picked.calls) <= 0.25 * picked.calls]
    shares, names = [], list(dict.fromkeys(row.title for row in near))
    kinds = kind_names(experiment.pictures)[1:]
    made = [kind for kind in kinds if any(row.model.kinds and row.model.kinds[kind] for row in near)]
    for kind in made:
        for row in near:
            assert row.model.kinds is not None  # pictures have kinds
            assert row.model.n is not None
            rate = Rate(row.model.kinds[kind], row.model.n)
            shares.append((kind, row.title, rate.value, *rate.interval, row is picked))
    title = f"impossible pictures by kind, about {picked.calls} calls"
    return ChartFigure(
        kinds_spec(title, names, mode),
        kinds_data(shares),
        "The share of each kind of impossible picture, a dot a sampler with its 95 % interval.",
        "; ".join(
            f"{kind}: "
            + ", ".join(f"{name} {percent(share)}" for one, name, share, *_ in shares if one == kind)
            for kind in made
        )
        + ".",
        caption=f"{title} · n = {picked.model.n:,} each, 95 % intervals",
    )
