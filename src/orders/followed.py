"""What stored orders follow: a service whose contract has lost a workflow or a status of theirs does not start."""

import asyncio
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from multiprocessing import parent_process

from orders.counts import ALL, WORKFLOWS
from orders.settings import OrdersSettings
from orders.workflow import Workflows
from service_standard.database import Database, DatabaseUnavailable, NoSuchTable, database_of
from service_standard.lifecycle.parts import started
from service_standard.settings import SettingsError
from service_standard.writes.counts import counts


def require_followed(settings: OrdersSettings, workflows: Workflows) -> None:
    """Refuses to start beside orders that could go nowhere; blocks while it asks.

    A database that does not answer is not waited for: what its orders can do is decided with each of them. A worker
    does not ask, since who began it has.

    Raises:
        SettingsError: with each workflow and status that is missing, and how many orders have it.
    """
    if parent_process() is not None:
        return
    with suppress(DatabaseUnavailable, NoSuchTable):
        followed, statuses = asyncio.run(_counted(database_of(settings)))
        known = {status for workflow in workflows.by_name.values() for status in workflow.statuses}
        missing = [
            *_missing(followed, workflows.by_name, "follow the workflow"),
            *_missing(statuses, known, "are in the status"),
        ]
        if missing:
            raise SettingsError("\n".join(missing))


async def _counted(database: Database) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many orders follow each workflow, and how many are in each status."""
    async with started([database]):
        return await counts(database, WORKFLOWS), await counts(database, ALL)


def _missing(counted: Mapping[str, int], known: Container[str], what: str) -> Iterator[str]:
    for name, orders in counted.items():
        if orders > 0 and name not in known:
            yield (
                f"ORDERS_WORKFLOW: stored orders ({orders}) {what} {name}, which the contract does not have:"
                " choose an overlay that has it too"
            )
