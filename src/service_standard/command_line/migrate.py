"""`migrate`: takes the database to the schema of this version."""

from collections.abc import Sequence

from service_standard.command_line.preparation import no_more
from service_standard.command_line.program import Program
from service_standard.migrations.apply import migrate
from service_standard.settings import Settings
from service_standard.telemetry.logs import configure_logs


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    """Applies what is missing, and nothing if nothing is.

    Raises:
        DatabaseUnavailable: the database does not let us in.
    """
    no_more(arguments)
    configure_logs(program.name, settings.log_level)
    migrate(settings, program.versions)
