"""A breaker: what failed several times in a row is left alone for a while, and then tried by one caller."""

from collections.abc import Callable
from time import monotonic
from typing import Final

FAILURES: Final = 5
OPEN_SECONDS: Final = 10.0


class Breaker:
    """Counts failures in a row; `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    def closed_for(self) -> float:
        """For how many seconds nobody is to try; for whom it is 0, he is to try and to tell how it went.

        Once the time is over one caller tries, and the others wait for as long again unless he succeeds.
        """
        now = self._clock()
        if self._failures < FAILURES:
            return 0.0
        if now < self._open_until:
            return self._open_until - now
        self._open_until = now + OPEN_SECONDS
        return 0.0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._open_until = self._clock() + OPEN_SECONDS
