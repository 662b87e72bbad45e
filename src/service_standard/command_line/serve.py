"""`serve`: the service, until a signal."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from uvicorn.importer import import_from_string

from service_standard.command_line.preparation import no_more, prepare
from service_standard.command_line.program import Program
from service_standard.http.server import serve
from service_standard.settings import Settings


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    """Serves; first migrates, if MIGRATE_ON_START says so.

    Raises:
        ContractError: contracts and code do not agree.
        SettingsError, DatabaseUnavailable: as `prepare` does.
    """
    no_more(arguments)
    with _unswept():
        prepare(program, settings)
        serve(import_from_string(program.app), settings)


@contextmanager
def _unswept() -> Iterator[None]:
    """Looks for no garbage until the server does: what the start makes is there to stay, and takes longer if swept."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
