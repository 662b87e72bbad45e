"""The real brokers, the real Jaeger and the real browser of the tests: where they are, and outages of them.

`scripts/services` starts them and says where they are. A test that asks for one of them runs in one process with all
that ask for the same, so that an outage that one of them makes strikes no other.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.jaeger import Jaeger
from tests.sources import ROOT

FIXTURES: Final = {"kafka_servers": "kafka", "rabbitmq_url": "rabbitmq", "jaeger": "jaeger", "webdriver": "chromium"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures: list[str] = getattr(item, "fixturenames", [])
        for broker in {FIXTURES[name] for name in fixtures if name in FIXTURES}:
            item.add_marker(pytest.mark.xdist_group(broker))


@pytest.fixture(scope="session")
def kafka_servers() -> str:
    """The addresses of a real Kafka broker, on which nobody makes topics by mistake."""
    return place("TEST_KAFKA_BOOTSTRAP_SERVERS")


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """The URL of a real RabbitMQ broker."""
    return place("TEST_RABBITMQ_URL")


@pytest.fixture(scope="session")
def jaeger() -> Jaeger:
    """A real Jaeger, which has the spans of other tests as well."""
    return Jaeger(*map(place, ("TEST_JAEGER_OTLP", "TEST_JAEGER_GRPC", "TEST_JAEGER_QUERY")))


@pytest.fixture(scope="session")
def webdriver() -> str:
    """The URL of a real browser's driver."""
    return place("TEST_WEBDRIVER")


def place(variable: str) -> str:
    """What the variable says; without it the test is skipped, or fails where the services have to be there."""
    if value := os.environ.get(variable):
        return value
    reason = f'{variable} is not set; run: eval "$(scripts/services start)"'
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


async def services(command: str, broker: str) -> None:
    """Does to a broker what `scripts/services` can do, and returns when it is done."""
    arguments = [str(ROOT / "scripts" / "services"), command, broker]
    await asyncio.to_thread(subprocess.run, arguments, check=True, stdout=subprocess.DEVNULL)


@asynccontextmanager
async def frozen(broker: str) -> AsyncIterator[None]:
    """An outage: connections stay open, and nobody answers."""
    await services("freeze", broker)
    try:
        yield
    finally:
        await services("thaw", broker)
