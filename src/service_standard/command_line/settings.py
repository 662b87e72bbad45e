"""`settings`: prints what the environment amounts to, a variable a line, secrets as ***."""

from collections.abc import Sequence

from service_standard.command_line.preparation import no_more
from service_standard.command_line.program import Program
from service_standard.settings import Settings


def run(_: Program, settings: Settings, arguments: Sequence[str]) -> None:
    no_more(arguments)
    for name, value in settings.shown().items():
        print(f"{name}={value}")
