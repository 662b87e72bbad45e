"""The way from the arguments to the command, and what it leaves: an exit code, and why nothing was done."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Final, TypeAlias

from service_standard.command_line.program import Program
from service_standard.contract import ContractError
from service_standard.database import DatabaseUnavailable
from service_standard.events.operators import Declined
from service_standard.settings import Settings, SettingsError, load_settings

CANNOT_START: Final = 2
Command: TypeAlias = Callable[[Program, Settings, Sequence[str]], None]

# The function `run` of the module of that name, beside this one.
COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serve": "serve the API",
        "relay": "deliver events and serve nothing",
        "migrate": "take the database to the schema of this version",
        "events": "status | parked | retry | discard | rewind",
        "token": "print a token for development",
        "settings": "print the effective settings, secrets as ***",
    }
)


def run(program: Program, arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 when the environment, the contracts or the database do not allow what was asked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = _parser(program).parse_args(given[:1]).command
    try:
        command: Command = import_module(_module(program, name)).run
        command(program, load_settings(program.settings), given[1:])
    except (SettingsError, ContractError, DatabaseUnavailable, Declined) as error:
        print(f"{program.name} {name}: cannot go on:\n{error}", file=sys.stderr)
        return CANNOT_START
    return 0


def _module(program: Program, name: str) -> str:
    return program.commands[name].module if name in program.commands else f"service_standard.command_line.{name}"


def _parser(program: Program) -> argparse.ArgumentParser:
    commands = {**COMMANDS, **{name: own.about for name, own in program.commands.items()}}
    about = "\n".join(f"  {name:<9} {text}" for name, text in commands.items())
    parser = argparse.ArgumentParser(
        prog=program.name, epilog=f"commands:\n{about}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=commands, metavar="command")
    return parser
