"""The catalogue: customers, and products with their stock, which is never below zero."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "customers",
        sa.Column("id", _ordered(), primary_key=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _ordered(), nullable=False),
        sa.Column("updated_at", _ordered(), nullable=False),
    )
    op.create_table(
        "products",
        sa.Column("id", _ordered(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", _ordered(), nullable=False),
        sa.Column("stock", sa.BigInteger()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _ordered(), nullable=False),
        sa.Column("updated_at", _ordered(), nullable=False),
        sa.Column("archived_at", _ordered()),
        sa.CheckConstraint("stock >= 0", name="ck_products_stock"),
    )
    shown = sa.text("archived_at IS NULL")
    op.create_index("ix_products_shown", "products", ["id"], postgresql_where=shown, sqlite_where=shown)
