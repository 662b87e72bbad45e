"""Orders that wait for their payment, and where order, stock and saga stand."""

from collections.abc import Sequence
from typing import Any, Final

from tests.catalog.shop import ask, buy, line, offer, stock
from tests.events.test_payments import event, tell
from tests.service import Caller
from tests.test_events_recorded import recorded

LAPTOP: Final = "laptop"
STOCK: Final = 10
PRICE: Final = {"amount": "999.99", "currency": "USD"}


async def bought(service: Caller, **more: object) -> str:
    """An order of one laptop of ten, which waits for its payment."""
    await offer(service, LAPTOP, STOCK, PRICE["amount"])
    answer = await buy(service, line(LAPTOP), **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def saga(service: Caller, order: str) -> Any:
    """What is told of its saga."""
    return (await ask(service, "GET", f"/orders/{order}/saga")).json()


async def stands(service: Caller, order: str) -> tuple[object, ...]:
    """The status of the order, that of its payment, that of its saga, and what is left in stock."""
    found = (await ask(service, "GET", f"/orders/{order}")).json()
    told = await saga(service, order)
    return found["status"], found["paymentStatus"], told["state"], await stock(service, LAPTOP)


async def steps(service: Caller, order: str) -> Sequence[object]:
    """What was done in its saga."""
    return [step["step"] for step in (await saga(service, order))["steps"]]


async def sent(service: Caller, kind: str) -> Sequence[dict[str, Any]]:
    """The data of the events of a type."""
    return [each["data"] for each in await recorded(service) if each["type"] == kind]


async def told(service: Caller, order: str, kind: str = "successful", payment: str = "p-1", **data: Any) -> None:
    """Delivers what the service of payments says of one, of the whole price unless something else is said."""
    amount = {} if kind == "failed" else {"amount": PRICE}
    assert await tell(service, event(order, f"payment.{kind}", **{"paymentId": payment, **amount, **data})) == 202
