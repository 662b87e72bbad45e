"""The audit finds what it is there to find."""

from tests.events.audit import Audit, Place, audit

PLACES = {"a1": Place("a", 1), "a2": Place("a", 2), "a3": Place("a", 3), "b1": Place("b", 1)}


def test_a_stream_with_duplicates_is_in_order() -> None:
    assert audit(PLACES, ["a1", "b1", "a1", "a2", "a1", "a3"]) == Audit(4, duplicates=2, lost=0, phantom=0, inverted=0)


def test_a_lost_event_is_found_and_the_gap_that_it_leaves() -> None:
    assert audit(PLACES, ["a1", "b1", "a3"]) == Audit(4, duplicates=0, lost=1, phantom=0, inverted=1)


def test_an_event_that_was_never_committed_is_found() -> None:
    assert audit(PLACES, ["a1", "x", "a2", "a3", "b1"]) == Audit(4, duplicates=0, lost=0, phantom=1, inverted=0)


def test_events_that_came_in_the_wrong_order_are_found() -> None:
    assert audit(PLACES, ["a1", "a3", "a2", "b1"]).inverted == 2
