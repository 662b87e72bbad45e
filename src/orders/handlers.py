"""The handlers: one function for each operation on orders."""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from orders.catalog.choice import Catalog
from orders.catalog.stock import ENOUGH
from orders.changes import Cause, Changes
from orders.counts import NO_CURRENCY
from orders.models import Cancellation, NewOrder, OrderHistoryPage, OrderPage, OrderStats, OrderUpdate
from orders.models import Order as ShownOrder
from orders.models import Workflow as ShownWorkflow
from orders.order import Order
from orders.rehearsal import Rehearsed
from orders.search import SORTS
from orders.stats import GROUPINGS, STATUS, Group, days_of, order_stats
from orders.store import Store
from orders.wire import filter_of, order_page, shown_entry, shown_order, shown_stats, shown_workflow
from orders.wire_terms import parcel_of
from orders.workflow import Workflows
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.members import present
from service_standard.binding.pages import Place, next_link, place_of
from service_standard.binding.reply import Reply, reply
from service_standard.database import Database
from service_standard.problems import (
    CONFLICT,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    PRECONDITION_FAILED,
    FieldError,
    Problem,
    SentHeader,
)
from service_standard.writes.idempotency import Claim
from service_standard.writes.queue import Change, Decision, WriteQueue
from service_standard.writes.versions import ETAG, etag, require_version

LOCATION: Final = SentHeader("Location", "/orders/019a9f2e-7c1b-7d53-9a52-0f6f3b1c2d3e")
LINK: Final = SentHeader("Link", '</orders?limit=10&cursor=AZqfLnwbfVOaUg9vOxwtPg>; rel="next"', always=False)


class OrderHandlers:
    """Reads go to the store, changes to the write queue."""

    def __init__(self, store: Store, queue: WriteQueue[Order], changes: Changes, catalog: Catalog) -> None:
        self._store = store
        self._queue = queue
        self._changes = changes
        self._catalog = catalog

    def all(self, rehearsed: Rehearsed) -> Iterator[Handler]:
        """The handlers with their operations, and what they replied when it was rehearsed."""
        refused = (CONFLICT, IDEMPOTENCY_KEY_REUSED)
        got = (*rehearsed.created, *rehearsed.advanced)
        yield Handler("createOrder", self.create_order, ShownOrder, (LOCATION, ETAG), refused, rehearsed.created)
        yield Handler("getOrder", self.get_order, ShownOrder, (ETAG,), (NOT_FOUND,), got)
        changed = (NOT_FOUND, PRECONDITION_FAILED, *refused)
        yield Handler("updateOrder", self.update_order, ShownOrder, (ETAG,), changed, rehearsed.advanced)
        yield Handler("cancelOrder", self.cancel_order, ShownOrder, (ETAG,), changed, rehearsed.advanced)
        yield Handler("replaceOrder", self.replace_order, ShownOrder, (ETAG,), changed, rehearsed.edited)
        yield Handler("archiveOrder", self.archive_order, ShownOrder, (ETAG,), changed, rehearsed.archived)
        yield Handler("listOrders", self.list_orders, OrderPage, (LINK,), (), rehearsed.pages)
        yield Handler(
            "listOrderHistory", self.list_order_history, OrderHistoryPage, (), (NOT_FOUND,), rehearsed.histories
        )

    async def create_order(self, caller: Caller, body: NewOrder, idempotency_key: str | None) -> Reply:
        wanted = await self._catalog.wanted(body)
        return await self._queue.submit(
            Change(
                decide=lambda _: self._changes.creation(wanted.wish(caller.owner), Cause(caller.subject)),
                claim=claim_of(caller, "createOrder", idempotency_key, body),
                taken={"orders.created_by, orders.external_id": external_id_taken, ENOUGH: wanted.sold_out},
            )
        )

    async def get_order(self, caller: Caller, id: str) -> Reply:
        order = await self._store.get(id, caller.owner)
        if order is None:
            raise no_such_order()
        return reply(shown_order(order), {"ETag": etag(order.version)})

    async def update_order(
        self, caller: Caller, id: str, body: OrderUpdate, if_match: str | None, idempotency_key: str | None
    ) -> Reply:
        reason, cause, parcel = present(body.reason), Cause(caller.subject), parcel_of(body)
        return await self._queue.submit(
            Change(
                decide=lambda order: self._changes.advance(
                    seen(order, caller, if_match), body.status, reason, cause, parcel
                ),
                key=id,
                claim=claim_of(caller, "updateOrder", idempotency_key, body, id, if_match),
            )
        )

    async def cancel_order(
        self, caller: Caller, id: str, body: Cancellation, if_match: str | None, idempotency_key: str | None
    ) -> Reply:
        reason, cause = present(body.reason), Cause(caller.subject)
        return await self._queue.submit(
            Change(
                decide=lambda order: self._changes.cancel(seen(order, caller, if_match), reason, cause),
                key=id,
                claim=claim_of(caller, "cancelOrder", idempotency_key, body, id, if_match),
            )
        )

    async def replace_order(
        self, caller: Caller, id: str, body: NewOrder, if_match: str, idempotency_key: str | None
    ) -> Reply:
        wanted, cause = await self._catalog.wanted(body), Cause(caller.subject)

        def edit(order: Order | None) -> Decision[Order]:
            known = seen(order, caller, if_match)
            return self._changes.edit(known, wanted.wish(caller.owner, known), cause)

        claim = claim_of(caller, "replaceOrder", idempotency_key, body, id, if_match)
        return await self._queue.submit(Change(decide=edit, key=id, claim=claim, taken={ENOUGH: wanted.sold_out}))

    async def archive_order(self, caller: Caller, id: str, if_match: str | None, idempotency_key: str | None) -> Reply:
        cause = Cause(caller.subject)
        return await self._queue.submit(
            Change(
                decide=lambda order: self._changes.archive(seen(order, caller, if_match), cause),
                key=id,
                claim=claim_of(caller, "archiveOrder", idempotency_key, None, id, if_match),
            )
        )

    async def list_orders(
        self,
        caller: Caller,
        limit: int,
        offset: int,
        cursor: str | None,
        customer_id: str | None,
        status: str | None,
        payment_status: str | None,
        product_id: str | None,
        created_from: str | None,
        created_to: str | None,
        q: str | None,
        number: str | None,
        external_id: str | None,
        sort: str | None,
    ) -> Reply:
        asked = {
            "customerId": customer_id,
            "status": status,
            "paymentStatus": payment_status,
            "productId": product_id,
            "createdFrom": created_from,
            "createdTo": created_to,
            "q": q,
            "number": number,
            "externalId": external_id,
        }
        order = SORTS[sort or "createdAt"]
        place = place_of(limit, offset, cursor, by_time=order.by_time)
        page = order_page(await self._store.page(filter_of(asked, caller.owner), order, place), place)
        return reply(page, next_link("/orders", limit, present(page.nextCursor), **asked, sort=sort))

    async def list_order_history(self, caller: Caller, id: str, limit: int, offset: int) -> Reply:
        if await self._store.get(id, caller.owner, archived=caller.admin) is None:
            raise no_such_order()
        entries, total = await self._store.history(id, Place(limit, offset))
        shown = [shown_entry(entry) for entry in entries]
        return reply(OrderHistoryPage(items=shown, total=total, limit=limit, offset=offset))


