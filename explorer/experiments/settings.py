"""Fields of an experiment as people write them on a command line: network.width=128."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from explorer.data.own.world_file import is_own
from explorer.experiments.experiment import MAX_TEXT, Experiment, field_paths
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, Preset, own_presets

DATA = ("mixture", "upload", "pictures")  # of which an experiment has one


def with_settings(
    experiment: Experiment, settings: Sequence[str], options: Mapping[str, object] | None = None
) -> Experiment:
    """The experiment with some fields changed: settings, each written PATH=VALUE, and options by path.

    Options that are None were not given. Raises ValueError for an unknown path, naming the one that is most
    like it, for a path that is given twice, for more than one kind of data, and as Experiment does.
    """
    changes = {path: str(value) for path, value in (options or {}).items() if value is not None}
    for setting in settings:
        path, equals, value = setting.partition("=")
        path, value = path.strip(), value.strip()
        if not equals:
            raise ValueError(f"{setting[:MAX_TEXT]!r} sets nothing; write it like network.width=128.")
        _check_path(path)
        if path in changes:
            raise ValueError(
                f"{path} is given twice, as {changes[path][:MAX_TEXT]} and as {value[:MAX_TEXT]}."
            )
        changes[path] = value
    data = [path for path in DATA if changes.get(path)]
    if len(data) > 1:
        raise ValueError(f"An experiment has one kind of data, not {' and '.join(data)}.")
    return experiment.with_differences(changes)


def nearest_preset(experiment: Experiment) -> Preset:
    """The preset from which the fewest fields of an experiment differ, the first of them."""
    own = own_presets() if is_own(experiment.pictures) else {}
    known = (PRESETS | PICTURE_PRESETS | own).values()
    return min(known, key=lambda preset: len(experiment.differences(preset.experiment)))


def _check_path(path: str) -> None:
    """Raise ValueError if an experiment has no such field."""
    paths = field_paths()
    if path in paths:
        return
    inside = [known for known in paths if known.startswith(f"{path}.")]
    ends = [known for known in paths if known.endswith(f".{path}")]
    alike = ends or difflib.get_close_matches(path, paths, 1, 0.5)
    hint = f"there are {', '.join(inside or paths)}."
    if alike and not inside:
        hint = f"do you mean {' or '.join(alike)}?"
    raise ValueError(f"{path[:MAX_TEXT]!r} is no field of an experiment: {hint}")
