"""What the page of a lesson's step shows, without a screen: for files, as it is on the page of the app."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.page_figures.main_figure import FilmFigure, MainFigure
from explorer.page_figures.sampler_table import WordTable

SHIPPED = "shipped"  # where what a file shows comes from, as the pages say it


@dataclass(frozen=True)
class DrawTable:
    """What a browser needs to draw samples of a preset in one dimension by itself; see page/draw_samples.js.

    header     JSON: steps, grid, coefficients, modes, seed, how exact the table is
    values     the table's blocks, to which the header's offsets point
    """

    header: str
    values: bytes


@dataclass(frozen=True)
class StepFigure:
    """What a step of a lesson shows.

    figures       from the top to the bottom; the first is the main one
    open_first    how many of them, from the top, are shown before the step's question has been answered
    before        the main one as it is shown until then, where it would give the answer away; None elsewhere
    finding       the sentence under it, with coloured names in braces; "" for none
    caption       what stands small under the finding; "" for nothing
    told_picked   what is said of each item that can be picked in the main figure, by its number, of a chart
                  that of its row of the data; () for none
    picked_at     the only frame of it at which that holds; None for all
    opens         what opens when an item is picked, by its number, None for nothing; () for none at all
    told_frame    what is said at each frame of it beside its captions, line by line; () for none
    table         under the figures; None for none
    left_out      what the file leaves out of what the app shows, in a sentence; "" for nothing
    needs_app     what only the app can do at this step, in a sentence; "" for nothing
    draws         what "Draw 10,000 more" and "New noise" need; None where nothing can be drawn
    """

    figures: tuple[MainFigure, ...]
    open_first: int = 1
    before: MainFigure | None = None
    finding: str = ""
    caption: str = ""
    told_picked: tuple[str, ...] = ()
    picked_at: int | None = None
    opens: tuple[FilmFigure | None, ...] = ()
    told_frame: tuple[str, ...] = ()
    table: WordTable | None = None
    left_out: str = ""
    needs_app: str = ""
    draws: DrawTable | None = None
