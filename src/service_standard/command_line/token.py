"""`token`: prints a token for development; the arguments are those of `token_text`."""

from collections.abc import Sequence

from service_standard.auth.minting import token_text
from service_standard.command_line.program import Program
from service_standard.settings import Settings


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    print(token_text(settings, arguments, scopes=program.scopes, path=program.example))
