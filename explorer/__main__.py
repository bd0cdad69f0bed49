"""The command line: python -m explorer presets | train | sample | density | count | detect | recurse |
sweep | remedies | bench | checkpoints."""

from __future__ import annotations

import json
import sys

from explorer.commands import (
    bench,
    counting,
    detection,
    recursion,
    remedies,
    sampling,
    shipped,
    sweep,
    training,
)
from explorer.commands.command import Parser, Report
from explorer.device import prepare


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        threads = getattr(options, "threads", None)
        prepare(1 if threads is None else threads)
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
    return [f"{key:<{width}}  {value}" for key, value in report.items()]


def _parser() -> Parser:
    parser = Parser("explorer", description="Why diffusion models hallucinate: train, sample, measure.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for room in (training, sampling, counting, detection, recursion, sweep, remedies, bench, shipped):
        room.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
