"""What an order comes to, for any lines: sums are exact, and amounts that make no sense are told by their places."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orders.bill import Bill, Line, bill_of
from orders.money import MOST, ODD_DECIMALS, Money, decimals_of, minor_units, money_faults, written
from service_standard.problems import Problem
from tests.test_order_life import BOUNDED

CURRENCIES = st.sampled_from(sorted({*ODD_DECIMALS, "USD", "EUR"}))
UNITS = st.integers(0, 10**9)


def billed(currency: str, lines: Sequence[tuple[int, int]], **charges: int) -> Bill:
    """The bill of lines that each have a price in minor units and a quantity."""
    asked = [Line(f"p{number}", quantity) for number, (_, quantity) in enumerate(lines)]
    prices = [written(price, currency) for price, _ in lines]
    return bill_of(asked, prices, {name: written(units, currency) for name, units in charges.items()})


def refusal(lines: Sequence[Money | None], charges: Mapping[str, Money], quantity: int = 1) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as refused:
        bill_of([Line("p", quantity)] * len(lines), lines, charges)
    assert refused.value.problem_type.type == "conflict"
    return [(error.pointer, error.detail) for error in refused.value.errors]


@BOUNDED
@given(
    CURRENCIES, st.lists(st.tuples(UNITS, st.integers(1, 1000)), min_size=1, max_size=20), UNITS, UNITS, st.floats(0, 1)
)
def test_what_an_order_comes_to_is_the_exact_sum(
    currency: str, lines: list[tuple[int, int]], shipping: int, tax: int, share: float
) -> None:
    subtotal = sum(price * quantity for price, quantity in lines)
    discount = min(int(subtotal * share), subtotal)
    totals = billed(currency, lines, discount=discount, shipping=shipping, tax=tax).totals
    assert totals == (subtotal, discount, shipping, tax, subtotal - discount + shipping + tax)
    assert totals == billed(currency, lines[::-1], tax=tax, shipping=shipping, discount=discount).totals


@BOUNDED
@given(CURRENCIES, st.integers(0, MOST))
def test_an_amount_that_is_written_is_read_as_the_same(currency: str, units: int) -> None:
    money = written(units, currency)
    assert minor_units(money) == units
    assert Decimal(money.amount) == Decimal(units).scaleb(-decimals_of(currency))
    assert list(money_faults(money, "#", currency)) == []


@BOUNDED
@given(CURRENCIES, st.integers(0, 10**10), st.integers(0, 4))
def test_an_amount_is_read_if_its_currency_has_its_decimals(currency: str, digits: int, decimals: int) -> None:
    amount = f"{Decimal(digits).scaleb(-decimals):f}"
    faults = list(money_faults(Money(amount, currency), "#/price", currency))
    assert bool(faults) == (decimals > decimals_of(currency))
    assume(not faults)
    assert minor_units(Money(amount, currency)) == Decimal(amount).scaleb(decimals_of(currency))


def test_a_bill_without_prices_has_no_totals() -> None:
    assert bill_of([Line("p")], [None], {}) == Bill((Line("p"),))
    assert Bill((Line("p"),)).totals is None


@pytest.mark.parametrize(
    ("lines", "charges", "fault"),
    [
        ([("1", "USD"), None], {}, ("#/lines/1/unitPrice", "is required, since another line has a price")),
        ([("1", "USD"), ("1", "EUR")], {}, ("#/lines/1/unitPrice/currency", "must be the same throughout the order")),
        ([("1.001", "USD")], {}, ("#/lines/0/unitPrice/amount", "must have at most 2 decimals")),
        ([("1.0", "JPY")], {}, ("#/lines/0/unitPrice/amount", "must have at most 0 decimals")),
        ([("99999999999999.99", "USD")], {}, ("#/lines/0/unitPrice/amount", "is too large")),
        ([None], {"tax": ("1", "USD")}, ("#/charges", "needs lines with prices")),
        ([("1", "USD")], {"tax": ("1", "EUR")}, ("#/charges/tax/currency", "must be the same throughout the order")),
        ([("1", "USD")], {"tax": ("1.005", "USD")}, ("#/charges/tax/amount", "must have at most 2 decimals")),
        (
            [("1", "USD")],
            {"discount": ("1.01", "USD"), "shipping": ("9", "USD")},
            ("#/charges/discount/amount", "must not be greater than the subtotal"),
        ),
        ([("9999999999999.99", "USD")] * 2, {}, ("#/lines", "come to too much")),
        ([("9999999999999.99", "USD")], {"tax": ("0.01", "USD")}, ("#/lines", "come to too much")),
    ],
)
def test_amounts_that_do_not_go_together_are_told_by_their_places(
    lines: list[tuple[str, str] | None], charges: dict[str, tuple[str, str]], fault: tuple[str, str]
) -> None:
    prices = [Money(*price) if price else None for price in lines]
    assert refusal(prices, {name: Money(*charge) for name, charge in charges.items()}) == [fault]


def test_a_line_that_comes_to_too_much_is_told() -> None:
    assert ("#/lines/0", "comes to too much") in refusal([Money("9999999999999.99", "USD")], {}, quantity=2)
    assert billed("USD", [(MOST, 1)]).totals == (MOST, 0, 0, 0, MOST)
