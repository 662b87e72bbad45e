"""Many orders in one request: each is created for itself, and has a result of its own."""

import asyncio
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Final

from orders.handlers import OrderHandlers, external_id_taken
from orders.models import BulkOrder, BulkResults, NewOrders
from orders.rehearsal import Rehearsed
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.reply import Reply
from service_standard.contract import Contract
from service_standard.database import DatabaseUnavailable
from service_standard.problems import Problem, unavailable
from service_standard.telemetry.spans import trace_id
from service_standard.writes.idempotency import REPLAYED
from service_standard.writes.queue import MOST_TOGETHER

PATH: Final = "/orders/bulk"


class Bulk:
    """Creates orders as requests for one each would: by the same function, under the same keys."""

    def __init__(self, orders: OrderHandlers) -> None:
        self._orders = orders

    def handler(self, rehearsed: Rehearsed, contract: Contract) -> Handler:
        """The handler with its operation; its specimen has as many results as there can be orders."""
        most = contract.root["components"]["schemas"]["NewOrders"]["properties"]["orders"].get("maxItems")
        outcomes: list[Reply | Problem] = [*rehearsed.created, external_id_taken()]
        specimen = _results(list(islice(cycle(outcomes), most if isinstance(most, int) else len(outcomes))))
        return Handler("createOrders", self.create_orders, BulkResults, specimens=(specimen,))

    async def create_orders(self, caller: Caller, body: NewOrders) -> Reply:
        """The result of each order, in its place.

        No more wait in the queue at once than one transaction takes, so that others are not behind all of them.
        """
        outcomes: list[Reply | Problem] = []
        for first in range(0, len(body.orders), MOST_TOGETHER):
            together = body.orders[first : first + MOST_TOGETHER]
            outcomes += await asyncio.gather(*(self._outcome(caller, wanted) for wanted in together))
        return _results(outcomes)

    async def _outcome(self, caller: Caller, wanted: BulkOrder) -> Reply | Problem:
        try:
            return await self._orders.create_order(caller, wanted.order, wanted.idempotencyKey)
        except DatabaseUnavailable:
            return unavailable("The database does not answer")
        except Problem as problem:
            return problem


def _results(outcomes: Sequence[Reply | Problem]) -> Reply:
    return Reply(b'{"results":[' + b",".join(map(_result, outcomes)) + b"]}")


def _result(outcome: Reply | Problem) -> bytes:
    """One result; an order is JSON already."""
    if isinstance(outcome, Problem):
        problem = outcome.body(PATH, trace_id())
        return b'{"status":%d,"problem":%b}' % (outcome.problem_type.status, problem)
    replayed = b"true" if REPLAYED in outcome.headers else b"false"
    return b'{"status":201,"replayed":%b,"order":%b}' % (replayed, outcome.content)
