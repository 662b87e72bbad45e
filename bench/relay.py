"""The relay's figures as rows: commit to delivery on SQLite, throughput on PostgreSQL."""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from bench.commit_to_delivery import measured
from bench.databases import settings_of
from bench.relay_throughput import events_a_second
from bench.results import Row
from bench.rounds import Plan
from orders.migrations import VERSIONS
from service_standard.migrations.apply import migrate
from service_standard.settings import Settings

EVENTS: Final = 50_000
LATE_EVENTS: Final = 2_000
RATE: Final = 200


def relay(plan: Plan) -> list[Row]:
    print("relay", flush=True)
    settings = settings_of(plan.databases.seeded("postgresql", 1_000))
    rates = [asyncio.run(events_a_second(settings, EVENTS)) for _ in range(3)]
    with tempfile.TemporaryDirectory() as directory:
        own = Settings.model_validate(
            {"environment": "development", "database_url": f"sqlite:///{Path(directory)}/orders.db"}
        )
        migrate(own, VERSIONS)
        late = asyncio.run(measured(own, LATE_EVENTS, RATE))
    return [
        Row("relay to a sink that takes all", "ours", "postgresql", value=round(median(rates)), unit="events/s"),
        Row("commit to delivery, p99", "ours", "sqlite", value=round(late.p99, 2), unit="ms"),
    ]
