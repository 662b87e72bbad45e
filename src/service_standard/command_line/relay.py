"""`relay`: delivers events until a signal, beside any number of others that do."""

from collections.abc import Sequence

from service_standard.command_line.preparation import no_more, prepare
from service_standard.command_line.program import Program
from service_standard.composition import relay_alone
from service_standard.law import read_law
from service_standard.lifecycle.parts import run_until_signal
from service_standard.settings import Settings


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    """Delivers; first migrates, as `serve` does.

    Raises:
        ContractError: with every fault of the contracts.
        SettingsError, DatabaseUnavailable: as `prepare` does.
    """
    no_more(arguments)
    prepare(program, settings)
    run_until_signal(relay_alone(read_law(settings.service_manifest), settings))
