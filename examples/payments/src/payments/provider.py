"""The provider, which moves no money: it answers by the method of a payment, as the contract's table says."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.payment import Payment

REFUSALS: Final[Mapping[str | None, str]] = MappingProxyType(
    {"card_declined": "The card was declined", "insufficient_funds": "The account has insufficient funds"}
)
SILENCE: Final = "no_answer"


def answered(payment: Payment) -> Payment:
    """The payment after the provider's answer; the same, if there is none."""
    method = payment.wish.method
    if method == SILENCE:
        return payment
    if method in REFUSALS:
        return payment.failed(REFUSALS[method], payment.created_at)
    return payment.succeeded()
