"""Dimension: does it get better or worse with more coordinates?"""

import streamlit as st

from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.run import DimensionUpdate
from explorer.dimension.spec import DimensionSpec
from explorer.page_figures.dimension import describe_numbers
from explorer.ui.dimension import controls, download, figure, help
from explorer.ui.dimension.controls import DIMENSION
from explorer.ui.shared import folds
from explorer.ui.shared.long_work import Found
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header

spec = controls.chosen()
found = DIMENSION.look(spec)
takes = DIMENSION.takes(spec)

header.header(
    "Does it get better or worse with more coordinates?",
    "The same modes in 2 to 64 dimensions, a network for each; the truth is exact in all of them.",
    preset_box=False,
    seeds=False,
)
figure.predict(found.parts)

left, main = header.columns()
with left:
    controls.choices()
    controls.arrangement()
    with st.expander("Networks of your own"):
        controls.numbers()
        DIMENSION.buttons(found, takes)


def draw(spec: DimensionSpec, now: Found[DimensionUpdate, DimensionPart], live: bool) -> None:
    """The dimensions so far; new ones appear as they are finished."""
    figure.show(spec, now.parts, live=live)


with main:
    DIMENSION.show(spec, found, draw, describe_numbers)

paper = folds.opened(st.expander, "Beside the paper on DDIM and DDPM", "paper_dimension")
if paper is not None:
    with paper:
        figure.beside_the_paper(spec, found.parts)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.DIMENSION_PAGE, "dimension")
with away:
    take_away(lambda: download.table(spec, found.parts, stored=not found.active), live=found.active)
