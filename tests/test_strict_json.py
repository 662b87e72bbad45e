"""JSON is read strictly: what two readers could understand differently, or what has no bound, is refused."""

import pytest

from service_standard.strict_json import (
    DEEPEST_NESTING,
    LARGEST_INTEGER,
    SMALLEST_INTEGER,
    JsonError,
    read_json,
    read_json_object,
)


def nested(depth: int, opened: str = "[", closed: str = "]") -> bytes:
    return (opened * depth + "1" + closed * depth).encode()


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": [1, -2, 1.5, true, false, null, "x"]}', {"a": [1, -2, 1.5, True, False, None, "x"]}),
        (b' \t\r\n"text"\n', "text"),
        (b'{"a": {"a": 1}, "b": {"a": 1}}', {"a": {"a": 1}, "b": {"a": 1}}),
        (b'"\\ud83d\\ude00 \\u0000 \xc3\xab"', "\U0001f600 \x00 ë"),
        (str(LARGEST_INTEGER).encode(), LARGEST_INTEGER),
        (str(SMALLEST_INTEGER).encode(), SMALLEST_INTEGER),
        (b"1e308", 1e308),
        (b"-0", 0),
        (b"[" + b"[]," * 40 + b"[]]", [[]] * 41),
    ],
)
def test_json_is_read_as_it_is_meant(data: bytes, value: object) -> None:
    assert read_json(data) == value


@pytest.mark.parametrize("form", [("[", "]"), ('{"a":', "}")])
def test_nesting_has_a_bound(form: tuple[str, str]) -> None:
    read_json(nested(DEEPEST_NESTING, *form))
    for depth in (DEEPEST_NESTING + 1, 1_000, 100_000):
        with pytest.raises(JsonError):
            read_json(nested(depth, *form))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b"{'a': 1}", "is not valid JSON"),
        (b'{"a": 1,}', "is not valid JSON"),
        (b"[1] [2]", "is not valid JSON"),
        (b'// note\n{"a": 1}', "is not valid JSON"),
        (b'"tab\there"', "is not valid JSON"),
        (b"01", "is not valid JSON"),
        (b"NaN", "is not valid JSON"),
        (b'{"a": Infinity}', "is not valid JSON"),
        (b"[-Infinity]", "is not valid JSON"),
        (b'\xef\xbb\xbf{"a": 1}', "is not valid JSON"),
        (b'"\xff"', "is not valid JSON"),
        (b'"\\ud800"', "is not valid JSON"),
        (b'"\\udc00\\ud800"', "is not valid JSON"),
        (b'"\xed\xa0\x80"', "is not valid JSON"),
        ('{"a": 1}'.encode("utf-16"), "is not valid JSON"),
        (b'{"a": 1, "a": 1}', "a name stands twice"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "a name stands twice"),
        (b"9223372036854775808", "an integer beyond 64 bits"),
        (b"-9223372036854775809", "an integer beyond 64 bits"),
        (b"9" * 400, "an integer beyond 64 bits"),
        (b"9" * 5000, "is not valid JSON"),
        (b"1e309", "beyond the range of a double"),
        (b"[-1e400]", "beyond the range of a double"),
    ],
    ids=lambda value: str(value[:30]),
)
def test_what_could_be_misunderstood_is_refused_without_being_repeated(data: bytes, reason: str) -> None:
    with pytest.raises(JsonError) as refused:
        read_json(data)
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 60


def test_an_object_is_asked_for_by_name() -> None:
    assert read_json_object(b'{"a": 1}') == {"a": 1}
    for data in (b"[]", b'"text"', b"null", b"1"):
        with pytest.raises(JsonError, match="is not a JSON object"):
            read_json_object(data)
