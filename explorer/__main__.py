"""The command line: python -m explorer presets | train | sample | density | count | compare | measure |
detect | recurse | sweep | remedies | samplers | memorise | dimension | atlas | leaderboard | figure |
lesson | bench | pictures | checkpoints."""

from __future__ import annotations

import json
import sys

from explorer.commands import (
    atlas,
    bench,
    compare,
    counting,
    detection,
    dimension,
    figure,
    leaderboard,
    lesson,
    measure,
    memorise,
    pictures,
    recursion,
    remedies,
    samplers,
    sampling,
    shipped,
    sweep,
    training,
)
from explorer.commands.command import Parser, Report
from explorer.compute.device import asked_device, prepare

_BEHIND = ("_count", "_n", "_interval")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        threads = getattr(options, "threads", None)
        prepare(1 if threads is None else threads)
        with asked_device(getattr(options, "device", None)):
            report = options.run(options)
    except (ValueError, FloatingPointError) as error:
        print(f"explorer: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        named = "" if error.filename is None else f": {str(error.filename)[:200]}"
        print(f"explorer: {error.strerror}{named}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("explorer: stopped.", file=sys.stderr)
        return 130
    failed = report.pop("failed", False)
    if getattr(options, "json", False):
        print(json.dumps(report))
    else:
        print("\n".join(_lines(report)))
    return 1 if failed else 0


def _lines(report: Report) -> list[str]:
    """A name and its value a line; a list of records as a table, a record with intervals on lines of its
    own."""
    names = [name for name in report if not _belongs(name, report)]
    width = max(map(len, names), default=0)
    lines = []
    for name in names:
        value = report[name]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{name}:", *_table(value)]
        elif isinstance(value, dict) and any(_belongs(inner, value) for inner in value):
            lines += [f"{name}:", *(f"  {line}" for line in _lines(value))]
        else:
            lines.append(f"{name:<{width}}  {_cell(report, name)}")
    return lines


def _table(rows: list[Report]) -> list[str]:
    """Rows under their names."""
    names = [name for name in rows[0] if not _belongs(name, rows[0])]
    cells = [names] + [[_cell(row, name, ".5g") for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def _belongs(name: str, report: Report) -> bool:
    """Whether a value is the count, the n or the interval of another, behind which it is written."""
    return any(name.endswith(end) and name.removesuffix(end) in report for end in _BEHIND)


def _cell(report: Report, name: str, form: str = "") -> str:
    """A value, with `form` if it is a float; its count of n and its interval follow it."""
    value = report[name]
    text = f"{value:{form}}" if isinstance(value, float) else str(value)
    count, n, interval = (report.get(name + end) for end in _BEHIND)
    counted = "" if count is None else f" ({count:,} of {n:,})"
    return text + counted + ("" if interval is None else f" [{interval[0]:.4g}, {interval[1]:.4g}]")


def _parser() -> Parser:
    parser = Parser("explorer", description="Why diffusion models hallucinate: train, sample, measure.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    modules = (
        *(training, sampling, counting, compare, measure, detection),
        *(recursion, sweep, remedies, samplers, memorise, dimension, atlas, leaderboard),
        *(figure, lesson, bench, pictures, shipped),
    )
    for module in modules:
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
