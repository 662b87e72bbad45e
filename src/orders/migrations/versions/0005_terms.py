"""The terms of an order: its bill, where it goes, how it is sent and paid; orders from before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the columns."""
    op.add_column("orders", sa.Column("bill", sa.Text()))
    op.add_column("orders", sa.Column("currency", _ordered()))
    op.add_column("orders", sa.Column("total", sa.BigInteger()))
    op.add_column("orders", sa.Column("shipping_address", sa.Text()))
    op.add_column("orders", sa.Column("shipping_method", _ordered()))
    op.add_column("orders", sa.Column("payment_method", _ordered()))
    op.add_column("orders", sa.Column("shipments", sa.Text()))
