"""Events of a catalogue: there are none, which deviates from the standard; orders tell of what they take."""

import pytest

from tests.catalog.shop import SCOPES, ask, buy, line, offer, usd
from tests.service import Caller

pytestmark = pytest.mark.anyio


async def test_products_and_customers_publish_nothing_and_the_orders_of_them_do(small_shop: Caller) -> None:
    await offer(small_shop, "laptop", 2)
    await ask(small_shop, "PUT", "/products/laptop", {"name": "Laptop", "price": usd("3"), "stock": 2})
    await ask(small_shop, "POST", "/customers", {"id": "customer-1", "name": "Ada Moss"})
    await ask(small_shop, "PUT", "/customers/customer-1", {"name": "Ada Reed"})
    order = (await buy(small_shop, line("laptop"))).json()
    events = (await small_shop.send("GET", "/events", small_shop.token(*SCOPES, "orders.events"))).json()
    assert [(event["type"], event["data"]["id"]) for event in events] == [("order.created", order["id"])]
