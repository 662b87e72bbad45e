"""Indexes by which products and customers are listed, oldest first, as the ids that callers choose tell no age."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Makes them."""
    shown = sa.text("archived_at IS NULL")
    op.drop_index("ix_products_shown", "products")
    op.create_index("ix_products_shown", "products", ["created_at", "id"], postgresql_where=shown, sqlite_where=shown)
    op.create_index("ix_customers_created_at", "customers", ["created_at", "id"])
