"""The command line `service-standard`."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

from service_standard.checker import catalog_command, check_command, diff_command, models_command, new_command
from service_standard.checker.refusal import Refused

CANNOT_RUN: Final = 2
Command: TypeAlias = Callable[[argparse.Namespace], int]

EXIT_CODES: Final = """\
exit codes:
  0  nothing is broken (warnings and rules that were not judged do not count)
  1  a MUST of the standard is broken, or a change breaks clients or consumers
  2  the command could not run: a wrong argument, a directory or a service that is not there
"""
COMMANDS: Final[Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], Command, str]]] = MappingProxyType(
    {
        "check": (check_command.arguments, check_command.check, "say what is and what is not so of a service"),
        "diff": (diff_command.arguments, diff_command.diff, "say whom the changes between two versions break"),
        "catalog": (catalog_command.arguments, catalog_command.catalog, "list all services below some directories"),
        "new": (new_command.arguments, new_command.new, "make a service that starts and keeps the standard"),
        "models": (models_command.arguments, models_command.models, "write the models of a service from its contracts"),
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 or 2, as `--help` explains them."""
    chosen = _parser().parse_args(arguments)
    command: Command = chosen.run
    try:
        return command(chosen)
    except Refused as error:
        print(f"service-standard {chosen.command}: {error}", file=sys.stderr)
        return CANNOT_RUN
    except KeyboardInterrupt:
        print(f"service-standard {chosen.command}: interrupted", file=sys.stderr)
        return CANNOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="service-standard",
        description="Checks services against the Service Standard v1.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (arguments, run, about) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        arguments(command)
        command.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
