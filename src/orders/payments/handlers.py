"""The handlers of payments: one function for each operation on what was paid for an order and given back."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from orders.handlers import claim_of, no_such_order, seen
from orders.models import NewPayment, NewRefund, OrderPaymentPage, PaymentOverride
from orders.models import Order as ShownOrder
from orders.order import Order
from orders.payments.account import FAILED
from orders.payments.changes import PaymentChanges
from orders.payments.rehearsal import RehearsedPayments
from orders.payments.wire import payment_page, told_because, told_of_payment, wanted_of
from orders.store import Store
from orders.wire_terms import money_of
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.members import present
from service_standard.binding.pages import Place
from service_standard.binding.reply import Reply, reply
from service_standard.problems import CONFLICT, IDEMPOTENCY_KEY_REUSED, NOT_FOUND
from service_standard.writes.idempotency import Claim
from service_standard.writes.queue import Change, Decision, WriteQueue
from service_standard.writes.versions import ETAG

Decide: TypeAlias = Callable[[Order], Decision[Order]]


class PaymentHandlers:
    """Reads go to the store, changes to the write queue, where the order's row is locked: no limit can be passed."""

    def __init__(self, store: Store, queue: WriteQueue[Order], changes: PaymentChanges) -> None:
        self._store = store
        self._queue = queue
        self._changes = changes

    def all(self, rehearsed: RehearsedPayments) -> Iterator[Handler]:
        """The handlers with their operations, and what they replied when it was rehearsed."""
        refused = (NOT_FOUND, CONFLICT, IDEMPOTENCY_KEY_REUSED)
        for operation, function in (
            ("payOrder", self.pay_order),
            ("refundOrder", self.refund_order),
            ("overrideOrderPayment", self.override_order_payment),
        ):
            yield Handler(operation, function, ShownOrder, (ETAG,), refused, rehearsed.changed)
        yield Handler(
            "listOrderPayments", self.list_order_payments, OrderPaymentPage, (), (NOT_FOUND,), rehearsed.pages
        )

    async def list_order_payments(self, caller: Caller, id: str, limit: int, offset: int) -> Reply:
        order = await self._store.get(id, caller.owner)
        if order is None:
            raise no_such_order()
        return reply(payment_page(order, Place(limit, offset)))

    async def pay_order(self, caller: Caller, id: str, body: NewPayment, idempotency_key: str | None) -> Reply:
        told = told_of_payment(body, caller.subject)
        paid = partial(self._changes.pay, amount=money_of(present(body.amount)), told=told)
        decide = partial(self._changes.fail, told=told) if body.status == FAILED else paid
        return await self._submit(caller, id, claim_of(caller, "payOrder", idempotency_key, body, id), decide)

    async def refund_order(self, caller: Caller, id: str, body: NewRefund, idempotency_key: str | None) -> Reply:
        told = told_because(body.reason, caller.subject)
        decide = partial(self._changes.refund, wanted=wanted_of(body), told=told)
        return await self._submit(caller, id, claim_of(caller, "refundOrder", idempotency_key, body, id), decide)

    async def override_order_payment(
        self, caller: Caller, id: str, body: PaymentOverride, idempotency_key: str | None
    ) -> Reply:
        told = told_because(body.reason, caller.subject)
        decide = partial(self._changes.override, status=body.status, told=told)
        return await self._submit(
            caller, id, claim_of(caller, "overrideOrderPayment", idempotency_key, body, id), decide
        )

    async def _submit(self, caller: Caller, id: str, claim: Claim | None, decide: Decide) -> Reply:
        return await self._queue.submit(Change(lambda order: decide(seen(order, caller)), key=id, claim=claim))
