"""Whatever schemathesis makes of the hand-written contract is answered as it says, and no refusal is stored."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation.case import Case
from schemathesis.python import asgi
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders.app import compose
from orders.settings import OrdersSettings
from service_standard.contract import Contract, load_contract
from tests.hostile import token
from tests.service import ROOT, hold_to_contract, law_of, migrated, settings_for
from tests.storage import rows

AnyCase: TypeAlias = "Case[Any]"
DOCUMENT: Final = ROOT / "openapi" / "orders.yaml"
# How many good and how many bad cases at the most for each operation, by what the caller may do with orders.
GRANTS: Final = {"orders.read orders.write orders.admin": 200, "orders.read.own orders.write.own": 70}
LEAST_CASES: Final = {"orders.read orders.write orders.admin": 4000, "orders.read.own orders.write.own": 2000}
LONGEST_FEED_WAIT_MS: Final = 30_000
SHORT_WAIT_MS: Final = 3
CREATED: Final = 201
_MAY_NOT_FIT: Final = {"positive_data_acceptance": {"expected-statuses": [200, 400]}}
MANY: Final = 207
STORED: Final = {
    "orders": "SELECT count(*) FROM orders",
    "changes": "SELECT count(*) FROM order_history WHERE changed_by = 'test-user'",
    "events": "SELECT count(*) FROM outbox WHERE partition_key IN (SELECT id FROM orders)",
    "keys": "SELECT count(*) FROM idempotency",
}


class Witness:
    """Stands before the service: holds each answer to the contract, and counts what must have been stored."""

    def __init__(self, app: ASGIApp, contract: Contract) -> None:
        self.asked = 0
        self.faults: list[str] = []
        self.made = Counter(dict.fromkeys(STORED, 0))
        self._app = app
        self._contract = contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent: list[Message] = []

        async def noted(message: Message) -> None:
            sent.append(message)
            await send(message)

        await self._app(scope, receive, noted)
        if scope["type"] == "http":
            self._judge(scope, _response(scope, sent))

    def _judge(self, scope: Scope, response: httpx.Response) -> None:
        self.asked += 1
        try:
            hold_to_contract(self._contract, response)
        except AssertionError as fault:
            self.faults.append(f"{response.request.method} {response.request.url}: {fault}")
        if response.is_success and "etag" in response.headers and "idempotency-replayed" not in response.headers:
            self._expect(response, keyed=any(name == b"idempotency-key" for name, _ in scope["headers"]))
        if response.status_code == MANY:
            self._expect_many(response)

    def _expect(self, response: httpx.Response, *, keyed: bool) -> None:
        """A create or a change was made; what it read beside, it did not store."""
        if response.request.method != "GET":
            self.made.update(orders=response.status_code == CREATED, changes=1, events=1, keys=keyed)

    def _expect_many(self, response: httpx.Response) -> None:
        results = response.json()["results"]
        made = sum(result["status"] == CREATED and not result["replayed"] for result in results)
        self.made.update(dict.fromkeys(STORED, made))


def _response(scope: Scope, sent: list[Message]) -> httpx.Response:
    url = httpx.URL("http://orders.test", raw_path=scope["raw_path"] + b"?" + scope["query_string"])
    content = b"".join(message.get("body", b"") for message in sent[1:])
    request = httpx.Request(scope["method"], url)
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content, request=request)


@pytest.fixture
def settings(tmp_path: Path) -> OrdersSettings:
    return migrated(settings_for(f"sqlite:///{tmp_path}/orders.db"))


@pytest.fixture
def witness(settings: OrdersSettings) -> Iterator[Witness]:
    law = law_of(settings.service_manifest)
    yield Witness(compose(law, settings), law.contract)
    asgi.shutdown_lifespans()


def config(credentials: str, most_examples: int, closed: Iterable[str]) -> SchemathesisConfig:
    """All checks, all phases, good data and bad, the same in every run; nothing of what is closed to the caller."""
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {"Authorization": f"Bearer {credentials}"},
            "generation": {"mode": "all", "max-examples": most_examples, "deterministic": True, "database": "none"},
            "phases": {"coverage": {"generate-duplicate-query-parameters": True}, "stateful": {"max-steps": 8}},
            # What is good by itself may be refused for the state in which it finds an order, a key or the feed.
            "checks": {
                "positive_data_acceptance": {"expected-statuses": [200, 201, 207, 304, 404, 409, 410, 412, 422]},
                # RFC 6585 has a status of its own for the one header that may be missing.
                "missing_required_header": {"expected-statuses": [428]},
            },
            # What a good event is says the other contract.
            "operations": [
                {"include-operation-id": "receiveEvent", "checks": {"positive_data_acceptance": {"enabled": False}}},
                # A cursor belongs to one sort, a range ends after it begins, and a leap second is no time of ours.
                *({"include-operation-id": name, "checks": _MAY_NOT_FIT} for name in ("listOrders", "getOrderStats")),
                # It takes what getPagesStyle takes, and answers megabytes.
                *({"include-operation-id": name, "enabled": False} for name in ("getDocsScript", *closed)),
            ],
        }
    )


def is_as_good_as_it_says(contract: Contract, case: AnyCase) -> bool:
    """schemathesis can write no entity tag, sends some other text as If-Match, and calls it good all the same."""
    (parameter,) = (p for p in contract.operations["updateOrder"].parameters if p.name == "If-Match")
    tag = case.headers.get("If-Match", '"1"')
    is_good = case.meta is not None and not case.meta.generation.mode.is_negative
    return not is_good or parameter.schema.allows(tag)


def closed(contract: Contract, scopes: str) -> Iterator[str]:
    """The operations on orders that these scopes do not open."""
    for operation in contract.operations.values():
        is_of_orders = operation.path.startswith(("/orders", "/stats"))
        if is_of_orders and not any(each <= set(scopes.split()) for each in operation.security):
            yield operation.id


def waiting_little(case: AnyCase) -> AnyCase:
    """A feed that has no events yet waits for one, as long as it is told to."""
    wait = str(case.query.get("timeout", ""))
    if wait.isdecimal() and int(wait) <= LONGEST_FEED_WAIT_MS:
        case.query["timeout"] = int(wait) % SHORT_WAIT_MS
    return case


def failures(schema: schemathesis.BaseSchema) -> Iterator[str]:
    """What the phases find: a text for each failed check, and for each error of the run itself."""
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            yield f"{event.label}: {event.value}"
        elif isinstance(event, events.ScenarioFinished):
            yield from _failed_checks(event)


def _failed_checks(event: events.ScenarioFinished) -> Iterator[str]:
    for check in (check for checks in event.recorder.checks.values() for check in checks):
        if check.failure_info:
            yield f"{event.label}: {check.failure_info.failure}\n{check.failure_info.code_sample}"


# To watch every line of what makes the cases takes as long as to make them, and the other tests run the same code.
@pytest.mark.no_cover
@pytest.mark.parametrize("scopes", GRANTS)
def test_the_service_is_what_its_contract_says(settings: OrdersSettings, witness: Witness, scopes: str) -> None:
    credentials = token(settings, scope=f"{scopes} orders.events orders.events.write")
    contract = load_contract(DOCUMENT)
    schema = schemathesis.openapi.from_path(
        DOCUMENT, config=config(credentials, GRANTS[scopes], closed(contract, scopes))
    )
    schema.app = witness
    schema.hook("filter_case")(lambda _, case: is_as_good_as_it_says(contract, case))
    schema.hook("map_case")(lambda _, case: waiting_little(case))
    found = [*failures(schema)]
    assert not found, "\n\n".join(found)
    assert not witness.faults, "\n".join(witness.faults)
    assert {name: asyncio.run(rows(settings, count))[0][0] for name, count in STORED.items()} == witness.made
    assert witness.asked >= LEAST_CASES[scopes]
