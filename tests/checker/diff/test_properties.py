"""What holds of any two schemas: nothing differs from itself, and no refusal goes untold."""

from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_standard.checker.diff.kinds import EVENT, REQUEST, Side
from service_standard.checker.diff.schemas import of_schemas
from service_standard.contract import Files, Node, Schema

NAMES: Final = st.sampled_from(["a", "b"])
VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 6) | st.sampled_from(["", "x", "long", "a-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=5,
)
TYPES: Final = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
LEAVES: Final[st.SearchStrategy[dict[str, Any]]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True)}),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from([None, 1, "x", "long"]), min_size=1, unique=True)}),
    st.fixed_dictionaries(
        {"type": st.just("integer")}, optional={"minimum": st.integers(-2, 3), "maximum": st.integers(0, 5)}
    ),
    st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"minLength": st.integers(0, 2), "pattern": st.sampled_from(["^x", "g$"])}
    ),
)


def _larger(inner: Any) -> Any:
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=2)},
            optional={
                "required": st.lists(NAMES, unique=True),
                "additionalProperties": st.sampled_from([False]) | inner,
            },
        ),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"maxItems": st.integers(0, 3)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}),
    )


SCHEMAS: Final = st.recursive(LEAVES, _larger, max_leaves=6)


def node(name: str, schema: Any) -> Node:
    file = Path(f"/{name}.yaml")
    return Node(Files({file: {"schema": schema}}), file, "/schema", schema)


def is_told(old: Node, new: Node, side: Side) -> bool:
    """Whether a change breaks, or is a new field: an open object may have had another one of that name."""
    found = list(of_schemas(old, new, side, ""))
    new_fields = {f"{side.name}.open.widened", f"{side.name}.field.added"}
    return any(change.kind.effect == "breaking" or change.kind.id in new_fields for change in found)


@settings(deadline=None)
@given(schema=SCHEMAS)
def test_a_schema_does_not_differ_from_itself(schema: Any) -> None:
    old, new = node("old", schema), node("new", schema)
    assert [*of_schemas(old, new, REQUEST, ""), *of_schemas(old, new, EVENT, "")] == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schemas=st.tuples(SCHEMAS, SCHEMAS), value=VALUES)
def test_a_value_that_is_refused_from_now_on_is_told(schemas: tuple[Any, Any], value: Any) -> None:
    old, new = node("old", schemas[0]), node("new", schemas[1])
    if Schema(old).allows(value) and not Schema(new).allows(value):
        assert is_told(old, new, REQUEST)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schemas=st.tuples(SCHEMAS, SCHEMAS), value=VALUES)
def test_a_value_that_may_come_from_now_on_is_told(schemas: tuple[Any, Any], value: Any) -> None:
    old, new = node("old", schemas[0]), node("new", schemas[1])
    if Schema(new).allows(value) and not Schema(old).allows(value):
        assert is_told(old, new, EVENT)
