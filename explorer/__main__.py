"""The command line: python -m explorer presets | train | sample | density | count | detect | recurse |
sweep | remedies | figure | bench | checkpoints."""

from __future__ import annotations

import json
import sys
from typing import Any

from explorer.commands import (
    bench,
    counting,
    detection,
    figure,
    recursion,
    remedies,
    sampling,
    shipped,
    sweep,
    training,
)
from explorer.commands.command import Parser, Report
from explorer.compute.device import asked_device, prepare


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
        print(f"explorer: {error.strerror}: {str(error.filename)[:60]}", file=sys.stderr)
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
    width = max(map(len, report), default=0)
    lines = []
    for key, value in report.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{key}:", *_table(value)]
        else:
            lines.append(f"{key:<{width}}  {value}")
    return lines


def _table(rows: list[Report]) -> list[str]:
    """Rows under their names, numbers with five digits; an interval follows what it belongs to."""
    ends = "_interval"
    names = [name for name in rows[0] if not name.endswith(ends)]
    cells = [names] + [[_cell(row[name], row.get(name + ends)) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def _cell(value: Any, interval: list[float] | None) -> str:
    said = f"{value:.5g}" if isinstance(value, float) else str(value)
    return said if interval is None else f"{said} [{interval[0]:.4g}, {interval[1]:.4g}]"


def _parser() -> Parser:
    parser = Parser("explorer", description="Why diffusion models hallucinate: train, sample, measure.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    modules = (training, sampling, counting, detection, recursion, sweep, remedies, figure, bench, shipped)
    for module in modules:
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
