"""What the Remedies page shows for what a step's link asks, of what ships."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.experiments.presets import preset
from explorer.experiments.run import Result
from explorer.figures.palette import Mode
from explorer.lesson_files.step_figure import SHIPPED, StepFigure
from explorer.page_figures import remedies, remedies_findings, remedy_films
from explorer.page_figures.main_figure import FilmFigure
from explorer.page_figures.views import remedies as remedies_view
from explorer.page_figures.views.parameter import read_view
from explorer.remedies.remedy_table import REMEDY_PRESETS, shipped_remedies
from explorer.remedies.treatment import treatment_text

ANY_DIAL = "In the app the dials can be moved to any strength: what was not measured yet is measured then."


def remedies_page(result: Result, link: Mapping[str, str], mode: Mode) -> StepFigure:
    """Every remedy's rate against its price, and what the one on view draws."""
    view, experiment = read_view(remedies_view.View, link), result.experiment
    name = next((name for name in REMEDY_PRESETS if preset(name).experiment == experiment), None)
    if name is None:
        raise ValueError(
            f"No remedies of that run come with the explorer; there are those of {', '.join(REMEDY_PRESETS)}."
        )
    prices, treatment = shipped_remedies(name), remedies_view.asked_treatment(view, experiment)
    row, price = prices.find(treatment), remedies_view.asked_price(view, experiment)
    if row is None:
        raise ValueError(f"The treatment {treatment_text(treatment)} was not measured before.")
    of_training = view.cures == remedies_view.CURES[1] and bool(prices.trained)
    chart, asked = (
        remedies.variants_chart(prices, price, view.k, mode, asked=asked)
        if of_training
        else remedies.price_chart(experiment, prices, row, price, view.k, mode, asked=asked)
        for asked in (False, True)
    )
    side = remedies_view.asked_side(view, experiment)
    if side == "twins":
        raise ValueError("Samples with and without a treatment are followed in the app alone.")
    beside = (
        FilmFigure(remedy_films.score_film(result, treatment), remedy_films.score_frame(result))
        if side == "score"
        else FilmFigure(remedy_films.drawn_film(result, prices, row, view.k))
    )
    rows = {treatment_text(one.treatment): one for one in prices.treated}
    dots = [] if of_training else [rows[text] for text in chart.data["text"]]
    films = {id(one): FilmFigure(remedy_films.drawn_film(result, prices, one, view.k)) for one in dots}
    return StepFigure(
        (chart, beside),
        open_first=2 if side == "score" else 1,
        before=asked,
        finding=remedies_findings.describe_result(row, view.k, SHIPPED),
        told_picked=tuple(remedies_findings.describe_result(one, view.k, "") for one in dots),
        opens=tuple(films[id(one)] for one in dots),
        needs_app="" if of_training else ANY_DIAL,
    )
