"""Mutations of the workflow: which statuses there are, and which may follow which."""

from typing import Final

from tests.contract.documents import GONE, Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import (
    advancing,
    allowed,
    archiving,
    cancelling,
    capable,
    created,
    editing,
    getting,
    told_by,
)
from tests.contract.probes_of_events import paying

_STATUS: Final = "/components/schemas/OrderStatus"
_WORKFLOWS: Final = f"{_STATUS}/x-workflow"
_WORKFLOW: Final = f"{_WORKFLOWS}/workflows/standard"
_STATUSES: Final = f"{_WORKFLOW}/statuses"

WORKFLOW: Final[tuple[Mutation, ...]] = (
    driven(
        "a paid order may be refunded",
        openapi(f"{_STATUS}/enum/-", "refunded"),
        openapi(f"{_STATUSES}/refunded", {"next": [], "final": True}),
        openapi(f"{_STATUSES}/paid/next/-", "refunded"),
        probe=advancing("paid", "refunded"),
        before=[200, 400],
        after=[200, 200],
    ),
    driven(
        "a pending order cannot be cancelled",
        openapi(f"{_STATUSES}/pending", {"next": ["paid"], "editable": True}),
        probe=advancing("cancelled"),
        before=[200],
        after=[409],
    ),
    driven(
        "a shipped order can be cancelled",
        openapi(f"{_STATUSES}/shipped", {"next": ["delivered", "cancelled"], "cancellable": True}),
        probe=cancelling("paid", "shipped"),
        before=409,
        after=200,
    ),
    driven(
        "cancelled orders are delivered",
        openapi(f"{_STATUSES}/cancelled/reachedBy", GONE),
        openapi(f"{_STATUSES}/delivered/reachedBy", "cancelOrder"),
        openapi(f"{_STATUSES}/pending", {"next": ["paid", "cancelled"], "editable": True}),
        openapi(f"{_STATUSES}/paid", {"next": ["shipped"], "reachedBy": "payment.successful"}),
        openapi(f"{_STATUSES}/shipped", {"next": ["delivered"], "cancellable": True}),
        probe=cancelling("paid", "shipped"),
        before=409,
        after=200,
    ),
    refused(
        "a shipped order can be cancelled, and goes nowhere then",
        openapi(f"{_STATUSES}/shipped/cancellable", value=True),
        naming="shipped must be cancellable and be followed by cancelled, or neither",
    ),
    refused(
        "a paid order cannot be cancelled, and can become so",
        openapi(f"{_STATUSES}/paid/cancellable", GONE),
        naming="paid must be cancellable",
    ),
    refused(
        "nothing says what cancelled orders are",
        openapi(f"{_STATUSES}/cancelled/reachedBy", GONE),
        naming="pending must be cancellable and be followed by a status that is reached by cancelOrder",
    ),
    driven(
        "a pending order may be shipped",
        openapi(f"{_STATUSES}/pending/next/-", "shipped"),
        probe=advancing("shipped"),
        before=[409],
        after=[200],
    ),
    driven(
        "a delivered order may be cancelled",
        openapi(f"{_STATUSES}/delivered", {"next": ["cancelled"], "cancellable": True}),
        probe=advancing("paid", "shipped", "delivered", "cancelled"),
        before=[200, 200, 200, 409],
        after=[200, 200, 200, 200],
    ),
    driven(
        "orders begin as paid",
        openapi(f"{_WORKFLOW}/initial", "paid"),
        openapi(f"{_STATUSES}/shipped/next/-", "pending"),
        probe=created("status"),
        before="pending",
        after="paid",
    ),
    driven(
        "new orders have another workflow",
        openapi(f"{_WORKFLOWS}/workflows/other", Moved(_WORKFLOW)),
        openapi(f"{_WORKFLOWS}/default", "other"),
        probe=created("workflow"),
        before="standard",
        after="other",
    ),
    *(
        driven(
            f"no status is {capability}",
            *(openapi(f"{_STATUSES}/{status}/{capability}", GONE) for status in statuses),
            probe=capable(capability),
            before=list(statuses),
            after=[],
        )
        for capability, statuses in (
            ("editable", ("pending",)),
            ("refundable", ("paid", "shipped", "delivered", "cancelled")),
        )
    ),
    driven(
        "a paid order can be edited",
        openapi(f"{_STATUSES}/paid/editable", value=True),
        probe=editing("paid"),
        before=409,
        after=200,
    ),
    driven(
        "orders are archived once they are paid",
        openapi(f"{_STATUSES}/pending/next", ["paid", "shipped", "cancelled"]),
        openapi(f"{_STATUSES}/paid", {"final": True, "reachedBy": "payment.successful"}),
        probe=archiving("orders.admin", status="paid"),
        before=409,
        after=200,
    ),
    driven(
        "no status is reached by a payment",
        openapi(f"{_STATUSES}/paid/reachedBy", GONE),
        probe=paying(),
        before=[202, "paid"],
        after=[202, "pending"],
    ),
    driven(
        "an order is shipped by a payment",
        openapi(f"{_STATUSES}/pending/next/-", "shipped"),
        openapi(f"{_STATUSES}/shipped/reachedBy", Moved(f"{_STATUSES}/paid/reachedBy")),
        probe=paying(),
        before=[202, "paid"],
        after=[202, "shipped"],
    ),
    driven(
        "the names of workflows are shorter",
        openapi("/components/schemas/WorkflowName/pattern", "^[a-z]{1,8}$"),
        probe=getting("/workflow", "/workflow?name=standard", "/workflow?name=wholesale"),
        before=[200, 200, 404],
        after=[200, 200, 400],
    ),
    driven(
        "the workflow is told to whoever may read events",
        openapi("/paths/~1workflow/get/security/0/oauth2/0", "orders.events"),
        probe=allowed("GET", "/workflow", "orders.events"),
        before=403,
        after=200,
    ),
    refused(
        "a status tells nothing of refunds",
        openapi("/components/schemas/WorkflowStatus/properties/refundable", GONE),
        openapi("/components/schemas/WorkflowStatus/required", ["status", "next", "cancellable", "editable", "final"]),
        naming="WorkflowStatus has not the contract's shape",
    ),
    refused(
        "an order must not tell of what may follow",
        openapi("/components/schemas/Order/properties/allowedTransitions", GONE),
        naming="Order has not the contract's shape",
    ),
    refused(
        "a workflow has only one status",
        openapi("/components/schemas/Workflow/properties/statuses/maxItems", 1),
        naming="statuses must contain at most 1",
    ),
    refused(
        "at most one status may follow",
        openapi("/components/schemas/NextStatuses/maxItems", 1),
        naming="must contain at most 1",
    ),
    refused(
        "no answer says that a workflow is not there",
        openapi("/paths/~1workflow/get/responses/404", GONE),
        naming="getWorkflow: response 404 is answered",
    ),
    refused(
        "two statuses are reached by a payment",
        openapi(f"{_STATUSES}/delivered/reachedBy", "payment.successful"),
        naming="no two statuses are reached by the same",
    ),
    refused(
        "an order is delivered by a failed payment",
        openapi(f"{_STATUSES}/delivered/reachedBy", "payment.failed"),
        naming="delivered is reached by payment.failed, which moves no order",
    ),
    driven(
        "a shipped order is told by another event",
        openapi(f"{_STATUSES}/shipped/event", "order.confirmed"),
        probe=told_by("shipped"),
        before="order.shipped",
        after="order.confirmed",
    ),
    refused(
        "a shipped order is told by an event that is not declared",
        openapi(f"{_STATUSES}/shipped/event", "order.sent"),
        naming="x-workflow: standard: shipped is told by order.sent, which is not declared",
    ),
    refused(
        "a shipped order is told by the event of new ones",
        openapi(f"{_STATUSES}/shipped/event", "order.created"),
        naming="shipped is told by order.created, which has a meaning of its own",
    ),
    refused("a shipped order is told by a number", openapi(f"{_STATUSES}/shipped/event", 1), naming="event must be"),
    refused("a status is reached by a number", openapi(f"{_STATUSES}/paid/reachedBy", 1), naming="reachedBy"),
    refused("a status is only in the enum", openapi(f"{_STATUS}/enum/-", "lost"), naming="lost is not in both"),
    refused("a status is not in the enum", openapi(f"{_STATUS}/enum/4", GONE), naming="data.status must be one of"),
    refused("any status is allowed", openapi(f"{_STATUS}/enum", GONE), naming="paid is not in both"),
    refused("there is no workflow", openapi(_WORKFLOWS, GONE), naming="x-workflow: must have workflows"),
    refused(
        "new orders have a workflow that is not there",
        openapi(f"{_WORKFLOWS}/default", "retail"),
        naming="must have workflows",
    ),
    refused(
        "a workflow has no name that the contract allows",
        openapi(f"{_WORKFLOWS}/workflows/Other", Moved(_WORKFLOW)),
        openapi(f"{_WORKFLOWS}/default", "Other"),
        naming="name must match",
    ),
    refused("the workflows have a fact that no code knows", openapi(f"{_WORKFLOWS}/owner", "me"), naming="owner"),
    refused("the workflow has a fact that no code knows", openapi(f"{_WORKFLOW}/owner", "me"), naming="owner"),
    refused(
        "a paid order is perhaps refundable",
        openapi(f"{_STATUSES}/paid/refundable", "perhaps"),
        naming="refundable must be",
    ),
    refused("a status stands twice in the enum", openapi(f"{_STATUS}/enum/-", "paid"), naming="paid stands twice"),
    refused(
        "a paid order may be shipped twice over",
        openapi(f"{_STATUSES}/paid/next/-", "shipped"),
        naming="same status twice",
    ),
    refused("orders begin as nothing", openapi(f"{_WORKFLOW}/initial", GONE), naming="the initial status"),
    refused("orders begin as paid, and none is pending", openapi(f"{_WORKFLOW}/initial", "paid"), naming="pending"),
    refused("a delivered order is not final", openapi(f"{_STATUSES}/delivered/final", GONE), naming="delivered must"),
    refused("a paid order is final", openapi(f"{_STATUSES}/paid/final", value=True), naming="paid must"),
    refused("a paid order may be paid", openapi(f"{_STATUSES}/paid/next/-", "paid"), naming="paid cannot follow"),
    refused("a paid order may be lost", openapi(f"{_STATUSES}/paid/next/-", "lost"), naming="lost follows"),
    refused(
        "a status has a fact that no code knows", openapi(f"{_STATUSES}/paid/billable", value=True), naming="billable"
    ),
)
