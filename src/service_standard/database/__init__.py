"""The database as the service uses it: SQLite on one machine, PostgreSQL beyond, the same statements on both.

Statements are written with PostgreSQL's numbered parameters (`$1`); what the two do differently is hidden behind
`Database` and `Transaction`, and there is nothing else behind it.
"""

from service_standard.database.statements import (
    CheckViolation,
    Connections,
    Database,
    DatabaseUnavailable,
    NoSuchTable,
    RolledBack,
    Transaction,
    UniqueViolation,
    Violation,
    padded,
    parameters,
)
from service_standard.database.writing import Batch, Row, Statement, Value, Write, inserting, updating
from service_standard.settings import Settings, SettingsError, database_fault

__all__ = [
    "Batch",
    "CheckViolation",
    "Connections",
    "Database",
    "DatabaseUnavailable",
    "NoSuchTable",
    "RolledBack",
    "Row",
    "Statement",
    "Transaction",
    "UniqueViolation",
    "Value",
    "Violation",
    "Write",
    "database_of",
    "inserting",
    "is_file",
    "padded",
    "parameters",
    "sqlalchemy_url",
    "updating",
]

# A database's module is imported where it is chosen: a driver that nobody uses costs no memory and no time to start.
# ruff: noqa: PLC0415


def database_of(settings: Settings, client: str = "") -> Database:
    """The database that `DATABASE_URL` names, not opened yet; it is told the name of its client, if it wants to know.

    Raises:
        SettingsError: the URL names neither SQLite nor PostgreSQL.
    """
    url = _url(settings)
    timeout = settings.database_timeout_seconds
    if _is_sqlite(url):
        from service_standard.database.sqlite import SQLite

        return SQLite(_sqlite_path(url), timeout)
    from service_standard.database.postgresql import PostgreSQL

    return PostgreSQL("postgresql:" + url.partition(":")[2], timeout, client)


def is_file(settings: Settings) -> bool:
    """Whether the database is a file of this machine, and no server.

    Raises:
        SettingsError: as `database_of`.
    """
    return _is_sqlite(_url(settings))


def sqlalchemy_url(settings: Settings) -> str:
    """The same database, as SQLAlchemy names it (for migrations).

    Raises:
        SettingsError: as `database_of`.
    """
    url = _url(settings)
    if _is_sqlite(url):
        return f"sqlite:///{_sqlite_path(url)}"
    return "postgresql+asyncpg:" + url.partition(":")[2]


def _url(settings: Settings) -> str:
    url = settings.database_url.get_secret_value()
    if fault := database_fault(url):
        raise SettingsError(fault)
    return url


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _sqlite_path(url: str) -> str:
    return url.partition(":///")[2].partition("?")[0]
