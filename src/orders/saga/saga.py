"""The saga of an order: what was done on its way from reserved stock to its payment, and how that ended."""

from typing import Final, NamedTuple

# How far a saga is. One that failed has an order that is not paid and could not be cancelled.
RUNNING: Final = "running"
COMPLETED: Final = "completed"
COMPENSATED: Final = "compensated"
FAILED: Final = "failed"
STATES: Final = (RUNNING, COMPLETED, COMPENSATED, FAILED)

# What is done in it.
STOCK_RESERVED: Final = "stock_reserved"
PAYMENT_REQUESTED: Final = "payment_requested"
ORDER_PAID: Final = "order_paid"
ORDER_CANCELLED: Final = "order_cancelled"
STOCK_RETURNED: Final = "stock_returned"
PAYMENT_RETURNED: Final = "payment_returned"
ABANDONED: Final = "abandoned"
STEPS: Final = (
    STOCK_RESERVED,
    PAYMENT_REQUESTED,
    ORDER_PAID,
    ORDER_CANCELLED,
    STOCK_RETURNED,
    PAYMENT_RETURNED,
    ABANDONED,
)


class Step(NamedTuple):
    """Something that was done, when, and why."""

    name: str
    at: str
    reason: str | None = None


class Saga(NamedTuple):
    """Where it stands; times are RFC 3339 text in UTC.

    The payment is waited for until `deadline`. `traceparent` is where in a trace the order was created, to which
    belongs what comes of the deadline.
    """

    state: str
    deadline: str
    steps: tuple[Step, ...]
    traceparent: str | None = None

    @property
    def is_running(self) -> bool:
        return self.state == RUNNING

    def is_overdue(self, at: str) -> bool:
        """Whether nothing came of it in time."""
        return self.is_running and self.deadline <= at

    def went(self, *steps: Step, to: str | None = None) -> "Saga":
        """With more steps, and in another state, if there is one that they lead to."""
        return self._replace(state=to or self.state, steps=(*self.steps, *steps))
