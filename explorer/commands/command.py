"""What commands share: their parser, the run they name, and what they report of it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from explorer.compute.device import DeviceChoice
from explorer.data.own.world_file import PREFIX
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import load_folder
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, own_presets
from explorer.experiments.run import Result
from explorer.experiments.settings import nearest_preset, with_settings

Report = dict[str, Any]


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one sentence and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def command(
    where: Any, name: str, run: Callable[[argparse.Namespace], Report], text: str, *, computes: bool = True
) -> argparse.ArgumentParser:
    """Add a command that runs `run` and can report as JSON; one that computes can be told where."""
    sub: argparse.ArgumentParser = where.add_parser(name, help=text, description=text)
    sub.set_defaults(run=run)
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    if computes:
        sub.add_argument(
            "--device", metavar="NAME", help="cpu, cuda, cuda:1 or mps (default: a GPU for what fills one)"
        )
    return sub


def device_report(choice: DeviceChoice) -> Report:
    """Where a command computed, and why."""
    return {"device": str(choice.device), "device_reason": choice.reason}


def named_run(name: str, settings: Sequence[str] = ()) -> Result:
    """The run that PRESET names, a preset (changed by settings) or a folder. Raises ValueError if there is
    none."""
    return load_folder(named_folder(name, settings)).result


def named_folder(name: str, settings: Sequence[str] = ()) -> Path:
    """Where the run that PRESET names lives. Raises ValueError if there is none."""
    known = PRESETS | PICTURE_PRESETS | own_presets()
    if name in known:
        folder = checkpoints.locate(with_settings(known[name].experiment, settings))
        if folder is None:
            asked = " ".join([name, *(f"--set {shlex.quote(setting)}" for setting in settings)])
            stale = None if settings or name.startswith(PREFIX) else checkpoints.unlike_preset(name)
            why = stale or f"{asked} has not been trained yet."
            raise ValueError(f"{why} Run python -m explorer train {asked} first.")
        return folder
    if settings and Path(name).is_dir():
        raise ValueError(
            f"--set changes a preset; the run in the folder {Path(name).name} is trained already."
        )
    if Path(name).is_dir():
        return Path(name).resolve()
    raise ValueError(f"{name!r} is neither a preset ({', '.join(known)}) nor a folder of a run.")


def add_settings(sub: argparse.ArgumentParser) -> None:
    """The option that changes fields of the experiment."""
    sub.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="a field of the experiment, such as network.width=128 or mixture='1;2;3~0.05'; may be repeated",
    )


def which_experiment(experiment: Experiment, name: str | None = None) -> Report:
    """What a report says of the experiment it is about: the fields that differ from a preset, and its digest.

    The preset is the one of that name, or the one from which the fewest fields differ.
    """
    known = PRESETS | PICTURE_PRESETS | own_presets()
    base = known[name] if name in known else nearest_preset(experiment)
    return {
        "preset": base.name if name is None else name,
        "differences_from": base.name,
        "differences": experiment.differences(base.experiment),
        "digest": experiment.digest,
    }
