"""The drain: the last seconds of a process, in which it still serves and asks everybody to go elsewhere."""

from time import monotonic

from service_standard.events.bell import Bell


class Drain:
    """Begun by the first signal, over after `seconds` or at the second; `waiters` is rung when it begins."""

    def __init__(self, seconds: float, waiters: Bell) -> None:
        self.begun = False
        self._seconds = seconds
        self._waiters = waiters
        self._until = 0.0

    @property
    def over(self) -> bool:
        return self.begun and monotonic() >= self._until

    def begin(self) -> None:
        """From now on the service is not ready, and every answer is its connection's last; again, nothing."""
        if not self.begun:
            self.begun = True
            self._until = monotonic() + self._seconds
            self._waiters.ring()

    def skip(self) -> None:
        """Ends the wait, but nothing that runs."""
        self.begin()
        self._until = 0.0
