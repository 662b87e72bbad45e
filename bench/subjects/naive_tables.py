"""The naive subject's mapped classes, on the tables of the product's schema."""

from sqlalchemy import BigInteger, ForeignKey, Identity, Integer
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    status: Mapped[str]
    customer_id: Mapped[str]
    items: Mapped[str]
    external_id: Mapped[str | None]
    order_metadata: Mapped[str] = mapped_column("metadata")
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[str]
    updated_at: Mapped[str]
    created_by: Mapped[str]


class OrderHistory(Base):
    __tablename__ = "order_history"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    changed_at: Mapped[str]
    changed_by: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    event_id: Mapped[str]


class Idempotency(Base):
    __tablename__ = "idempotency"
    id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    headers: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[str]


class OutboxEntry(Base):
    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), Identity(always=True), primary_key=True
    )
    event_id: Mapped[str]
    type: Mapped[str]
    partition_key: Mapped[str]
    envelope: Mapped[str]
    recorded_at: Mapped[str]


def engine_of(url: str) -> AsyncEngine:
    """The engine for a database URL as the service takes it."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://").replace("sqlite:///", "sqlite+aiosqlite:///")
    )
