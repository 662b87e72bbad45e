"""The consumers of docs/events.md, run as they stand there against a running service and real brokers."""

import json
import os
import queue
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import httpx
import pytest

from service_standard.auth.minting import mint
from service_standard.contract import load_event_contract
from tests.events.destinations import CHANNEL, KafkaDestination, RabbitMQDestination, manifest_for
from tests.events.stage import POLL_SECONDS, QUICK, Operator
from tests.process import WISH, Process, served
from tests.service import MANIFEST, law_of, settings_for
from tests.sources import ROOT

DEADLINE: Final = 60.0
SECRET: Final = "whsec_c2VjcmV0LW9mLWEtd2ViaG9vay0zMi1ieXRlcw=="
DOCUMENT: Final = (ROOT / "docs/events.md").read_text()


def block(heading: str, language: str = "python", number: int = 0) -> str:
    """A code block of the section with this heading."""
    section = re.split(r"\n##+ ", DOCUMENT.partition(f"# {heading}\n")[2])[0]
    return str(re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[number])


class Consumer:
    """A process that runs one of the document's consumers, and the lines that it prints as they come."""

    def __init__(self, directory: Path, program: str, environ: dict[str, str]) -> None:
        (directory / "consumer.py").write_text(program)
        self._popen = subprocess.Popen(
            [sys.executable, "consumer.py"],
            cwd=directory,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout
        for line in self._popen.stdout:
            self._lines.put(line.rstrip())

    def next(self) -> str:
        return self._lines.get(timeout=DEADLINE)

    def kill(self) -> None:
        self._popen.kill()
        self._popen.wait()
        self._reader.join()
        assert self._popen.stdout
        self._popen.stdout.close()
        assert self._lines.empty(), "it printed more than it was asked for"


@contextmanager
def consuming(directory: Path, program: str, once: str, **environ: str) -> Iterator[Consumer]:
    """One of the consumers at work, which keeps in `directory` what it remembers."""
    (directory / "once.py").write_text(once)
    consumer = Consumer(directory, program, environ)
    try:
        yield consumer
    finally:
        consumer.kill()


@contextmanager
def selling(directory: Path, **environ: str) -> Iterator[tuple[Process, httpx.Client, Operator]]:
    """A service that delivers, somebody who orders, and an operator."""
    url = f"sqlite:///{directory}/orders.db"
    with served(url, **QUICK, **environ) as service, service.caller() as caller:
        yield service, caller, Operator(url)


def create(caller: httpx.Client) -> str:
    created = caller.post("/orders", json=WISH)
    assert created.status_code == 201
    return str(created.json()["id"])


def pay(caller: httpx.Client, order: str) -> None:
    assert caller.patch(f"/orders/{order}", json={"status": "paid"}).status_code == 200


def sells_one_order(consumer: Consumer, caller: httpx.Client, operator: Operator, sink: str) -> None:
    """The consumer is told of an order, of the same once more, and of its payment: it handles two events."""
    order = create(caller)
    assert consumer.next() == f"order.created orders/{order} pending"
    operator.until_sink(lambda figures: figures.lag_events == 0, sink)
    operator.told("rewind", "--sink", sink, "--beginning")
    # Its order's first event comes again before this one.
    pay(caller, order)
    assert consumer.next() == f"order.updated orders/{order} paid"


TABLE: Final = block("Dropping duplicates")
MEMORY: Final = block("Dropping duplicates", number=1)


def test_the_kafka_consumer_handles_each_event_once(kafka_servers: str, tmp_path: Path) -> None:
    topic = KafkaDestination(kafka_servers)
    program = block("Kafka").replace(CHANNEL, topic.channel).replace('"shop"', f'"{topic.channel}"')
    manifest = str(manifest_for(topic.channel, tmp_path))
    with (
        selling(tmp_path, EVENT_SINKS="kafka", SERVICE_MANIFEST=manifest, **topic.environ) as (_, caller, operator),
        consuming(tmp_path, program, TABLE, **topic.environ) as consumer,
    ):
        sells_one_order(consumer, caller, operator, "kafka")


def test_the_rabbitmq_consumer_handles_each_event_once(rabbitmq_url: str, tmp_path: Path) -> None:
    exchange = RabbitMQDestination(rabbitmq_url)
    program = block("RabbitMQ").replace(CHANNEL, exchange.channel)
    manifest = str(manifest_for(exchange.channel, tmp_path))
    with (
        selling(tmp_path, EVENT_SINKS="rabbitmq", SERVICE_MANIFEST=manifest, **exchange.environ) as (
            _,
            caller,
            operator,
        ),
        consuming(tmp_path, program, TABLE, **exchange.environ) as consumer,
    ):
        sells_one_order(consumer, caller, operator, "rabbitmq")


@pytest.mark.parametrize("once", [TABLE, MEMORY], ids=["table", "memory"])
def test_the_webhook_handles_each_event_once_and_nothing_that_is_forged(once: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hook = f"http://127.0.0.1:{port}/"
    with (
        consuming(tmp_path, block("Webhook"), once, WEBHOOK_SECRET=SECRET, PORT=str(port)) as consumer,
        selling(tmp_path, EVENT_SINKS="http", EVENT_HTTP_URL=hook, EVENT_HTTP_SECRET=SECRET) as (_, caller, operator),
    ):
        sells_one_order(consumer, caller, operator, "http")
        assert httpx.post(hook, content=block("The envelope", "json")).status_code == 401
        forged = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,Zm9yZ2Vk"}
        assert httpx.post(hook, content=block("The envelope", "json"), headers=forged).status_code == 401


def test_the_consumer_of_the_feed_handles_each_event_once_also_when_it_has_to_begin_again(tmp_path: Path) -> None:
    with selling(tmp_path) as (service, caller, _):
        token = mint(settings_for("sqlite:///unused.db"), "shop", ("orders.events",), 1)
        environ = {"ORDERS_URL": service.url, "ORDERS_TOKEN": token}
        with consuming(tmp_path, block("Feed"), TABLE, **environ) as consumer:
            orders = [create(caller), create(caller)]
            assert [consumer.next() for _ in orders] == [f"order.created orders/{order} pending" for order in orders]
            remembers(tmp_path, 2)
        (tmp_path / "last").write_text("an-event-that-is-gone")
        with consuming(tmp_path, block("Feed"), TABLE, **environ) as consumer:
            pay(caller, orders[1])
            assert consumer.next() == f"order.updated orders/{orders[1]} paid"
        assert service.stop().code == 0


def remembers(directory: Path, count: int) -> None:
    """Waits until a consumer has marked so many events as done: what it prints comes before its commit."""
    deadline = time.monotonic() + DEADLINE
    with closing(sqlite3.connect(directory / "seen.db")) as seen:
        while seen.execute("SELECT count(*) FROM seen").fetchone() != (count,):
            assert time.monotonic() < deadline
            time.sleep(POLL_SECONDS)


# What the document shows


@pytest.mark.parametrize("once", [TABLE, MEMORY], ids=["table", "memory"])
def test_what_is_done_with_an_event_fits_each_that_the_channel_has(once: str, tmp_path: Path) -> None:
    declared = law_of(MANIFEST, catalog="embedded").events
    messages = declared.root["components"]["messages"].items()
    sent = [message for _, message in messages if message.get("name") in declared.sent]
    events = [example["payload"].value for message in sent for example in message["examples"].elements()]
    program = f"{once}\nimport json, sys\n\nfor event in json.load(sys.stdin):\n    once(event)\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.split()[0] for line in done.stdout.splitlines()} == set(declared.sent)


def test_the_envelope_is_one_that_the_contract_allows() -> None:
    envelope = json.loads(block("The envelope", "json"))
    declared = load_event_contract(ROOT / "asyncapi/orders.yaml").sent[envelope["type"]]
    assert declared.envelope.errors(envelope) == []


def test_the_attributes_that_are_explained_are_those_of_an_event() -> None:
    section = DOCUMENT.partition("## The envelope")[2].partition("\n## ")[0]
    explained = {
        name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"\w+", row)
    }
    schemas = load_event_contract(ROOT / "asyncapi/orders.yaml").root["components"]["schemas"]
    assert all(name in schemas["OrderUpdated"]["properties"] for name in explained)


def test_the_tables_that_are_shown_are_those_that_the_commands_print(tmp_path: Path) -> None:
    with selling(tmp_path) as (_, _, operator):
        operator.until(lambda figures: figures.sinks != ())
        printed = operator.told("status").splitlines()
    shown = block("For operators", "").splitlines()
    assert [re.sub(r"\d+", "0", line) for line in shown[1:4]] == [re.sub(r"\d+", "0", line) for line in printed[:3]]
    assert shown[4].split() == printed[3].split()


def test_every_command_that_is_shown_is_one_that_there_is() -> None:
    commands = set(re.findall(r"^\$ orders events (\w+)", DOCUMENT, re.MULTILINE))
    assert commands == {"status", "parked", "retry", "discard", "rewind"}
