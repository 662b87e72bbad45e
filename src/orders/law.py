"""What this service's contracts say beyond those of every service: the workflows, and which events there are."""

import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from orders.event_models import (
    CustomerData,
    OrderCreatedData,
    OrderUpdatedData,
    PaymentData,
    PaymentRequestedData,
    ProductData,
    RefundData,
    RefundRequestedData,
)
from orders.payments.changes import COMPLETED_FOR_ORDER, FAILED_FOR_ORDER, REFUNDED_FOR_ORDER
from orders.settings import STANDARD, OrdersSettings
from orders.workflow import (
    PAYMENT_FAILED,
    PAYMENT_REFUNDED,
    PAYMENT_SUCCESSFUL,
    SETTLING,
    Status,
    Workflow,
    Workflows,
)
from orders.workflow_reader import WorkflowError, read_workflows
from service_standard.contract import Contract, ContractError
from service_standard.law import Law, Models, read_law
from service_standard.settings import SettingsError

SENT: Final[dict[str, type[BaseModel]]] = {
    "order.created": OrderCreatedData,
    "order.updated": OrderUpdatedData,
    "order.payment_requested": PaymentRequestedData,
    "order.refund_requested": RefundRequestedData,
}
# Those that a catalogue of our own brings.
SENT_BY_CATALOG: Final[dict[str, type[BaseModel]]] = {
    "product.created": ProductData,
    "product.updated": ProductData,
    "customer.created": CustomerData,
    "customer.updated": CustomerData,
}
# Those that tell of a change besides, by wish: of a status that a workflow has them for, or of a payment.
STAGES: Final = (
    "order.cancelled",
    "order.confirmed",
    "order.delivered",
    "order.shipped",
    COMPLETED_FOR_ORDER,
    FAILED_FOR_ORDER,
    REFUNDED_FOR_ORDER,
)
RECEIVED: Final[dict[str, type[BaseModel]]] = {
    PAYMENT_SUCCESSFUL: PaymentData,
    PAYMENT_FAILED: PaymentData,
    PAYMENT_REFUNDED: RefundData,
}

# What moves an order to the status that is reached by it; other events only leave a note.
MOVING: Final = frozenset(SETTLING)
# What is chosen by a name that is no path.
NAME: Final = re.compile("[a-z0-9-]+")
# Where the overlays are, seen from the manifest: those that are chosen by their names, and those of what is added.
OVERLAYS: Final = Path("openapi/workflows")
CATALOG: Final = (Path("openapi/catalog.yaml"), Path("asyncapi/catalog.yaml"))
SAGA: Final = (Path("openapi/saga.yaml"),)


def law_of(settings: OrdersSettings) -> Law:
    """The law that the environment names, under the workflow that it chooses and with what it adds.

    Raises:
        SettingsError: there is no such workflow.
        ContractError: with every fault in any of the documents.
    """
    return read_law(settings.service_manifest, [*_workflow(settings), *_additions(settings)])


def _additions(settings: OrdersSettings) -> Iterator[Path]:
    parts = ((settings.catalog == "embedded", CATALOG), (settings.saga != "off", SAGA))
    yield from (settings.service_manifest.parent / path for is_added, paths in parts if is_added for path in paths)


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


def sent_under(workflows: Workflows) -> Models:
    """The events that are sent: those that the code knows, and those that only a workflow has."""
    events = (status.event for _, _, status in _statuses(workflows))
    stages = dict.fromkeys([*STAGES, *filter(None, events)], OrderUpdatedData)
    return {**stages, **SENT}


def workflow_faults(workflows: Workflows, sent: Container[str]) -> Iterator[str]:
    """What the workflows expect of events that they do not do; `sent` are those that are declared so."""
    for workflow, name, status in _statuses(workflows):
        yield from (f"x-workflow: {workflow.name}: {name} {fault}" for fault in _event_faults(status, sent))


def _statuses(workflows: Workflows) -> Iterator[tuple[Workflow, str, Status]]:
    for workflow in workflows.by_name.values():
        yield from ((workflow, *status) for status in workflow.statuses.items())


def _event_faults(status: Status, sent: Container[str]) -> Iterator[str]:
    if status.reached_by not in (None, *MOVING):
        yield f"is reached by {status.reached_by}, which moves no order"
    if status.event in SENT:
        yield f"is told by {status.event}, which has a meaning of its own"
    elif status.event is not None and status.event not in sent:
        yield f"is told by {status.event}, which is not declared as sent"
