"""What orders are searched by: their products, and indexes of those that are not archived."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_INDEXES = {
    "ix_orders_shown": (["id"], ""),
    "ix_orders_customer_id": (["customer_id", "id"], ""),
    "ix_orders_status": (["status", "id"], ""),
    "ix_orders_updated_at": (["updated_at", "id"], ""),
    "ix_orders_external_id": (["external_id", "id"], " AND external_id IS NOT NULL"),
    "ix_orders_payment_status": (["payment_status", "id"], " AND payment_status <> 'pending'"),
}


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table and the indexes, and notes the products of the orders that are there."""
    op.create_table(
        "order_lines",
        sa.Column("product_id", _ordered(), primary_key=True),
        sa.Column("order_id", _ordered(), primary_key=True),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    items = "json_each(items) AS item" if is_sqlite else "json_array_elements_text(items::json) AS item(value)"
    products = f"SELECT DISTINCT item.value, orders.id FROM orders, {items} WHERE archived_at IS NULL"  # noqa: S608 constants only
    op.execute(f"INSERT INTO order_lines {products}")
    for name in ("ix_orders_customer_id", "ix_orders_status"):
        op.drop_index(name, "orders")
    for name, (columns, condition) in _INDEXES.items():
        shown = sa.text("archived_at IS NULL" + condition)
        op.create_index(name, "orders", columns, postgresql_where=shown, sqlite_where=shown)
