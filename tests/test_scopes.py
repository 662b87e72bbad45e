"""Which scopes open which operation, as the contract has it: the whole matrix, and what `.own` scopes see."""

from itertools import chain, combinations
from operator import attrgetter

import httpx
import pytest
from pydantic_core import to_json

from service_standard.contract import Operation, load_contract
from tests.hostile import JSON, WISH, Headers, Target, assert_refusal
from tests.service import ROOT, hold_to_contract

CONTRACT = load_contract(ROOT / "openapi" / "orders.yaml")
SECURED = [operation for operation in CONTRACT.operations.values() if operation.security]
PUBLIC = [operation for operation in CONTRACT.operations.values() if not operation.security]
SCOPES = sorted(CONTRACT.declared_scopes)
GRANTS = [*chain.from_iterable(combinations(SCOPES, size) for size in range(3))]
OWN_SCOPES = "orders.read.own orders.write.own"
CUSTOMER = "test-user"

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("module_settings", ["sqlite"], indirect=True)]
name_of = attrgetter("id")


def look_alikes(scope: str) -> list[object]:
    """Claims that hold the letters of a scope, and no scope."""
    words = [f"x{scope}", f"{scope}X", f"{scope}er", f"{scope}.ownX", f"{scope}.", scope.upper(), scope.title()]
    words += [
        scope[:-1],
        scope.replace(".", " "),
        scope.replace(".", ":"),
        f"{scope},{scope}",
        f'"{scope}"',
        f"-{scope}",
    ]
    words += [f"{scope}{space}" for space in "\t\n\0\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}"]
    words += ["*", "orders.*", "orders", "", " ", scope.replace("o", "\N{CYRILLIC SMALL LETTER O}")]
    lists: list[object] = [[scope, 7], [scope, None], [[scope]], [{"scope": scope}], [f"{scope} {scope}"], []]
    return [*words, *([word] for word in words), *lists, {scope: True}, {"0": scope}, 7, True, None]


def request_of(operation: Operation, order: object) -> tuple[str, str, Headers, bytes | None]:
    """A request about a pending order, as the contract's own example has it."""
    path = operation.path.replace("{id}", str(order))
    condition = ((b"If-Match", b"*"),) if operation.is_conditional else ()
    if not operation.bodies:
        return operation.method, path, condition, None
    body = operation.bodies[0]
    headers = ((b"Content-Type", body.media_type.encode()), *condition)
    return operation.method, path, headers, to_json(body.examples[0]).replace(b"customer-123", CUSTOMER.encode())


# The state that the order has to be in for a request about it to succeed; it is pending for the others.
STATE_BEFORE = {"refundOrder": "paid"}
# What a customer may do with an order of his own.
OWNED = [o for o in SECURED if "{id}" in o.path and any(scope.endswith(".own") for a in o.security for scope in a)]


async def ask(target: Target, operation: Operation, **claims: object) -> httpx.Response:
    """The answer to a request about the order of a customer, who is also the caller unless the claims say otherwise."""
    order = await target.caller.create(customerId=CUSTOMER)
    if operation.id in STATE_BEFORE:
        await target.caller.patch(order["id"], STATE_BEFORE[operation.id])
    method, path, headers, content = request_of(operation, order["id"])
    response = await target.ask(method, path, headers, content, **{"sub": CUSTOMER, **claims})
    hold_to_contract(CONTRACT, response)
    return response


async def assert_closed(target: Target, operation: Operation, **claims: object) -> None:
    """The challenge names the scope that the contract asks for first, and nothing was stored."""
    before = await target.stored()
    method, path, headers, content = request_of(operation, target.order)
    response = await target.ask(method, path, headers, content, **claims)
    assert_refusal(response, 403, "forbidden")
    wanted = " ".join(sorted(operation.security[0]))
    assert response.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{wanted}"'
    assert await target.stored() == before


@pytest.mark.parametrize("grant", GRANTS, ids="+".join)
@pytest.mark.parametrize("operation", SECURED, ids=name_of)
async def test_an_operation_opens_to_the_scopes_of_its_contract_only(
    target: Target, operation: Operation, grant: tuple[str, ...]
) -> None:
    if any(alternative <= set(grant) for alternative in operation.security):
        assert (await ask(target, operation, scope=" ".join(grant))).status_code == operation.success.status
    else:
        await assert_closed(target, operation, scope=" ".join(grant))


@pytest.mark.parametrize("operation", SECURED, ids=name_of)
async def test_an_operation_stays_closed_to_all_other_scopes_together(target: Target, operation: Operation) -> None:
    others = set(SCOPES).difference(*operation.security)
    await assert_closed(target, operation, scope=" ".join(others))


@pytest.mark.parametrize("claim", ["scope", "scopes", "scp"])
@pytest.mark.parametrize("operation", SECURED, ids=name_of)
async def test_scopes_may_stand_in_any_of_three_claims(target: Target, operation: Operation, claim: str) -> None:
    for alternative in operation.security:
        for given in (" ".join(alternative), [*alternative], f"a {' '.join(alternative)} b"):
            response = await ask(target, operation, **{"scope": ..., claim: given})
            assert response.status_code == operation.success.status


