"""The workflows that stored orders follow: a service whose contract has lost one of them does not start."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import parent_process

from orders.counts import WORKFLOWS
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
        SettingsError: with each workflow that is missing, and how many orders follow it.
    """
    if parent_process() is not None:
        return
    with suppress(DatabaseUnavailable, NoSuchTable):
        followed = asyncio.run(_followed(database_of(settings)))
        missing = {name: orders for name, orders in followed.items() if orders > 0 and name not in workflows.by_name}
        if missing:
            raise SettingsError("\n".join(_refusal(name, orders) for name, orders in missing.items()))


async def _followed(database: Database) -> Mapping[str, int]:
    """How many orders follow each workflow."""
    async with started([database]):
        return await counts(database, WORKFLOWS)


def _refusal(name: str, orders: int) -> str:
    return (
        f"ORDERS_WORKFLOW: stored orders ({orders}) follow the workflow {name}, which the contract does not have:"
        " choose an overlay that has it too"
    )
