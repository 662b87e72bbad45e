"""Payments keeps the standard: its files and its running process are judged as anybody's are."""

import json
import sys
from dataclasses import replace
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from examples.payments.tests.service import PAYMENTS, migrated, settings_for
from service_standard.checker.live.tokens import Minted
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from service_standard.database.tables import define_tables
from service_standard.migrations.apply import connected
from service_standard.settings import DEVELOPMENT_SECRET
from tests.checker.served import live
from tests.process import process
from tests.sources import SRC

# A service of its own: nothing of Orders' is on the path but the library.
COMMAND = (sys.executable, "-W", "error", "-m", "payments")
WHERE = {
    "ENVIRONMENT": "development",
    "HOST": "127.0.0.1",
    "PORT": "0",
    "SERVICE_MANIFEST": str(PAYMENTS / "service.yaml"),
    "PYTHONPATH": f"{SRC}:{PAYMENTS / 'src'}",
}
# What a service without updates cannot be judged by, and what needs a second replica, an outage or a receiver.
NOT_JUDGED = frozenset(
    {
        "API-07.if-match",
        "EVT-04.captured",
        "EVT-04.published",
        "EVT-05.compatible",
        "LIFE-02.readiness",
        "LIFE-04.replicas",
        "OBS-02.otlp",
    }
)


def test_payments_breaks_no_rule_while_it_runs(tmp_path: Path) -> None:
    settings = migrated(settings_for(f"sqlite:///{tmp_path}/payments.db"))
    url = settings.database_url.get_secret_value()
    scopes = Subject(PAYMENTS).openapi.scopes
    with process(*COMMAND, "serve", **WHERE, DATABASE_URL=url) as started, live(started.url, scopes=scopes) as target:
        log = tmp_path / "log"
        log.write_text("".join(f"{json.dumps(line)}\n" for line in started.lines))
        known = replace(target, tokens=Minted(DEVELOPMENT_SECRET, "HS256", {}), examples=3)
        subject = Subject(PAYMENTS, log_file=log, events_file=f"{started.url}/events", target=known)
        found = run(subject, every_rule()).outcomes
    assert [(outcome.rule.id, outcome.findings) for outcome in found if outcome.findings] == []
    assert {outcome.rule.id for outcome in found if outcome.verdict == "not judged"} == NOT_JUDGED


def test_the_tables_of_the_library_are_as_it_declares_them(tmp_path: Path) -> None:
    declared = MetaData()
    define_tables(declared)

    def differences(connection: Connection) -> object:
        of_the_library = {"include_name": lambda name, kind, _: kind != "table" or name in declared.tables}
        return compare_metadata(MigrationContext.configure(connection, opts=of_the_library), declared)

    assert connected(migrated(settings_for(f"sqlite:///{tmp_path}/payments.db")), differences) == []
