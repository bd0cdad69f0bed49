"""What the Atlas shows of pictures: in which picture each seed of a plane ends."""

from __future__ import annotations

import numpy as np

from explorer.data.pictures import verdict
from explorer.experiments.experiment import Experiment
from explorer.experiments.seed_plane import SeedPlane
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import gallery_film
from explorer.page_figures.picture_kinds import kinds_of, picture_names
from explorer.page_figures.shapes import optimum


def seed_plane_film(experiment: Experiment, plane: SeedPlane) -> Film:
    """The pictures of a plane of seeds by the network beside those by the true score, impossible ones
    framed."""
    wrong = [kinds_of(experiment, pictures) != 0 for pictures in (plane.model, plane.truth)]
    titles = (("model", "model"), (optimum(experiment), "truth"))
    return gallery_film(
        [
            (title, role, pictures[None, :, 0], marked[None])  # type: ignore[misc]
            for (title, role), pictures, marked in zip(titles, (plane.model, plane.truth), wrong, strict=True)
        ],
        ("three seeds in the corners, all others between them",),
        columns=plane.side,
        keeps_rows=True,
        slider="",
        ends=("", ""),
        alt=f"{describe_seed_plane(experiment, plane)} From tile to tile the initial noise changes by "
        f"{plane.step_degrees:.0f} degrees.",
    )


def describe_seed_plane(experiment: Experiment, plane: SeedPlane, *, coloured: bool = False) -> str:
    """How many of the pictures are hallucinated, by whom; in the page's markup for colours if `coloured`."""
    wrong = verdict(experiment.pictures)
    wrong = f"{{hallucinated:{wrong}:}}" if coloured else wrong
    model, truth = (int(np.count_nonzero(kinds_of(experiment, x))) for x in (plane.model, plane.truth))
    return (
        f"Of {len(plane.model)} seeds on this plane {model} end in a picture that {wrong} with the "
        f"model, {truth} with the {optimum(experiment)}."
    )


def describe_ends(experiment: Experiment, plane: SeedPlane, place: int) -> str:
    """In which kinds of pictures a seed ends."""
    model, truth = (picture_names(experiment, x[place : place + 1])[0] for x in (plane.model, plane.truth))
    row, column = divmod(place, plane.side)
    return (
        f"Row {row + 1}, column {column + 1}: {model} with the model, {truth} with the {optimum(experiment)}."
    )
