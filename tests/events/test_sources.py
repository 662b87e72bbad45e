"""Payments that come over a broker have their effect, and the broker is told only then."""

import json
from contextlib import suppress
from pathlib import Path

import aiormq
import pytest
from confluent_kafka import KafkaException

from tests.events.kafka_topic import Topic, make_topic
from tests.events.rabbitmq_queue import Queue
from tests.events.test_payments import event, feed
from tests.service import Caller, migrated, running, settings_for

pytestmark = pytest.mark.anyio

CHANNEL = "payments.events"
CONTENT_TYPE = "application/cloudevents+json"


async def until_paid(orders: Caller, order: object) -> str:
    """Waits for the order's update in the feed; returns the id of the event that caused it."""
    (created,) = await feed(orders, limit=1)
    for _ in range(6):
        for found in await feed(orders, after=created["id"]):
            assert (found["data"]["id"], found["data"]["status"]) == (order, "paid")
            return str(found["causationid"])
    raise AssertionError("the payment had no effect")


async def test_a_payment_from_kafka_pays_its_order(tmp_path: Path, kafka_servers: str) -> None:
    with suppress(KafkaException):  # another run has made it
        make_topic(kafka_servers, CHANNEL)
    values = {"event_sources": "kafka", "kafka_bootstrap_servers": kafka_servers}
    async with running(migrated(settings_for(f"sqlite:///{tmp_path}/orders.db", **values))) as orders:
        order = (await orders.create())["id"]
        paid = event(order)
        body = json.dumps(paid).encode()
        Topic(kafka_servers, CHANNEL).write(body, headers={"content-type": CONTENT_TYPE})
        assert await until_paid(orders, order) == paid["id"]


async def test_a_payment_from_rabbitmq_pays_its_order(tmp_path: Path, rabbitmq_url: str) -> None:
    values = {"event_sources": "rabbitmq", "rabbitmq_url": rabbitmq_url}
    async with running(migrated(settings_for(f"sqlite:///{tmp_path}/orders.db", **values))) as orders:
        order = (await orders.create())["id"]
        paid = event(order)
        properties = aiormq.spec.Basic.Properties(content_type=CONTENT_TYPE)
        await Queue(rabbitmq_url, CHANNEL).write(json.dumps(paid).encode(), properties)
        assert await until_paid(orders, order) == paid["id"]
