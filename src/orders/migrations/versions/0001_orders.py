"""Orders, their history, the outbox, the idempotency records and the heartbeat."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the first tables."""
    _service_tables()
    _orders()
    _history()


def _service_tables() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=True, cache=1),
            primary_key=True,
        ),
        sa.Column("event_id", _ordered(), nullable=False),
        sa.Column("type", _ordered(), nullable=False),
        sa.Column("partition_key", _ordered(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("recorded_at", _ordered(), nullable=False),
        sqlite_autoincrement=True,
    )
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


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", _ordered(), primary_key=True),
        sa.Column("number", _ordered(), nullable=False),
        sa.Column("status", _ordered(), nullable=False),
        sa.Column("customer_id", _ordered(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("external_id", _ordered()),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _ordered(), nullable=False),
        sa.Column("updated_at", _ordered(), nullable=False),
        sa.Column("created_by", _ordered(), nullable=False),
    )
    op.create_index("uq_orders_number", "orders", ["number"], unique=True)
    op.create_index("uq_orders_created_by_external_id", "orders", ["created_by", "external_id"], unique=True)
    op.create_index("ix_orders_customer_id", "orders", ["customer_id", "id"])
    op.create_index("ix_orders_status", "orders", ["status", "id"])


def _history() -> None:
    op.create_table(
        "order_history",
        sa.Column("order_id", _ordered(), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("changed_at", _ordered(), nullable=False),
        sa.Column("changed_by", _ordered(), nullable=False),
        sa.Column("from_status", _ordered()),
        sa.Column("to_status", _ordered(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("trace_id", _ordered()),
        sa.Column("event_id", _ordered(), nullable=False),
    )
