"""Faults: a collector and brokers that take every connection and answer nobody."""

import socket
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from time import monotonic

import httpx
import pytest

from tests.figures import Proof
from tests.process import WISH, served

pytestmark = pytest.mark.fault

ROUNDS = 7
REQUESTS = 150
MOST = 1.5
STOPPED_WITHIN = 3.0


@pytest.fixture
def hole() -> Iterator[str]:
    """An address at which connections are made, and nothing is ever read."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_black_holes_cost_callers_nothing_and_hold_up_no_shutdown(hole: str, tmp_path: Path, proof: Proof) -> None:
    into_the_hole = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{hole}",
        "EVENT_SINKS": "http,kafka",
        "EVENT_HTTP_URL": f"http://{hole}/hook",
        "KAFKA_BOOTSTRAP_SERVERS": hole,
        "DRAIN_SECONDS": "0",
    }
    with (
        served(f"sqlite:///{tmp_path}/baseline.db") as free,
        served(f"sqlite:///{tmp_path}/orders.db", **into_the_hole) as holed,
        free.caller() as caller,
        holed.caller() as caller_of_holed,
    ):
        # The first round is what is slow only once.
        rounds = [p99s(caller, caller_of_holed) for _ in range(1 + ROUNDS)][1:]
        began = monotonic()
        assert holed.stop().code == 0
        stopped = monotonic() - began
    baseline, beside = (median(each) for each in zip(*rounds, strict=True))
    figures = f"p99 of POST /orders {1000 * beside:.1f} ms, without them {1000 * baseline:.1f} ms"
    assert beside <= MOST * baseline, figures
    assert stopped <= STOPPED_WITHIN
    proof(f"collector, webhook and Kafka black-holed: {figures}; stopped in {stopped:.2f} s")


def p99s(*callers: httpx.Client) -> list[float]:
    """The 99th percentile of creating orders, in seconds, of each caller.

    They take turns, so that other work on the machine strikes all of them alike.
    """
    turns = [[seconds(caller) for caller in callers] for _ in range(REQUESTS)]
    return [quantiles(each, n=100)[98] for each in zip(*turns, strict=True)]


def seconds(caller: httpx.Client) -> float:
    began = monotonic()
    assert caller.post("/orders", json=WISH).status_code == 201
    return monotonic() - began
