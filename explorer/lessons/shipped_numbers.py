"""The numbers of what ships that lessons ask for, and how a share is written."""

from __future__ import annotations

from functools import cache

from explorer.compute.progress import finish
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.seed_range import SeedRange
from explorer.diffusion.exact_density.density import gaps_beyond
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.experiments import checkpoints
from explorer.experiments.atlas import K, LineAtlas, PlaneAtlas, atlas_sampler
from explorer.experiments.hallucinated_share import rate_of
from explorer.experiments.measurement import density_span
from explorer.experiments.run import Result
from explorer.experiments.sampler_rates import DEFAULT_SPACING, SamplerRow
from explorer.experiments.shipped_atlases import atlas_of
from explorer.experiments.shipped_samplers import shipped_samplers
from explorer.experiments.trials import sampler
from explorer.figures.words import format_rate, percent
from explorer.recursion.presets import shipped_loop
from explorer.recursion.seeds import seeds_of
from explorer.recursion.spec import Generation, of_seed
from explorer.remedies.evaluation import RemedyResult
from explorer.remedies.remedy_table import shipped_remedies
from explorer.remedies.store import RemedyTable
from explorer.remedies.treatment import read_treatment


def atlas(name: str) -> PlaneAtlas | LineAtlas:
    """Where a shipped run's seeds end, by network and truth."""
    found = run(name)
    return finish(atlas_of(found, atlas_sampler(found.experiment), K))


@cache
def run(preset: str) -> Result:
    """A shipped run by its preset's name."""
    return checkpoints.shipped().load_preset(preset).result


@cache
def remedies(preset: str) -> RemedyTable:
    """What the remedies do to a shipped run."""
    return shipped_remedies(preset)


def mixture(preset: str) -> GaussianMixture:
    """What the points of a shipped run are drawn from. Raises LookupError for pictures."""
    found = run(preset).experiment.mixture
    if found is None:
        raise LookupError(f"the data of {preset} are no mixture")
    return found


@cache
def exact(preset: str, name: str, k: int) -> float:
    """The exact share of a shipped run beyond k sigma with a sampler of that name."""
    found, truth = run(preset), mixture(preset)
    spec, span = sampler(found.experiment, name), density_span(found.experiment)
    return finish(exact_rates(found.denoiser(), spec, truth, [k], span=span)).beyond[k]


@cache
def share_between(preset: str, k: float) -> float:
    """Of the mass beyond k sigma of every mode, the share between the outermost modes."""
    truth, density = mixture(preset), run(preset).final.measurement.density
    if density is None:
        raise LookupError(f"the data of {preset} lie on no line")
    ends = sorted(mean for (mean,) in truth.means)
    gaps = gaps_beyond(truth, k, float(ends[0]), float(ends[-1]))
    return sum(density.mass(low, high) for low, high in gaps) / density.mass_beyond(truth, k)


def sampler_row(preset: str, name: str, calls: str) -> SamplerRow:
    """A sampler of a shipped table, with the number of calls that is nearest."""
    table = shipped_samplers(run(preset))
    rows = [] if table is None else [one for one in table.rows if one.sampler == name]
    rows = [one for one in rows if one.spacing == DEFAULT_SPACING]
    if not rows:
        raise LookupError(f"no sampler {name} was measured")
    return min(rows, key=lambda one: abs(one.calls - int(calls)))


def kinds(preset: str) -> tuple[dict[str, int], int]:
    """How many pictures of a shipped run are of each kind, the valid one first, and of how many."""
    measured = run(preset).final.measurement
    if measured.kinds is None:
        raise LookupError(f"the data of {preset} are no pictures")
    return measured.kinds, sum(measured.kinds.values())


@cache
def ends(name: str, arm: str) -> tuple[list[Generation], list[Generation]]:
    """The first generation of an arm of a shipped loop with each seed, and the last."""
    mine = [one for one in shipped_loop(name)[1] if one.arm == arm]
    if not mine:
        raise LookupError(f"there is no arm {arm} in the loop {name}")
    by_seed = [of_seed(mine, seed) for seed in seeds_of(mine)]
    return [made[0] for made in by_seed], [made[-1] for made in by_seed]


def rate(one: Generation, k: int) -> float:
    """The share of a generation beyond k sigma: exact where it is known."""
    assert one.rate is not None  # what ships is judged
    return one.rate.value if one.exact is None else one.exact[k]


def rate_of_seeds(made: list[Generation], k: int) -> str:
    """The rate of a generation: of one seed exact or with its interval, of several the median and the
    range."""
    one, found = made[0], SeedRange(tuple(rate(one, k) for one in made))
    if len(made) > 1:
        return format_rate(found.median, found.low, found.high)
    assert one.rate is not None  # what ships is judged
    return percent(found.median) if one.exact is not None else format_rate(one.rate.value, *one.rate.interval)


def counted(count: int, n: int) -> str:
    """A share of n with its interval."""
    found = Rate(count, n)
    return format_rate(found.value, *found.interval)


def remedy_result(preset: str, treatment: str) -> RemedyResult:
    """What was measured of a shipped run under a treatment, "none" for no treatment."""
    row = remedies(preset).find(() if treatment == "none" else read_treatment(treatment))
    if row is None:
        raise LookupError(f"{treatment} was not measured")
    return row.result


def treated_rate(preset: str, treatment: str, k: int) -> float:
    """The share beyond k sigma under a treatment."""
    return rate_of(remedy_result(preset, treatment), k)


def dial(preset: str, name: str, k: int) -> list[tuple[float, float]]:
    """The dials of a remedy alone, those above 0, and the rates they leave."""
    found = []
    for row in remedies(preset).treated:
        if len(row.treatment) == 1 and row.treatment[0].name == name and row.treatment[0].dial > 0:
            found.append((row.treatment[0].dial, rate_of(row.result, k)))
    return sorted(found)


def trained(preset: str, variant: str, k: int) -> float:
    """The median share beyond k sigma of networks that were trained with a variant."""
    results = [row.result for row in remedies(preset).seeds(variant)]
    rates = tuple(rate_of(result, k) for result in results)
    if not rates:
        raise LookupError(f"no network was trained with {variant}")
    return SeedRange(rates).median


def number_of_seeds(name: str) -> int:
    """Of how many seeds a shipped loop is."""
    return shipped_loop(name)[0].seeds
