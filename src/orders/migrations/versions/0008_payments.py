"""Payments and refunds; of the orders that are there already, those count as paid that have come to be so."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# The statuses in which an order was paid, in the workflows that there were.
_PAID = {
    "standard": ("paid", "shipped", "delivered"),
    "retail": ("confirmed", "processing", "shipped", "delivered"),
}


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the columns, and a payment of the whole to each order that was paid."""
    op.add_column("orders", sa.Column("payment_status", _ordered(), nullable=False, server_default="pending"))
    op.add_column("orders", sa.Column("payments", sa.Text()))
    total = "CAST(COALESCE(total, 0) AS TEXT)"
    amount = "COALESCE(CAST(total AS TEXT), 'null')"
    entry = (
        f'\'[["payment",["paid",\' || {total} || \',0],["orders","\' || updated_at || \'",null,null,null],\''
        f" || {amount} || ',[]]]'"
    )
    for workflow, statuses in _PAID.items():
        listed = ", ".join(f"'{status}'" for status in statuses)
        op.execute(
            f"UPDATE orders SET payment_status = 'paid', payments = {entry}"  # noqa: S608 constants only
            f" WHERE workflow = '{workflow}' AND status IN ({listed})"
        )
