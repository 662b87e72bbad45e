"""A catalogue in another service, asked over HTTP for `/products/{id}`, which this service answers in the same way."""

import asyncio
import math
import re
import ssl
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from orders.catalog.breaker import Breaker
from orders.catalog.pricing import Offer, Offers
from orders.money import Money, money_faults
from service_standard.problems import Problem, unavailable

ATTEMPT_SECONDS: Final = 1.0
# For all that one order asks for: the caller waits no longer.
ORDER_SECONDS: Final = 3.0
ATTEMPTS: Final = 2
AT_ONCE: Final = 8
LARGEST_ANSWER: Final = 64 * 1024
# What a catalogue says of a product that it does not have, or of an id that none can have.
_UNKNOWN: Final = frozenset({400, 404, 410, 414, 422})
# Ids that would be steps of the path.
_STEPS: Final = frozenset({".", ".."})
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")


class _Failed(Exception):
    """The catalogue did not answer, or with what is no answer."""


class _Price(BaseModel):
    amount: str
    currency: str


class _Product(BaseModel):
    """What of a product's answer matters to an order."""

    name: str
    price: _Price
    stock: int | None = None
    archivedAt: str | None = None  # noqa: N815 the contract's name


class CatalogClient:
    """Asks for each product by itself, a few at once; what fails is asked once more, and left alone if that goes on."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url.rstrip("/")
        self._breaker = Breaker()
        self._turns = asyncio.Semaphore(AT_ONCE)
        # Only settings.py reads the environment: no proxy, no .netrc; the system's store says whom to trust.
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            verify=ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(ATTEMPT_SECONDS),
            limits=httpx.Limits(max_connections=AT_ONCE),
        )

    async def start(self) -> None:
        """Connections are made when there is something to ask."""

    async def aclose(self) -> None:
        await self._client.aclose()

    async def offers(self, ids: Sequence[str]) -> Offers:
        """The offers of these products; what the catalogue does not know is not among them.

        Raises:
            Problem: 503, the catalogue does not answer.
        """
        if seconds := self._breaker.closed_for():
            raise _no_answer(seconds)
        try:
            async with asyncio.timeout(ORDER_SECONDS):
                found = await asyncio.gather(*map(self._offer, ids))
        except (_Failed, TimeoutError) as error:
            self._breaker.failed()
            raise _no_answer(1) from error
        self._breaker.succeeded()
        return {product: offer for product, offer in zip(ids, found, strict=True) if offer}

    async def _offer(self, product: str) -> Offer | None:
        if product in _STEPS:
            return None
        async with self._turns:
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._asked(product)
                except _Failed:
                    continue
            return await self._asked(product)

    async def _asked(self, product: str) -> Offer | None:
        """The offer of one attempt; None if there is no such product."""
        try:
            async with (
                asyncio.timeout(ATTEMPT_SECONDS),
                self._client.stream("GET", f"{self._url}/products/{quote(product, safe='')}") as answer,
            ):
                if answer.status_code in _UNKNOWN:
                    return None
                if answer.status_code != HTTPStatus.OK:
                    raise _Failed(f"the catalogue answers {answer.status_code}")
                return _read(await _body(answer))
        except (httpx.HTTPError, TimeoutError) as error:
            raise _Failed(type(error).__name__) from error


async def _body(answer: httpx.Response) -> bytes:
    data = bytearray()
    async for chunk in answer.aiter_bytes():
        data += chunk
        if len(data) > LARGEST_ANSWER:
            raise _Failed("the answer is too large")
    return bytes(data)


def _read(body: bytes) -> Offer:
    try:
        product = _Product.model_validate_json(body)
    except ValidationError as error:
        raise _Failed("the answer is no product") from error
    price = Money(product.price.amount, product.price.currency)
    if not _AMOUNT.fullmatch(price.amount) or list(money_faults(price, "", price.currency)):
        raise _Failed("the price is no amount of its currency")
    return Offer(product.name, price, product.stock, product.archivedAt is not None)


def _no_answer(seconds: float) -> Problem:
    return unavailable("The catalogue does not answer", retry_after=math.ceil(seconds))
