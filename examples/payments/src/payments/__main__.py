"""The command line: `payments serve | relay | migrate | events | token | settings`."""

import sys
from typing import Final

from payments.migrations import VERSIONS
from payments.settings import PaymentsSettings
from service_standard.command_line.main import run
from service_standard.command_line.program import Program

PAYMENTS: Final = Program(
    name="payments",
    settings=PaymentsSettings,
    app="payments.app:create_app",
    versions=VERSIONS,
    scopes=("payments.read", "payments.write"),
    example="/payments",
)


def main() -> int:
    return run(PAYMENTS)


if __name__ == "__main__":
    sys.exit(main())
