"""Ids and times come from one reading of the clock, and sort as it went."""

from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from orders.order import new_number
from service_standard.identity import new_id, timestamp

# Half a microsecond is the fraction of a millisecond that an id's twelve bits still tell apart.
_TOLD_APART = 500
_MILLISECOND = 1_000_000
moments = st.integers(0, 2**62)


@given(moments)
def test_an_id_is_a_version_7_uuid_of_its_moment(at_ns: int) -> None:
    text = new_id(at_ns)
    read = UUID(text)
    assert (str(read), read.version, read.variant) == (text, 7, RFC_4122)
    assert read.int >> 80 == at_ns // _MILLISECOND


@given(moments, st.integers(_TOLD_APART, 2**60))
def test_ids_sort_as_their_moments(at_ns: int, later: int) -> None:
    assert new_id(at_ns) < new_id(at_ns + later)


def test_ids_of_one_moment_differ() -> None:
    assert len({new_id(1) for _ in range(10_000)}) == 10_000


@given(moments, moments)
def test_times_are_of_fixed_width_and_sort_as_their_moments(one: int, other: int) -> None:
    assert (timestamp(one) <= timestamp(other)) or one > other
    read = datetime.fromisoformat(timestamp(one))
    assert (read.tzinfo, len(timestamp(one))) == (UTC, len("2026-11-21T09:30:00.000Z"))
    assert round(read.timestamp() * 1000) == one // _MILLISECOND


def test_numbers_use_every_letter_that_looks_like_no_other() -> None:
    numbers = [new_number() for _ in range(200)]
    assert set("".join(numbers)) == {*"0123456789ABCDEFGHJKMNPQRSTVWXYZ-"}
    assert {tuple(map(len, number.split("-"))) for number in numbers} == {(4, 4, 2)}
