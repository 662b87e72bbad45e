"""Documents as other frameworks generate them: findings, and never a rule that could not cope."""

from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI

from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from tests.checker.samples import Files, write

MANIFEST: Final = {
    "name": "orders",
    "version": "1.0.0",
    "owner": "orders-team",
    "api": "./openapi.json",
    "events": "./asyncapi.yaml",
    "auth": {"required_scopes": ["orders.read", "orders.write"]},
}
ORDER: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "nullable": True},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
        "code": {"type": "string", "pattern": "^(?!0)[0-9]+$"},
        "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
    },
}
PAGE: Final = {"type": "object", "properties": {"data": {"type": "array", "items": ORDER}, "meta": {}}}
EVENTS_OF_2: Final = {
    "asyncapi": "2.6.0",
    "info": {"title": "Orders events", "version": "1.0.0"},
    "channels": {
        "order.created": {"subscribe": {"message": {"oneOf": [{"$ref": "#/components/messages/Created"}]}}},
        "order.paid": {"publish": {"message": {"payload": {"type": "object"}}}},
    },
    "components": {"messages": {"Created": {"payload": {"allOf": [{"type": "object", "required": ["id"]}]}}}},
}


def generated_by_fastapi() -> Files:
    app = FastAPI(title="Orders", version="1.0.0")

    @app.post("/api/v1/orders/")
    def create(body: dict[str, int]) -> dict[str, int]:
        return body

    @app.get("/api/v1/orders/")
    def every(skip: int = 0, limit: int = 100) -> list[int]:
        return [skip, limit]

    return {"service.yaml": MANIFEST, "openapi.json": app.openapi()}


def answer(schema: dict[str, Any], media_type: str = "application/json", **beside: Any) -> dict[str, Any]:
    return {"description": "", "content": {media_type: {"schema": schema, **beside}}}


def generated_by_nest() -> Files:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    example: dict[str, Any] = {"id": None, "code": "17", "price": 1, "parts": [{}]}
    paths = {
        "/orders": {"get": {"security": [{"bearer": []}], "responses": {"200": answer(PAGE), "default": answer({})}}},
        "/orders/{id}": {
            "parameters": [parameter],
            "get": {
                "responses": {
                    "200": answer({"$ref": "#/components/schemas/Order"}, example=example),
                    "404": answer({"type": "string"}, "text/plain"),
                }
            },
        },
    }
    components = {"securitySchemes": {"bearer": {"type": "http", "scheme": "Bearer"}}, "schemas": {"Order": ORDER}}
    document = {"openapi": "3.0.0", "info": {"title": "Orders", "version": "1.0.0"}}
    return {
        "service.yaml": MANIFEST,
        "openapi.json": {**document, "paths": paths, "components": components},
        "asyncapi.yaml": EVENTS_OF_2,
    }


def without_a_manifest() -> Files:
    return {name: value for name, value in generated_by_nest().items() if name != "service.yaml"}


@pytest.mark.parametrize(
    ("files", "broken", "kept"),
    [
        (
            generated_by_fastapi(),
            {"API-05.slashes", "API-06.envelope", "API-10.declared", "AUTH-01.declared", "AUTH-03.declared"},
            {"API-01.valid", "API-04.declared", "MAN-01.words"},
        ),
        (
            generated_by_nest(),
            {"API-06.envelope", "API-08.declared", "AUTH-03.declared", "AUTH-03.agree", "EVT-02.envelope"},
            {"API-01.valid", "API-05.nouns", "API-12.valid-examples", "EVT-01.valid", "MAN-02.documents"},
        ),
        (without_a_manifest(), {"MAN-01.present", "API-06.envelope", "API-08.declared"}, {"API-01.valid"}),
    ],
    ids=["FastAPI", "Nest", "no manifest"],
)
def test_a_foreign_service_gets_findings(files: Files, broken: set[str], kept: set[str], tmp_path: Path) -> None:
    outcomes = {outcome.rule.id: outcome for outcome in run(Subject(write(files, tmp_path)), every_rule()).outcomes}
    assert broken <= {rule for rule, outcome in outcomes.items() if outcome.verdict == "failed"}
    assert kept <= {rule for rule, outcome in outcomes.items() if outcome.verdict == "passed"}
    assert [outcome.reason for outcome in outcomes.values() if "could not cope" in outcome.reason] == []
