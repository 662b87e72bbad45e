"""The account of an order, for any payments and refunds: what is given back is never more than what was paid."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.bill import Bill, Charges, Line
from orders.money import written
from orders.payments.account import (
    FAILURE,
    MOST_ENTRIES,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    REFUND,
    REFUNDED,
    Account,
    Balance,
    Entry,
    Returned,
    Told,
    Wanted,
)
from service_standard.problems import Problem
from tests.test_order_life import BOUNDED

TOLD = Told("somebody", "2026-11-21T09:30:00.000Z")
LINES = st.lists(
    st.builds(Line, st.sampled_from(["a", "b", "c"]), st.integers(1, 5), st.integers(0, 1000)), min_size=1, max_size=6
)
RETURNED = st.lists(st.builds(Returned, st.sampled_from(["a", "b", "c", "d"]), st.integers(1, 4)), max_size=3)
WANTED = st.one_of(
    st.builds(lambda units: Wanted(written(units, "USD")), st.integers(0, 3000)),
    st.builds(lambda lines: Wanted(lines=tuple(lines)), RETURNED),
)


def account_of(lines: list[Line], discount: int = 0) -> Account:
    """The account of an order with these lines in dollars."""
    subtotal = sum(line.total or 0 for line in lines)
    return Account(Bill(tuple(lines), "USD", Charges(discount=min(discount, subtotal))))


def tried(account: Account, wanted: Wanted) -> Account:
    """The account after the refund, if it can be made."""
    try:
        return account.refunded(wanted, TOLD)
    except Problem:
        return account


@BOUNDED
@given(LINES, st.integers(0, 500), st.lists(WANTED, max_size=12))
def test_no_refunds_come_to_more_than_was_paid_nor_return_more_than_was_ordered(
    lines: list[Line], discount: int, wanted: list[Wanted]
) -> None:
    account = account_of(lines, discount).paid(None, TOLD)
    for each in wanted:
        account = tried(account, each)
    refunds = [entry for entry in account.entries if entry.kind == REFUND]
    balance = account.balance
    assert 0 <= balance.refunded == sum(entry.amount or 0 for entry in refunds) <= balance.paid
    returned, ordered = Counter[str](), Counter[str]()
    for product_id, quantity in (line for entry in refunds for line in entry.lines):
        returned[product_id] += quantity
    for line in lines:
        ordered[line.product_id] += line.quantity
    assert returned <= ordered
    expected = REFUNDED if balance.left == 0 else PARTIALLY_REFUNDED
    assert balance.status == (expected if refunds else PAID)


@BOUNDED
@given(LINES, st.lists(st.integers(0, 2000), max_size=8))
def test_payments_never_come_to_more_than_is_owed(lines: list[Line], amounts: list[int]) -> None:
    account = account_of(lines)
    total = sum(line.total or 0 for line in lines)
    for units in amounts:
        try:
            account = account.paid(written(units, "USD"), TOLD)
        except Problem:
            continue
    assert account.balance.paid == sum(entry.amount or 0 for entry in account.entries) <= total
    assert account.balance.status == (PAID if account.balance.paid == total and account.entries else PENDING)


@BOUNDED
@given(LINES.filter(lambda lines: all(line.unit_price for line in lines)))
def test_all_lines_returned_one_by_one_cost_what_they_did_together(lines: list[Line]) -> None:
    account = account_of(lines).paid(None, TOLD)
    for piece in [Returned(line.product_id, 1) for line in lines for _ in range(line.quantity)]:
        account = account.refunded(Wanted(lines=(piece,)), TOLD)
    assert account.balance.status == REFUNDED


def test_an_account_has_so_many_entries_and_none_more() -> None:
    entries = [Entry(FAILURE, Balance(), TOLD)] * (MOST_ENTRIES - 2)
    paid = account_of([Line("a", 1, 100)])._replace(entries=tuple(entries)).paid(None, TOLD)
    full = paid.refunded(Wanted(written(1, "USD")), TOLD)
    assert len(full.entries) == MOST_ENTRIES
    with pytest.raises(Problem, match="at most 200 payments and refunds"):
        full.refunded(Wanted(written(1, "USD")), TOLD)
