"""What a caller can see of payments and of events, each by a small script of requests."""

import json
from typing import Final
from uuid import uuid4

from tests.contract.probes import Probe
from tests.service import Caller

_WISH: Final = {"customerId": "customer-123", "items": ["item-1"]}


def paying(**changes: object) -> Probe:
    """How the payment of a new order is answered, and the status that the order has then."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_WISH)).json()
        event = _payment(order["id"], changes)
        headers = {**service.token("orders.events.write"), "Content-Type": "application/cloudevents+json"}
        answer = await service.send("POST", "/events", headers, content=json.dumps(event))
        return [answer.status_code, (await service.send("GET", f"/orders/{order['id']}")).json()["status"]]

    return probe


def about_a_payment(method: str, path: str, scope: str = "orders.write", **body: object) -> Probe:
    """The status of a request about the payment of an order of items that is paid."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_WISH)).json()["id"]
        await service.patch(order, "paid")
        return (await service.send(method, f"/orders/{order}/{path}", service.token(scope), json=body)).status_code

    return probe


def _payment(order_id: str, changes: dict[str, object]) -> dict[str, object]:
    """The event of a successful payment; a change is one of the event's or of its data's members."""
    data = {"paymentId": "p-1", "orderId": order_id}
    event = {"specversion": "1.0", "id": str(uuid4()), "source": "urn:service:payments", "type": "payment.successful"}
    within = {name: value for name, value in changes.items() if name in {"paymentId", "reason"}}
    return {**event, **{name: changes[name] for name in changes.keys() - within.keys()}, "data": {**data, **within}}


def reading(*queries: str, scope: str = "orders.events") -> Probe:
    """The status of the feed under each query."""

    async def probe(service: Caller) -> object:
        token = service.token(scope)
        return [(await service.send("GET", f"/events{query}", token)).status_code for query in queries]

    return probe


def feed_header(name: str) -> Probe:
    """A header of the feed at its beginning."""

    async def probe(service: Caller) -> object:
        return (await service.send("GET", "/events", service.token("orders.events"))).headers.get(name)

    return probe
