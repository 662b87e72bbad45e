"""Which steps of its schema a database has: known without Alembic, which nobody needs who does not migrate."""

import asyncio
import re
from pathlib import Path
from typing import Final

from service_standard.database import Database, NoSuchTable, database_of
from service_standard.lifecycle.parts import started
from service_standard.settings import Settings

_STEP: Final = re.compile(r"(\d{4})_\w+\.py")
_PRESENT: Final = "SELECT version_num FROM alembic_version"


def newest(versions: Path) -> str:
    """The last of the steps in a directory; a step's file begins with its revision, as `0002_events.py`."""
    return max(step[1] for path in versions.iterdir() if (step := _STEP.fullmatch(path.name)))


async def is_migrated(database: Database, needed: str) -> bool:
    """Whether the schema is the one that this version of the service needs."""
    return await _present(database) == needed


def missing_steps(settings: Settings, versions: Path) -> str:
    """What the database lacks, in words; empty if nothing.

    Raises:
        DatabaseUnavailable: it does not answer, or is a file that cannot be opened.
    """
    present, needed = asyncio.run(_opened(database_of(settings))), newest(versions)
    return "" if present == needed else f"the migrations from {present or 'none'} to {needed}"


async def _opened(database: Database) -> str | None:
    async with started([database]):
        return await _present(database)


async def _present(database: Database) -> str | None:
    """The step that the database has come to."""
    try:
        rows = await database.fetch(_PRESENT)
    except NoSuchTable:
        return None
    return str(rows[0][0]) if rows else None
