"""The write path: changes that arrive while a transaction is under way share the next one, each with its own outcome.

A change is decided inside the transaction, with the row that it is about locked. What it writes, its idempotency
record and its events are committed together or not at all; nobody is answered before the commit. Each change is a
span of its caller's trace, wherever it is decided and whether or not its caller is still there.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context, copy_context
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

from opentelemetry.context import attach
from opentelemetry.trace import Span, SpanKind, Tracer, set_span_in_context

from service_standard.binding.reply import Reply
from service_standard.database import (
    Database,
    DatabaseUnavailable,
    RolledBack,
    Transaction,
    UniqueViolation,
    Violation,
    Write,
)
from service_standard.events.event import Event
from service_standard.events.outbox import INSERT as ENTER
from service_standard.events.outbox import entry
from service_standard.problems import CONFLICT, Problem, unavailable
from service_standard.telemetry.spans import failed
from service_standard.writes import counts
from service_standard.writes.batches import Batches
from service_standard.writes.idempotency import INSERT as RECORD
from service_standard.writes.idempotency import Claim, Recorded, recorded, replayed

MOST_WAITING: Final = 1024
MOST_TOGETHER: Final = 64
ATTEMPTS: Final = 3

State = TypeVar("State")


class Decision(NamedTuple, Generic[State]):
    """What a change makes: the state after it, the rows to write, the events to record, and the reply.

    `what` names it in the log, as `order created`; `before` is the state that it found, and `causation` the id of the
    event that asked for it, if one did. `counted` is what it adds to the counts that are kept, and takes from them.
    """

    what: str
    key: str
    before: State | None
    state: State
    writes: Sequence[Write]
    events: Sequence[Event]
    reply: Reply
    at: str
    causation: str | None = None
    counted: Sequence[counts.Counted] = ()

    def as_part_of(self, what: str, more: Sequence[Write]) -> "Decision[State]":
        """The same decision under the name of something larger, with more rows to write."""
        return self._replace(what=what, writes=[*self.writes, *more])


class Change(NamedTuple, Generic[State]):
    """One request's wish.

    `decide` gets the locked state of `key` (None if there is none, or no key) and decides or raises what its caller is
    to get; it may be called again when the transaction has to be. `taken` makes what is raised for each rule of the
    schema that the change may break: unique columns that are taken, a check of what is left. For unique columns that
    it does not name the change is decided anew, since a random value collided.
    """

    decide: Callable[[State | None], Decision[State]]
    key: str | None = None
    claim: Claim | None = None
    taken: Mapping[str, Callable[[], Exception]] = {}


class _Waiting(Generic[State]):
    """A change, the outcome that its caller waits for, and the caller's context, with the change's span in it."""

    def __init__(self, change: Change[State], span: Span) -> None:
        self.change = change
        self.attempts = 1
        self.outcome: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.span = span
        self.context = copy_context()
        self.context.run(attach, set_span_in_context(span))
        self._settled = False

    def settle(self, outcome: Reply | Exception, fault: Exception | None = None) -> None:
        """Ends the wait; `fault` is what the database did to deserve it, if the change itself did not."""
        if self._settled:
            return
        self._settled = True
        if fault:
            failed(self.span, fault)
        self.span.end()
        if self.outcome.cancelled():
            return
        if isinstance(outcome, Reply):
            self.outcome.set_result(outcome)
        else:
            self.outcome.set_exception(outcome)
            # Asked for here, so that a caller that is gone leaves no warning behind.
            self.outcome.exception()

    def may_be_decided_anew(self, error: Exception) -> bool:
        self.attempts += 1
        collided = isinstance(error, UniqueViolation) and error.rule not in self.change.taken
        return (collided or isinstance(error, RolledBack)) and self.attempts <= ATTEMPTS

    def give_up(self, error: Exception) -> None:
        refuse = self.change.taken.get(error.rule) if isinstance(error, Violation) else None
        self.settle(refuse() if refuse else error, None if refuse else error)


Load: TypeAlias = Callable[[Transaction, list[str]], Awaitable[dict[str, State]]]


class WriteQueue(Generic[State]):
    """Commits changes in groups. An idle queue adds no wait: the first change starts its transaction at once.

    `committed` is called after each commit, with the number of changes in it. `happened` is called for each decision
    of theirs, in the context of whoever asked for the change; never for a replay, nor for a change of which it stayed
    open whether it was made.
    """

    def __init__(
        self,
        database: Database,
        load: Load[State],
        committed: Callable[[int], None],
        happened: Callable[[Decision[State]], None],
        tracer: Tracer,
    ) -> None:
        self._database = database
        self._load = load
        self._committed = committed
        self._happened = happened
        self._tracer = tracer
        self._waiting: deque[_Waiting[State]] = deque()
        self._running: set[str] = set()
        self._worker: asyncio.Task[None] | None = None
        self._slot = counts.new_slot()

    @property
    def depth(self) -> int:
        """How many changes wait for the next transaction."""
        return len(self._waiting)

    async def submit(self, change: Change[State]) -> Reply:
        """The change's reply, once it is durable.

        Raises:
            Problem: the change was refused, or the database is not available.
        """
        claim = change.claim
        if len(self._waiting) >= MOST_WAITING:
            raise unavailable("Too many changes are waiting")
        if claim is None:
            return await self._queued(change)
        if claim.id in self._running:
            raise Problem(
                CONFLICT,
                "The first request with this Idempotency-Key is still running",
                headers={"Retry-After": "1"},
            )
        self._running.add(claim.id)
        try:
            return await self._queued(change)
        finally:
            self._running.discard(claim.id)

    async def start(self) -> None:
        """Nothing to prepare: the first change starts the work."""

    async def aclose(self) -> None:
        """Waits until everything that was submitted has its outcome."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait({self._worker})

    async def _queued(self, change: Change[State]) -> Reply:
        attributes = {"db.system.name": self._database.system}
        span = self._tracer.start_span("transaction", kind=SpanKind.CLIENT, attributes=attributes)
        waiting = _Waiting(change, span)
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work(), context=Context())
        # A caller that is gone takes only its wait back: the change may be committed already.
        return await waiting.outcome

    async def _work(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
            try:
                await self._commit(group)
            except DatabaseUnavailable as error:
                self._fail([*group, *self._waiting], error)
            except Exception as error:  # noqa: BLE001 a bug is told to whoever waits, and the next group goes on
                _end(group, error, error)

    def _fail(self, waiting: Sequence[_Waiting[State]], error: DatabaseUnavailable) -> None:
        """Those that wait would meet the same database, and have waited long enough."""
        self._waiting.clear()
        _end(waiting, _unavailable(error), error)

    async def _commit(self, group: list[_Waiting[State]]) -> None:
        """Together if that works; else each alone, so that one bad change does not fail its neighbours."""
        try:
            outcomes = await self._written(group)
        except Exception as error:
            if isinstance(error, DatabaseUnavailable) and not isinstance(error, RolledBack):
                raise
            await self._commit_each(group, error)
        else:
            self._committed(len(group))
            self._settle(group, outcomes)

    def _settle(self, group: Sequence[_Waiting[State]], outcomes: Sequence["_Outcome[State]"]) -> None:
        for waiting, outcome in zip(group, outcomes, strict=True):
            if len(group) > 1:
                waiting.span.set_attribute("db.operation.batch.size", len(group))
            if isinstance(outcome, Decision):
                self._tell(waiting, outcome)
                waiting.settle(outcome.reply)
            else:
                waiting.settle(outcome)

    def _tell(self, waiting: _Waiting[State], decision: Decision[State]) -> None:
        """By the loop, so that a listener's fault is logged and harms neither this change nor the next."""
        for event in decision.events:
            event.span.end()
        asyncio.get_running_loop().call_soon(self._happened, decision, context=waiting.context)

    async def _commit_each(self, group: list[_Waiting[State]], error: Exception) -> None:
        if len(group) > 1:
            for waiting in group:
                await self._commit([waiting])
        elif group[0].may_be_decided_anew(error):
            await self._commit(group)
        else:
            group[0].give_up(error)

    async def _written(self, group: list[_Waiting[State]]) -> list["_Outcome[State]"]:
        keys = sorted({waiting.change.key for waiting in group if waiting.change.key})
        return await self._database.transact(
            lambda transaction: self._apply(transaction, group, keys), locks=bool(keys)
        )

    async def _apply(
        self, transaction: Transaction, group: list[_Waiting[State]], keys: list[str]
    ) -> list["_Outcome[State]"]:
        records = await recorded(transaction, [waiting.change.claim for waiting in group if waiting.change.claim])
        states = await self._load(transaction, keys) if keys else {}
        batches = Batches()
        outcomes = [_outcome(waiting, records, states, batches) for waiting in group]
        await transaction.write(*batches.counted(self._slot))
        return outcomes


_Outcome: TypeAlias = Decision[State] | Reply | Exception


def _outcome(
    waiting: _Waiting[State],
    records: Mapping[str, Recorded],
    states: dict[str, State],
    batches: Batches,
) -> "_Outcome[State]":
    """Decides one change: notes what it writes, and lets the next change of its group see the new state."""
    change, claim = waiting.change, waiting.change.claim
    try:
        if claim and claim.id in records:
            return replayed(records[claim.id], claim)
        decision = waiting.context.run(change.decide, states.get(change.key) if change.key else None)
    except Exception as error:  # noqa: BLE001 nothing is written yet, so the neighbours need not suffer from a bug
        return error
    states[decision.key] = decision.state
    entries = [(ENTER, entry(event, decision.at)) for event in decision.events]
    claims = [(RECORD, claim.row(decision.reply, decision.at))] if claim else []
    batches.add(decision.key, [*decision.writes, *entries, *claims], decision.counted)
    return decision


def _end(group: Sequence[_Waiting[State]], outcome: Exception, fault: Exception) -> None:
    for waiting in group:
        waiting.settle(outcome, fault)


def _unavailable(error: DatabaseUnavailable) -> Problem:
    problem = unavailable("The database does not answer; whether the change was made is open")
    problem.__cause__ = error
    return problem
