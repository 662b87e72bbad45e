"""The first steps of a newcomer: `make run`, then the calls that the service's first documentation printed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.process import Process, process, served
from tests.sources import ROOT

CREATE: Final = """
# Generate token
TOKEN=$(python generate_test_token.py | grep "Generated JWT token:" -A1 | tail -1)

# Create order
curl -X POST http://localhost:8000/orders/ \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "customerId": "customer-123",
    "items": ["item-1", "item-2", "item-3"]
  }'
"""
GET: Final = """
curl -H "Authorization: Bearer $TOKEN" \\
  http://localhost:8000/orders/{order-id}
"""
UPDATE: Final = """
curl -X PATCH http://localhost:8000/orders/{order-id} \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"status": "paid"}'
"""
LIST: Final = """
curl -H "Authorization: Bearer $TOKEN" \\
  "http://localhost:8000/orders/?limit=10&offset=0"
"""
# Between two answers, so that one shell, which keeps $TOKEN, can print them all.
NEXT: Final = "\necho '\x1e'\n"

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Process]:
    with served(f"sqlite:///{tmp_path}/orders.db") as service:
        yield service
        service.stop()


def said(service: Process, *commands: str, order_id: str = "") -> list[dict[str, Any]]:
    """What each of the commands printed, typed into one shell in the checkout, of an order and for this port."""
    typed = NEXT.join([CREATE, *commands]).replace("{order-id}", order_id)
    done = subprocess.run(
        ["bash", "-e", "-c", typed.replace(":8000/", f":{service.serving['port']}/")],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(answer) for answer in done.stdout.split("\x1e")]


@needs_curl
def test_the_calls_of_the_first_documentation_work_as_printed(service: Process) -> None:
    (order,) = said(service)
    assert set(order) >= {"id", "status", "customerId", "items"}
    assert (order["status"], order["customerId"]) == ("pending", "customer-123")
    assert order["items"] == ["item-1", "item-2", "item-3"]
    another, read, paid, listed = said(service, GET, UPDATE, LIST, order_id=order["id"])
    assert read == order
    assert (paid["id"], paid["status"]) == (order["id"], "paid")
    assert [(shown["id"], shown["status"]) for shown in listed["items"]] == [
        (order["id"], "paid"),
        (another["id"], "pending"),
    ]
    assert (listed["total"], listed["limit"], listed["offset"]) == (2, 10, 0)


@needs_curl
def test_a_step_that_the_workflow_does_not_have_is_a_conflict(service: Process) -> None:
    (order,) = said(service)
    _, problem = said(service, UPDATE.replace("paid", "delivered"), order_id=order["id"])
    assert (problem["type"], problem["status"]) == ("conflict", 409)


def installed() -> bool:
    """Whether `make run` would find everything installed, by the Python that make takes by itself."""
    if not shutil.which("make"):
        return False
    question = ["make", "--question", ".venv/installed-run"]
    return subprocess.run(question, cwd=ROOT, check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not installed(), reason="this checkout's .venv is not installed: `make run` would install it first")
def test_make_run_ends_up_as_the_served_process(tmp_path: Path) -> None:
    environ = {"PORT": "0", "DATABASE_URL": f"sqlite:///{tmp_path}/orders.db"}
    with process("make", "--silent", "run", **environ) as make:
        served = Path(f"/proc/{make.serving['pid']}")
        assert f"PPid:\t{make.popen.pid}\n" in (served / "status").read_text(), "no shell is left in between"
        assert (served / "cmdline").read_text().split("\0")[-3:] == [".venv/bin/orders", "serve", ""]
        make.popen.send_signal(signal.SIGTERM)
        make.end()
    assert not served.exists()
