"""Counts of the orders of each day, with what they come to; those that are there already are counted once."""

from alembic import op

revision = "0011"
down_revision = "0010"

_KIND = "coalesce(currency, 'XXX') || ' ' || status"
_COUNTED = {
    "orders": "count(*)",
    "units": "CAST(sum(total % 1000000000) AS BIGINT)",
    "billions": "CAST(sum(total / 1000000000) AS BIGINT)",
}


def upgrade() -> None:
    """Counts them."""
    for what, amount in _COUNTED.items():
        op.execute(
            f"INSERT INTO counts SELECT 'created on ' || substr(created_at, 1, 10), '{what} ' || {_KIND}, 0, {amount}"  # noqa: S608 constants only
            " FROM orders WHERE archived_at IS NULL GROUP BY 1, 2 HAVING " + amount + " > 0"
        )
