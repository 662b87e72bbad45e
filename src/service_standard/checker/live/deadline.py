"""Ends a wait that nothing else would end: an answer that trickles in, a schema that no value fits."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Value = TypeVar("Value")


def within(seconds: float, work: Callable[[], Value]) -> Value:
    """What `work` returns or raises; it is left behind in its thread if it takes longer.

    Raises:
        TimeoutError: it does.
    """
    done: Future[Value] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 handed on to the caller as it is
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return done.result(seconds)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"it takes longer than {seconds:.3g} s") from error
