"""The findings of an atlas: the shares of hallucinated seeds by the network and by the true score, and where
they lie."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.detection.basins import Basins
from explorer.detection.fate import Stripes
from explorer.experiments.atlas import NEAR, LineAtlas, PlaneAtlas, border_share
from explorer.figures.words import exact_rate, percent

HALF = 0.5  # of the seeds
ANSWERS = ("on the borders between modes", "anywhere")
THIN = "Hallucinated borders that are too thin to be seen are drawn wider than they are."


def birthplace(atlas: PlaneAtlas | LineAtlas) -> str | None:
    """Which of ANSWERS says where the hallucinated seeds lie; None where there are none."""
    share = border_share(atlas)
    return None if share is None else ANSWERS[0] if share > HALF else ANSWERS[1]


def describe_shares(atlas: PlaneAtlas | LineAtlas) -> str:
    """The share of hallucinated seeds by the network and by the true score, and where they lie, in words
    whose colours are between braces."""
    model, truth = (_final(atlas), atlas.truth)
    by_model, by_truth = (exact_rate(one.hallucinated_share, one.error) for one in (model, truth))
    text = f"By the {{model}} {by_model} of the seeds hallucinate, by the {{truth}} {by_truth}."
    share = border_share(atlas)
    if share is None:
        return text
    where = f"lie within {NEAR:g} of a border of the truth"
    return f"{text} Of the model's, {percent(share)} {where}."


def describe_training(steps: Sequence[int], trained: Sequence[Basins]) -> str:
    """How the share of hallucinated seeds changes with the training, in words whose colours are between
    braces."""
    return (
        f"At step {steps[0]:,} {share_of(trained[0])} of the seeds {{hallucinated:hallucinate:}} by the "
        f"{{model}}, at step {steps[-1]:,} {share_of(trained[-1])}."
    )


def describe_rates(atlas: PlaneAtlas | LineAtlas) -> str:
    """The share of hallucinated seeds by the network and by the true score, in a line."""
    return f"{share_by(_final(atlas), 'network')} · {share_by(atlas.truth, 'true score')}"


def describe_exactness(atlas: PlaneAtlas | LineAtlas) -> str:
    """How the shares were found: k, sampler, and that they are exact under the normal."""
    k = atlas.k if isinstance(atlas, LineAtlas) else atlas.model.k
    return f"beyond {k:g} σ · {atlas.sampler.name} · exact under the normal, ± numerical error"


def _final(atlas: PlaneAtlas | LineAtlas) -> Basins | Stripes:
    return atlas.model[-1] if isinstance(atlas, LineAtlas) else atlas.model


def share_by(found: Basins | Stripes, by: str) -> str:
    """The share of hallucinated seeds, and by whom, in a line."""
    return f"{by}: {share_of(found)} hallucinated"


def share_of(found: Basins | Stripes) -> str:
    """The share of hallucinated seeds with its numerical error."""
    return exact_rate(found.hallucinated_share, found.error)


def describe_plane(atlas: PlaneAtlas) -> str:
    """What the plane shows, with its numbers, for who cannot see it."""
    model = atlas.model
    return (
        f"The plane of initial noise, coloured by the mode in which a seed ends with {atlas.sampler.name}. "
        f"Hallucinated, farther than {model.k:g} σ from every mode: {share_of(model)} of the seeds by the "
        f"network, {share_of(atlas.truth)} by the true score. {percent(atlas.misassigned)} of the seeds end "
        f"in another mode than by the true score. {percent(model.square.outside)} of all seeds lie outside "
        f"of the square. {THIN}"
    )


def describe_line(atlas: LineAtlas) -> str:
    """What the stripes show, with their numbers, for who cannot see them."""
    first, final = atlas.model[0], atlas.model[-1]
    return (
        f"Initial noise against the training step, coloured by the mode in which a seed ends with "
        f"{atlas.sampler.name}. The hallucinated stripes, farther than {atlas.k:g} σ from every mode, hold "
        f"{percent(first.hallucinated_share)} of the seeds at step {atlas.steps[0]:,} and "
        f"{exact_rate(final.hallucinated_share, final.error)} at step {atlas.steps[-1]:,}, by the true score "
        f"{exact_rate(atlas.truth.hallucinated_share, atlas.truth.error)} (exact). {THIN} Stripes that hold "
        f"less than a millionth of the seeds are not drawn."
    )
