"""What a run is: one frozen value that says everything about it, with one codec for JSON, links and names."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal, get_args, get_origin, get_type_hints

from explorer.data.distribution import KnownDistribution
from explorer.data.mixture import GaussianMixture
from explorer.data.own.world import NO_RULE
from explorer.data.pictures import check_pictures, most_pictures, picture_distribution, subject
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec

POINTS_RANGE = (10, 200_000)
MAX_DIMENSIONS = 2  # of the mixture: what shows, stores and measures a run has one coordinate, or a plane
MAX_SEED = 2**31 - 1
MAX_TEXT = 40
MAX_NUMBER = 10**15


@dataclass(frozen=True)
class Experiment:
    """Everything that decides a run's result.

    mixture     the data distribution, of one or two coordinates; None if the data are pictures or own points
    upload      the digest of those points, or ""
    pictures    the name of a distribution of pictures, or of a user's own with the beginning of their hash,
                or ""; exactly one of the three is given
    points      how many training points or pictures are drawn
    """

    mixture: GaussianMixture | None = None
    upload: str = ""
    pictures: str = ""
    points: int = 20_000
    schedule: NoiseSchedule = field(default_factory=NoiseSchedule)
    network: NetworkSpec = field(default_factory=NetworkSpec)
    training: TrainingSpec = field(default_factory=TrainingSpec)
    sampler: SamplerSpec = field(default_factory=SamplerSpec)
    seed: int = 0

    def __post_init__(self) -> None:
        if [self.mixture is not None, bool(self.upload), bool(self.pictures)].count(True) != 1:
            raise ValueError("An experiment needs one of a mixture, uploaded points and pictures.")
        if self.mixture is not None and self.mixture.dimensions > MAX_DIMENSIONS:
            raise ValueError(
                f"The mixture of an experiment has one or two coordinates, not {self.mixture.dimensions}; "
                "networks of more are compared by dimension alone."
            )
        if self.pictures:
            check_pictures(self.pictures)
        if self.pictures and self.points > (most := most_pictures(self.pictures)):
            raise ValueError(f"The number of pictures {self.points:,} is above {most:,}.")
        if self.upload and not (len(self.upload) == 16 and set(self.upload) <= set("0123456789abcdef")):
            raise ValueError(f"{self.upload[:20]!r} does not name uploaded points.")
        if not POINTS_RANGE[0] <= self.points <= POINTS_RANGE[1]:
            raise ValueError(
                f"The number of points {self.points:,} is outside [{POINTS_RANGE[0]}, {POINTS_RANGE[1]:,}]."
            )
        if self.network.variance == "fixed":
            if self.sampler.variance == "learned":
                raise ValueError("A sampler with a learned variance needs a network that learns it.")
            if self.training.variance_penalty:
                raise ValueError(
                    f"The penalty {self.training.variance_penalty:g} on the variance needs a network that "
                    "learns it."
                )
        self.sampler.timesteps(self.schedule)  # refuses a sampler that cannot walk the schedule
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"The seed {self.seed} is outside [0, {MAX_SEED}].")

    @property
    def distribution(self) -> KnownDistribution | None:
        """What the data are drawn from; None for a user's own points, and pictures that are no digits, whose
        truth is unknown."""
        if subject(self.pictures) == "own":
            return None
        return picture_distribution(self.pictures) if self.pictures else self.mixture

    @property
    def unknown_truth(self) -> str:
        """Why nothing is called a hallucination where `distribution` is None: the beginning of a sentence."""
        return NO_RULE if self.pictures else "The truth of uploaded points is unknown"

    def replace(self, **changes: Any) -> Experiment:
        """A copy with some fields changed; nested ones by their path, as in replace(**{"training.steps":
        100})."""
        nested: dict[str, dict[str, Any]] = {}
        flat: dict[str, Any] = {}
        for path, value in changes.items():
            head, _, rest = path.partition(".")
            if rest:
                nested.setdefault(head, {})[rest] = value
            else:
                flat[head] = value
        for head, inner in nested.items():
            flat[head] = dataclasses.replace(getattr(self, head), **inner)
        return dataclasses.replace(self, **flat)

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the run's results.

        Only what differs from UNNAMED counts, so that a field added later changes no name. A default may
        change: then its experiments have another name.
        """
        changes = self.differences(_UNNAMED)
        canonical = "\n".join(f"{path}={changes[path]}" for path in sorted(changes))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    # ---- JSON ------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_json reads back to an equal experiment."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Experiment:
        """Raises ValueError, naming the field, for unknown names, wrong types and values out of bounds."""
        return built(cls, values, "experiment")

    @classmethod
    def from_stored(cls, values: Any) -> Experiment:
        """The experiment of a result that was stored, maybe before some of today's fields were there: they
        have their values of UNNAMED, whatever today's defaults are. Raises ValueError as from_json does."""
        if not isinstance(values, Mapping):
            return cls.from_json(values)
        whole = {
            name: {**UNNAMED[name], **value} if name in NESTED and isinstance(value, Mapping) else value
            for name, value in values.items()
        }
        return cls.from_json({**UNNAMED, "mixture": None, **whole})

    # ---- links -----------------------------------------------------------------------------------

    def differences(self, base: Experiment) -> dict[str, str]:
        """The fields in which this experiment differs from base, by path, as text for a link."""
        return {path: text for path, text in self._texts.items() if base._texts.get(path) != text}

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Every field as text, by its path."""
        texts = {}
        for path in _leaves(Experiment):
            value: Any = self
            for name in path.split("."):
                value = getattr(value, name)
            if isinstance(value, GaussianMixture):
                value = value.to_text()
            texts[path] = "" if value is None else str(value).removesuffix(".0")
        return texts

    def with_differences(self, texts: Mapping[str, str]) -> Experiment:
        """This experiment with the fields of a link changed. Paths that are no field are ignored.

        Raises ValueError, naming the field and its value, for text that does not fit.
        """
        changes: dict[str, Any] = {}
        for path, hint in _leaves(Experiment).items():
            if path in texts:
                changes[path] = _parse(hint, texts[path], path)
        if changes.get("mixture") is not None:
            changes.setdefault("upload", "")
            changes.setdefault("pictures", "")
        for other, third in (("upload", "pictures"), ("pictures", "upload")):
            if changes.get(other):
                changes["mixture"] = None
                changes.setdefault(third, "")
        return self.replace(**changes) if changes else self


def field_paths() -> tuple[str, ...]:
    """The path of every field that with_differences knows, as in "training.steps"."""
    return tuple(_leaves(Experiment))


@cache
def _leaves(cls: type, prefix: str = "") -> Mapping[str, Any]:
    """Path -> type of every field, nested specs opened; a mixture is one leaf with a text form of its own."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(cls).items():
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            found |= _leaves(hint, f"{prefix}{name}.")
        else:
            found[prefix + name] = hint
    return found


