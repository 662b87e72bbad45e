"""The search for orders: what each filter and sort asks the database, at a cost that does not grow with the table.

A list that one index holds is read there, as far as the page goes. Under more filters that index is walked which
chooses best, and of its orders at most LOOKED_AT are looked at: a page may end before it is full, and the next one
goes on behind them. Archived orders are in no index that is walked.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from orders.payments.account import PENDING
from orders.rows import COLUMNS
from service_standard.binding.pages import Place, cursor_of
from service_standard.contract import Contract
from service_standard.database import Value

# ruff: noqa: S608 every statement here is put together from constants, and its values are numbered

LOOKED_AT: Final = 1000
_LOOKED_INTO: Final = f"{COLUMNS}, payment_status"
# Whatever begins with a text sorts before that text with this behind it.
_LAST: Final = "\U0010ffff"
# A join would let the database begin with all orders of the product; this asks for each order that is looked at.
_HAS_PRODUCT: Final = "(SELECT count(*) FROM order_lines WHERE product_id = {} AND order_id = id) = 1"
# The join is an outer one so that the database begins on the left, where the orders of a product are in their order.
_BY_PRODUCT: Final = "order_lines LEFT JOIN orders ON orders.id = order_lines.order_id"


class Sort(NamedTuple):
    """The order of a list: that of creation, which is the order of the ids, or that of the last changes."""

    by_time: bool = False
    descending: bool = False


SORTS: Final[Mapping[str, Sort]] = {
    "createdAt": Sort(),
    "-createdAt": Sort(descending=True),
    "updatedAt": Sort(by_time=True),
    "-updatedAt": Sort(by_time=True, descending=True),
}


class Filter(NamedTuple):
    """Which orders to list; what is None does not restrict. `owner` is the caller's bound.

    `since` and `until` are ids (`least_id`), the second is not among them; `text` is what the number, the caller's own
    key or the customer's id begins with.
    """

    owner: str | None = None
    customer_id: str | None = None
    status: str | None = None
    payment_status: str | None = None
    product_id: str | None = None
    since: str | None = None
    until: str | None = None
    text: str | None = None
    number: str | None = None
    external_id: str | None = None

    @property
    def customers(self) -> frozenset[str]:
        """Whose orders are meant; those of two are nobody's."""
        return frozenset(customer for customer in (self.owner, self.customer_id) if customer is not None)

    @property
    def is_counted(self) -> bool:
        """Whether how many orders it lists is counted as they change."""
        return self == Filter(self.owner, self.customer_id, self.status)


class Query(NamedTuple):
    """A statement that reads, and its values."""

    statement: str
    values: Sequence[Value]


class Condition(NamedTuple):
    """A condition in SQL, with `{}` for each of its values."""

    sql: str
    values: tuple[Value, ...]


_SHOWN: Final = Condition("archived_at IS NULL", ())
# Only those have an index that are not what all orders begin with: a new one costs nothing there.
_PAYMENT_MOVED: Final = Condition(f"payment_status <> '{PENDING}'", ())


class Walk(NamedTuple):
    """The orders of one index in the order of `key`, its column of ids if it has one; but those of an earlier walk."""

    chosen: tuple[Condition, ...]
    source: str = "orders"
    key: str = "id"
    but: tuple[Condition, ...] = ()


class Search(NamedTuple):
    """Where orders are looked at, and which of them are listed.

    One walk is in the order of the list; several, or one that finds orders by their keys, are not, and end by
    themselves.
    """

    walks: tuple[Walk, ...]
    rest: tuple[Condition, ...]
    sort: Sort
    is_in_order: bool = True

    @property
    def may_stop_early(self) -> bool:
        """Whether a page may end before it is full."""
        return self.is_in_order and bool(self.rest)

    def page(self, place: Place) -> Query:
        """The orders of a page."""
        text = _Text()
        if self.is_in_order and not self.rest:
            listed = self._walked(text, self.walks[0], place, COLUMNS)
        else:
            seen = self._looked_at(text, place if self.is_in_order else None)
            after = () if self.is_in_order else self._after(place, "id")
            listed = f"SELECT {COLUMNS} FROM ({seen}) AS seen{text.where((*self.rest, *after))}{self._order('id')}"
        return Query(f"{listed} LIMIT {text.number(place.limit)} OFFSET {text.number(place.offset)}", text.values)

    def last_looked_at(self, place: Place) -> Query:
        """Id and time of the order at which a page stops early, if it does."""
        text = _Text()
        walked = self._walked(text, self.walks[0], place, f"{self.walks[0].key}, updated_at")
        return Query(f"{walked} LIMIT 1 OFFSET {LOOKED_AT - 1}", text.values)

    def total(self) -> Query:
        """How many orders are listed of those that are looked at, and how many these are."""
        text = _Text()
        seen = self._looked_at(text, None)
        listed = text.all_of(self.rest) or "true"
        return Query(f"SELECT count(CASE WHEN {listed} THEN 1 END), count(*) FROM ({seen}) AS seen", text.values)

    def cursor(self, last_id: str, updated_at: str) -> str:
        """The place behind an order."""
        return cursor_of(last_id, updated_at if self.sort.by_time else None)

    def _looked_at(self, text: "_Text", place: Place | None) -> str:
        return " UNION ALL ".join(
            f"SELECT * FROM ({self._walked(text, walk, place)} LIMIT {LOOKED_AT}) AS walk{number}{text.where(walk.but)}"
            for number, walk in enumerate(self.walks)
        )

    def _walked(self, text: "_Text", walk: Walk, place: Place | None, columns: str = _LOOKED_INTO) -> str:
        after = self._after(place, walk.key) if place else ()
        order = self._order(walk.key) if self.is_in_order else f" ORDER BY {walk.key}"
        return f"SELECT {columns} FROM {walk.source}{text.where((*walk.chosen, *after))}{order}"

    def _order(self, key: str) -> str:
        columns = ("updated_at", key) if self.sort.by_time else (key,)
        return " ORDER BY " + ", ".join(f"{column} DESC" if self.sort.descending else column for column in columns)

    def _after(self, place: Place, key: str) -> tuple[Condition, ...]:
        if place.after is None:
            return ()
        than = "<" if self.sort.descending else ">"
        if self.sort.by_time:
            return (Condition(f"(updated_at, {key}) {than} ({{}}, {{}})", (place.at, place.after)),)
        return (Condition(f"{key} {than} {{}}", (place.after,)),)


