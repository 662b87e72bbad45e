"""Judges many things by one rule, so that one that cannot be judged does not hide the others."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from service_standard.checker.live.exchange import NoAnswer
from service_standard.checker.rule import Finding, NotJudged
from service_standard.contract import ContractError

Thing = TypeVar("Thing")
MOST_REASONS = 3


def each(things: Iterable[Thing], judge: Callable[[Thing], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings on each thing.

    Raises:
        NotJudged: some thing could not be judged, or there was none; those that could be have been.
    """
    reasons: dict[str, None] = {}
    number = 0
    for number, thing in enumerate(things, 1):  # noqa: B007 counted, to know whether there were any
        try:
            yield from judge(thing)
        except NotJudged as error:
            reasons[error.reason] = None
        except NoAnswer as error:
            yield error.finding()
        except ContractError as error:
            reasons[error.faults[0]] = None
    if reasons:
        raise NotJudged("; ".join(list(reasons)[:MOST_REASONS]))
    if not number:
        raise NotJudged("the contract has nothing that this rule is about")
