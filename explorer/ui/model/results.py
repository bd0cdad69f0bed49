"""What is known of the model of one's own that the page asks for: what it is, and its samples."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from explorer.adapters.diffusers.folder import require_diffusers
from explorer.adapters.diffusers.model_folder import ModelFacts, offered_model, read_facts, require_shown
from explorer.adapters.diffusers.samples import DrawSpec, DrawUpdate, ModelSamples
from explorer.page_figures.views.model import View, asked_draw
from explorer.page_tasks.models import draw_on_spare_processors
from explorer.server.tickets import Ticket
from explorer.ui.shared.long_work import ticket_for
from explorer.ui.shell import server, session

PURPOSE = "model samples"


@dataclass(frozen=True)
class ChosenModel:
    """The model of the view, and what is drawn of it."""

    folder: Path
    facts: ModelFacts
    spec: DrawSpec

    @property
    def key(self) -> str:
        """What names the samples among what this server has computed."""
        spec = self.spec
        return f"{PURPOSE} {self.facts.name} {self.facts.digest} {spec.n} {spec.steps} {spec.seed}"

    @property
    def task(self) -> partial[Generator[DrawUpdate, None, ModelSamples]]:
        """The drawing, as a worker process finds it."""
        return partial(draw_on_spare_processors, self.folder, self.spec)


@dataclass(frozen=True)
class Drawn:
    """The samples as far as they are there, and the job that draws them."""

    samples: ModelSamples | None
    whole: bool
    ticket: Ticket[Any] | None

    @property
    def active(self) -> bool:
        return not self.whole and self.ticket is not None and self.ticket.active


def chosen_model() -> ChosenModel:
    """The model that the view asks for. Raises ValueError, in one sentence, where none is offered of that
    name, and for one that is not drawn from here."""
    require_diffusers()
    view = session.view(View)
    folder = offered_model(view.own_model)
    facts = read_facts(folder)
    require_shown(facts)
    return ChosenModel(folder, facts, asked_draw(view))


def drawn(chosen: ChosenModel) -> Drawn:
    """Its samples: kept here, or those that are drawn so far, also of a drawing that was stopped."""
    ticket = ticket_for(PURPOSE, chosen.key)
    kept: ModelSamples | None = server.results().get(chosen.key)
    if kept is not None:
        return Drawn(kept, True, ticket)
    update = None if ticket is None else ticket.update
    return Drawn(update.samples if isinstance(update, DrawUpdate) else None, False, ticket)
