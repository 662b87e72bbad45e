"""`service-standard diff`: says whom a change of the contracts breaks."""

import argparse
from pathlib import Path
from typing import Final

from service_standard.checker.diff.compare import compared
from service_standard.checker.diff.report import FORMATS
from service_standard.checker.diff.source import opened
from service_standard.checker.output import is_terminal, write

BREAKING: Final = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    what = "a contract, a directory with service.yaml, or git:REV:path"
    parser.add_argument("old", metavar="OLD", help=f"the version that others rely on: {what}")
    parser.add_argument("new", metavar="NEW", help="the version that is to replace it, named likewise")
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the report goes; standard output")


def diff(given: argparse.Namespace) -> int:
    """Exit code 1 if anybody is broken, else 0."""
    with opened(given.old) as old, opened(given.new) as new:
        difference = compared(old, new)
        text = FORMATS[given.format](difference, colour=is_terminal(given.output))
    write(text, given.output)
    return BREAKING if difference.count("breaking") else 0
