"""The handlers: one function for each operation on payments."""

from collections.abc import Iterator
from typing import Final

from payments.changes import Changes
from payments.models import NewPayment, NewRefund, PaymentPage, Refund, RefundPage
from payments.models import Payment as ShownPayment
from payments.payment import Payment
from payments.rehearsal import Rehearsed
from payments.store import Store
from payments.wire import money_of, payment_page, shown_payment, shown_refund, wish_of
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.members import present
from service_standard.binding.pages import Place, next_link, place_of
from service_standard.binding.reply import Reply, reply
from service_standard.problems import CONFLICT, IDEMPOTENCY_KEY_REUSED, NOT_FOUND, Problem, SentHeader
from service_standard.writes.idempotency import Claim
from service_standard.writes.queue import Change, Decision, WriteQueue

LOCATION: Final = SentHeader("Location", "/payments/019a9f2e-7c1b-7d53-9a52-0f6f3b1c2d3e")
LINK: Final = SentHeader("Link", '</payments?limit=10&cursor=AZqfLnwbfVOaUg9vOxwtPg>; rel="next"', always=False)


class PaymentHandlers:
    """Reads go to the store, changes to the write queue."""

    def __init__(self, store: Store, queue: WriteQueue[Payment], changes: Changes) -> None:
        self._store = store
        self._queue = queue
        self._changes = changes

    def all(self, rehearsed: Rehearsed) -> Iterator[Handler]:
        """The handlers with their operations, and what they replied when it was rehearsed."""
        refused, unknown = (CONFLICT, IDEMPOTENCY_KEY_REUSED), (NOT_FOUND,)
        yield Handler("createPayment", self.create_payment, ShownPayment, (LOCATION,), refused, rehearsed.made)
        yield Handler("getPayment", self.get_payment, ShownPayment, (), unknown, rehearsed.shown)
        yield Handler("listPayments", self.list_payments, PaymentPage, (LINK,), (), rehearsed.pages)
        yield Handler("createRefund", self.create_refund, Refund, (), (*unknown, *refused), rehearsed.refunds)
        yield Handler("listRefunds", self.list_refunds, RefundPage, (), unknown, rehearsed.refund_pages)

    async def create_payment(self, caller: Caller, body: NewPayment, idempotency_key: str | None) -> Reply:
        wish = wish_of(body)
        claim = _claim(caller, "createPayment", idempotency_key, body.model_dump())
        return await self._queue.submit(Change(lambda _: self._changes.creation(wish), claim=claim))

    async def get_payment(self, caller: Caller, id: str) -> Reply:
        return reply(shown_payment(await self._payment(id)))

    async def list_payments(
        self, caller: Caller, limit: int, offset: int, cursor: str | None, order_id: str | None
    ) -> Reply:
        place = place_of(limit, offset, cursor)
        payments, total = await self._store.page(order_id, place.with_one_more)
        page = payment_page(payments, total, place)
        return reply(page, next_link("/payments", limit, present(page.nextCursor), orderId=order_id))

    async def create_refund(self, caller: Caller, id: str, body: NewRefund, idempotency_key: str | None) -> Reply:
        amount = present(body.amount)
        wanted = money_of(amount) if amount else None

        def refund(payment: Payment | None) -> Decision[Payment]:
            if payment is None:
                raise _no_such_payment()
            return self._changes.refund(payment, wanted, present(body.reason))

        claim = _claim(caller, "createRefund", idempotency_key, [id, body.model_dump()])
        return await self._queue.submit(Change(refund, key=id, claim=claim))

    async def list_refunds(self, caller: Caller, id: str, limit: int, offset: int) -> Reply:
        payment = await self._payment(id)
        refunds, total = await self._store.refunds(payment.id, Place(limit, offset))
        shown = [shown_refund(refund) for refund in refunds]
        return reply(RefundPage(items=shown, total=total, limit=limit, offset=offset))

    async def _payment(self, payment_id: str) -> Payment:
        payment = await self._store.get(payment_id)
        if payment is None:
            raise _no_such_payment()
        return payment


def _claim(caller: Caller, operation: str, key: str | None, request: object) -> Claim | None:
    return Claim.of(caller.subject, operation, key, request) if key else None


def _no_such_payment() -> Problem:
    return Problem(NOT_FOUND, "There is no such payment")
