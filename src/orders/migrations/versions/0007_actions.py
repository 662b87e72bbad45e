"""What each change of an order was; the history from before does not tell it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the column."""
    op.add_column("order_history", sa.Column("action", _ordered()))
