"""Requests that the contract allows and the present state does not: refused, with nothing stored and no key used up."""

import asyncio
from collections.abc import Mapping
from typing import cast
from uuid import uuid4

import httpx
import pytest

from tests.hostile import JSON, WISH, Headers, Target, assert_refusal
from tests.storage import held

pytestmark = pytest.mark.anyio

WAYS = {
    "pending": (),
    "paid": ("paid",),
    "shipped": ("paid", "shipped"),
    "delivered": ("paid", "shipped", "delivered"),
    "cancelled": ("cancelled",),
}


@pytest.fixture
def key() -> Headers:
    return ((b"Idempotency-Key", str(uuid4()).encode()),)


async def create(target: Target, key: Headers = (), content: bytes = WISH, **claims: object) -> httpx.Response:
    return await target.ask("POST", "/orders", (JSON, *key), content, **claims)


async def update(target: Target, order: str, status: str, headers: Headers = (), **claims: object) -> httpx.Response:
    content = f'{{"status": "{status}"}}'.encode()
    return await target.ask("PATCH", f"/orders/{order}", (JSON, *headers), content, **claims)


async def order_in(target: Target, status: str) -> str:
    """The id of a new order that has gone its way to this status."""
    order = str((await create(target)).json()["id"])
    for step in WAYS[status]:
        assert (await update(target, order, step)).status_code == 200
    return order


def following(target: Target) -> Mapping[str, list[str]]:
    """For each status those that may follow it, as the contract says."""
    workflow = target.caller.contract.root["components"]["schemas"]["OrderStatus"]["x-workflow"]["workflows"][
        "standard"
    ]
    return {name: cast("list[str]", facts.get("next")) for name, facts in workflow["statuses"].items()}


@pytest.mark.parametrize("status", WAYS)
async def test_an_order_goes_no_way_that_the_workflow_does_not_have(target: Target, status: str) -> None:
    order = await order_in(target, status)
    before = await target.stored()
    for to in WAYS.keys() - set(following(target)[status]):
        assert_refusal(await update(target, order, to), 409, "conflict")
    assert await target.stored() == before
    assert (await target.ask("GET", f"/orders/{order}")).json()["status"] == status


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '""', '"0"', '"01"', '"9223372036854775808"', '"2", W/"1"', '"xyzzy"'])
async def test_a_version_that_the_order_does_not_have_is_refused(target: Target, tag: str) -> None:
    before = await target.stored()
    response = await update(target, target.order, "paid", ((b"If-Match", tag.encode()),))
    assert_refusal(response, 412, "precondition_failed")
    assert await target.stored() == before


async def test_a_version_that_has_passed_is_refused(target: Target) -> None:
    order = await order_in(target, "paid")
    assert_refusal(await update(target, order, "shipped", ((b"If-Match", b'"1"'),)), 412, "precondition_failed")
    assert (await update(target, order, "shipped", ((b"If-Match", b'"2"'),))).status_code == 200


async def test_a_key_serves_one_request_only(target: Target, key: Headers) -> None:
    first = await create(target, key)
    before = await target.stored()
    other = await create(target, key, WISH.replace(b'["xyzzy"]', b'["xyzzy", "xyzzy"]'))
    assert_refusal(other, 422, "idempotency_key_reused")
    assert await target.stored() == before
    assert (await create(target, key)).json() == first.json()


async def test_a_key_of_another_caller_is_another_key(target: Target, key: Headers) -> None:
    first, second = await create(target, key), await create(target, key, sub="somebody-else")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert "idempotency-replayed" not in second.headers


async def test_a_refused_request_leaves_its_key_free(target: Target, key: Headers) -> None:
    assert (await create(target, key, b"{}")).status_code == 400
    assert (await create(target, key, scope="orders.read")).status_code == 403
    assert (await create(target, key)).status_code == 201


async def test_a_key_whose_first_request_still_runs_is_a_conflict(target: Target, key: Headers) -> None:
    before = await target.stored()
    async with held(target.caller.settings, "orders"):
        both = {asyncio.create_task(create(target, key)) for _ in range(2)}
        done, waiting = await asyncio.wait(both, timeout=1.5, return_when=asyncio.FIRST_COMPLETED)
        (refused,) = done
        assert_refusal(refused.result(), 409, "conflict")
        assert refused.result().headers["retry-after"] == "1"
        assert await target.stored() == before
    (first,) = waiting
    assert (await first).status_code == 201
    again = await create(target, key)
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", first.result().json())


async def test_a_taken_external_id_is_a_conflict(target: Target) -> None:
    content = WISH.replace(b"}", b', "externalId": "xyzzy-%b"}' % str(uuid4()).encode())
    assert (await create(target, (), content)).status_code == 201
    before = await target.stored()
    refused = await create(target, (), content)
    assert_refusal(refused, 409, "conflict")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/externalId"]
    assert await target.stored() == before
    assert (await create(target, (), content, sub="somebody-else")).status_code == 201


async def test_of_many_updates_at_once_one_is_made(target: Target) -> None:
    order = await order_in(target, "pending")
    answers = await asyncio.gather(*(update(target, order, "paid") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    history = await target.ask("GET", f"/orders/{order}/history")
    assert history.json()["total"] == 2
