"""A service to which everything has happened that any metric tells of, for whoever lists the metrics."""

import asyncio
from pathlib import Path

from tests.contract.probes import creating
from tests.contract.probes_of_events import paying
from tests.events.stream import eventually
from tests.metrics.scrape import Scrape, scraped
from tests.service import Caller, migrated, running, settings_for
from tests.storage import held

UNREACHABLE = "http://127.0.0.1:1/hook"


async def everything_measured(directory: Path) -> Scrape:
    """What it says of itself; its database is in the directory."""
    settings = settings_for(
        f"sqlite:///{directory}/orders.db",
        database_timeout_seconds=0.3,
        event_sinks="log,http",
        event_http_url=UNREACHABLE,
        max_in_flight=1,
    )
    # The first figures of the second start know the sinks; else they would be told with the next, in five seconds.
    async with running(migrated(settings)) as service:
        await paying()(service)
        await eventually(lambda: _tells(service, "sink_errors_total"))
    async with running(settings) as service:
        await paying()(service)
        async with held(settings, "orders"):
            assert set(await asyncio.gather(creating()(service), creating()(service))) == {503}
        await eventually(lambda: _tells(service, "sink_epoch", "sink_errors_total"))
        return await scraped(service)


async def _tells(service: Caller, *names: str) -> bool:
    return set(names) <= {name for name, _ in (await scraped(service)).samples}
