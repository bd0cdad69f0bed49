"""Folders of diffusers models: which ones a server offers by name, and what stands in one, read without the
library and without the weights."""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.adapters.diffusers.noise_level import FAMILIES

ENVIRONMENT = "EXPLORER_MODELS"
INDEX, CONFIG, SCHEDULER_CONFIG = "model_index.json", "config.json", "scheduler_config.json"
WEIGHTS = "diffusion_pytorch_model.safetensors"
MODELS = ("UNet2DModel", "ExplorerUNet")
LIBRARIES = ("diffusers", "explorer.adapters.diffusers.unet")  # whose classes are opened
MOST_NAMES = 200
LONGEST_NAME = 120
LARGEST_WEIGHTS = 4_000_000_000  # bytes
LARGEST_CONFIG = 1_000_000  # bytes of a JSON file
LARGEST_HEADER = 10_000_000  # bytes of what safetensors say of their tensors
MOST_PARAMETERS = 200_000_000  # of a model that pages draw from
LARGEST_SIDE = 128  # pixels of its pictures
CHANNELS = {1: "grey", 3: "colour"}


@dataclass(frozen=True)
class ModelFacts:
    """What the files of a model say of it.

    shape           (channels, height, width) of its pictures
    parameters      how many numbers its weights are; bytes: their file's
    train_steps     of the scheduler's training
    clips           whether the scheduler itself clips the predicted x0
    digest          another one when a file of the model changes
    """

    name: str
    unet: str
    scheduler: str
    shape: tuple[int, int, int]
    parameters: int
    bytes: int
    train_steps: int
    clips: bool
    digest: str


# ---- which models there are ------------------------------------------------------------------------------


def offered() -> bool:
    """Whether this server was started with models to choose from."""
    return bool(os.environ.get(ENVIRONMENT))


def offered_models() -> dict[str, Path]:
    """The folders of the models of EXPLORER_MODELS by their names: those in the folder that it names, or that
    folder itself if it is one model; none where it is not set.

    Raises ValueError if it names no folder, or one with nothing in it.
    """
    if not offered():
        return {}
    root = Path(os.environ[ENVIRONMENT])
    try:
        if (root / INDEX).is_file():
            return {_name(root): root}
        folders = sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] not in "._")
    except OSError as error:
        raise ValueError(f"The folder that {ENVIRONMENT} names cannot be read: {error.strerror}.") from None
    named = [path for path in folders if path.name.isprintable() and len(path.name) <= LONGEST_NAME]
    if not named:
        raise ValueError(f"The folder that {ENVIRONMENT} names has no folder of a model in it.")
    return {path.name: path for path in named[:MOST_NAMES]}


def offered_model(name: str) -> Path:
    """The folder of the model of that name; the first for "". Raises ValueError, with the names that there
    are, for any other."""
    models = offered_models()
    if not models:
        raise ValueError(
            f"This server was started without {ENVIRONMENT}, so that it has no models to show; start it with "
            f"{ENVIRONMENT}=FOLDER, a folder that a pipeline of diffusers was saved to."
        )
    if not name:
        return next(iter(models.values()))
    if name not in models:
        known = ", ".join(list(models)[:10])
        more = " and more" if len(models) > 10 else ""
        raise ValueError(f"There is no model {name[:40]!r} on this server; there are {known}{more}.")
    return models[name]


# ---- what one is -----------------------------------------------------------------------------------------


def read_facts(folder: Path) -> ModelFacts:
    """What the files of a model say of it.

    Raises ValueError, in one sentence, for a folder that is missing, broken or pickled, whose weights take
    too many bytes, that has code of its own, or that is of another kind of model or scheduler.
    """
    index = read_json(folder / INDEX)
    unet, scheduler = (_class_of(index, folder, part) for part in ("unet", "scheduler"))
    if unet not in MODELS:
        raise ValueError(f"{folder.name} has a {unet[:40]}; known are {', '.join(MODELS)}.")
    if scheduler not in FAMILIES:
        raise ValueError(f"{folder.name} has a {scheduler[:40]}; known are {', '.join(FAMILIES)}.")
    weights, config = folder / "unet" / WEIGHTS, read_json(folder / "unet" / CONFIG)
    levels = read_json(folder / "scheduler" / SCHEDULER_CONFIG)
    if isinstance(index.get("_class_name"), list) or "auto_map" in config:
        raise ValueError(f"{folder.name} brings code of its own, which is not run.")
    size = _weights_size(folder, weights)
    if size > LARGEST_WEIGHTS:
        raise ValueError(f"The weights of {folder.name} take {size / 1e9:.1f} of at most 4 GB.")
    return ModelFacts(
        _name(folder),
        unet,
        scheduler,
        _shape(folder, config),
        _parameters(folder, weights),
        size,
        _count(levels, "num_train_timesteps", 1_000),
        bool(levels.get("clip_sample", scheduler in ("DDPMScheduler", "DDIMScheduler"))),
        _digest(folder, weights, index, config, levels),
    )


