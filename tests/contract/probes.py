"""What a caller can see of a service: each probe is a small script of requests, and tells what came back."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import uuid4

import httpx

from tests.service import Caller

Probe: TypeAlias = Callable[[Caller], Awaitable[object]]


def _wish(changes: dict[str, object]) -> dict[str, object]:
    return {"customerId": "customer-123", "items": ["item-1"], **changes}


def creating(**changes: object) -> Probe:
    """The status that a new order is answered with."""

    async def probe(service: Caller) -> object:
        return (await service.send("POST", "/orders", json=_wish(changes))).status_code

    return probe


def ordering(**wish: object) -> Probe:
    """The status that a new order of exactly these members is answered with."""

    async def probe(service: Caller) -> object:
        return (await service.send("POST", "/orders", json={"customerId": "customer-123", **wish})).status_code

    return probe


def created(name: str, **changes: object) -> Probe:
    """A member of a new order."""

    async def probe(service: Caller) -> object:
        return (await service.send("POST", "/orders", json=_wish(changes))).json().get(name)

    return probe


def created_under(**headers: str) -> Probe:
    """The status that a new order is answered with, under these headers."""

    async def probe(service: Caller) -> object:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await service.send("POST", "/orders", {**service.token(), **named}, json=_wish({}))).status_code

    return probe


def created_header(name: str) -> Probe:
    """A header of the answer to a new order."""

    async def probe(service: Caller) -> object:
        return (await service.send("POST", "/orders", json=_wish({}))).headers.get(name)

    return probe


def advancing(*statuses: str) -> Probe:
    """The status codes of a new order's updates, one after the other."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        return [(await service.patch(order["id"], status)).status_code for status in statuses]

    return probe


def updating(if_match: str | None = None, **changes: object) -> Probe:
    """The status that the update of a new order is answered with."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        headers = {**service.token(), **({"If-Match": if_match} if if_match else {})}
        answer = await service.send("PATCH", f"/orders/{order['id']}", headers, json={"status": "paid", **changes})
        return answer.status_code

    return probe


def cancelling(*statuses: str, method: str = "POST", **body: object) -> Probe:
    """The status that the cancellation of an order in the last of these statuses is answered with."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        for status in statuses:
            await service.patch(order["id"], status)
        return (await service.send(method, f"/orders/{order['id']}/cancel", json=body)).status_code

    return probe


def editing(*statuses: str, **wish: object) -> Probe:
    """The status that the edit of an order in the last of these statuses is answered with."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        for status in statuses:
            await service.patch(order["id"], status)
        headers = {**service.token(), "If-Match": "*"}
        return (await service.send("PUT", f"/orders/{order['id']}", headers, json=_wish(wish))).status_code

    return probe


def archiving(*scopes: str, status: str | None = None) -> Probe:
    """The status that the archiving of an order by a caller with these scopes is answered with."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        if status:
            await service.patch(order["id"], status)
        return (await service.send("DELETE", f"/orders/{order['id']}", service.token(*scopes))).status_code

    return probe


def remembering(*scopes: str) -> Probe:
    """How an archiving is answered, and the history then: to a caller with these scopes, and to a reader."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        path = f"/orders/{order['id']}"
        archived = await service.send("DELETE", path, service.token("orders.admin"))
        told = [await service.send("GET", f"{path}/history", service.token(*each)) for each in (scopes, ())]
        return [archived.status_code, *(answer.status_code for answer in told)]

    return probe


def getting(*paths: str) -> Probe:
    """The status of each path; `{id}` in it is a new order."""

    async def probe(service: Caller) -> object:
        order = (await service.send("POST", "/orders", json=_wish({}))).json()
        return [(await service.send("GET", path.replace("{id}", order["id"]))).status_code for path in paths]

    return probe


def member(path: str, name: str) -> Probe:
    """A member of what stands at a path."""

    async def probe(service: Caller) -> object:
        return (await service.send("GET", path)).json().get(name)

    return probe


def capable(capability: str) -> Probe:
    """The statuses that have a capability."""

    async def probe(service: Caller) -> object:
        statuses = (await service.send("GET", "/workflow")).json()["statuses"]
        return [each["status"] for each in statuses if each[capability]]

    return probe


def bulking(*keys: str) -> Probe:
    """The status of a request for an order under each key, and that of each of its results."""

    async def probe(service: Caller) -> object:
        orders = [{"idempotencyKey": key, "order": _wish({})} for key in keys]
        answer = await service.send("POST", "/orders/bulk", service.token("orders.admin"), json={"orders": orders})
        return [answer.status_code, [result["status"] for result in answer.json().get("results", [])]]

    return probe


def told_by(status: str) -> Probe:
    """The event that tells of a status."""

    async def probe(service: Caller) -> object:
        statuses = (await service.send("GET", "/workflow")).json()["statuses"]
        return next(each.get("event") for each in statuses if each["status"] == status)

    return probe


def linked(path: str) -> Probe:
    """Where the bar of a page leads."""

    async def probe(service: Caller) -> object:
        text = (await service.send("GET", path)).text
        return re.findall(r'href="([^"]*)"', text.partition("<header")[2].partition("</header>")[0])

    return probe


def faults(path: str, *scopes: str) -> Probe:
    """What is said to be wrong with a request."""

    async def probe(service: Caller) -> object:
        return [error["detail"] for error in (await service.send("GET", path, service.token(*scopes))).json()["errors"]]

    return probe


def allowed(method: str, path: str, *scopes: str) -> Probe:
    """The status that a caller with these scopes alone is answered with."""

    async def probe(service: Caller) -> object:
        return (await _asked(service, method, path, scopes)).status_code

    return probe


def challenge(method: str, path: str, *scopes: str) -> Probe:
    """The scope that a caller with these scopes alone is told to lack."""

    async def probe(service: Caller) -> object:
        return (await _asked(service, method, path, scopes)).headers["www-authenticate"].rpartition("scope=")[2]

    return probe


async def _asked(service: Caller, method: str, path: str, scopes: tuple[str, ...]) -> httpx.Response:
    body = {"json": _wish({})} if method == "POST" else {}
    return await service.send(method, path, service.token(*scopes), **body)


def creating_as(*media_types: str) -> Probe:
    """The status of a new order for each media type that it is sent in."""

    async def probe(service: Caller) -> object:
        body = f'{{"customerId": "customer-123", "items": ["{uuid4()}"]}}'
        headers = [{**service.token(), "Content-Type": media_type} for media_type in media_types]
        return [(await service.send("POST", "/orders", each, content=body)).status_code for each in headers]

    return probe


def creating_at(path: str) -> Probe:
    """The status that a new order is answered with, when it is sent to this path and query."""

    async def probe(service: Caller) -> object:
        return (await service.send("POST", path, json=_wish({}))).status_code

    return probe


def adding(path: str, **body: object) -> Probe:
    """The status that something new in the catalogue is answered with."""

    async def probe(service: Caller) -> object:
        scope = f"{path.strip('/')}.write"
        return (await service.send("POST", path, service.token(scope), json={"name": "x", **body})).status_code

    return probe
