"""The bill of an order: its lines as they were when it was made, what is charged besides, and what that comes to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from orders.money import MOST, Money, minor_units, money_faults
from service_standard.problems import FieldError, conflict


class Line(NamedTuple):
    """So many of one product; amounts are minor units of the bill's currency."""

    product_id: str
    quantity: int = 1
    unit_price: int | None = None
    name: str | None = None
    metadata: Mapping[str, str] | None = None

    @property
    def total(self) -> int | None:
        """The price of all of them; None without a price."""
        return None if self.unit_price is None else self.unit_price * self.quantity


class Charges(NamedTuple):
    """What is taken off the lines, and what comes on top."""

    discount: int = 0
    shipping: int = 0
    tax: int = 0


class Totals(NamedTuple):
    """What a bill comes to."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int


class Bill(NamedTuple):
    """The lines and the charges; `currency` is None if no line has a price.

    `from_stock` says that the lines are of the embedded catalogue, and take from its stock what they are of.
    """

    lines: tuple[Line, ...]
    currency: str | None = None
    charges: Charges = Charges()
    from_stock: bool = False

    @property
    def quantities(self) -> Counter[str]:
        """How many of each product."""
        found: Counter[str] = Counter()
        for line in self.lines:
            found[line.product_id] += line.quantity
        return found

    @property
    def totals(self) -> Totals | None:
        """The sums, exact; None without prices."""
        if self.currency is None:
            return None
        subtotal = sum(line.total or 0 for line in self.lines)
        discount, shipping, tax = self.charges
        return Totals(subtotal, discount, shipping, tax, subtotal - discount + shipping + tax)


def bill_of_items(items: Sequence[str]) -> Bill:
    """The bill for products without prices, each of them once."""
    return Bill(tuple(Line(item) for item in items))


def bill_of(lines: Sequence[Line], prices: Sequence[Money | None], charges: Mapping[str, Money]) -> Bill:
    """The bill for lines with these prices, which are all given or none is.

    Raises:
        Problem: 409, the amounts contradict each other, or come to less than nothing or too much.
    """
    amounts = {f"#/lines/{number}/unitPrice": price for number, price in enumerate(prices)}
    given = {pointer: price for pointer, price in amounts.items() if price is not None}
    refuse(_missing(amounts, given, charges))
    if not given:
        return Bill(tuple(lines))
    currency = next(iter(given.values())).currency
    given |= {f"#/charges/{name}": charge for name, charge in charges.items()}
    refuse(fault for pointer, money in given.items() for fault in money_faults(money, pointer, currency))
    priced = tuple(
        line._replace(unit_price=minor_units(price)) for line, price in zip(lines, prices, strict=True) if price
    )
    bill = Bill(priced, currency, Charges(**{name: minor_units(charge) for name, charge in charges.items()}))
    refuse(_excess(bill))
    return bill


def refuse(faults: Iterable[FieldError]) -> None:
    """Raises a 409 that names each fault, if there is one."""
    if found := list(faults):
        raise conflict(found)


def _missing(
    amounts: Mapping[str, Money | None], given: Mapping[str, Money], charges: Mapping[str, Money]
) -> Iterator[FieldError]:
    if given:
        missing = (pointer for pointer in amounts if pointer not in given)
        yield from (FieldError(pointer, "is required, since another line has a price") for pointer in missing)
    elif charges:
        yield FieldError("#/charges", "needs lines with prices")


def _excess(bill: Bill) -> Iterator[FieldError]:
    for number, line in enumerate(bill.lines):
        if (line.total or 0) > MOST:
            yield FieldError(f"#/lines/{number}", "comes to too much")
    totals = bill.totals
    if totals and totals.discount > totals.subtotal:
        yield FieldError("#/charges/discount/amount", "must not be greater than the subtotal")
    elif totals and max(totals.subtotal, totals.total) > MOST:
        yield FieldError("#/lines", "come to too much")
