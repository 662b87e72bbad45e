"""The workflow: which status may follow which, and what each allows; no status is known by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orders.payments.account import PAID, REFUNDED

# What may lead to a status, as `reached_by` has it: events of payments, and the operation that cancels.
PAYMENT_SUCCESSFUL: Final = "payment.successful"
PAYMENT_FAILED: Final = "payment.failed"
PAYMENT_REFUNDED: Final = "payment.refunded"
CANCEL: Final = "cancelOrder"

# The payment status of an order in the status that it leads to: what is paid of a cancelled order is given back.
SETTLING: Final = {PAYMENT_SUCCESSFUL: PAID, PAYMENT_REFUNDED: REFUNDED, CANCEL: REFUNDED}
# The event whose status an order comes to when its payment has come to one.
_LEADING: Final = {PAID: PAYMENT_SUCCESSFUL, REFUNDED: PAYMENT_REFUNDED}


@dataclass(frozen=True, slots=True)
class Status:
    """What an order may do in a status: which may follow, and whether it can be cancelled, edited, refunded.

    No other follows a final one. `reached_by` is what leads to this status, an event from another service or `CANCEL`;
    `event` is the one that tells of it.
    """

    following: tuple[str, ...] = ()
    cancellable: bool = False
    editable: bool = False
    refundable: bool = False
    final: bool = False
    reached_by: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """The first status of an order, and each that it can come to."""

    name: str
    initial: str
    statuses: Mapping[str, Status]

    def following(self, present: str) -> tuple[str, ...]:
        """The statuses that may follow; none follows one that this workflow does not have."""
        return self.at(present).following

    def at(self, present: str) -> Status:
        """What the status allows; nothing, if this workflow does not have it."""
        return self.statuses.get(present) or Status()

    def allows(self, present: str, to: str) -> bool:
        return to in self.following(present)

    @property
    def steps(self) -> Iterator[tuple[str, str]]:
        """Each step that an order can make."""
        return ((name, to) for name, status in self.statuses.items() for to in status.following)

    def event_of(self, status: str) -> str | None:
        """The event that tells of orders that come to a status."""
        return self.at(status).event

    def reached_by(self, event: str) -> str | None:
        """The status that an event of another service, or `CANCEL`, leads to."""
        return next((name for name, status in self.statuses.items() if status.reached_by == event), None)

    @property
    def cancelled(self) -> str | None:
        """The status of a cancelled order."""
        return self.reached_by(CANCEL)

    def settling(self, payment_status: str) -> str | None:
        """The status that an order comes to when its payment has come to one."""
        return self.reached_by(_LEADING[payment_status]) if payment_status in _LEADING else None

    def settled_in(self, status: str) -> str | None:
        """The payment status of an order in a status, if the one says something of the other."""
        return SETTLING.get(self.at(status).reached_by or "")

    def passed(self, present: str, status: str) -> bool:
        """Whether an order that is in the present status must have been in another: no way around it leads there."""
        return present == status or present not in self.reachable(without=status)

    def reachable(self, without: str | None = None) -> set[str]:
        """The statuses that an order can come to, on ways that avoid one of them."""
        reached: set[str] = set()
        waiting = [self.initial]
        while waiting:
            status = waiting.pop()
            if status not in reached and status != without:
                reached.add(status)
                waiting += self.following(status)
        return reached


@dataclass(frozen=True, slots=True)
class Workflows:
    """Those that an order can have: an order keeps the one that it was created under."""

    default: Workflow
    by_name: Mapping[str, Workflow]

    def of(self, name: str) -> Workflow:
        """The workflow of that name; one without any step, if the contract does not have it any more."""
        return self.by_name.get(name) or Workflow(name, "", {})
