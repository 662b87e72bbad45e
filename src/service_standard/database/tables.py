"""The tables that every service of the standard has, for its one schema."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.types import TypeEngine


def ordered_text() -> TypeEngine[str]:
    """Text that compares by its bytes on every database: ids, times and codes."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def define_tables(metadata: MetaData) -> None:
    """Adds what requests write, what is counted, and what events need on their way out and in."""
    _requests(metadata)
    _counts(metadata)
    _outbox(metadata)
    _sinks(metadata)
    _inbox(metadata)


def _outbox(metadata: MetaData) -> None:
    """Events wait here.

    `outbox.id` is taken in the order in which one order's changes commit. SQLite has one writer, so its ids are
    never given out of order, and with AUTOINCREMENT never twice.
    """
    unsequenced = text("position IS NULL")
    Table(
        "outbox",
        metadata,
        Column(
            "id",
            BigInteger().with_variant(Integer(), "sqlite"),
            Identity(always=True, cache=1),
            primary_key=True,
        ),
        Column("event_id", ordered_text(), nullable=False),
        Column("type", ordered_text(), nullable=False),
        Column("partition_key", ordered_text(), nullable=False),
        Column("envelope", Text(), nullable=False),
        Column("recorded_at", ordered_text(), nullable=False),
        Column("position", BigInteger()),
        Index("uq_outbox_event_id", "event_id", unique=True),
        Index("uq_outbox_position", "position", unique=True),
        Index("ix_outbox_unsequenced", "id", postgresql_where=unsequenced, sqlite_where=unsequenced),
        sqlite_autoincrement=True,
    )
    Table(
        "outbox_head",
        metadata,
        Column("id", Integer(), primary_key=True, autoincrement=False),
        Column("last_position", BigInteger(), nullable=False),
    )


def _requests(metadata: MetaData) -> None:
    """The idempotency records, and the one row whose change shows that the database can be written."""
    Table(
        "idempotency",
        metadata,
        Column("id", ordered_text(), primary_key=True),
        Column("fingerprint", ordered_text(), nullable=False),
        Column("headers", Text(), nullable=False),
        Column("body", Text(), nullable=False),
        Column("created_at", ordered_text(), nullable=False),
        Index("ix_idempotency_created_at", "created_at"),
    )
    Table(
        "heartbeat",
        metadata,
        Column("id", Integer(), primary_key=True, autoincrement=False),
        Column("beaten_at", ordered_text(), nullable=False),
    )


def _counts(metadata: MetaData) -> None:
    """What is counted as it changes. Half of a page stays free, so that a change of `amount` moves no index entry."""
    Table(
        "counts",
        metadata,
        Column("name", ordered_text(), primary_key=True),
        Column("kind", ordered_text(), primary_key=True),
        Column("slot", Integer(), primary_key=True, autoincrement=False),
        Column("amount", BigInteger(), nullable=False),
        postgresql_with={"fillfactor": 50},
    )


def _sinks(metadata: MetaData) -> None:
    """How far each sink is and who leads it, and the events that it refused."""
    Table(
        "sink_cursors",
        metadata,
        Column("sink", ordered_text(), primary_key=True),
        Column("position", BigInteger(), nullable=False),
        Column("epoch", BigInteger(), nullable=False),
        Column("owner", ordered_text()),
        Column("lease_until", ordered_text()),
    )
    Table(
        "parked",
        metadata,
        Column("sink", ordered_text(), primary_key=True),
        Column("position", BigInteger(), primary_key=True, autoincrement=False),
        Column("event_id", ordered_text(), nullable=False),
        Column("partition_key", ordered_text(), nullable=False),
        Column("reason", Text(), nullable=False),
        Column("parked_at", ordered_text(), nullable=False),
        Column("retry", Integer(), nullable=False),
    )


def _inbox(metadata: MetaData) -> None:
    """Every event that came in, once; its envelope only as long as it waits for its effect."""
    Table(
        "inbox",
        metadata,
        Column("source", ordered_text(), primary_key=True),
        Column("event_id", ordered_text(), primary_key=True),
        Column("type", ordered_text(), nullable=False),
        Column("received_at", ordered_text(), nullable=False),
        Column("outcome", ordered_text(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("next_attempt_at", ordered_text()),
        Column("reason", Text()),
        Column("envelope", Text()),
        Index("ix_inbox_next_attempt_at", "next_attempt_at"),
    )
