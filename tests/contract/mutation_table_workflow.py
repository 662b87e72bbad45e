"""Mutations of the workflow: which statuses there are, and which may follow which."""

from typing import Final

from tests.contract.documents import GONE, Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import advancing, created, paying

_STATUS: Final = "/components/schemas/OrderStatus"
_WORKFLOW: Final = f"{_STATUS}/x-workflow"
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
        openapi(f"{_STATUSES}/pending/next", ["paid"]),
        probe=advancing("cancelled"),
        before=[200],
        after=[409],
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
        openapi(f"{_STATUSES}/delivered", {"next": ["cancelled"]}),
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
        "no status is reached by a payment",
        openapi(f"{_STATUSES}/paid/reachedBy", GONE),
        probe=paying(),
        before=[202, "paid"],
        after=[202, "pending"],
    ),
    driven(
        "an order is cancelled by a payment",
        openapi(f"{_STATUSES}/cancelled/reachedBy", Moved(f"{_STATUSES}/paid/reachedBy")),
        probe=paying(),
        before=[202, "paid"],
        after=[202, "cancelled"],
    ),
    refused(
        "two statuses are reached by a payment",
        openapi(f"{_STATUSES}/cancelled/reachedBy", "payment.successful"),
        naming="no two statuses are reached by the same",
    ),
    refused(
        "an order is cancelled by a failed payment",
        openapi(f"{_STATUSES}/cancelled/reachedBy", "payment.failed"),
        naming="cancelled is reached by payment.failed, which moves no order",
    ),
    refused("a status is reached by a number", openapi(f"{_STATUSES}/paid/reachedBy", 1), naming="reachedBy"),
    refused("a status is only in the enum", openapi(f"{_STATUS}/enum/-", "lost"), naming="lost is not in both"),
    refused("a status is not in the enum", openapi(f"{_STATUS}/enum/4", GONE), naming="cancelled is not in both"),
    refused("any status is allowed", openapi(f"{_STATUS}/enum", GONE), naming="paid is not in both"),
    refused("there is no workflow", openapi(_WORKFLOW, GONE), naming="x-workflow"),
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
