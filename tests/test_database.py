"""What a database promises, whichever it is, and what SQLite keeps in its own way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from service_standard.database import (
    Batch,
    CheckViolation,
    Database,
    DatabaseUnavailable,
    Row,
    Transaction,
    UniqueViolation,
    database_of,
    padded,
)
from service_standard.settings import SettingsError
from tests.notes import IN_TIME, INSERT, NOTE, NOTES, TIMEOUT, UPDATE, WAITING, execute, ids, insert, write
from tests.service import settings_for
from tests.storage import held, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of each kind in turn, with a table for notes."""
    async with opened(settings_for(database_url, database_timeout_seconds=TIMEOUT)) as database:
        await execute(database, NOTES)
        yield database


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(settings_for(f"sqlite:///{tmp_path}/notes.db", database_timeout_seconds=TIMEOUT)) as database:
        await execute(database, NOTES)
        yield database


class TestStorage:
    """The same for every database."""

    async def test_what_a_transaction_wrote_is_there_for_others(self, database: Database) -> None:
        await insert(database, NOTE, ("b", "ann", None, None))
        found = await database.fetch("SELECT id, owner, slug, n FROM notes WHERE owner = $1 ORDER BY id", "ann")
        assert [tuple(row) for row in found] == [NOTE, ("b", "ann", None, None)]

    async def test_a_transaction_sees_what_it_wrote_and_returns_what_its_work_returns(self, database: Database) -> None:
        async def work(transaction: Transaction) -> Row:
            await transaction.write([(INSERT, [NOTE])])
            return tuple((await transaction.fetch("SELECT n FROM notes WHERE id = $1", "a"))[0])

        assert await database.transact(work) == (0,)

    async def test_work_that_raises_leaves_nothing_behind(self, database: Database) -> None:
        async def work(transaction: Transaction) -> None:
            await transaction.write([(INSERT, [NOTE])])
            raise LookupError

        with pytest.raises(LookupError):
            await database.transact(work)
        assert await ids(database) == []

    @pytest.mark.parametrize(
        ("note", "columns"), [(("a", "bob", "x", 0), "notes.id"), (("b", "ann", "first", 0), "notes.owner, notes.slug")]
    )
    async def test_a_unique_violation_names_its_columns_and_leaves_nothing_behind(
        self, database: Database, note: Row, columns: str
    ) -> None:
        await insert(database, NOTE)
        with pytest.raises(UniqueViolation) as refused:
            await insert(database, ("c", "cal", "other", 0), note)
        assert refused.value.rule == columns
        assert await ids(database) == ["a"]

    async def test_a_check_violation_names_its_check_and_leaves_nothing_behind(self, database: Database) -> None:
        with pytest.raises(CheckViolation) as refused:
            await insert(database, NOTE, ("b", "bob", None, -1))
        assert refused.value.rule == "ck_notes_n"
        assert await ids(database) == []

    async def test_another_violation_is_a_fault_and_no_outage(self, database: Database) -> None:
        with pytest.raises(Exception, match=r"(?i)not.null") as refused:
            await insert(database, ("a", None, None, None))
        assert not isinstance(refused.value, UniqueViolation | DatabaseUnavailable)
        assert await ids(database) == []

    async def test_batches_are_written_in_their_order(self, database: Database) -> None:
        await write(database, [(INSERT, [NOTE, ("b", "bob", None, None)])], [(UPDATE, [("a", 1), ("b", 2)])])
        await write(database, [(UPDATE, [("a", 3)]), (INSERT, [("c", "cal", None, None)])])
        found = await database.fetch("SELECT id, n FROM notes ORDER BY id")
        assert [tuple(row) for row in found] == [("a", 3), ("b", 2), ("c", None)]

    @pytest.mark.parametrize("locks", [True, False])
    async def test_batches_are_written_all_or_not_at_all(self, database: Database, *, locks: bool) -> None:
        batches: list[Batch] = [[(INSERT, [NOTE])], [(UPDATE, [("a", 1)])], [(INSERT, [NOTE])]]
        with pytest.raises(UniqueViolation):
            await database.transact(lambda opened: opened.write(*batches), locks=locks)
        assert await ids(database) == []

    async def test_locked_rows_lose_no_update(self, database: Database) -> None:
        async def increment(transaction: Transaction) -> None:
            found = await transaction.fetch(f"SELECT n FROM notes WHERE id = 'a'{database.row_lock}")
            await transaction.fetch("UPDATE notes SET n = $1 WHERE id = 'a'", int(found[0][0] or 0) + 1)

        await insert(database, NOTE)
        await asyncio.gather(*(database.transact(increment) for _ in range(20)))
        assert (await database.fetch("SELECT n FROM notes"))[0][0] == 20

    async def test_writers_that_wait_too_long_are_told_in_time_and_the_next_one_succeeds(
        self, database: Database, database_url: str
    ) -> None:
        async with held(settings_for(database_url), "notes"):
            began = monotonic()
            waiting = [insert(database, (str(n), str(n), "x", n)) for n in range(WAITING)]
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * WAITING
            assert monotonic() - began < IN_TIME
        await insert(database, NOTE)
        assert "a" in await ids(database)

    async def test_reading_goes_on_while_another_writes(self, database: Database, database_url: str) -> None:
        await insert(database, NOTE)
        async with held(settings_for(database_url), "notes"):
            assert await ids(database) == ["a"]


class TestSQLite:
    """What SQLite keeps in its own way."""

    @pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
    async def test_each_connection_is_durable_and_strict(self, sqlite: Database, pragma: str, value: object) -> None:
        assert tuple((await sqlite.fetch(f"PRAGMA {pragma}"))[0]) == (value,)
        assert tuple((await execute(sqlite, f"PRAGMA {pragma}"))[0]) == (value,)

    async def test_work_that_waits_for_something_else_is_refused(self, sqlite: Database) -> None:
        async def work(transaction: Transaction) -> None:
            await transaction.write([(INSERT, [NOTE])])
            await asyncio.sleep(0)

        with pytest.raises(RuntimeError, match="waited for something else"):
            await sqlite.transact(work)
        assert await ids(sqlite) == []
        await insert(sqlite, NOTE)

    async def test_a_full_disk_is_an_outage_that_ends(self, sqlite: Database) -> None:
        await execute(sqlite, "PRAGMA max_page_count = 8")
        with pytest.raises(DatabaseUnavailable):
            await insert(sqlite, ("a", "ann", "x" * 100_000, 0))
        await execute(sqlite, "PRAGMA max_page_count = 1000")
        await insert(sqlite, ("b", "ann", "x" * 100_000, 0))
        assert await ids(sqlite) == ["b"]

    async def test_a_statement_that_is_wrong_is_no_outage(self, sqlite: Database) -> None:
        with pytest.raises(Exception, match="binding") as refused:
            await sqlite.fetch("SELECT $1")
        assert not isinstance(refused.value, DatabaseUnavailable)


@pytest.mark.parametrize("url", ["mysql://host/orders", "orders.db", "sqlite://", "sqlite:///:memory:", ""])
async def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        database_of(settings_for(url))


@pytest.mark.parametrize(("length", "size"), [(1, 1), (2, 2), (3, 4), (5, 8), (64, 64)])
async def test_lists_of_values_have_few_lengths(length: int, size: int) -> None:
    values = padded(list(range(length)))
    assert len(values) == size
    assert set(values) == set(range(length))