@pytest.mark.parametrize("claim", ["scope", "scopes", "scp"])
@pytest.mark.parametrize("operation", SECURED, ids=name_of)
async def test_what_looks_like_a_scope_is_none(target: Target, operation: Operation, claim: str) -> None:
    for scope in frozenset().union(*operation.security):
        for look_alike in look_alikes(scope):
            await assert_closed(target, operation, **{"scope": ..., claim: look_alike})


@pytest.mark.parametrize("operation", SECURED, ids=name_of)
async def test_scopes_under_another_name_are_none(target: Target, operation: Operation) -> None:
    names = ("Scope", "permissions", "roles", "scope ", "aud", "authorities")
    await assert_closed(target, operation, scope=..., **dict.fromkeys(names, " ".join(SCOPES)))


@pytest.mark.parametrize("operation", PUBLIC, ids=name_of)
async def test_what_the_contract_leaves_open_asks_for_no_token(target: Target, operation: Operation) -> None:
    for headers in ({}, {"Authorization": "Bearer xyzzy"}):
        response = await target.caller.http.request(operation.method, operation.path, headers=headers)
        assert response.status_code == operation.success.status


@pytest.mark.parametrize("operation", OWNED, ids=name_of)
@pytest.mark.parametrize(
    "subject", ["somebody-else", CUSTOMER.upper(), f"{CUSTOMER} ", f" {CUSTOMER}", CUSTOMER[:-1], "%"]
)
async def test_anothers_order_is_not_there(target: Target, operation: Operation, subject: str) -> None:
    response = await ask(target, operation, sub=subject, scope=OWN_SCOPES)
    assert_refusal(response, 404, "not_found")
    unknown = await target.ask(*request_of(operation, "unknown"), sub=subject, scope=OWN_SCOPES)
    told = [{**answer.json(), "instance": "", "traceId": ""} for answer in (response, unknown)]
    assert told[0] == told[1]


@pytest.mark.parametrize("operation", OWNED, ids=name_of)
async def test_ones_own_order_is_there(target: Target, operation: Operation) -> None:
    assert (await ask(target, operation, scope=OWN_SCOPES)).status_code == operation.success.status


async def test_an_own_create_is_for_its_caller_whatever_the_body_says(target: Target) -> None:
    response = await target.ask("POST", "/orders", (JSON,), WISH, sub="ann", scope="orders.write.own")
    assert (response.status_code, response.json()["customerId"]) == (201, "ann")


async def test_a_full_scope_beside_an_own_one_counts(target: Target) -> None:
    response = await target.ask("POST", "/orders", (JSON,), WISH, sub="ann", scope=f"{OWN_SCOPES} orders.write")
    assert response.json()["customerId"] == "xyzzy"


async def test_an_own_list_shows_the_callers_orders_only(target: Target) -> None:
    subject = "a customer of this test"
    await target.caller.create(customerId=f"{subject}, another")
    mine = [(await target.caller.create(customerId=subject))["id"] for _ in range(3)]
    page = (await own_list(target, subject)).json()
    assert ([order["id"] for order in page["items"]], page["total"]) == (mine, 3)


@pytest.mark.parametrize(
    "query", [f"customerId={CUSTOMER}", f"customerId={CUSTOMER}&status=pending", "cursor=" + "A" * 22]
)
async def test_no_filter_widens_an_own_list(target: Target, query: str) -> None:
    await target.caller.create(customerId=CUSTOMER)
    page = (await own_list(target, "nobody", query)).json()
    assert (page["items"], page["total"]) == ([], 0)


@pytest.mark.parametrize(
    "subject", ["x" * 255, "\U0001f600" * 255, "\u202e", "\ufeffa", " a ", "'; --", "%_", '"', "\u2028x", "\ufffe"]
)
async def test_whatever_subject_a_token_may_have_can_own_an_order(target: Target, subject: str) -> None:
    created = await target.ask("POST", "/orders", (JSON,), WISH, sub=subject, scope=OWN_SCOPES)
    hold_to_contract(CONTRACT, created)
    assert created.json()["customerId"] == subject
    assert (await own_list(target, subject)).json()["items"] == [created.json()]
    history = await target.ask("GET", f"{created.headers['location']}/history", sub=subject, scope=OWN_SCOPES)
    hold_to_contract(CONTRACT, history)
    assert history.json()["items"][0]["by"] == subject


@pytest.mark.parametrize(
    "subject", ["", " ", "x" * 256, *(f"a{control}b" for control in "\0\n\x1b\x7f\x85\x9f"), 7, None, ["a"]]
)
async def test_a_subject_that_could_own_no_order_is_nobody(target: Target, subject: object) -> None:
    before = await target.stored()
    response = await target.ask("POST", "/orders", (JSON,), WISH, sub=subject, scope=OWN_SCOPES)
    assert_refusal(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert await target.stored() == before


async def own_list(target: Target, subject: str, query: str = "") -> httpx.Response:
    return await target.ask("GET", f"/orders?{query}", sub=subject, scope=OWN_SCOPES)
