"""The table of pages: the file, the title and the question of each, and what its link holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.page_figures.views.atlas import View as AtlasView
from explorer.page_figures.views.detect import View as DetectView
from explorer.page_figures.views.dimension import View as DimensionView
from explorer.page_figures.views.label import View as LabelView
from explorer.page_figures.views.leaderboard import View as LeaderboardView
from explorer.page_figures.views.learn import View as LearnView
from explorer.page_figures.views.memorise import View as MemoriseView
from explorer.page_figures.views.model import View as ModelView
from explorer.page_figures.views.recursive import View as RecursiveView
from explorer.page_figures.views.remedies import View as RemediesView
from explorer.page_figures.views.samplers import View as SamplersView
from explorer.page_figures.views.score import View as ScoreView
from explorer.page_figures.views.shapes import View as ShapesView
from explorer.page_figures.views.sweep import View as SweepView
from explorer.page_figures.views.trajectories import View as TrajectoriesView
from explorer.ui.room.view import View as RoomView

FOLDER = Path(__file__).resolve().parents[3] / "pages"


@dataclass(frozen=True)
class Page:
    """A page: the name of its file and in its address, its question, and the View that its link holds.

    listed    whether it stands in the navigation; another one is reached from a page
    """

    name: str
    question: str
    view: type | None
    listed: bool = True

    @property
    def title(self) -> str:
        return self.name.capitalize()


PAGES = (
    Page("start", "Why do image models draw six fingers?", None),
    Page("learn", "What does a model learn from these points?", LearnView),
    Page("score", "Where does the learned score go wrong?", ScoreView),
    Page("trajectories", "When does a sample go astray?", TrajectoriesView),
    Page("atlas", "Where in the noise are hallucinations born?", AtlasView),
    Page("detect", "Can we catch it?", DetectView),
    Page("shapes", "Does it happen in pictures?", ShapesView),
    Page("label", "Is this one possible?", LabelView, listed=False),
    Page("model", "Where does your own model waver?", ModelView, listed=False),
    Page("recursive", "What if it learns from its own output?", RecursiveView),
    Page("remedies", "Can we cure it?", RemediesView),
    Page("leaderboard", "Which method is best?", LeaderboardView),
    Page("samplers", "Is it the network, or the solver?", SamplersView),
    Page("sweep", "How does it depend?", SweepView),
    Page("memorise", "Does it learn by heart?", MemoriseView),
    Page("dimension", "Does it get better or worse with more coordinates?", DimensionView),
    Page("room", "A class at one lesson.", RoomView),
)


def page_file(name: str) -> Path:
    """The file of the page of that name."""
    return FOLDER / f"{name}.py"
