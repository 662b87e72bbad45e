"""A table of notes, with which the tests of the databases work."""

from service_standard.database import Batch, Database, Row, inserting, updating

TIMEOUT = 0.4
# An answer that is due at the time-out comes by then, on a busy machine too; in turn, all the waiting take longer.
IN_TIME = TIMEOUT + 2
WAITING = 8
NOTES = (
    "CREATE TABLE notes (id TEXT PRIMARY KEY, owner TEXT NOT NULL, slug TEXT, n INTEGER, UNIQUE (owner, slug),"
    " CONSTRAINT ck_notes_n CHECK (n >= 0))"
)
INSERT = inserting("notes", "id, owner, slug, n", n="integer")
UPDATE = updating("notes", "id", "n", n="integer")
NOTE: Row = ("a", "ann", "first", 0)


async def execute(database: Database, statement: str) -> list[Row]:
    return await database.transact(lambda transaction: transaction.fetch(statement))


async def write(database: Database, *batches: Batch) -> None:
    await database.transact(lambda transaction: transaction.write(*batches))


async def insert(database: Database, *notes: Row) -> None:
    await write(database, [(INSERT, notes)])


async def ids(database: Database) -> list[object]:
    return [row[0] for row in await database.fetch("SELECT id FROM notes ORDER BY id")]
