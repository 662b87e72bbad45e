"""Trouble of work that goes on for ever: the log tells when it begins, when it changes and when it is over."""

import logging

from service_standard.database.statements import DatabaseUnavailable


class Trouble:
    """What ails one kind of work: `what` is its name at the head of each line, `where` are further fields.

    A round that fails as the one before did is no news: it is not logged.
    """

    def __init__(self, log: logging.Logger, what: str, **where: str) -> None:
        self._log = log
        self._what = what
        self._where = where
        self._kind: str | None = None

    def met(self, error: Exception) -> None:
        """The work failed: with a stack, unless it is only that the database is not there."""
        kind = type(error).__qualname__
        if kind == self._kind:
            return
        self._kind = kind
        if isinstance(error, DatabaseUnavailable):
            self._log.warning("%s waits for the database", self._what, extra=self._where)
        else:
            self._log.error("%s failed", self._what, extra=self._where, exc_info=error)

    def is_out(self, reason: str) -> None:
        """What the work needs is not there; no news if there is trouble already."""
        if self._kind is None:
            self._kind = "out"
            self._log.warning("%s is out", self._what, extra={**self._where, "reason": reason})

    def over(self) -> None:
        """The work was done."""
        if self._kind is not None:
            self._kind = None
            self._log.info("%s works again", self._what, extra=self._where)
