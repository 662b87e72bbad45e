"""A service with a catalogue as a test uses it: what is on offer, and orders of it."""

from typing import Any, Final

import httpx

from tests.service import ALL_SCOPES, Caller

SCOPES: Final = (*ALL_SCOPES, "customers.read", "customers.write", "products.read", "products.write")


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


async def ask(service: Caller, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
    """The answer to a caller who may do everything."""
    request = {} if body is None else {"json": body}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.send(method, path, {**service.token(*SCOPES), **named}, **request)


async def offer(service: Caller, product: str, stock: int | None = None, price: str = "2.50") -> Any:
    """A product on offer."""
    limited = {} if stock is None else {"stock": stock}
    body = {"id": product, "name": product.title(), "price": usd(price), **limited}
    answer = await ask(service, "POST", "/products", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def stock(service: Caller, product: str) -> object:
    """How many of it are left."""
    return (await ask(service, "GET", f"/products/{product}")).json().get("stock")


async def buy(service: Caller, *lines: dict[str, object], **more: object) -> httpx.Response:
    """The answer to an order of these lines."""
    return await ask(service, "POST", "/orders", {"customerId": "customer-1", "lines": [*lines], **more})


def line(product: str, quantity: int = 1, **more: object) -> dict[str, object]:
    return {"productId": product, "quantity": quantity, **more}


def faults(answer: httpx.Response) -> tuple[int, list[str]]:
    """The status of a refusal, and where its faults are."""
    return answer.status_code, [error["pointer"] for error in answer.json()["errors"]]
