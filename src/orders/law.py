"""What this service's contracts say beyond those of every service: the workflows, and which events there are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from orders.event_models import OrderCreatedData, OrderUpdatedData, PaymentData
from orders.payments import FAILED, SUCCESSFUL
from orders.settings import STANDARD, OrdersSettings
from orders.workflow import Workflows
from orders.workflow_reader import WorkflowError, read_workflows
from service_standard.contract import Contract, ContractError
from service_standard.law import Law, read_law
from service_standard.settings import SettingsError

SENT: Final[dict[str, type[BaseModel]]] = {"order.created": OrderCreatedData, "order.updated": OrderUpdatedData}
RECEIVED: Final[dict[str, type[BaseModel]]] = {SUCCESSFUL: PaymentData, FAILED: PaymentData}

# The events that move an order to the status that is reached by them; the others only leave a note.
MOVING: Final = frozenset({SUCCESSFUL})


# What is chosen by a name that is no path.
NAME: Final = re.compile("[a-z0-9-]+")
# Where the overlays are that can be chosen by their names, seen from the manifest, and the one of the catalogue.
OVERLAYS: Final = Path("openapi/workflows")
CATALOG: Final = Path("openapi/catalog.yaml")


def law_of(settings: OrdersSettings) -> Law:
    """The law that the environment names, under the workflow and with the catalogue that it chooses.

    Raises:
        SettingsError: there is no such workflow.
        ContractError: with every fault in any of the documents.
    """
    return read_law(settings.service_manifest, [*_workflow(settings), *_catalog(settings)])


def _catalog(settings: OrdersSettings) -> Iterator[Path]:
    if settings.catalog == "embedded":
        yield settings.service_manifest.parent / CATALOG


def _workflow(settings: OrdersSettings) -> Iterator[Path]:
    chosen, folder = settings.orders_workflow, settings.service_manifest.parent / OVERLAYS
    if chosen == STANDARD:
        return
    path = folder / f"{chosen}.yaml" if NAME.fullmatch(chosen) else Path(chosen)
    if not path.is_file():
        names = ", ".join(sorted([STANDARD, *(each.stem for each in folder.glob("*.yaml"))]))
        raise SettingsError(f"ORDERS_WORKFLOW: must be one of {names}, or the path of an overlay")
    yield path


def workflows_of(contract: Contract) -> Workflows:
    """The workflows that the contract holds.

    Raises:
        ContractError: with everything that is wrong with them.
    """
    status = contract.root["components"]["schemas"]["OrderStatus"]
    statuses = status.get("enum")
    try:
        return read_workflows(status.get("x-workflow"), statuses if isinstance(statuses, list) else [])
    except WorkflowError as error:
        raise ContractError(error.faults) from error


def workflow_faults(workflows: Workflows) -> Iterator[str]:
    """What the workflows expect of events that they do not do."""
    for workflow in workflows.by_name.values():
        events = ((name, status.reached_by) for name, status in workflow.statuses.items())
        wrong = (f"{name} is reached by {event}" for name, event in events if event not in (None, *MOVING))
        yield from (f"x-workflow: {workflow.name}: {fault}, which moves no order" for fault in wrong)
