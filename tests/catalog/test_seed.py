"""Sample data comes by an explicit command, and by nothing else."""

import asyncio

import pytest

from orders.settings import OrdersSettings
from tests.catalog.shop import ask, buy, line
from tests.process import DEVELOPMENT, Ended, refused, run_here
from tests.service import running
from tests.storage import count, rows

pytestmark = pytest.mark.anyio


async def test_seed_adds_two_customers_and_three_products_once(with_catalog: OrdersSettings) -> None:
    url = with_catalog.database_url.get_secret_value()
    async with running(with_catalog) as shop:
        assert (await ask(shop, "GET", "/products")).json()["total"] == 0
        for _ in range(2):
            ended = await seeded(url)
            assert (ended.code, ended.err) == (0, "")
        products = (await ask(shop, "GET", "/products")).json()
        assert [(each["name"], each["stock"]) for each in products["items"]] == [
            ("Laptop", 50),
            ("Mouse", 200),
            ("Office Chair", 25),
        ]
        customers = (await ask(shop, "GET", "/customers")).json()
        assert [each["id"] for each in customers["items"]] == ["customer-1", "customer-2"]
        assert (products["total"], customers["total"]) == (3, 2)
        told = [row[0] for row in await rows(with_catalog, "SELECT type FROM outbox ORDER BY id")]
        assert told == [*["customer.created"] * 2, *["product.created"] * 3]
        assert (await buy(shop, line("laptop"))).status_code == 201


async def seeded(url: str) -> Ended:
    return await asyncio.to_thread(run_here, "seed", DATABASE_URL=url, CATALOG="embedded", **DEVELOPMENT)


async def test_without_a_catalogue_there_is_nothing_to_seed(settings: OrdersSettings) -> None:
    ended = run_here("seed", DATABASE_URL=settings.database_url.get_secret_value(), **DEVELOPMENT)
    assert refused(ended) == ["CATALOG: must be embedded, else there is nothing to put sample data into"]
    assert await count(settings, "products") == 0