def _parse(hint: Any, text: str, path: str) -> Any:
    options = get_args(hint) if get_origin(hint) not in (None, Literal) else (hint,)
    if text == "" and type(None) in options:
        return None
    kind = next(option for option in options if option is not type(None))
    if kind is not GaussianMixture and len(text) > MAX_TEXT:
        raise ValueError(
            f"{path} = {text[:MAX_TEXT]!r}... has {len(text)} characters; at most {MAX_TEXT} fit."
        )
    try:
        if kind is GaussianMixture:
            return GaussianMixture.from_text(text)
        if kind is bool:
            return {"True": True, "False": False}[text]
        if kind in (int, float):
            return kind(text)
    except (ValueError, KeyError) as error:
        if kind is GaussianMixture:
            raise
        raise ValueError(f"{path} = {text[:40]!r} is not {_kind_in_words(kind)}.") from error
    return text


def built(cls: Any, values: Any, path: str) -> Any:
    """A frozen dataclass from plain values, its fields checked by their types; path names it in errors."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{path} should be an object with named fields, not {values!r:.40}.")
    hints = get_type_hints(cls)
    unknown = sorted(set(values) - set(hints))
    if unknown:
        raise ValueError(f"{path} has no field {str(unknown[0])[:MAX_TEXT]!r}.")
    fields = {name: _checked(hints[name], value, f"{path}.{name}") for name, value in values.items()}
    needed = (one.name for one in dataclasses.fields(cls) if one.init and _has_no_default(one))
    if lacking := [name for name in needed if name not in fields]:
        raise ValueError(f"{path} lacks the field {lacking[0]!r}.")
    return cls(**fields)


def _has_no_default(one: dataclasses.Field[Any]) -> bool:
    return one.default is one.default_factory is dataclasses.MISSING


def _checked(hint: Any, value: Any, path: str) -> Any:
    options = get_args(hint) if get_origin(hint) not in (None, Literal, tuple) else (hint,)
    if value is None and type(None) in options:
        return None
    kind = next(option for option in options if option is not type(None))
    if dataclasses.is_dataclass(kind):
        return built(kind, value, path)
    if get_origin(kind) is tuple:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{path} = {value!r:.40} is not a list.")
        return tuple(_checked(get_args(kind)[0], item, path) for item in value)
    accepted = {int: int, float: (int, float), bool: bool, str: str}.get(kind, str)
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):  # type: ignore[arg-type]
        raise ValueError(f"{path} = {value!r:.40} is not {_kind_in_words(kind)}.")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ValueError(f"{path} has {len(value)} characters; at most {MAX_TEXT} fit.")
    if kind in (int, float) and not abs(value) <= MAX_NUMBER:
        raise ValueError(f"{path} is not a number between -1e15 and 1e15.")
    return float(value) if kind is float else value


def _kind_in_words(kind: Any) -> str:
    return {int: "a whole number", float: "a number", bool: "True or False"}.get(kind, "one of its values")


# The values that a name leaves out, and that a stored experiment means where it says nothing. None may ever
# change. A field that is added enters with the value of the runs that were stored without it.
UNNAMED: Mapping[str, Any] = {
    "mixture": {"means": [[0.0]], "sigmas": [1.0], "weights": [1.0]},
    "upload": "",
    "pictures": "",
    "points": 20_000,
    "schedule": {"kind": "linear", "steps": 1_000, "beta_first": 1e-3, "beta_last": 0.2},
    "network": {
        "kind": "plain",
        "width": 64,
        "depth": 3,
        "shared_blocks": False,
        "x_octaves": 0,
        "activation": "silu",
        "prediction": "noise",
        "variance": "fixed",
    },
    "training": {
        "steps": 8_000,
        "batch": 500,
        "learning_rate": 1e-2,
        "step_draw": "log-snr",
        "decay": "cosine",
        "ema": 0.999,
        "steepness": 0.0,
        "variance_penalty": 0.0,
    },
    "sampler": {
        "eta": 1.0,
        "variance": "beta",
        "steps": None,
        "skip_noise": True,
        "stochastic_below": None,
        "solver": "first-order",
        "spacing": "log-snr",
        "churn": 0.0,
    },
    "seed": 0,
}
NESTED = ("schedule", "network", "training", "sampler")
_UNNAMED = Experiment.from_json(UNNAMED)
