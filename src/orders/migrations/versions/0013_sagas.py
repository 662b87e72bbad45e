"""Sagas: in their order's row, and the deadlines of those that are running."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the columns and the index, which has no entry for an order without a running saga."""
    op.add_column("orders", sa.Column("saga", sa.Text()))
    op.add_column("orders", sa.Column("saga_deadline", _ordered()))
    running = sa.text("saga_deadline IS NOT NULL")
    op.create_index(
        "ix_orders_saga_deadline", "orders", ["saga_deadline"], postgresql_where=running, sqlite_where=running
    )
