"""What this service's contracts say beyond those of every service: the workflow, and which events there are."""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from orders.event_models import OrderCreatedData, OrderUpdatedData, PaymentData
from orders.payments import FAILED, SUCCESSFUL
from orders.workflow import Workflow, WorkflowError, read_workflow
from service_standard.contract import Contract, ContractError

SENT: Final[dict[str, type[BaseModel]]] = {"order.created": OrderCreatedData, "order.updated": OrderUpdatedData}
RECEIVED: Final[dict[str, type[BaseModel]]] = {SUCCESSFUL: PaymentData, FAILED: PaymentData}

# The events that move an order to the status that is reached by them; the others only leave a note.
MOVING: Final = frozenset({SUCCESSFUL})


def workflow_of(contract: Contract) -> Workflow:
    """The workflow that the contract holds.

    Raises:
        ContractError: with everything that is wrong with it.
    """
    status = contract.root["components"]["schemas"]["OrderStatus"]
    statuses = status.get("enum")
    try:
        return read_workflow(status.get("x-workflow"), statuses if isinstance(statuses, list) else [])
    except WorkflowError as error:
        raise ContractError(error.faults) from error


def workflow_faults(workflow: Workflow) -> Iterator[str]:
    """What the workflow expects of events that they do not do."""
    for event, status in workflow.reached_by.items():
        if event not in MOVING:
            yield f"x-workflow: {status} is reached by {event}, which moves no order"
