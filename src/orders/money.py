"""Money: decimal text and a currency outside, whole minor units inside, so that nothing is ever rounded."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from service_standard.problems import FieldError

# The currencies of ISO 4217 whose minor unit has not two decimals; the contract's schema of money has the same ones.
ODD_DECIMALS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_USUAL: Final = 2
# The most that any amount may be, in minor units: JSON numbers hold it exactly in every language.
MOST: Final = 10**15 - 1


class Money(NamedTuple):
    """An amount as it is written: `29.99` of `USD`."""

    amount: str
    currency: str


def decimals_of(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    return ODD_DECIMALS.get(currency, _USUAL)


def money_faults(money: Money, pointer: str, currency: str) -> Iterator[FieldError]:
    """Why this is no amount of the currency; the contract has made sure that it is a decimal number, not negative."""
    if money.currency != currency:
        yield FieldError(f"{pointer}/currency", "must be the same throughout the order")
    elif len(money.amount.partition(".")[2]) > decimals_of(currency):
        yield FieldError(f"{pointer}/amount", f"must have at most {decimals_of(currency)} decimals")
    elif minor_units(money) > MOST:
        yield FieldError(f"{pointer}/amount", "is too large")


def minor_units(money: Money) -> int:
    """The amount in minor units, as 2999; it must have no more decimals than its currency."""
    whole, _, part = money.amount.partition(".")
    return int(whole + part.ljust(decimals_of(money.currency), "0"))


def written(units: int, currency: str) -> Money:
    """The amount with all decimals of its currency."""
    decimals = decimals_of(currency)
    digits = str(units).rjust(decimals + 1, "0")
    return Money(f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits, currency)
