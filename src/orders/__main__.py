"""The command line: `orders serve | relay | migrate | events | token | settings`."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from orders.app import create_app, relay_alone
from orders.events_command import events
from orders.migrations import migrate, missing_steps
from service_standard.auth.minting import token_text
from service_standard.contract import ContractError
from service_standard.database import DatabaseUnavailable, sqlalchemy_url
from service_standard.events.operators import Declined
from service_standard.http.server import serve
from service_standard.lifecycle.parts import run_until_signal
from service_standard.settings import Settings, SettingsError, load_settings, unknown_names
from service_standard.telemetry.logs import configure_logs

log = logging.getLogger("orders")

CANNOT_START: Final = 2
SERVICE: Final = "orders"
Command: TypeAlias = Callable[[Settings, Sequence[str]], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 when the environment, the contracts or the database do not allow what was asked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = _parser().parse_args(given[:1])
    command, _ = COMMANDS[chosen.command]
    try:
        command(load_settings(), given[1:])
    except (SettingsError, ContractError, DatabaseUnavailable, Declined) as error:
        print(f"orders {chosen.command}: cannot go on:\n{error}", file=sys.stderr)
        return CANNOT_START
    return 0


def _parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {name:<9} {text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="orders", epilog=f"commands:\n{about}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    return parser


def serve_orders(settings: Settings, arguments: Sequence[str]) -> None:
    """Serves until a signal; first migrates, if MIGRATE_ON_START says so.

    Raises:
        SettingsError: the database lacks migrations, and nobody said that they may be applied.
        ContractError: contracts and code do not agree.
        DatabaseUnavailable: the database is a file that cannot be opened, or is to be migrated and does not answer.
    """
    _prepare(settings, arguments)
    serve(create_app, settings)


def run_relay(settings: Settings, arguments: Sequence[str]) -> None:
    """Delivers events until a signal, beside any number of others that do; first migrates, as `serve` does.

    Raises:
        SettingsError, ContractError, DatabaseUnavailable: as `serve` does.
    """
    _prepare(settings, arguments)
    run_until_signal(relay_alone(settings))


def _prepare(settings: Settings, arguments: Sequence[str]) -> None:
    _no_more(arguments)
    configure_logs(SERVICE, settings.log_level)
    for name in unknown_names("ORDERS_", (), os.environ):
        log.warning("unknown variable", extra={"variable": name})
    if settings.migrate_on_start:
        migrate(sqlalchemy_url(settings))
    elif missing := missing_steps(sqlalchemy_url(settings)):
        raise SettingsError(f"the database lacks {missing}: run `orders migrate`, or set MIGRATE_ON_START=true")


def migrate_database(settings: Settings, arguments: Sequence[str]) -> None:
    """Takes the database to the schema of this version."""
    _no_more(arguments)
    configure_logs(SERVICE, settings.log_level)
    migrate(sqlalchemy_url(settings))


def mend_events(settings: Settings, arguments: Sequence[str]) -> None:
    """Shows how events get on, and mends it; see `orders events --help`."""
    print(events(settings, arguments))


def print_token(settings: Settings, arguments: Sequence[str]) -> None:
    """Prints a token for development; the arguments are those of `generate_test_token.py`."""
    print(token_text(settings, arguments, scopes=("orders.read", "orders.write"), path="/orders"))


def print_settings(settings: Settings, arguments: Sequence[str]) -> None:
    """Prints what the environment amounts to, a variable a line, secrets as ***."""
    _no_more(arguments)
    for name, value in settings.shown().items():
        print(f"{name}={value}")


def _no_more(arguments: Sequence[str]) -> None:
    if arguments:
        raise SettingsError("this command takes no arguments: it is configured by the environment")


COMMANDS: Final[dict[str, tuple[Command, str]]] = {
    "serve": (serve_orders, "serve the API"),
    "relay": (run_relay, "deliver events and serve nothing"),
    "migrate": (migrate_database, "take the database to the schema of this version"),
    "events": (mend_events, "status | parked | retry | discard | rewind"),
    "token": (print_token, "print a token for development"),
    "settings": (print_settings, "print the effective settings, secrets as ***"),
}

if __name__ == "__main__":
    sys.exit(main())
