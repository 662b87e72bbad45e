"""The account of an order: what was paid for it and given back, and how much of that still can be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from orders.bill import Bill, Totals, refuse
from orders.money import Money, minor_units, money_faults, written
from service_standard.problems import CONFLICT, FieldError, Problem

# Whether an order is paid.
PENDING: Final = "pending"
PAID: Final = "paid"
FAILED: Final = "failed"
PARTIALLY_REFUNDED: Final = "partially_refunded"
REFUNDED: Final = "refunded"
STATUSES: Final = (PENDING, FAILED, PAID, PARTIALLY_REFUNDED, REFUNDED)

# What an entry is.
PAYMENT: Final = "payment"
FAILURE: Final = "failure"
REFUND: Final = "refund"
OVERRIDE: Final = "override"
RETURNED: Final = "returned"
KINDS: Final = (PAYMENT, FAILURE, REFUND, OVERRIDE, RETURNED)

# How much may be told of one order: its entries are read and written with it.
MOST_ENTRIES: Final = 200


class Balance(NamedTuple):
    """Where the money of an order stands, in minor units of its currency; without prices both are 0."""

    status: str = PENDING
    paid: int = 0
    refunded: int = 0

    @property
    def left(self) -> int:
        """How much can still be given back."""
        return self.paid - self.refunded

    @property
    def is_open(self) -> bool:
        """Whether something is still to be paid."""
        return self.status in (PENDING, FAILED)


class Told(NamedTuple):
    """What is told of a payment or a refund besides its amount: by whom and when, why, and which it was."""

    by: str
    at: str
    reason: str | None = None
    method: str | None = None
    payment_id: str | None = None


class Returned(NamedTuple):
    """So many of one product that came back."""

    product_id: str
    quantity: int


class Wanted(NamedTuple):
    """What is to be given back: an amount, what some lines cost, or, without either, all that is left."""

    amount: Money | None = None
    lines: tuple[Returned, ...] = ()


class Entry(NamedTuple):
    """What was told of the money, by its kind; `balance` is the one after it.

    A payment that is given back as soon as it comes is one entry, and counts neither as paid nor as refunded.
    """

    kind: str
    balance: Balance
    told: Told
    amount: int | None = None
    lines: tuple[Returned, ...] = ()


def balance_after(entries: Sequence[Entry]) -> Balance:
    """Where the money stands after these entries."""
    return entries[-1].balance if entries else Balance()


class Account(NamedTuple):
    """What an order costs, and its entries, oldest first. Each change makes another account, or raises a 409."""

    bill: Bill
    entries: tuple[Entry, ...] = ()

    @property
    def balance(self) -> Balance:
        return balance_after(self.entries)

    @property
    def can_be_refunded(self) -> bool:
        """Whether something is left; of an order without prices, something that has not come back."""
        if self.bill.currency is None:
            return self.balance.status in (PAID, PARTIALLY_REFUNDED)
        return self.balance.left > 0

    def costs_the_same(self, bill: Bill) -> bool:
        """Whether another bill comes to the same total in the same currency; without prices both cost nothing."""
        ours, theirs = ((each.currency, each.totals and each.totals.total) for each in (self.bill, bill))
        return ours == theirs

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was paid, so that all of it is still open."""
        return self.balance.is_open and not self.balance.paid

    def knows(self, kind: str, payment_id: str) -> bool:
        """Whether a payment or a refund of this id was entered before."""
        return any((entry.kind, entry.told.payment_id) == (kind, payment_id) for entry in self.entries)

    def paid(self, amount: Money | None, told: Told) -> "Account":
        """With a payment of an amount, or of all that is owed."""
        if not self.balance.is_open:
            raise Problem(CONFLICT, "The order is paid already")
        if told.payment_id and self.knows(PAYMENT, told.payment_id):
            refuse([FieldError("#/paymentId", "is that of a payment which is known already")])
        units = self._units(amount, self._total - self.balance.paid)
        balance = self.balance._replace(paid=self.balance.paid + units)
        status = PAID if balance.paid == self._total else PENDING
        return self._with(Entry(PAYMENT, balance._replace(status=status), told, self._shown(units)))

    def failed(self, told: Told) -> "Account":
        """With a payment that did not succeed."""
        if not self.balance.is_open:
            raise Problem(CONFLICT, "The order is paid already")
        return self._with(Entry(FAILURE, self.balance._replace(status=FAILED), told))

    def refunded(self, wanted: Wanted, told: Told) -> "Account":
        """With a refund."""
        amount, lines = wanted
        if not self.can_be_refunded:
            raise Problem(CONFLICT, "Nothing is left to be refunded")
        units = self._price(lines) if lines else self._units(amount, self.balance.left)
        balance = self.balance._replace(refunded=self.balance.refunded + units)
        status = REFUNDED if self._is_spent(balance, lines) else PARTIALLY_REFUNDED
        return self._with(Entry(REFUND, balance._replace(status=status), told, self._shown(units), lines))

    def returned(self, amount: Money | None, told: Told) -> "Account":
        """With a payment that came too late."""
        refuse(money_faults(amount, "#/amount", self.bill.currency or "") if amount else ())
        return self._with(Entry(RETURNED, self.balance, told, minor_units(amount) if amount else None))

    def overridden(self, status: str, told: Told) -> "Account":
        """With another status, whatever the entries before said."""
        if status == self.balance.status:
            fault = FieldError("#/status", "must be another")
            raise Problem(CONFLICT, f"The payment is {status} already", errors=[fault])
        paid = self._total if status in (PAID, REFUNDED) else 0
        refunded = self._total if status == REFUNDED else 0
        return self._with(Entry(OVERRIDE, Balance(status, paid, refunded), told))

    def shares(self) -> Iterator[tuple[Told, int | None]]:
        """The payments that the newest refund gives back, and how much of each; the oldest is given back first.

        Without prices a payment is given back with the last of its order, and none of it before.
        """
        newest = self.entries[-1]
        if self.bill.currency is None:
            whole = newest.balance.status == REFUNDED
            yield from ((entry.told, None) for entry in self._counting if whole and entry.kind == PAYMENT)
            return
        end = newest.balance.refunded
        begin, paid = end - (newest.amount or 0), 0
        for entry in (entry for entry in self._counting if entry.balance.paid > 0):
            share = min(end, entry.balance.paid) - max(begin, paid)
            paid = entry.balance.paid
            yield from [(entry.told, share)] if share > 0 else []

    @property
    def _counting(self) -> Sequence[Entry]:
        """The entries since the status was last set by hand, that one included."""
        by_hand = [number for number, entry in enumerate(self.entries) if entry.kind == OVERRIDE]
        return self.entries[by_hand[-1] :] if by_hand else self.entries

    @property
    def _total(self) -> int:
        totals: Totals | None = self.bill.totals
        return totals.total if totals else 0

    def _shown(self, units: int) -> int | None:
        """The amount of an entry; None for an order without prices."""
        return None if self.bill.currency is None else units

    def _with(self, entry: Entry) -> "Account":
        if len(self.entries) >= MOST_ENTRIES:
            raise Problem(CONFLICT, f"An order can have at most {MOST_ENTRIES} payments and refunds")
        return self._replace(entries=(*self.entries, entry))

    def _units(self, amount: Money | None, most: int) -> int:
        if amount is None:
            return most
        refuse(self._amount_faults(amount, most))
        return minor_units(amount)

    def _amount_faults(self, amount: Money, most: int) -> Iterator[FieldError]:
        currency = self.bill.currency
        if currency is None:
            yield FieldError("#/amount", "needs an order with prices")
            return
        faults = list(money_faults(amount, "#/amount", currency))
        if not faults and not 0 < minor_units(amount) <= most:
            faults = [
                FieldError("#/amount/amount", f"must be more than 0 and at most {written(most, currency).amount}")
            ]
        yield from faults

    def _is_spent(self, balance: Balance, lines: Sequence[Returned]) -> bool:
        """Whether nothing is left after a refund."""
        if self.bill.currency is not None:
            return balance.left == 0
        return not lines or sum((self._to_come_back - _pieces(lines)).values()) == 0

    @property
    def _to_come_back(self) -> Counter[str]:
        """How many of each product have not come back, since the status was last set by hand."""
        return self.bill.quantities - _pieces([line for entry in self._counting for line in entry.lines])

    def _price(self, lines: Sequence[Returned]) -> int:
        """What the lines cost; charges are in none of them."""
        refuse(self._line_faults(lines))
        kept = self._to_come_back
        units = self._value(kept) - self._value(kept - _pieces(lines))
        if self.bill.currency is not None and not 0 < units <= self.balance.left:
            left = written(self.balance.left, self.bill.currency).amount
            refuse([FieldError("#/lines", f"must come to more than 0 and at most {left}")])
        return units

    def _line_faults(self, lines: Sequence[Returned]) -> Iterator[FieldError]:
        kept = self._to_come_back
        for number, (product_id, quantity) in enumerate(lines):
            if all(line.product_id != product_id for line in self.bill.lines):
                yield FieldError(f"#/lines/{number}/productId", "is not in the order")
            elif quantity > kept[product_id]:
                yield FieldError(f"#/lines/{number}/quantity", f"must be at most {max(kept[product_id], 0)}")
            kept[product_id] -= quantity

    def _value(self, kept: Counter[str]) -> int:
        """What so many pieces cost; of several lines of a product the first comes back first, so the last is kept."""
        kept, value = Counter(kept), 0
        for line in reversed(self.bill.lines):
            pieces = min(kept[line.product_id], line.quantity)
            kept[line.product_id] -= pieces
            value += pieces * (line.unit_price or 0)
        return value


def _pieces(lines: Sequence[Returned]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for product_id, quantity in lines:
        pieces[product_id] += quantity
    return pieces
