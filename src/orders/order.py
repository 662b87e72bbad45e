"""The rules of an order: how it begins, how it advances, and what refuses to."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from orders.bill import bill_of_items, refuse
from orders.payments.account import PAID, REFUNDED, Account, Balance, Entry, Told, Wanted, balance_after
from orders.saga.saga import Saga
from orders.terms import Parcel, Shipment, Terms
from orders.workflow import Workflow
from service_standard.problems import CONFLICT, FieldError, Problem, unavailable

# Crockford's base 32, one letter for each byte: none that looks like a digit, and no U.
_LETTERS: Final = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ" * 8


class Wish(NamedTuple):
    """The order that somebody wants."""

    customer_id: str
    items: tuple[str, ...]
    external_id: str | None
    metadata: Mapping[str, str]
    terms: Terms = Terms()


class Order(NamedTuple):
    """An order as it is at one version, and the workflow that it keeps; times are RFC 3339 text in UTC."""

    id: str
    number: str
    workflow: Workflow
    status: str
    customer_id: str
    items: tuple[str, ...]
    external_id: str | None
    metadata: Mapping[str, str]
    version: int
    created_at: str
    updated_at: str
    created_by: str
    terms: Terms = Terms()
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Entry, ...] = ()
    archived_at: str | None = None
    saga: Saga | None = None

    @property
    def balance(self) -> Balance:
        """Where its money stands."""
        return balance_after(self.payments)

    @property
    def account(self) -> Account:
        """What it costs, and what was paid and given back of that."""
        return Account(self.terms.bill or bill_of_items(self.items), self.payments)

    def is_there(self, owner: str | None) -> bool:
        """Whether whoever is bound to an owner (None: to none) may know of it, archived as it may be."""
        return self.archived_at is None and owner in (None, self.customer_id)

    @property
    def has_rules(self) -> bool:
        """Whether the contract has its workflow, and its status there; that of another service may have more."""
        return self.status in self.workflow.statuses

    def require_rules(self) -> None:
        """Refuses unless there are rules for it here.

        Raises:
            Problem: 503, a service with another contract made it what it is.
        """
        if not self.has_rules:
            raise unavailable(
                f"The order is {self.status} in the workflow {self.workflow.name}, which is not known here"
            )

    def advanced(self, to: str, at: str) -> "Order":
        """This order in its next status.

        Raises:
            Problem: 409, its workflow does not lead there, or not before it is paid.
        """
        if self.status == to:
            raise self._no_way(f"The order is {to} already")
        if to not in (self.workflow.cancelled, self.workflow.settling(PAID)):
            self._refuse_while_payment_is_awaited()
        if not self.workflow.allows(self.status, to):
            raise self._no_way(f"An order that is {self.status} cannot become {to}")
        return self.noted(at)._replace(status=to)

    def _no_way(self, detail: str) -> Problem:
        """The refusal of a status, which names those that may follow the present one."""
        following = ", ".join(self.workflow.following(self.status))
        fault = f"must be one of {following}" if following else "cannot change any more"
        return Problem(CONFLICT, detail, errors=[FieldError("#/status", fault)])

    def cancelled(self, at: str) -> "Order":
        """This order in the status that its workflow has for cancelled ones.

        Raises:
            Problem: 409, it is in a status in which it cannot be cancelled.
        """
        to = self.workflow.cancelled
        if to is None or not self.workflow.at(self.status).cancellable:
            raise Problem(CONFLICT, f"An order that is {self.status} cannot be cancelled")
        return self.advanced(to, at)

    def edited(self, wish: Wish, at: str) -> "Order":
        """This order of other items and on other terms; whose it is, and what its maker calls it, stay.

        Raises:
            Problem: 409, it is in a status in which it cannot be edited, or the wish is another's.
        """
        self._refuse_while_payment_is_awaited()
        if not self.workflow.at(self.status).editable:
            raise Problem(CONFLICT, f"An order that is {self.status} cannot be edited")
        refuse(self._strange(wish))
        return self.noted(at)._replace(items=wish.items, metadata=wish.metadata, terms=wish.terms)

    @property
    def awaits_payment(self) -> bool:
        """Whether its payment was asked for, and nothing came of that yet."""
        return self.saga is not None and self.saga.is_running

    def _refuse_while_payment_is_awaited(self) -> None:
        if self.awaits_payment:
            raise Problem(CONFLICT, "Its payment was asked for: until it comes, the order can only be cancelled")

    def _strange(self, wish: Wish) -> Iterator[FieldError]:
        if wish.customer_id != self.customer_id:
            yield FieldError("#/customerId", "must be the order's")
        if wish.external_id not in (None, self.external_id):
            yield FieldError("#/externalId", "must be the order's")
        wanted = wish.terms.bill or bill_of_items(wish.items)
        if not (self.account.is_untouched or self.account.costs_the_same(wanted)):
            yield FieldError("#/lines", "must come to the same total, since something was paid")

    def archived(self, at: str) -> "Order":
        """This order, out of sight.

        Raises:
            Problem: 409, something is paid of it, or is to be, and it has not come to its end.
        """
        self._refuse_while_payment_is_awaited()
        unpaid = self.balance.is_open and not self.balance.left
        if not (unpaid or self.workflow.at(self.status).final):
            raise Problem(CONFLICT, f"An order that is {self.status}, of which something is paid, cannot be archived")
        order = self.noted(at)
        return order._replace(archived_at=order.updated_at)

    def sent(self, parcel: Parcel | None) -> "Order":
        """This order with one more shipment, sent when it last changed."""
        return self._replace(shipments=(*self.shipments, Shipment(parcel, self.updated_at))) if parcel else self

    def settled(self, account: Account, at: str) -> "Order":
        """This order with its account as it is now, in the status that its workflow has for that, if it leads there."""
        known = self._replace(payments=account.entries)
        to = self.workflow.settling(account.balance.status)
        return known.advanced(to, at) if to and self.workflow.allows(self.status, to) else known.noted(at)

    def settled_by_status(self, told: Told) -> "Order":
        """This order with what its status says of its money: that all of it was paid, or is given back."""
        settled = self.workflow.settled_in(self.status)
        if settled == PAID and self.balance.is_open:
            return self._replace(payments=self.account.paid(None, told).entries)
        if settled == REFUNDED and self.account.can_be_refunded:
            return self._replace(payments=self.account.refunded(Wanted(), told).entries)
        return self

    @property
    def can_be_paid(self) -> bool:
        """Whether it can still come to the status of what is paid, or has passed it; else it is too late, or early."""
        if self.status == self.workflow.cancelled:
            return False
        to = self.workflow.settling(PAID)
        leads = to is None or self.workflow.allows(self.status, to) or self.workflow.passed(self.status, to)
        return leads and self.archived_at is None

    def require_payable(self) -> None:
        """Refuses what cannot be paid.

        Raises:
            Problem: 409.
        """
        if not self.can_be_paid:
            raise Problem(
                CONFLICT, f"An order that is {'archived' if self.archived_at else self.status} cannot be paid"
            )

    def require_refundable(self) -> None:
        """Refuses unless its status allows a refund.

        Raises:
            Problem: 409.
        """
        if not self.workflow.at(self.status).refundable:
            raise Problem(CONFLICT, f"An order that is {self.status} cannot be refunded")

    def noted(self, at: str) -> "Order":
        """This order in its next version, in the same status: something was added to its history."""
        return self._replace(version=self.version + 1, updated_at=max(at, self.updated_at))


def new_number() -> str:
    """A number for people, as `4RZ1-K7QW-9T`: 50 random bits, so that it tells nobody how many orders there are."""
    letters = secrets.token_bytes(10).translate(_LETTERS).decode()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
