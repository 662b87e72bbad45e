"""What events need on their way out and in: positions, cursors, parked events and the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables; events that wait already get their positions from the relay."""
    _outbox()
    _sinks()
    _inbox()


def _outbox() -> None:
    op.add_column("outbox", sa.Column("position", sa.BigInteger()))
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
