"""Payments and their refunds, and what every service keeps beside its own."""

import sqlalchemy as sa
from alembic import op

from service_standard.database.tables import ordered_text
from service_standard.migrations.first_tables import make_first_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the first tables; times are RFC 3339 text in UTC, amounts decimal text."""
    make_first_tables()
    _payments()
    _refunds()


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", ordered_text(), primary_key=True),
        sa.Column("order_id", ordered_text(), nullable=False),
        sa.Column("amount", ordered_text(), nullable=False),
        sa.Column("currency", ordered_text(), nullable=False),
        sa.Column("method", ordered_text()),
        sa.Column("causation", ordered_text()),
        sa.Column("status", ordered_text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("refunded", ordered_text()),
        sa.Column("deadline", ordered_text()),
        sa.Column("traceparent", ordered_text()),
        sa.Column("created_at", ordered_text(), nullable=False),
        sa.Column("updated_at", ordered_text(), nullable=False),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id", "id"])
    op.create_index("ix_payments_deadline", "payments", ["deadline"])


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", ordered_text(), primary_key=True),
        sa.Column("payment_id", ordered_text(), sa.ForeignKey("payments.id"), nullable=False),
        sa.Column("amount", ordered_text(), nullable=False),
        sa.Column("currency", ordered_text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", ordered_text(), nullable=False),
    )
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id", "id"])
