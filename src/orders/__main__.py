"""The command line: `orders serve | relay | migrate | events | token | settings | seed | sample`."""

import sys
from collections.abc import Sequence
from typing import Final

from orders.migrations import VERSIONS
from orders.settings import OrdersSettings
from service_standard.command_line.main import run
from service_standard.command_line.program import Own, Program

ORDERS: Final = Program(
    name="orders",
    settings=OrdersSettings,
    app="orders.app:create_app",
    versions=VERSIONS,
    scopes=("orders.read", "orders.write"),
    example="/orders",
    commands={
        "seed": Own("orders.catalog.seed", "put two sample customers and three sample products there"),
        "sample": Own("orders.sample", "send sample orders to a running service"),
    },
)


def main(arguments: Sequence[str] | None = None) -> int:
    return run(ORDERS, arguments)


if __name__ == "__main__":
    sys.exit(main())