class _Text:
    """The text of a statement in the making; its values are numbered as they come."""

    def __init__(self) -> None:
        self.values: list[Value] = []

    def number(self, value: Value) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def all_of(self, conditions: Sequence[Condition]) -> str:
        return " AND ".join(each.sql.format(*map(self.number, each.values)) for each in conditions)

    def where(self, conditions: Sequence[Condition]) -> str:
        return f" WHERE {self.all_of(conditions)}" if conditions else ""


def search_of(chosen: Filter, sort: Sort, *, are_few: bool = False) -> Search:
    """The search that looks at the fewest orders.

    `are_few` says that the customer, or else the status, has fewer orders than LOOKED_AT: they can all be sorted.
    """
    given = {name: tuple(conditions) for name, conditions in _conditions(chosen) if conditions}
    unique = next((name for name in ("number", "external_id") if name in given), None)
    if unique:
        return Search((_walk(given, unique)._replace(key=unique),), _all(given), sort, is_in_order=False)
    if chosen.text is not None and not chosen.customers:
        del given["text"]
        return Search(tuple(_beginning(chosen.text)), _all(given), sort, is_in_order=False)
    if sort.by_time and not are_few:
        return Search((_walk(given),), _all(given), sort)
    if not sort.by_time and chosen.product_id is not None:
        products = (Condition("product_id = {}", (chosen.product_id,)), *_created(chosen, "order_id"))
        without = {name: given[name] for name in given if name not in ("product_id", "created")}
        return Search((Walk(products, _BY_PRODUCT, "order_id"),), _all(without), sort)
    best = [name for name in ("customer_id", "status", "payment_status") if name in given][:1]
    return Search((_walk(given, *best, "created"),), _all(given), sort, is_in_order=not sort.by_time)


def _walk(given: dict[str, tuple[Condition, ...]], *names: str) -> Walk:
    """The walk under these filters, which are taken out of those that are given."""
    return Walk((*_all({name: given.pop(name) for name in names if name in given}), _SHOWN))


def _all(given: Mapping[str, tuple[Condition, ...]]) -> tuple[Condition, ...]:
    return tuple(condition for conditions in given.values() for condition in conditions)


def _conditions(chosen: Filter) -> Iterator[tuple[str, Sequence[Condition]]]:
    """Those of each filter, under its name; none for one that does not restrict."""
    yield "customer_id", tuple(Condition("customer_id = {}", (customer,)) for customer in chosen.customers)
    for name in ("number", "external_id", "status"):
        value = getattr(chosen, name)
        yield name, () if value is None else (Condition(f"{name} = {{}}", (value,)),)
    yield "product_id", () if chosen.product_id is None else (Condition(_HAS_PRODUCT, (chosen.product_id,)),)
    yield from _payment(chosen.payment_status)
    yield "created", tuple(_created(chosen, "id"))
    yield "text", () if chosen.text is None else (_beginning_in_any(chosen.text),)


def _payment(status: str | None) -> Iterator[tuple[str, Sequence[Condition]]]:
    if status is not None:
        is_so = Condition("payment_status = {}", (status,))
        yield ("unpaid", (is_so,)) if status == PENDING else ("payment_status", (is_so, _PAYMENT_MOVED))


def _created(chosen: Filter, key: str) -> Iterator[Condition]:
    if chosen.since is not None:
        yield Condition(f"{key} >= {{}}", (chosen.since,))
    if chosen.until is not None:
        yield Condition(f"{key} < {{}}", (chosen.until,))


def _prefixes(text: str) -> Iterator[tuple[str, Condition]]:
    """What each column is to begin with; a number is found however its letters are written."""
    for column, begin in (("number", text.upper()), ("external_id", text), ("customer_id", text)):
        yield column, Condition(f"{column} >= {{}} AND {column} < {{}}", (begin, begin + _LAST))


def _beginning_in_any(text: str) -> Condition:
    each = [condition for _, condition in _prefixes(text)]
    return Condition(f"({' OR '.join(one.sql for one in each)})", tuple(value for one in each for value in one.values))


def _beginning(text: str) -> Iterator[Walk]:
    """A walk through each index."""
    earlier: tuple[Condition, ...] = ()
    for column, condition in _prefixes(text):
        yield Walk((condition, _SHOWN), key=column, but=earlier)
        earlier = (*earlier, Condition(f"({condition.sql}) IS NOT TRUE", condition.values))


def sort_faults(contract: Contract) -> Iterator[str]:
    """In which sorts the contract and this module differ."""
    declared = contract.root["components"]["schemas"]["OrderSort"].get("enum")
    unknown = sorted(set(map(str, declared if isinstance(declared, list) else ())) ^ set(SORTS))
    yield from (f"OrderSort: {name} is not in both the contract and the search" for name in unknown)
