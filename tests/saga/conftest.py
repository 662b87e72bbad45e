"""A service that asks for payments, and has a catalogue with stock."""

from collections.abc import AsyncIterator

import pytest

from orders.settings import OrdersSettings
from tests.service import Caller, running, settings_for

LONG = 600.0


@pytest.fixture
def with_sagas(settings: OrdersSettings) -> OrdersSettings:
    """Settings of such a service, on each kind of database in turn."""
    return settings.model_copy(update={"saga": "payments", "saga_deadline_seconds": LONG, "catalog": "embedded"})


@pytest.fixture
async def shop(with_sagas: OrdersSettings) -> AsyncIterator[Caller]:
    """A caller of such a service."""
    async with running(with_sagas) as caller:
        yield caller


@pytest.fixture
async def small_shop(sqlite_url: str) -> AsyncIterator[Caller]:
    """A caller of one on SQLite, for tests that no database can change."""
    async with running(
        settings_for(sqlite_url, saga="payments", saga_deadline_seconds=LONG, catalog="embedded")
    ) as caller:
        yield caller
