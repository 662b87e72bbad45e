"""The workflow of each order; those that are there already were created under the first one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the column."""
    op.add_column("orders", sa.Column("workflow", _ordered(), nullable=False, server_default="standard"))
