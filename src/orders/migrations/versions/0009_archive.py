"""When each order was archived, if it was; none that is there already is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the column."""
    op.add_column("orders", sa.Column("archived_at", _ordered()))
