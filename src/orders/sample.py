"""`orders sample`: sends sample orders through the API of a running service, and says where to look at them."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Final, NamedTuple

import httpx

from service_standard.auth.minting import mint
from service_standard.command_line.program import Program
from service_standard.settings import Settings, SettingsError

HOURS: Final = 0.1
TIMEOUT_SECONDS: Final = 10.0
MOST_ORDERS: Final = 1000

# What comes of an order: the statuses that it is advanced to, one after the other.
LIVES: Final = (
    (),
    ("paid",),
    ("paid", "shipped"),
    ("paid", "shipped", "delivered"),
    ("cancelled",),
)
CUSTOMERS: Final = ("customer-ada", "customer-ben", "customer-cleo")
ITEMS: Final = (("laptop", "mouse"), ("office-chair",), ("desk", "lamp", "lamp"), ("notebook",))


class Wanted(NamedTuple):
    """What the arguments ask for."""

    url: str
    number: int
    look: Sequence[str]


def run(program: Program, settings: Settings, arguments: Sequence[str]) -> None:
    """Sends each request under an idempotency key of its own: who repeats it within a day creates and changes nothing.

    Raises:
        SettingsError: no token can be made, or the service does not take the orders.
    """
    wanted = _parsed(arguments)
    token = mint(settings, "sample", program.scopes, HOURS)
    try:
        with httpx.Client(
            base_url=wanted.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        ) as service:
            statuses = [_lived(service, number, life) for number, life in _lives(wanted.number)]
    except httpx.HTTPError as error:
        raise SettingsError(f"{wanted.url}: {error}") from error
    print("\n".join(_told(statuses, wanted.look)))  # noqa: T201 it speaks by printing, as every command


def _parsed(arguments: Sequence[str]) -> Wanted:
    parser = argparse.ArgumentParser(description="Send sample orders to a running service.", allow_abbrev=False)
    parser.add_argument("url", help="where the service is")
    parser.add_argument("--number", type=int, choices=range(1, MOST_ORDERS + 1), default=10, metavar="ORDERS")
    parser.add_argument("--look", action="append", default=[], help="a line to say at the end")
    given = parser.parse_args(arguments)
    return Wanted(given.url, given.number, given.look)


def _lives(wanted: int) -> Iterator[tuple[int, Sequence[str]]]:
    return enumerate(islice(cycle(LIVES), wanted))


def _lived(service: httpx.Client, number: int, life: Sequence[str]) -> str:
    """The status that the order of a number has come to."""
    wish = {
        "customerId": CUSTOMERS[number % len(CUSTOMERS)],
        "items": ITEMS[number % len(ITEMS)],
        "metadata": {"sample": str(number)},
    }
    order = _sent(service, "POST", "/orders", wish, f"sample-{number}")
    for status in life:
        order = _sent(service, "PATCH", f"/orders/{order['id']}", {"status": status}, f"sample-{number}-{status}")
    return str(order["status"])


def _sent(service: httpx.Client, method: str, path: str, body: Mapping[str, object], key: str) -> Mapping[str, object]:
    answer = service.request(method, path, json=body, headers={"Idempotency-Key": key}).raise_for_status()
    order: Mapping[str, object] = answer.json()
    return order


def _told(statuses: Sequence[str], look: Sequence[str]) -> Iterator[str]:
    found = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
    yield f"{len(statuses)} sample orders: {found}"
    yield from look
