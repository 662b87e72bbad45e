"""What a catalogue offers, and orders that are priced by it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from orders.bill import refuse
from orders.catalog.stock import held
from orders.models import Money as ShownMoney
from orders.models import NewLine, NewOrder
from orders.money import Money, minor_units, written
from orders.order import Order, Wish
from orders.wire import wish_of
from service_standard.binding.members import present
from service_standard.problems import CONFLICT, MOST_NAMED, FieldError, Problem, validation_problem


class Offer(NamedTuple):
    """A product as it is offered at this moment; without a stock there are always enough."""

    name: str
    price: Money
    stock: int | None = None
    is_archived: bool = False


Offers: TypeAlias = Mapping[str, Offer]
"""Offers by the ids of their products; what is not there is no product."""
Look: TypeAlias = Callable[[Sequence[str]], Awaitable[Offers]]
"""The offers of some products."""


class Wanted(NamedTuple):
    """An order that somebody wants, and what there was on offer when he asked; None without a catalogue."""

    body: NewOrder
    offers: Offers | None = None
    from_stock: bool = False

    def wish(self, owner: str | None, instead_of: Order | None = None) -> Wish:
        """The wish of an owner (None: of whom the body says), maybe for another order than there is already.

        Raises:
            Problem: as `priced` and `wish_of`.
        """
        if self.offers is None:
            return wish_of(self.body, owner)
        wish = wish_of(priced(self.body, self.offers, held(instead_of) if instead_of else {}), owner)
        bill = wish.terms.bill
        taken = bill._replace(from_stock=self.from_stock) if bill else None
        return wish._replace(terms=wish.terms._replace(bill=taken))

    def sold_out(self) -> Problem:
        """The refusal of who came too late: there was enough when he asked, and others were served first."""
        limited = (pointer for pointer, line in _lines(self.body).items() if self._is_limited(line.productId))
        errors = [FieldError(_Place(pointer).quantity, "may be more than there is in stock") for pointer in limited]
        return Problem(CONFLICT, "There is not enough in stock any more", errors=errors[:MOST_NAMED])

    def _is_limited(self, product_id: str) -> bool:
        offer = self.offers.get(product_id) if self.offers else None
        return offer is not None and offer.stock is not None


def products_of(body: NewOrder) -> list[str]:
    """The products that the body names, each once."""
    return sorted({line.productId for line in _lines(body).values()})


def priced(body: NewOrder, offers: Offers, more: Mapping[str, int]) -> NewOrder:
    """The body of lines with the prices and the names of the offers; its `items` stay as they are.

    `more` is what there would be of each product beside its stock.

    Raises:
        Problem: 400, there is no such product; 409, it is archived, costs something else, or there is not enough of it.
    """
    lines = _lines(body)
    unknown = [_Place(pointer).product for pointer, line in lines.items() if line.productId not in offers]
    if unknown:
        raise validation_problem(
            [FieldError(pointer, "is no product of the catalogue") for pointer in unknown][:MOST_NAMED]
        )
    refuse(_conflicts(lines, offers, more))
    return body.model_copy(update={"lines": [_as_offered(line, offers[line.productId]) for line in lines.values()]})


class _Place(NamedTuple):
    """Where a line stands in the body; one of `items` is all that it says."""

    line: str

    @property
    def product(self) -> str:
        return self._member("productId")

    @property
    def quantity(self) -> str:
        return self._member("quantity")

    def _member(self, name: str) -> str:
        return f"{self.line}/{name}" if self.line.startswith("#/lines") else self.line


def _lines(body: NewOrder) -> dict[str, NewLine]:
    """The lines by their places."""
    lines = present(body.lines)
    if lines is not None:
        return {f"#/lines/{number}": line for number, line in enumerate(lines)}
    items = present(body.items) or []
    return {f"#/items/{number}": NewLine(productId=item, quantity=1) for number, item in enumerate(items)}


def _conflicts(lines: Mapping[str, NewLine], offers: Offers, more: Mapping[str, int]) -> Iterator[FieldError]:
    wanted: Counter[str] = Counter()
    for pointer, line in lines.items():
        offer, price = offers[line.productId], present(line.unitPrice)
        wanted[line.productId] += int(line.quantity)
        if offer.is_archived:
            yield FieldError(_Place(pointer).product, "is archived")
        if price is not None and not _is(offer.price, price):
            yield FieldError(f"{pointer}/unitPrice", f"must be {offer.price.amount} {offer.price.currency}")
        if offer.stock is not None and wanted[line.productId] > offer.stock + more.get(line.productId, 0):
            yield FieldError(_Place(pointer).quantity, "is more than there is in stock")


def _is(offered: Money, price: ShownMoney) -> bool:
    same_currency = offered.currency == price.currency
    return same_currency and minor_units(offered) == minor_units(Money(price.amount, price.currency))


def _as_offered(line: NewLine, offer: Offer) -> NewLine:
    amount, currency = written(minor_units(offer.price), offer.price.currency)
    price = ShownMoney(amount=amount, currency=currency)
    return line.model_copy(update={"unitPrice": price, "name": present(line.name) or offer.name})
