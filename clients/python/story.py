"""The life of an order, told with the client that openapi-python-client makes of the contract."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from orders_client import AuthenticatedClient
from orders_client.api.orders import create_order, get_order, list_orders, update_order
from orders_client.models import NewOrder, OrderPage, OrderStatus, OrderUpdate, Problem
from orders_client.types import UNSET, Response, Unset

Answer = TypeVar("Answer")

CUSTOMER = f"python-{uuid4()}"
client = AuthenticatedClient(base_url=os.environ["ORDERS_URL"], token=os.environ["TOKEN"])
stranger = AuthenticatedClient(base_url=os.environ["ORDERS_URL"], token="not-a-token")


def good(response: Response[Answer | Problem]) -> Answer:
    """What was asked for; anything else ends the story."""
    if response.parsed is None or isinstance(response.parsed, Problem):
        raise SystemExit(f"{response.status_code}: {response.content.decode()}")
    return response.parsed


def refused(response: Response[Answer | Problem]) -> str:
    """Why something was refused; anything else ends the story."""
    if not isinstance(response.parsed, Problem):
        raise SystemExit(f"{response.status_code}: it was not refused")
    problem = response.parsed
    pointers = [] if isinstance(problem.errors, Unset) else [error.pointer for error in problem.errors]
    at = f" at {', '.join(pointers)}" if pointers else ""
    return f"{problem.status} {problem.type_}{at}"


def pages() -> Iterator[OrderPage]:
    """The customer's orders, two at a time."""
    cursor: str | Unset = UNSET
    while True:
        page = good(list_orders.sync_detailed(client=client, customer_id=CUSTOMER, limit=2, cursor=cursor))
        yield page
        if isinstance(page.next_cursor, Unset):
            return
        cursor = page.next_cursor


wish = NewOrder(customer_id=CUSTOMER, items=["item-1", "item-2"])
key = str(uuid4())
order = good(create_order.sync_detailed(client=client, body=wish, idempotency_key=key))
when = "just now" if datetime.now(UTC) - order.created_at < timedelta(minutes=1) else "long ago"
print(f"created: {order.status}, version {order.version}, {when}")

again = good(create_order.sync_detailed(client=client, body=wish, idempotency_key=key))
print(f"sent again: {'the same order' if again.id == order.id else 'another order'}")

got = get_order.sync_detailed(order.id, client=client)
print(f"got: {', '.join(good(got).items)}")

for _ in range(4):
    good(create_order.sync_detailed(client=client, body=wish))
sizes = [len(page.items) for page in pages()]
print(f"listed: {sum(sizes)} orders on {len(sizes)} pages")

paid, tag = OrderUpdate(status=OrderStatus.PAID), got.headers["ETag"]
advanced = good(update_order.sync_detailed(order.id, client=client, body=paid, if_match=tag))
print(f"advanced: {advanced.status}, version {advanced.version}")

stale = update_order.sync_detailed(order.id, client=client, body=paid, if_match=tag)
print(f"from a version that is gone: {refused(stale)}")

back = update_order.sync_detailed(order.id, client=client, body=OrderUpdate(status=OrderStatus.PENDING))
print(f"back to pending: {refused(back)}")

empty = create_order.sync_detailed(client=client, body=NewOrder(customer_id="", items=[]))
print(f"an empty order: {refused(empty)}")

print(f"without a token that is valid: {refused(get_order.sync_detailed(order.id, client=stranger))}")
print(f"an unknown order: {refused(get_order.sync_detailed('unknown', client=client))}")