def workflow_handler(workflows: Workflows) -> Handler:
    """The handler that tells of the workflows, which never change while the service runs."""
    shown = {name: reply(shown_workflow(workflow)) for name, workflow in workflows.by_name.items()}

    async def get_workflow(caller: Caller, name: str | None) -> Reply:  # noqa: ARG001 every caller may know
        found = shown.get(name or workflows.default.name)
        if found is None:
            raise Problem(NOT_FOUND, "There is no such workflow")
        return found

    return Handler("getWorkflow", get_workflow, ShownWorkflow, (), (NOT_FOUND,), tuple(shown.values()))


def stats_handler(database: Database, workflows: Workflows) -> Handler:
    """The handler of the statistics; its specimens have each status, and more orders than there will be."""

    async def get_order_stats(caller: Caller, from_: str | None, to: str | None, group_by: str | None) -> Reply:  # noqa: ARG001 its scope says it all
        days, grouping = days_of(from_, to), group_by or STATUS
        return reply(shown_stats(days, grouping, await order_stats(database, days, grouping)))

    today = days_of(None, None)
    statuses = {status for workflow in workflows.by_name.values() for status in workflow.statuses}
    groups = [Group(key, 2**53, {"USD": 0, "JPY": 2**90}) for key in (*sorted(statuses), *today, NO_CURRENCY)]
    specimens = [reply(shown_stats(today, grouping, groups)) for grouping in GROUPINGS]
    return Handler("getOrderStats", get_order_stats, OrderStats, (), (), tuple(specimens))


def seen(order: Order | None, caller: Caller, if_match: str | None = None) -> Order:
    """The order that the caller wants to change.

    Raises:
        Problem: 404, there is none for him; 412, it is not the version that he has seen; 503, there are no rules
            for it here.
    """
    if order is None or not order.is_there(caller.owner):
        raise no_such_order()
    require_version(order.version, if_match)
    order.require_rules()
    return order


def claim_of(
    caller: Caller, operation: str, key: str | None, body: BaseModel | None, *about: str | None
) -> Claim | None:
    """The claim of a request, if its caller gave it a key; `about` is what it names besides its body."""
    content = body.model_dump() if body else None
    return Claim.of(caller.subject, operation, key, [*about, content]) if key else None


def no_such_order() -> Problem:
    """What is said of an order that is not there, and of another's."""
    return Problem(NOT_FOUND, "There is no such order")


def external_id_taken() -> Problem:
    """What is said of an `externalId` that its caller has given to another order."""
    fault = FieldError("#/externalId", "must be another")
    return Problem(CONFLICT, "An order with this externalId exists already", errors=[fault])
