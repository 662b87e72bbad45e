"""Before anything is timed: each subject answers as the contract says, and what it answers is in the database."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import uuid4

import httpx

from bench.databases import Database, counts, prefix
from bench.processes import ROOT
from bench.works import BAD_BODY, DEPTH, GOOD_BODY, PAGE, SEEDED, Work, cursor
from service_standard.contract import Contract
from service_standard.law import read_law
from tests.service import hold_to_contract

WISH: Final = {"customerId": "customer-1", "items": ["item-1", "item-2"], "metadata": {"channel": "web"}}
JSON: Final = {"Content-Type": "application/json", "Idempotency-Key": "verified"}
FIRST: Final = f"{prefix(SEEDED)}{5:012x}"


Ask: TypeAlias = Callable[[httpx.Client, int], httpx.Response]


class Unfit(Exception):
    """The subject does not do the work that it is to be timed for."""


def verify(work: Work, url: str, token: str, database: Database) -> None:
    """Raises Unfit unless the subject does this work once, wholly."""
    before = counts(database)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as client:
        response = ASKED[work.name](client, before[0])
    try:
        hold_to_contract(_contract(), response)
    except AssertionError as error:
        raise Unfit(f"{work.name}: {error}") from error
    _require(response.status_code == work.status, f"{work.name}: answered {response.status_code} {response.text}")
    added = tuple(after - old for after, old in zip(counts(database), before, strict=True))
    _require(added == work.rows, f"{work.name}: wrote {added}, not {work.rows}")


def _get(client: httpx.Client, _: int) -> httpx.Response:
    response = client.get(f"/orders/{FIRST}")
    _require(_json(response).get("id") == FIRST, "get: another order")
    return response


def _list(path: str, first: int) -> Ask:
    def ask(client: httpx.Client, orders: int) -> httpx.Response:
        response = client.get(path)
        page = _json(response)
        _require(len(page["items"]) == page["limit"], f"list: {len(page['items'])} orders")
        _require(page["total"] == orders, f"list: {page['total']} in all")
        _require(page["items"][0]["id"] == f"{prefix(SEEDED)}{first:012x}", "list: another page")
        _require("nextCursor" in page, "list: no cursor")
        return response

    return ask


def _create(client: httpx.Client, _: int) -> httpx.Response:
    response = client.post("/orders", json=WISH, headers={"Idempotency-Key": uuid4().hex})
    order = _json(response)
    _require({name: order.get(name) for name in WISH} == WISH, f"create: {order}")
    read = _json(client.get(f"/orders/{order['id']}"))
    _require(read == order, f"create: answered {order}, stored {read}")
    return response


def _update(client: httpx.Client, _: int) -> httpx.Response:
    response = client.patch(f"/orders/{FIRST}", json={"status": "paid"}, headers={"If-Match": '"1"'})
    order = _json(response)
    _require((order.get("status"), order.get("version")) == ("paid", 2), f"update: {order}")
    return response


def _bad_body(client: httpx.Client, _: int) -> httpx.Response:
    return client.post("/orders", content=BAD_BODY, headers=JSON)


def _no_token(client: httpx.Client, _: int) -> httpx.Response:
    del client.headers["Authorization"]
    return client.post("/orders", content=GOOD_BODY, headers=JSON)


ASKED: Final[Mapping[str, Ask]] = {
    "get": _get,
    "list": _list(PAGE, 1),
    "list-cursor": _list(f"{PAGE}&cursor={cursor(DEPTH)}", DEPTH + 1),
    "list-offset": _list(f"{PAGE}&offset={DEPTH}", DEPTH + 1),
    "bad-body": _bad_body,
    "no-token": _no_token,
    "update": _update,
    "create": _create,
}


def _json(response: httpx.Response) -> dict[str, Any]:
    _require(response.headers.get("content-type") == "application/json", f"answered {response.status_code}")
    answered: dict[str, Any] = response.json()
    return answered


def _require(kept: bool, otherwise: str) -> None:  # noqa: FBT001 it is an assertion
    if not kept:
        raise Unfit(otherwise)


@cache
def _contract() -> Contract:
    return read_law(ROOT / "service.yaml").contract
