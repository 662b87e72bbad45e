"""The rules of a payment: what comes of it, and what of it can be given back."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from service_standard.problems import CONFLICT, FieldError, Problem

PENDING: Final = "pending"
SUCCESSFUL: Final = "successful"
FAILED: Final = "failed"
UNANSWERED: Final = "The provider did not answer in time"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, with the decimals that it was written with, and the code of its currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Wish:
    """The payment that somebody wants; `causation` is the id of the event that asks for it, if one does."""

    order_id: str
    amount: Money
    method: str | None
    causation: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it is now; times are RFC 3339 text in UTC.

    It has a `deadline` as long as it is pending. `traceparent` is where in a trace it was asked for.
    """

    id: str
    wish: Wish
    status: str
    reason: str | None
    refunded: Money | None
    deadline: str | None
    traceparent: str | None
    created_at: str
    updated_at: str

    def succeeded(self) -> "Payment":
        return replace(self, status=SUCCESSFUL, deadline=None)

    def failed(self, reason: str, at: str) -> "Payment":
        return replace(self, status=FAILED, reason=reason, deadline=None, updated_at=max(at, self.updated_at))

    def refund(self, wanted: Money | None, at: str) -> tuple["Payment", Money]:
        """The payment after a refund, and how much that was: what is wanted, or all that is left.

        Raises:
            Problem: 409, so much of it cannot be given back.
        """
        paid, currency = self.wish.amount.amount, self.wish.amount.currency
        refunded = self.refunded.amount if self.refunded else Decimal()
        left = paid - refunded
        refund = wanted or Money(left, currency)
        if self.status != SUCCESSFUL:
            raise Problem(CONFLICT, f"A payment that is {self.status} cannot be refunded")
        if refund.currency != currency:
            fault = FieldError("#/amount/currency", f"must be {currency}")
            raise Problem(CONFLICT, f"The payment was made in {currency}", errors=[fault])
        if not 0 < refund.amount <= left:
            faults = [FieldError("#/amount/amount", f"must be more than 0 and at most {left}")] if wanted else []
            raise Problem(CONFLICT, f"No more than {left} {currency} can be refunded", errors=faults)
        after = Money(refunded + refund.amount, currency)
        return replace(self, refunded=after, updated_at=max(at, self.updated_at)), refund
