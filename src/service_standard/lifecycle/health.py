"""Readiness: what the service cannot do without, checked in the background so that a probe never waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from service_standard.database import Database
from service_standard.identity import now_ns, timestamp
from service_standard.lifecycle.background import Repeated
from service_standard.lifecycle.drain import Drain

log = logging.getLogger(__name__)

INTERVAL_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 1.0
DRAINING: Final = "draining"
_BEAT: Final = (
    "INSERT INTO heartbeat (id, beaten_at) VALUES (1, $1) "
    "ON CONFLICT (id) DO UPDATE SET beaten_at = excluded.beaten_at RETURNING id"
)
Check: TypeAlias = Callable[[], Awaitable[bool]]


class Readiness:
    """The latest outcome of each readiness check; all fail until `start` has made them once.

    A check that takes longer than a second has failed, until it passes. A check whose outcome is another than before,
    or its first, is logged: as a warning if it failed. A drain is one more that fails, from its first moment on.
    """

    def __init__(self, checks: Mapping[str, Check], drain: Drain) -> None:
        self._checks = checks
        self._drain = drain
        self._outcomes: dict[str, bool | None] = dict.fromkeys(checks)
        self._repeated = Repeated("readiness", INTERVAL_SECONDS, self._check_all)

    @property
    def names(self) -> list[str]:
        return sorted(self._checks)

    @property
    def failing(self) -> list[str]:
        """The names of the checks that failed when they were last made."""
        draining = [DRAINING] if self._drain.begun else []
        return sorted([*draining, *(name for name, passed in self._outcomes.items() if not passed)])

    async def start(self) -> None:
        """Makes every check, then goes on making them."""
        await self._check_all()
        await self._repeated.start()

    async def aclose(self) -> None:
        await self._repeated.aclose()

    async def _check_all(self) -> None:
        await asyncio.gather(*(self._check(name, check) for name, check in self._checks.items()))

    async def _check(self, name: str, check: Check) -> None:
        slow = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._note, name, "no outcome yet")
        try:
            reason = "" if await check() else "the check says no"
        except Exception as error:  # noqa: BLE001 whatever a check raises, it has failed
            reason = type(error).__name__
        finally:
            slow.cancel()
        self._note(name, reason)

    def _note(self, name: str, reason: str) -> None:
        """Keeps the outcome: passed, unless there is a reason why not."""
        passed = not reason
        if passed is not self._outcomes[name]:
            log.log(
                logging.INFO if passed else logging.WARNING,
                "readiness changed",
                extra={"check": name, "passed": passed, "reason": reason},
            )
        self._outcomes[name] = passed


async def can_write(database: Database) -> bool:
    """A commit that changes nothing of anybody's, but has to reach the disk."""
    return bool(await database.transact(lambda transaction: transaction.fetch(_BEAT, timestamp(now_ns()))))
