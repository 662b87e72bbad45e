"""The limit: each request has a transaction of its own."""

from collections.abc import Sequence

from bench.subjects.bare import Bare
from bench.subjects.rows import Row, rows_of_environment


def create_app() -> Bare:
    rows = rows_of_environment()

    async def create(row: Row) -> None:
        await rows.create([row])

    async def update(row: Row) -> Sequence[Row]:
        return await rows.update([row])

    return Bare(rows, create, update)
