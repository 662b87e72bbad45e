"""The tables of the library as they were first, for the first step of a new service.

Nothing here changes any more: what the library adds to its tables later, each service adds by a step of its own.
"""

import sqlalchemy as sa
from alembic import op


def make_first_tables() -> None:
    """Makes the tables that requests write, and those that events need on their way out and in."""
    _requests()
    _outbox()
    _sinks()
    _inbox()


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _requests() -> None:
    op.create_table(
        "idempotency",
        sa.Column("id", _ordered(), primary_key=True),
        sa.Column("fingerprint", _ordered(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", _ordered(), nullable=False),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("beaten_at", _ordered(), nullable=False),
    )
    op.create_table(
        "counts",
        sa.Column("name", _ordered(), primary_key=True),
        sa.Column("kind", _ordered(), primary_key=True),
        sa.Column("slot", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        postgresql_with={"fillfactor": 50},
    )


def _outbox() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("id", key, sa.Identity(always=True, cache=1), primary_key=True),
        sa.Column("event_id", _ordered(), nullable=False),
        sa.Column("type", _ordered(), nullable=False),
        sa.Column("partition_key", _ordered(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("recorded_at", _ordered(), nullable=False),
        sa.Column("position", sa.BigInteger()),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_outbox_event_id", "outbox", ["event_id"], unique=True)
    op.create_index("uq_outbox_position", "outbox", ["position"], unique=True)
    unsequenced = sa.text("position IS NULL")
    op.create_index("ix_outbox_unsequenced", "outbox", ["id"], postgresql_where=unsequenced, sqlite_where=unsequenced)
    head = op.create_table(
        "outbox_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "last_position": 0}])


def _sinks() -> None:
    op.create_table(
        "sink_cursors",
        sa.Column("sink", _ordered(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("owner", _ordered()),
        sa.Column("lease_until", _ordered()),
    )
    op.create_table(
        "parked",
        sa.Column("sink", _ordered(), primary_key=True),
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("event_id", _ordered(), nullable=False),
        sa.Column("partition_key", _ordered(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parked_at", _ordered(), nullable=False),
        sa.Column("retry", sa.Integer(), nullable=False),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("source", _ordered(), primary_key=True),
        sa.Column("event_id", _ordered(), primary_key=True),
        sa.Column("type", _ordered(), nullable=False),
        sa.Column("received_at", _ordered(), nullable=False),
        sa.Column("outcome", _ordered(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _ordered()),
        sa.Column("reason", sa.Text()),
        sa.Column("envelope", sa.Text()),
    )
    op.create_index("ix_inbox_next_attempt_at", "inbox", ["next_attempt_at"])
