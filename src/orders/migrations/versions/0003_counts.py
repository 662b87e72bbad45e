"""Counts of orders that are kept as they change; those that are there already are counted once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table and fills it."""
    op.create_table(
        "counts",
        sa.Column("name", _ordered(), primary_key=True),
        sa.Column("kind", _ordered(), primary_key=True),
        sa.Column("slot", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        postgresql_with={"fillfactor": 50},
    )
    op.execute("INSERT INTO counts SELECT 'orders', status, 0, count(*) FROM orders GROUP BY status")
    op.execute(
        "INSERT INTO counts SELECT 'orders of ' || customer_id, status, 0, count(*)"
        " FROM orders GROUP BY customer_id, status"
    )
