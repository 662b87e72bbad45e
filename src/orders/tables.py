"""The schema, once: migrations make it, and a test compares the two."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, MetaData, Table, Text, text

from service_standard.database.tables import define_tables, ordered_text


def schema() -> MetaData:
    """Every table of the service. Times are RFC 3339 text of fixed width in UTC, structured values JSON text."""
    metadata = MetaData()
    define_tables(metadata)
    _define_orders(metadata)
    _define_lines(metadata)
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
        Column("saga", Text()),
        Column("saga_deadline", ordered_text()),
        Index("uq_orders_number", "number", unique=True),
        Index("uq_orders_created_by_external_id", "created_by", "external_id", unique=True),
        _index_of_shown("ix_orders_shown", "id"),
        _index_of_shown("ix_orders_customer_id", "customer_id", "id"),
        _index_of_shown("ix_orders_status", "status", "id"),
        _index_of_shown("ix_orders_updated_at", "updated_at", "id"),
        _index_of_shown("ix_orders_external_id", "external_id", "id", where="external_id IS NOT NULL"),
        _index_of_shown("ix_orders_payment_status", "payment_status", "id", where="payment_status <> 'pending'"),
        _index_where("saga_deadline IS NOT NULL", "ix_orders_saga_deadline", "saga_deadline"),
    )


def _index_of_shown(name: str, *columns: str, where: str = "") -> Index:
    """An index of what is not archived, in the order of a list."""
    return _index_where(" AND ".join(filter(None, ("archived_at IS NULL", where))), name, *columns)


def _index_where(condition: str, name: str, *columns: str) -> Index:
    """An index of the rows that meet a condition, on each database."""
    return Index(name, *columns, postgresql_where=text(condition), sqlite_where=text(condition))


def _define_lines(metadata: MetaData) -> None:
    """The orders of each product, in their order."""
    Table(
        "order_lines",
        metadata,
        Column("product_id", ordered_text(), primary_key=True),
        Column("order_id", ordered_text(), primary_key=True),
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
        Index("ix_customers_created_at", "created_at", "id"),
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
        _index_of_shown("ix_products_shown", "created_at", "id"),
    )
