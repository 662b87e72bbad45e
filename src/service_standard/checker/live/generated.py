"""Valid bodies made from a schema by property-based testing: the same ones for the same seed."""

import tempfile
from copy import deepcopy
from typing import Final, cast

from service_standard.checker.live.deadline import within
from service_standard.contract import Json, Node, Object
from service_standard.contract.document import walk

LONGEST_SECONDS: Final = 20.0
LARGEST_INTEGER: Final = 2**53
_OPEN: Final = frozenset(
    {"additionalProperties", "unevaluatedProperties", "patternProperties", "allOf", "anyOf", "oneOf"}
)
OPENAPI: Final = "3.1.0"


def generated(schema: Node, count: int, seed: int) -> list[Json]:
    """At most `count` values; none where the extra `checker` is not installed or the schema asks too much of it."""
    try:
        return within(LONGEST_SECONDS, lambda: _generated(schema, count, seed))
    except Exception:  # noqa: BLE001 the generator's faults are many, and examples remain
        return []


def _is_portable(value: Json) -> bool:
    """Whether every JSON parser reads it alike: RFC 8259 promises nothing for integers beyond these."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return all(map(_is_portable, inner)) and (not isinstance(value, int) or abs(value) < LARGEST_INTEGER)


def _generated(schema: Node, count: int, seed: int) -> list[Json]:
    import hypothesis  # noqa: PLC0415 an extra
    from hypothesis.configuration import set_hypothesis_home_dir  # noqa: PLC0415
    from schemathesis import openapi  # noqa: PLC0415
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415

    set_hypothesis_home_dir(tempfile.gettempdir())
    found: list[Json] = []
    document = openapi.from_dict(_document(schema), config=SchemathesisConfig())
    bounds = hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    @hypothesis.seed(seed)
    @bounds
    @hypothesis.given(document["/"]["POST"].as_strategy())
    def keep(case: object) -> None:
        found.append(cast("Json", getattr(case, "body", None)))

    keep()
    return [value for value in found if isinstance(value, dict | list | str | int | float) and _is_portable(value)]


def _document(schema: Node) -> Object:
    """A document of one operation whose body the schema is, beside all that it may refer to.

    What the contract leaves open, it neither promises nor refuses: no member is made up for an object that is silent
    about members beside its own.
    """
    root, holder = deepcopy((schema.files[schema.file], cast("Object", {"schema": schema.value})))
    composed = _composed(cast("Json", root))
    for place in (root.get("components"), cast("Json", holder)):
        _close(place, composed)
    body: Json = {"required": True, "content": {"application/json": holder}}
    operation: Object = {"requestBody": body, "responses": {"200": {"description": "taken"}}}
    head: Object = {"openapi": OPENAPI, "info": {"title": "body", "version": "1"}, "servers": [], "security": []}
    return {**root, **head, "paths": {"/": {"post": operation}}}


def _composed(value: Json) -> frozenset[str]:
    """The names of parts that only together make an object."""
    lists = [holder["allOf"] for holder in walk(value) if isinstance(holder.get("allOf"), list)]
    references = [part.get("$ref") for parts in lists for part in walk(parts)]
    return frozenset(str(reference).rpartition("/")[2] for reference in references)


def _close(value: Json, composed: frozenset[str]) -> None:
    """Forbids members beside the declared ones, wherever a whole object says nothing of them."""
    named = [item for holder in walk(value) for item in holder.items()]
    for name, schema in named:
        if isinstance(schema, dict) and "properties" in schema and name not in composed and not _OPEN & set(schema):
            schema["additionalProperties"] = False
