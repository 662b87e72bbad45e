"""The schema, once: migrations make it, and a test compares the two."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, MetaData, Table, Text, text

from service_standard.database.tables import define_tables, ordered_text


def schema() -> MetaData:
    """Every table of the service. Times are RFC 3339 text of fixed width in UTC, structured values JSON text."""
    metadata = MetaData()
    define_tables(metadata)
    _define_orders(metadata)
    _define_history(metadata)
    _define_catalog(metadata)
    return metadata


def _define_orders(metadata: MetaData) -> None:
    Table(
        "orders",
        metadata,
        Column("id", ordered_text(), primary_key=True),
        Column("number", ordered_text(), nullable=False),
        Column("workflow", ordered_text(), nullable=False, server_default="standard"),
        Column("status", ordered_text(), nullable=False),
        Column("customer_id", ordered_text(), nullable=False),
        Column("items", Text(), nullable=False),
        Column("external_id", ordered_text()),
        Column("metadata", Text(), nullable=False),
        Column("version", BigInteger(), nullable=False),
        Column("created_at", ordered_text(), nullable=False),
        Column("updated_at", ordered_text(), nullable=False),
        Column("created_by", ordered_text(), nullable=False),
        Column("bill", Text()),
        Column("currency", ordered_text()),
        Column("total", BigInteger()),
        Column("shipping_address", Text()),
        Column("shipping_method", ordered_text()),
        Column("payment_method", ordered_text()),
        Column("shipments", Text()),
        Column("payment_status", ordered_text(), nullable=False, server_default="pending"),
        Column("payments", Text()),
        Column("archived_at", ordered_text()),
        Index("uq_orders_number", "number", unique=True),
        Index("uq_orders_created_by_external_id", "created_by", "external_id", unique=True),
        Index("ix_orders_customer_id", "customer_id", "id"),
        Index("ix_orders_status", "status", "id"),
    )


def _define_history(metadata: MetaData) -> None:
    Table(
        "order_history",
        metadata,
        Column("order_id", ordered_text(), ForeignKey("orders.id"), primary_key=True),
        Column("version", BigInteger(), primary_key=True, autoincrement=False),
        Column("changed_at", ordered_text(), nullable=False),
        Column("changed_by", ordered_text(), nullable=False),
        Column("from_status", ordered_text()),
        Column("to_status", ordered_text(), nullable=False),
        Column("reason", Text()),
        Column("trace_id", ordered_text()),
        Column("event_id", ordered_text(), nullable=False),
        Column("action", ordered_text()),
    )


def _define_catalog(metadata: MetaData) -> None:
    """What is personal of a customer is one column; a product's price is in minor units of its currency."""
    Table(
        "customers",
        metadata,
        Column("id", ordered_text(), primary_key=True),
        Column("facts", Text(), nullable=False),
        Column("version", BigInteger(), nullable=False),
        Column("created_at", ordered_text(), nullable=False),
        Column("updated_at", ordered_text(), nullable=False),
    )
    Table(
        "products",
        metadata,
        Column("id", ordered_text(), primary_key=True),
        Column("name", Text(), nullable=False),
        Column("description", Text()),
        Column("price", BigInteger(), nullable=False),
        Column("currency", ordered_text(), nullable=False),
        Column("stock", BigInteger()),
        Column("version", BigInteger(), nullable=False),
        Column("created_at", ordered_text(), nullable=False),
        Column("updated_at", ordered_text(), nullable=False),
        Column("archived_at", ordered_text()),
        CheckConstraint("stock >= 0", name="ck_products_stock"),
        Index(
            "ix_products_shown",
            "id",
            postgresql_where=text("archived_at IS NULL"),
            sqlite_where=text("archived_at IS NULL"),
        ),
    )
