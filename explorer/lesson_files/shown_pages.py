"""What each page of the app shows of a run that ships, for what a link asks: one function a page.

They call what the pages call. What a page computes in turns is finished here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Generic, TypeVar

import numpy as np

from explorer.compute.progress import finish
from explorer.data.pictures import support_bound
from explorer.detection.judged_trial import JudgedTrial, fitting_window
from explorer.detection.paired_trajectories import Strips
from explorer.detection.scanned_windows import ScannedWindows, scan_trial
from explorer.experiments.run import Result
from explorer.experiments.sampler_comparison import SamplerComparison, compare_samplers
from explorer.experiments.sampler_output import sampler_output
from explorer.experiments.sampler_rates import TITLES, SamplerRow
from explorer.experiments.shipped_samplers import shipped_samplers
from explorer.experiments.shipped_trials import shipped_trial
from explorer.experiments.trials import default_count, stored_trial, trial
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import tile_of
from explorer.figures.palette import Mode
from explorer.lesson_files.atlas_page import atlas_page
from explorer.lesson_files.memorise_page import memorise_page
from explorer.lesson_files.noise_table import packed_table
from explorer.lesson_files.remedies_page import remedies_page
from explorer.lesson_files.step_figure import SHIPPED, DrawTable, StepFigure
from explorer.page_figures import (
    detect,
    detect_findings,
    learn,
    recursive,
    recursive_findings,
    sampler_table,
    samplers,
    samplers_findings,
    score,
    shapes,
    shapes_findings,
    trajectories,
    trajectories_pairs,
)
from explorer.page_figures.main_figure import FilmFigure, MainFigure
from explorer.page_figures.views import detect as detect_view
from explorer.page_figures.views import learn as learn_view
from explorer.page_figures.views import recursive as recursive_view
from explorer.page_figures.views import samplers as samplers_view
from explorer.page_figures.views import score as score_view
from explorer.page_figures.views import shapes as shapes_view
from explorer.page_figures.views import trajectories as trajectories_view
from explorer.page_figures.views.parameter import SamplerView, asked_frame, asked_sampler, read_view
from explorer.recursion.presets import LOOPS, is_part_of, part_of, shipped_loop
from explorer.recursion.spec import Generation, RecursionSpec, of_seed

WHERE_IT_OPENS = (
    "What is said of a picture that you click holds at the end of the training; the app says it of any time."
)
OTHER_DOTS = "The app shows the same of every sampler that you click."
Picked = tuple[tuple[str, ...], tuple[FilmFigure | None, ...]]  # what is said of each item, and what opens
T = TypeVar("T")
Link = Mapping[str, str]


def learn_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """What was learned at every snapshot, and how the training went."""
    view, snapshots = read_view(learn_view.View, link), result.snapshots
    film = learn.film(result.experiment, snapshots, view.k, None)
    rates = learn.rate_chart(snapshots, view.k)
    beside = (learn.loss_chart(result.losses, result.recorded), *((rates,) if rates is not None else ()))
    return StepFigure(
        (FilmFigure(film, asked_frame(view.snapshot, len(film.captions))), *beside),
        finding=learn.FINDING,
        told_frame=tuple(learn.describe_snapshot(snapshot, view.k) for snapshot in snapshots),
        draws=_draws(result, SamplerView(), view.k),
    )


def score_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """The score of truth and model at every step, and its error over all of them."""
    view, experiment = read_view(score_view.View, link), result.experiment
    snapshot = score_view.asked_snapshot(view, len(result.snapshots))
    region, scaled = score_view.asked_region(view, experiment.mixture), score_view.is_scaled(view)
    if view.figure == "map":
        raise ValueError("The map of the score's error is drawn in the app alone; a step shows its curves.")
    found = score.scores(result, snapshot, region, scaled)
    frame = found.frame_of(score_view.asked_step(view, experiment.schedule))
    errors = score.errors_over_t(result, snapshot)
    beside = () if errors is None else (score.error_chart(errors, scaled, int(found.steps[frame]), mode),)
    return StepFigure(
        (FilmFigure(found.film, frame), *beside),
        finding=score.FINDING,
        told_frame=tuple(score.describe_errors_shown(found, at) for at in range(len(found.film.captions))),
    )


def trajectories_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """Samples on their way by model and truth, or one step in slow motion."""
    view = read_view(trajectories_view.View, link)
    spec = asked_sampler(view, result.experiment)
    pairs = trajectories_pairs.paired_trajectories(result, spec, view.k)
    place, said = pairs.place(view.sample), f"{pairs.summary} · beyond {view.k} σ · {spec.name}"
    if view.motion == "one step":
        film, frame = trajectories_view.asked_slow_film(view, pairs, place)
        return StepFigure(
            (FilmFigure(film, frame), *_one_sample(pairs, place)),
            finding=trajectories.describe_sample(pairs, place),
            caption=said,
        )
    film, unanswered = (
        trajectories.many_film(pairs, **trajectories_view.asked_film(view, truth=truth))
        for truth in (True, False)
    )
    frame = asked_frame(view.moment, len(film.captions))
    return StepFigure(
        (FilmFigure(film, frame, place), *_one_sample(pairs, place)),
        before=FilmFigure(unanswered, frame, place),
        finding=trajectories.describe_sample(pairs, place),
        caption=said,
        told_picked=tuple(trajectories.describe_sample(pairs, at) for at in range(len(pairs.followed.rows))),
        table=_sampler_words(result, view),
        draws=_draws(result, view, view.k),
        left_out="The two small figures are of the sample that is singled out first; the app draws those of "
        "the one that you click.",
    )


def _one_sample(pairs: trajectories_pairs.PairedTrajectories, place: int) -> tuple[MainFigure, ...]:
    return tuple(FilmFigure(film) for film in trajectories.sample_films(pairs, place))


def _sampler_words(result: Result, view: trajectories_view.View) -> sampler_table.WordTable:
    switch = min(view.switch, result.experiment.schedule.steps - 1)
    compared = _compared(result.experiment.digest, switch, Held(result))
    return sampler_table.sampler_table(compared, view.k, switch)


def detect_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """The detector on the samples that ship, by a threshold or by all windows."""
    return _detector(result, link, read_view(detect_view.View, link).k)


def _detector(result: Result, link: Link, k: float) -> StepFigure:
    view, experiment = read_view(detect_view.View, link), result.experiment
    spec, n, known = asked_sampler(view, experiment), default_count(experiment), experiment.distribution
    assert known is not None  # what ships has a truth
    shipped = shipped_trial(result, n, spec)
    kept = shipped.trial if shipped is not None else stored_trial(result, n, spec)
    drawn = kept if kept is not None else finish(trial(result, n, spec))
    judged = JudgedTrial(drawn, known, k, fitting_window(view.window, drawn.windows.steps))
    if view.judge == "windows":
        found = finish(scan_trial(judged)) if shipped is None else shipped.scanned[int(k)]
        return _windows(judged, found)
    if view.judge == "rivals":
        raise ValueError("Detectors are compared in the app alone; a step shows a threshold or windows.")
    film = detect.curves_film(judged) if view.judge == "curves" else detect.threshold_film(judged)
    frames = range(len(film.captions))
    return StepFigure(
        (FilmFigure(film, judged.frame_of(view.cut)),),
        finding=detect_findings.describe_variance(judged),
        caption=spec.name,
        told_frame=tuple("\n".join(detect_view.said_of_threshold(view, judged, at)) for at in frames),
        draws=_draws(result, view, int(k)),
    )


def _windows(judged: JudgedTrial, found: ScannedWindows) -> StepFigure:
    steps = detect.mapped_steps(found.scan)
    cells = [detect_view.window_of_cell(steps, cell) for cell in range(len(steps) ** 2)]
    told = (
        "" if window is None else _said_of_window(dataclasses.replace(judged, window=window), found)
        for window in cells
    )
    cell = detect_view.cell_of_window(steps, judged.window)
    marked, unmarked = (
        FilmFigure(detect.window_film(judged, found.scan, best=best), picked=cell) for best in (True, False)
    )
    return StepFigure(
        (marked,),
        before=unmarked,
        finding=detect_findings.describe_windows(judged, found.scan),
        caption="\n".join(detect_view.said_of_windows(judged, found)),
        told_picked=tuple(told),
    )


def _said_of_window(judged: JudgedTrial, found: ScannedWindows) -> str:
    return detect_findings.compare_windows(judged, found.scan) or ""


def shapes_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """A gallery of pictures: the data, samples, samples on their way, the exact mean, or the detector."""
    view, experiment = read_view(shapes_view.View, link), result.experiment
    if view.gallery == "detector":
        return _detector(result, link, support_bound(experiment.pictures))
    strips, start = result.final.measurement.strips, None
    picked: Picked = ((), ())
    uncounted: Film | None = None
    if view.gallery == "data":
        film = shapes.data_film(experiment)
    elif view.gallery == "on their way" and strips is not None:
        film, picked = shapes.way_film(experiment, strips), _on_their_way(result, strips)
    elif view.gallery == "mean":
        film = shapes.posterior_film(result, view.picture)
        start = shapes.most_apart(film)
    else:
        order = shapes_view.asked_order(view, experiment)
        film = shapes.samples_film(experiment, result.snapshots, order)
        uncounted = shapes.without_counts(film)
        picked = _samples(result, asked_frame(view.frame, len(film.captions)), order)
    frame = asked_frame(view.frame, len(film.captions), start)
    of_data = view.gallery == "data"
    said = [shapes.describe_data(experiment)] if of_data else shapes_findings.describe_result(result, SHIPPED)
    tile = view.tile if view.tile >= 0 else None
    return StepFigure(
        (FilmFigure(film, frame, tile),),
        before=None if uncounted is None else FilmFigure(uncounted, frame, tile),
        finding=shapes_view.gallery_sentence(view, experiment, trained=True),
        caption="\n".join(said),
        told_picked=picked[0],
        picked_at=frame if view.gallery == "samples" else None,
        opens=picked[1],
        left_out=WHERE_IT_OPENS if view.gallery == "samples" else "",
    )


def _samples(result: Result, frame: int, order: str) -> Picked:
    """What is said of every sample of a snapshot, and what opens of it; nothing of a tile that holds none."""
    experiment = result.experiment
    shown = shapes.ordered_samples(experiment, result.snapshots[frame], order)
    pictures = [shown[tile_of(tile, shapes.SHOWN, shapes.COLUMNS)] for tile in range(shapes.SHOWN)]
    there = [picture if np.isfinite(picture).all() else None for picture in pictures]
    told = ("" if one is None else shapes_findings.describe_picture(experiment, one) for one in there)
    opens = (None if one is None else FilmFigure(shapes.picked_film(experiment, one)) for one in there)
    return tuple(told), tuple(opens)


def _on_their_way(result: Result, strips: Strips) -> Picked:
    """When each picture was decided, and its way, which opens where it was."""
    experiment, order = result.experiment, shapes.wrong_first(result.experiment, strips)
    places = [shapes.picture_at(order, tile) for tile in range(len(order))]
    told = (
        "" if one is None else shapes_findings.describe_decision(experiment, strips, one) for one in places
    )
    opens = (
        None
        if one is None
        else FilmFigure(
            shapes.decided_film(experiment, strips, one), shapes_findings.decided(experiment, strips, one)[0]
        )
        for one in places
    )
    return tuple(told), tuple(opens)


def recursive_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """What every arm made in every generation of the loop that ships: tiles, or curves."""
    view, experiment = read_view(recursive_view.View, link), result.experiment
    whole, made = next((loop for loop in map(_loop, LOOPS) if loop[0].experiment == experiment), (None, ()))
    spec = None if whole is None else recursive_view.asked_loop(view, whole)
    if spec is None or whole is None or not is_part_of(spec, whole):
        raise ValueError("A step shows a loop that comes with the explorer, or a part of one.")
    generations, names = part_of(spec, made), list(recursive.curves(spec))
    found = recursive_findings.describe_findings(spec, generations)
    height = recursive.CURVE_HEIGHT if view.loop == "curves" else recursive.SIDE_HEIGHT
    shown = names if view.loop == "curves" else names[:2]
    charts = [recursive.curve_chart(spec, generations, name, height, mode) for name in shown]
    if view.loop == "curves":
        return StepFigure(tuple(charts), finding=found)
    seed = recursive_view.asked_seed(view, spec)
    film = recursive.grid_film(spec, generations, seed)
    picked = recursive.tile_number(spec, view.large)
    of_arm = {arm: [one for one in of_seed(generations, seed) if one.arm == arm] for arm in spec.arms}
    arms = {arm: recursive.arm_film(spec, mine, arm, seed) for arm, mine in of_arm.items()}
    tiles = [recursive.picked(spec, tile) for tile in range(len(spec.arms) * spec.generations)]
    opens = tuple(None if tile is None else FilmFigure(arms[tile[0]], tile[1]) for tile in tiles)
    return StepFigure(
        (FilmFigure(film, picked=picked), *charts),
        finding=found,
        caption=recursive_findings.describe_tiles(spec),
        told_picked=tuple(
            "" if tile is None else recursive.describe_tile(spec, of_arm[tile[0]][tile[1]]) for tile in tiles
        ),
        opens=opens,
    )


def samplers_page(result: Result, link: Link, mode: Mode) -> StepFigure:
    """Every sampler against its network calls, and what the one on view makes in which steps."""
    view, experiment, table = read_view(samplers_view.View, link), result.experiment, shipped_samplers(result)
    if table is None:
        raise ValueError("No table of samplers of that run comes with the explorer.")
    rows = samplers.with_spacing(table.rows, view.spacing)
    row = samplers_findings.row_at(rows, view.solver, view.calls)
    assert row is not None  # a table has rows of every spacing
    price = samplers_view.asked_price(view, experiment)
    chart, asked = (
        samplers.rates_chart(result, rows, row, price, view.k, mode, asked=asked) for asked in (False, True)
    )
    steps = samplers.steps_chart(experiment, row, mode)
    beside: MainFigure
    if experiment.pictures:
        beside = samplers.kinds_chart(experiment, rows, row, mode)
    else:
        kept = table.output if table.output is not None and table.output.spec == row.spec else None
        output = finish(sampler_output(result, row.spec)) if kept is None else kept
        beside = FilmFigure(samplers.output_film(result, output, row, view.k))

    def said(one: SamplerRow) -> str:
        return samplers_findings.coloured(samplers_findings.describe_rate(one, experiment, view.k))

    of = {(TITLES[one.sampler], one.calls): said(one) for one in rows}
    dots = zip(chart.data["sampler"], chart.data["calls"], strict=True)
    return StepFigure(
        (chart, beside, steps),
        before=asked,
        finding=said(row),
        told_picked=tuple(of.get((name, int(n)), "") for name, n in dots),
        left_out=OTHER_DOTS,
    )


# ---- what ships, or takes seconds to compute, once for all steps -----------------------------------------


@dataclass(frozen=True)
class Held(Generic[T]):
    """A value that is no part of what it is kept by."""

    value: T = field(compare=False)


def _draws(result: Result, view: SamplerView, k: int) -> DrawTable | None:
    """What samples on the line are drawn from in the page; None for all others."""
    mixture = result.experiment.mixture
    if mixture is None or mixture.dimensions != 1:
        return None
    switch = min(view.switch, result.experiment.schedule.steps - 1)
    return _packed(result.experiment.digest, view.sampler, switch, k, Held(result))


@lru_cache(maxsize=16)
def _packed(digest: str, name: str, switch: int, k: int, run: Held[Result]) -> DrawTable:
    return packed_table(run.value, name, switch, k)


@lru_cache(maxsize=8)
def _compared(digest: str, switch: int, run: Held[Result]) -> list[SamplerComparison]:
    return finish(compare_samplers(run.value, default_count(run.value.experiment), switch))


@cache
def _loop(name: str) -> tuple[RecursionSpec, tuple[Generation, ...]]:
    return shipped_loop(name)


PAGES: dict[str, Callable[[Result, Link, Mode], StepFigure]] = {
    "learn": learn_page,
    "score": score_page,
    "trajectories": trajectories_page,
    "atlas": atlas_page,
    "detect": detect_page,
    "shapes": shapes_page,
    "recursive": recursive_page,
    "remedies": remedies_page,
    "samplers": samplers_page,
    "memorise": memorise_page,
}
