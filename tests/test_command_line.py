"""The command line: real processes, from the environment that they are given to the exit code that they leave."""

import os
import signal
import socket
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Semaphore

import httpx
import pytest

from orders.settings import OrdersSettings
from tests.process import DEVELOPMENT, SECRET, WISH, process, refused, run, run_here, served
from tests.service import migrated, settings_for

# What the embedded default needs nothing of: migrations, servers, brokers, collectors, published keys.
NOT_OF_THE_DEFAULT = {"alembic", "sqlalchemy", "asyncpg", "confluent_kafka", "aiormq", "httpx", "requests", "google"}
TELLING_ITS_MODULES = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps({"message": "ended", "modules": list(sys.modules)})))
from orders.__main__ import main
sys.exit(main(["serve"]))
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of the test's own, which is not there yet."""
    return f"sqlite:///{tmp_path}/orders.db"


# orders serve


def test_serve_tells_where_it_listens_answers_and_ends_in_peace(url: str) -> None:
    with served(url) as service, service.caller() as caller:
        assert (service.serving["host"], service.serving["pid"]) == ("127.0.0.1", service.popen.pid)
        created = caller.post("/orders", json=WISH)
        assert created.status_code == 201
        assert caller.get(created.headers["Location"]).json() == created.json()
        ended = service.stop()
    assert (ended.code, ended.err) == (0, "")


def test_a_start_is_told_in_a_few_calm_lines_of_our_own(url: str) -> None:
    with served(url) as service:
        told = service.lines[: service.messages.index("serving")]
        service.stop()
    assert {line["level"] for line in told} == {"INFO"}
    # The relay takes its lead beside the start, and may be the quicker one.
    by_the_relay = [line for line in told if line["message"] == "relay leads"]
    readiness = [line for line in told if line not in by_the_relay]
    assert len(by_the_relay) <= 1
    assert {line["message"] for line in readiness} == {"readiness changed"}
    assert len(readiness) == len({line["check"] for line in readiness})


def test_what_is_not_used_is_not_loaded(sqlite_url: str) -> None:
    where = {**DEVELOPMENT, "HOST": "127.0.0.1", "PORT": "0", "DATABASE_URL": sqlite_url}
    with process(sys.executable, "-c", TELLING_ITS_MODULES, **where) as service:
        assert httpx.get(f"{service.url}/readyz").status_code == 200
        assert service.stop().code == 0
    loaded = {name.partition(".")[0] for name in service.lines[-1]["modules"]}
    assert "fastapi" in loaded
    assert loaded & NOT_OF_THE_DEFAULT == set()


def test_no_acknowledged_write_is_lost_when_the_service_is_told_to_end(url: str, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    some = Semaphore(0)

    def create_until_it_ends(caller: httpx.Client) -> None:
        with suppress(httpx.TransportError):
            while (answer := caller.post("/orders", json=WISH)).status_code == 201:
                acknowledged.append(answer.json()["id"])
                some.release()

    with served(url) as service, service.caller() as caller, ThreadPoolExecutor(8) as callers:
        for _ in range(8):
            callers.submit(create_until_it_ends, caller)
        for _ in range(50):
            assert some.acquire(timeout=10)
        ended = service.stop()
    assert (ended.code, ended.err) == (0, "")
    assert "Traceback" not in str(service.lines)
    with closing(sqlite3.connect(tmp_path / "orders.db")) as database:
        kept = {row[0] for row in database.execute("SELECT id FROM orders")}
    assert set(acknowledged) <= kept


def test_several_workers_serve_one_database_and_all_end_at_the_signal(url: str) -> None:
    with served(url, WEB_CONCURRENCY="2") as service, service.caller() as caller:
        assert caller.get("/readyz").status_code == 200
        workers = service.children
        assert len(workers) == 2
        with ThreadPoolExecutor(8) as callers:
            answers = list(callers.map(lambda _: caller.post("/orders", json=WISH).status_code, range(40)))
        assert answers == [201] * 40
        for worker, other in (workers, reversed(workers)):
            assert _total_of_one(service.url, caller.headers["Authorization"], worker, other) == 40
        ended = service.stop()
    assert (ended.code, ended.err) == (0, "")
    assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == []
    requests = [line for line in service.lines if line["message"] == "request"]
    assert len([line for line in requests if line["status"] == 201]) == 40


def _total_of_one(url: str, authorization: str, worker: int, other: int) -> object:
    """What one worker counts while the other cannot answer."""
    os.kill(other, signal.SIGSTOP)
    try:
        return httpx.get(f"{url}/orders", headers={"Authorization": authorization}, timeout=10).json()["total"]
    finally:
        os.kill(other, signal.SIGCONT)


def test_a_port_that_is_taken_is_one_line_of_the_log_and_a_failure(url: str) -> None:
    migrated(settings_for(url))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ended = run("serve", **DEVELOPMENT, DATABASE_URL=url, HOST="127.0.0.1", PORT=port)
    assert ended.code not in (0, None)
    assert "address already in use" in ended.out
    assert "Traceback" not in ended.out + ended.err


def test_a_misspelled_variable_is_warned_about(url: str) -> None:
    with served(url, ORDERS_WORKFLOW_="retail") as service:
        service.stop()
    warnings = [line for line in service.lines if line["level"] == "WARNING"]
    assert [(line["message"], line["variable"]) for line in warnings] == [("unknown variable", "ORDERS_WORKFLOW_")]


# orders settings, orders token, and how they are called


def test_settings_prints_what_the_environment_amounts_to_without_secrets() -> None:
    given = {"DATABASE_URL": "postgresql://ann:hunter2@db.test/orders", "JWT_SECRET_KEY": SECRET, "PORT": "1234"}
    ended = run_here("settings", **given)
    assert (ended.code, ended.err) == (0, "")
    shown = dict(line.split("=", 1) for line in ended.out.splitlines())
    assert list(shown) == [name.upper() for name in OrdersSettings.model_fields]
    assert (shown["ENVIRONMENT"], shown["PORT"], shown["JWT_SECRET_KEY"]) == ("production", "1234", "***")
    assert shown["DATABASE_URL"] == "postgresql://***@db.test/orders"


def test_token_prints_one_that_the_service_takes(url: str) -> None:
    with served(url) as service:
        token = run_here("token", "--raw", "--scopes", "orders.read", **DEVELOPMENT).out.strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{service.url}/orders", headers=headers).status_code == 200
        assert httpx.post(f"{service.url}/orders", headers=headers, json=WISH).status_code == 403
        service.stop()


def test_token_makes_none_for_production() -> None:
    (reason,) = refused(run_here("token", JWT_SECRET_KEY=SECRET))
    assert reason == "ENVIRONMENT: test tokens are made in development only"


@pytest.mark.parametrize("command", ["serve", "migrate", "settings"])
def test_a_command_that_takes_no_arguments_says_so(command: str) -> None:
    (reason,) = refused(run_here(command, "now", **DEVELOPMENT))
    assert reason == "this command takes no arguments: it is configured by the environment"


@pytest.mark.parametrize("arguments", [[], ["server"], ["--port", "80"]])
def test_anything_else_is_a_usage_error(arguments: list[str]) -> None:
    ended = run_here(*arguments, **DEVELOPMENT)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("usage: orders")


def test_help_names_every_command() -> None:
    ended = run_here("--help")
    assert ended.code == 0
    for command in ("serve", "migrate", "token", "settings"):
        assert f"  {command} " in ended.out
