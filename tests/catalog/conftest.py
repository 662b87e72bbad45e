"""A service with the embedded catalogue."""

from collections.abc import AsyncIterator

import pytest

from orders.settings import OrdersSettings
from tests.service import Caller, running, settings_for


@pytest.fixture
def with_catalog(settings: OrdersSettings) -> OrdersSettings:
    """Settings of a service that has a catalogue, on each kind of database in turn."""
    return settings.model_copy(update={"catalog": "embedded"})


@pytest.fixture
async def shop(with_catalog: OrdersSettings) -> AsyncIterator[Caller]:
    """A caller of such a service."""
    async with running(with_catalog) as caller:
        yield caller


@pytest.fixture
async def small_shop(sqlite_url: str) -> AsyncIterator[Caller]:
    """A caller of one on SQLite, for tests that no database can change."""
    async with running(settings_for(sqlite_url, catalog="embedded")) as caller:
        yield caller
