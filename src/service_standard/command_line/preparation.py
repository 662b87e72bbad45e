"""What comes before any work: logs, a warning of what is misspelled, and a database of the right schema."""

import logging
from collections.abc import Sequence

from service_standard.command_line.program import Program
from service_standard.database import DatabaseUnavailable, is_file
from service_standard.migrations.steps import missing_steps
from service_standard.settings import Settings, SettingsError, unknown_names
from service_standard.telemetry.logs import configure_logs

log = logging.getLogger(__name__)


def prepare(program: Program, settings: Settings) -> None:
    """Has the database migrated, if MIGRATE_ON_START says so.

    Raises:
        SettingsError: the database lacks migrations, and nobody said that they may be applied.
        DatabaseUnavailable: the database is a file that cannot be opened, or is to be migrated and does not answer.
    """
    configure_logs(program.name, settings.log_level)
    for name in unknown_names(f"{program.name.upper()}_", program.settings.model_fields):
        log.warning("unknown variable", extra={"variable": name})
    missing = _missing(program, settings)
    if missing and settings.migrate_on_start:
        from service_standard.migrations.apply import migrate  # noqa: PLC0415 Alembic is for those who migrate

        migrate(settings, program.versions)
    elif missing:
        raise SettingsError(f"{lacking(program, missing)}, or set MIGRATE_ON_START=true")


def lacking(program: Program, missing: str) -> str:
    """What to say of a database that lacks migrations."""
    return f"the database lacks {missing}: run `{program.name} migrate`"


def no_more(arguments: Sequence[str]) -> None:
    """Refuses arguments.

    Raises:
        SettingsError: there are some.
    """
    if arguments:
        raise SettingsError("this command takes no arguments: it is configured by the environment")


def _missing(program: Program, settings: Settings) -> str:
    """What the database lacks; nothing that is known, if a server does not answer: readiness will tell when it does."""
    try:
        return missing_steps(settings, program.versions)
    except DatabaseUnavailable:
        if settings.migrate_on_start or is_file(settings):
            raise
        return ""
