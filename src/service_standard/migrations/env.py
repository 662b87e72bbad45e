"""Alembic's entry: connects as `migrate` says and applies the steps in one transaction."""

import logging

from alembic import context
from alembic.runtime.migration import MigrationInfo
from sqlalchemy import Connection, text

from service_standard.migrations.apply import connected

log = logging.getLogger("service_standard.migrations")

# Any number will do, as long as every replica asks for the same lock.
_LOCK = 7_261_933_041


def _apply(connection: Connection) -> None:
    context.configure(connection=connection, transactional_ddl=True, on_version_apply=_tell)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        context.run_migrations()


def _tell(ctx: object, step: MigrationInfo, heads: object, run_args: object) -> None:  # noqa: ARG001 Alembic's names
    log.info("migrated", extra={"migration": step.up_revision_id})


connected(context.config.attributes["settings"], _apply)
