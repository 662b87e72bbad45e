"""Statements that write any number of rows at once, with the same text on every database.

Each reads its rows from `given`, as in `UPDATE notes SET text = given.text FROM given WHERE notes.id = given.id`. A
database puts a table of its own kind there: one made of JSON on PostgreSQL, where a whole batch is then one statement,
and one row of parameters after the other on SQLite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Value: TypeAlias = str | int | float | None
Row: TypeAlias = "Sequence[Value]"
_GIVEN: Final = "FROM given"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """`columns` names the values of a row; `types` has the SQL type of each of them that is not text."""

    sql: str
    columns: str
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> Sequence[str]:
        """The columns, one by one."""
        return self.columns.split(", ")

    def reading(self, query: str) -> str:
        """The statement with the rows of a query as `given`."""
        return self.sql.replace(_GIVEN, f"FROM ({query}) AS given")


Write: TypeAlias = tuple[Statement, Row]
Batch: TypeAlias = Sequence[tuple[Statement, Sequence[Row]]]
"""Statements with their rows, which are written in this order; no two rows of a statement are about the same thing,
unless the statement itself puts them together."""


def inserting(table: str, columns: str, **types: str) -> Statement:
    """The plain INSERT of rows."""
    return Statement(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM given", columns, types)  # noqa: S608 constants only


def updating(table: str, key: str, columns: str, **types: str) -> Statement:
    """The UPDATE of the rows that a key chooses; `key` comes before `columns`."""
    changed = ", ".join(f"{column} = given.{column}" for column in columns.split(", "))
    chosen = f"{table}.{key} = given.{key}"
    return Statement(f"UPDATE {table} SET {changed} FROM given WHERE {chosen}", f"{key}, {columns}", types)  # noqa: S608 constants only
