"""The operation on sagas."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

from orders import models
from orders.handlers import no_such_order
from orders.payments.account import MOST_ENTRIES
from orders.saga.saga import STATES, STEPS, Saga, Step
from orders.store import Store
from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.members import given
from service_standard.binding.reply import Reply, reply
from service_standard.problems import NOT_FOUND, Problem

# A saga begins with two steps and ends with two more; each further one is an entry of the order's account.
MOST_STEPS: Final = MOST_ENTRIES + 4
# A payment's id, what is said of it, and why.
LONGEST_REASON: Final = 1000
_THEN: Final = "2026-11-21T09:30:00.000Z"


class SagaHandlers:
    """Reads the store: a saga is in its order's row."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def handler(self) -> Handler:
        """The handler with its operation, and what it would reply."""
        specimens = tuple(map(_reply, _specimens()))
        return Handler("getOrderSaga", self.get_order_saga, models.OrderSaga, (), (NOT_FOUND,), specimens)

    async def get_order_saga(self, caller: Caller, id: str) -> Reply:
        order = await self._store.get(id, caller.owner)
        if order is None:
            raise no_such_order()
        if order.saga is None:
            raise Problem(NOT_FOUND, "The order has no saga")
        return _reply(order.saga)


def _reply(saga: Saga) -> Reply:
    steps = [models.SagaStep(step=step.name, at=step.at, reason=given(step.reason)) for step in saga.steps]
    return reply(models.OrderSaga(state=saga.state, deadline=saga.deadline, steps=steps))


def _specimens() -> Iterator[Saga]:
    """The least and the most that there is to tell, in each state."""
    for state in STATES:
        yield Saga(state, _THEN, (Step(STEPS[0], _THEN),))
        names = islice(cycle(STEPS), MOST_STEPS)
        yield Saga(state, _THEN, tuple(Step(name, _THEN, "x" * LONGEST_REASON) for name in names))