def require_shown(facts: ModelFacts) -> None:
    """Raise ValueError, in one sentence with the bound, for a model that pages do not draw from: it has too
    many parameters, or pictures that are too large, not square, or neither grey nor in colour."""
    channels, height, width = facts.shape
    if facts.parameters > MOST_PARAMETERS:
        raise ValueError(
            f"{facts.name} has {facts.parameters / 1e6:,.0f} million parameters; a page draws from at most "
            f"{MOST_PARAMETERS / 1e6:,.0f} million."
        )
    if max(height, width) > LARGEST_SIDE:
        raise ValueError(
            f"The pictures of {facts.name} have {width:,} x {height:,} pixels; a page draws at most "
            f"{LARGEST_SIDE} x {LARGEST_SIDE}."
        )
    if height != width:
        raise ValueError(
            f"The pictures of {facts.name} have {width} x {height} pixels; square ones are drawn."
        )
    if channels not in CHANNELS:
        known = " and ".join(f"{count} ({name})" for count, name in CHANNELS.items())
        raise ValueError(f"The pictures of {facts.name} have {channels:,} channels; {known} can be shown.")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises ValueError for a file that is missing, too large, or none."""
    if not path.is_file():
        raise ValueError(
            f"{path.parent.name} has no {path.name}: is it a folder that a pipeline was saved to?"
        )
    if path.stat().st_size > LARGEST_CONFIG:
        raise ValueError(f"{path.name} takes {path.stat().st_size:,} of {LARGEST_CONFIG:,} bytes.")
    try:
        values = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is not JSON: {error!s:.200}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{path.name} should be an object with named fields.")
    return values


def _name(folder: Path) -> str:
    return folder.name or folder.resolve().name


def _class_of(index: dict[str, Any], folder: Path, part: str) -> str:
    named = index.get(part)
    if not (isinstance(named, list) and len(named) == 2 and isinstance(named[1], str)):
        raise ValueError(f"{folder.name} names no {part} in {INDEX}.")
    if named[0] not in LIBRARIES:
        raise ValueError(
            f"{folder.name} takes its {part} from {str(named[0])[:40]!r}, code of its own, which is not run."
        )
    return named[1]


def _weights_size(folder: Path, weights: Path) -> int:
    if not weights.is_file():
        pickled = next((folder / "unet").glob("*.bin"), None)
        told = f"{pickled.name} is pickled, which is not opened" if pickled else f"{WEIGHTS} is missing"
        raise ValueError(f"{folder.name} has no weights as safetensors: {told}.")
    return weights.stat().st_size


def _shape(folder: Path, config: dict[str, Any]) -> tuple[int, int, int]:
    size = config.get("sample_size")
    sides = size if isinstance(size, list) and len(size) == 2 else [size, size]
    shape = (config.get("in_channels", 3), *sides)
    if not all(isinstance(value, int) and not isinstance(value, bool) and value > 0 for value in shape):
        raise ValueError(f"{folder.name} names no size of its pictures: sample_size in unet/{CONFIG}.")
    return shape[0], shape[1], shape[2]


def _count(values: dict[str, Any], name: str, default: int) -> int:
    value = values.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} = {str(value)[:20]!r} in {SCHEDULER_CONFIG} is no number of steps.")
    return value


def _parameters(folder: Path, weights: Path) -> int:
    """How many numbers a safetensors file holds, by its header: its length in 8 bytes, then JSON with the
    shape of each tensor and where its bytes lie."""
    broken = ValueError(f"The weights of {folder.name} cannot be read: they are broken, or cut off.")
    size = weights.stat().st_size
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(LARGEST_HEADER, size - 8):
            raise broken
        header = file.read(length)
    try:
        tensors = [entry for name, entry in json.loads(header).items() if name != "__metadata__"]
        ends = [entry["data_offsets"][1] for entry in tensors]
        count = sum(math.prod(entry["shape"]) for entry in tensors)
        whole = bool(tensors) and 8 + length + max(ends) == size
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise broken from None
    if not whole:
        raise broken
    return count


def _digest(folder: Path, weights: Path, *configs: dict[str, Any]) -> str:
    told = weights.stat()
    named = json.dumps([str(folder.resolve()), told.st_size, told.st_mtime_ns, *configs], sort_keys=True)
    return hashlib.sha256(named.encode()).hexdigest()[:16]
