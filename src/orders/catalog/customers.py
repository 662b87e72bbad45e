"""Customers, and the operations on them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from orders.catalog.shelf import Shelf
from orders.event_models import CustomerData
from orders.models import Customer as ShownCustomer
from orders.models import CustomerFacts, CustomerPage, NewCustomer
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.members import present
from service_standard.binding.pages import Place
from service_standard.binding.reply import Reply, reply
from service_standard.events.event import Fact
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.problems import CONFLICT, NOT_FOUND, PRECONDITION_FAILED, SentHeader
from service_standard.writes.versions import ETAG, etag, require_version

LOCATION: Final = SentHeader("Location", "/customers/customer-1")


class Customer(NamedTuple):
    """A customer at one version; all that is personal is the JSON of `facts`, as the contract has it."""

    id: str
    facts: str
    version: int
    created_at: str
    updated_at: str

    @property
    def is_shown(self) -> bool:
        """Every customer is: one who is deleted is gone."""
        return True

    def fact(self, what: str, at: str) -> Fact:
        """What `customer.created` and `customer.updated` tell: who it is, and nothing that is personal."""
        return Fact(f"customer.{what}", f"customers/{self.id}", self.id, at, CustomerData(id=self.id))


_THEN: Final = "2026-11-21T09:30:00.000Z"
SPECIMENS: Final = (
    Customer("customer-1", '{"name":"Ada Moss","email":"ada@example.com","phone":"1"}', 1, _THEN, _THEN),
    Customer("customer-2", '{"name":"Ben Reed"}', 2**53, _THEN, _THEN),
)


class CustomerHandlers:
    """One function for each operation; whoever has the scope may do it with every customer."""

    def __init__(self, shelf: Shelf[Customer]) -> None:
        self._shelf = shelf

    def all(self) -> Iterator[Handler]:
        """The handlers with their operations."""
        some = tuple(map(_reply, SPECIMENS))
        page = (reply(_page(SPECIMENS, 2**53, Place(1, 0))),)
        yield Handler("createCustomer", self.create_customer, ShownCustomer, (LOCATION, ETAG), (CONFLICT,), some)
        yield Handler("listCustomers", self.list_customers, CustomerPage, (), (), page)
        yield Handler("getCustomer", self.get_customer, ShownCustomer, (ETAG,), (NOT_FOUND,), some)
        refused = (NOT_FOUND, PRECONDITION_FAILED)
        yield Handler("replaceCustomer", self.replace_customer, ShownCustomer, (ETAG,), refused, some)
        yield Handler("deleteCustomer", self.delete_customer, ShownCustomer, (ETAG,), (NOT_FOUND,), some)

    async def create_customer(self, caller: Caller, body: NewCustomer) -> Reply:
        customer = new_customer(body)
        await self._shelf.add(customer)
        return _reply(customer, Location=f"/customers/{customer.id}")

    async def list_customers(self, caller: Caller, limit: int, offset: int) -> Reply:
        place = Place(limit, offset)
        customers, total = await self._shelf.page(place)
        return reply(_page(customers, total, place))

    async def get_customer(self, caller: Caller, id: str) -> Reply:
        return _reply(await self._shelf.get(id))

    async def replace_customer(self, caller: Caller, id: str, body: CustomerFacts, if_match: str | None) -> Reply:
        return _reply(await self._shelf.change(id, partial(_replaced, body, if_match)))

    async def delete_customer(self, caller: Caller, id: str) -> Reply:
        return _reply(await self._shelf.take_away(id))


def new_customer(body: NewCustomer) -> Customer:
    """The customer that the body describes, as they begin."""
    at_ns = now_ns()
    at = timestamp(at_ns)
    facts = CustomerFacts(name=body.name, email=body.email, phone=body.phone, address=body.address)
    return Customer(present(body.id) or new_id(at_ns), facts.model_dump_json(), 1, at, at)


def _replaced(body: CustomerFacts, if_match: str | None, customer: Customer) -> Customer:
    require_version(customer.version, if_match)
    at = max(timestamp(now_ns()), customer.updated_at)
    return customer._replace(facts=body.model_dump_json(), version=customer.version + 1, updated_at=at)


def _reply(customer: Customer, **headers: str) -> Reply:
    return reply(_shown(customer), {**headers, "ETag": etag(customer.version)})


def _shown(customer: Customer) -> ShownCustomer:
    facts = CustomerFacts.model_validate_json(customer.facts)
    return ShownCustomer(
        id=customer.id,
        name=facts.name,
        email=facts.email,
        phone=facts.phone,
        address=facts.address,
        version=customer.version,
        createdAt=customer.created_at,
        updatedAt=customer.updated_at,
    )


def _page(customers: Sequence[Customer], total: int, place: Place) -> CustomerPage:
    return CustomerPage(items=list(map(_shown, customers)), total=total, limit=place.limit, offset=place.offset)
