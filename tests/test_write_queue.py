"""The write queue: changes share transactions, and each of them keeps its own outcome."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from time import monotonic

import asyncpg
import pytest
from opentelemetry.trace import NoOpTracer

from service_standard.binding.reply import Reply
from service_standard.database import (
    Transaction,
    UniqueViolation,
)
from service_standard.problems import CONFLICT, SERVICE_UNAVAILABLE, Problem
from service_standard.settings import Settings
from service_standard.writes.idempotency import REPLAYED, Claim
from service_standard.writes.queue import MOST_TOGETHER, MOST_WAITING, Change, Decision, WriteQueue
from tests.counters import ADD, INSERT, TABLE, Counters, decision
from tests.service import settings_for
from tests.storage import count, held, opened

pytestmark = pytest.mark.anyio

TIMEOUT = 0.5
GROUPS = 8  # one after the other, they would wait eight times as long as together


@pytest.fixture
async def counters(settings: Settings) -> AsyncIterator[Counters]:
    """A queue on each kind of database in turn; the settings are migrated ones."""
    chosen = settings_for(settings.database_url.get_secret_value(), database_timeout_seconds=TIMEOUT)
    async with opened(chosen) as database:
        await database.transact(lambda transaction: transaction.fetch(TABLE))
        counters = Counters(database)
        yield counters
        await counters.queue.aclose()


async def test_changes_that_arrive_together_share_a_transaction(counters: Counters) -> None:
    outcomes = await counters.submit([counters.new(f"{n:03}") for n in range(50)])
    assert outcomes == [Reply(f"{n:03} 0".encode()) for n in range(50)]
    assert len(await counters.rows()) == 50
    assert counters.commits == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_database_itself_saw_one_transaction(counters: Counters) -> None:
    await counters.submit([counters.new(f"{n:03}") for n in range(50)])
    assert [row[0] for row in await counters.database.fetch("SELECT count(DISTINCT xmin::text) FROM counters")] == [1]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("change", "trips"), [("create", 2), ("increment", 4)])
async def test_round_trips_do_not_grow_with_a_group(
    counters: Counters, monkeypatch: pytest.MonkeyPatch, change: str, trips: int
) -> None:
    """A look at the claims and one statement; for rows to be locked BEGIN, their SELECT, one statement and COMMIT."""
    sent: list[str] = []
    await counters.submit([counters.new(f"{n:03}") for n in range(50)])
    for name in ("execute", "fetch"):
        monkeypatch.setattr(asyncpg.Connection, name, noting(getattr(asyncpg.Connection, name), sent))
    wishes = {
        "create": [counters.new(f"new {n}", claim=Claim(f"{n}", "request")) for n in range(50)],
        "increment": [counters.increment(f"{n:03}") for n in range(50)],
    }
    outcomes = await counters.submit(wishes[change])
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert len(sent) == trips


def noting(method: Callable[..., Awaitable[object]], sent: list[str]) -> Callable[..., Awaitable[object]]:
    """The method of a connection, which notes each statement that it sends."""

    async def noted(connection: object, statement: str, *values: object, **facts: object) -> object:
        sent.append(statement)
        return await method(connection, statement, *values, **facts)

    return noted


async def test_a_transaction_takes_no_more_than_its_share(counters: Counters) -> None:
    await counters.submit([counters.new(f"{n:03}") for n in range(MOST_TOGETHER + 1)])
    assert counters.commits == 2
    assert counters.decisions == len(await counters.rows()) == MOST_TOGETHER + 1


async def test_a_change_that_the_database_refuses_fails_alone(counters: Counters) -> None:
    bad = Change(lambda _: decision("bad", 0, (INSERT, ("bad", None, None))))
    good = [counters.new("a"), counters.new("b")]
    outcomes = await counters.submit([good[0], bad, good[1]])
    assert outcomes[::2] == [Reply(b"a 0"), Reply(b"b 0")]
    assert isinstance(outcomes[1], Exception)
    assert [row[0] for row in await counters.rows()] == ["a", "b"]


async def test_a_change_that_is_refused_or_crashes_fails_alone(counters: Counters) -> None:
    def crash(_: int | None) -> Decision[int]:
        raise LookupError

    outcomes = await counters.submit([counters.new("a"), counters.increment("unknown"), Change(crash)])
    assert outcomes[0] == Reply(b"a 0")
    assert isinstance(outcomes[1], Problem)
    assert isinstance(outcomes[2], LookupError)
    assert await counters.rows() == [("a", 0, None)]


async def test_changes_of_one_row_in_one_transaction_see_each_other(counters: Counters) -> None:
    outcomes = await counters.submit([counters.new("a"), *[counters.increment("a")] * 3])
    assert outcomes == [Reply(f"a {n}".encode()) for n in range(4)]
    assert await counters.rows() == [("a", 3, None)]
    assert counters.commits == 1


async def test_a_change_sees_the_row_as_earlier_transactions_left_it(counters: Counters) -> None:
    await counters.queue.submit(counters.new("a"))
    await counters.queue.submit(counters.increment("a"))
    assert await counters.queue.submit(counters.increment("a")) == Reply(b"a 2")
    assert counters.commits == 3


async def test_a_taken_value_is_the_problem_that_the_change_names_for_it(counters: Counters) -> None:
    taken = Problem(CONFLICT, "the label is taken")
    wishes = [counters.new(key, lambda: "one", taken={"counters.label": lambda: taken}) for key in ("a", "b")]
    outcomes = await counters.submit([*wishes, counters.new("c")])
    assert outcomes == [Reply(b"a 0"), taken, Reply(b"c 0")]
    assert [row[0] for row in await counters.rows()] == ["a", "c"]


async def test_a_refusal_that_cannot_be_made_is_a_fault_and_keeps_nobody_waiting(counters: Counters) -> None:
    def broken() -> Problem:
        raise ValueError("there is no such refusal")

    wishes = [counters.new(key, lambda: "one", taken={"counters.label": broken}) for key in ("a", "b")]
    async with asyncio.timeout(5):
        first, second = await counters.submit(wishes)
        assert (first, str(second)) == (Reply(b"a 0"), "there is no such refusal")
        assert await counters.queue.submit(counters.new("c")) == Reply(b"c 0")


async def test_a_random_value_that_collides_is_decided_anew(counters: Counters) -> None:
    await counters.queue.submit(counters.new("a", lambda: "taken"))
    labels = iter(["taken", "fresh"])
    outcomes = await counters.submit([counters.new("b", lambda: next(labels)), counters.new("c")])
    assert outcomes == [Reply(b"b 0"), Reply(b"c 0")]
    assert await counters.rows() == [("a", 0, "taken"), ("b", 0, "fresh"), ("c", 0, None)]


async def test_a_value_that_always_collides_is_given_up(counters: Counters) -> None:
    await counters.queue.submit(counters.new("a", lambda: "taken"))
    with pytest.raises(UniqueViolation):
        await counters.queue.submit(counters.new("b", lambda: "taken"))
    assert counters.decisions <= 5


async def test_a_caller_that_is_gone_has_its_change_made_once(counters: Counters, settings: Settings) -> None:
    claim = Claim("claim", "request")
    async with held(settings, "counters"):
        gone = asyncio.create_task(counters.queue.submit(counters.new("a", claim=claim)))
        await asyncio.sleep(0)  # The change is in the queue now.
        gone.cancel()
        await asyncio.wait({gone})
    again = await counters.queue.submit(counters.new("a", claim=claim))
    assert gone.cancelled()
    assert [told.key for told in counters.happened] == ["a"]
    assert again == Reply(b"a 0", {REPLAYED: "true"})
    assert await counters.rows() == [("a", 0, None)]


async def test_what_happened_is_told_once_for_each_decision_that_was_committed(counters: Counters) -> None:
    labels = iter(["taken", "fresh"])
    claim = Claim("claim", "request")
    wishes = [
        counters.new("a", lambda: "taken", claim=claim),
        counters.new("b", lambda: next(labels)),
        counters.increment("unknown"),
        Change(lambda _: decision("bad", 0, (INSERT, ("bad", None, None)))),
    ]
    await counters.submit(wishes)
    await counters.submit([counters.new("a", claim=claim), counters.increment("a")])
    assert [(told.key, told.state) for told in counters.happened] == [("a", 0), ("b", 0), ("a", 1)]


async def test_a_change_is_decided_and_told_in_the_context_of_its_caller(counters: Counters) -> None:
    caller: ContextVar[str] = ContextVar("caller", default="nobody")
    seen: list[str] = []

    def decide(_: int | None) -> Decision[int]:
        seen.append(f"decided for {caller.get()}")
        return decision(caller.get(), 0, (INSERT, (caller.get(), 0, None)))

    async def call(name: str) -> None:
        caller.set(name)
        await queue.submit(Change(decide))

    def told(_: Decision[int]) -> None:
        seen.append(f"told to {caller.get()}")

    queue: WriteQueue[int] = WriteQueue(counters.database, counters.load, lambda _: None, told, NoOpTracer())
    await asyncio.gather(call("a"), call("b"))
    assert sorted(seen) == ["decided for a", "decided for b", "told to a", "told to b"]
    await queue.aclose()


async def test_a_claim_that_is_being_worked_on_is_told_to_come_again(counters: Counters) -> None:
    first, second = await counters.submit([counters.new("a", claim=Claim("claim", "request"))] * 2)
    assert first == Reply(b"a 0")
    assert isinstance(second, Problem)
    assert (second.problem_type, second.headers) == (CONFLICT, {"Retry-After": "1"})


async def test_a_record_that_another_replica_wrote_meanwhile_is_replayed(counters: Counters) -> None:
    other = Counters(counters.database)
    wishes = [queue.new("a", claim=Claim("claim", "request")) for queue in (counters, other)]
    replies = await asyncio.gather(counters.queue.submit(wishes[0]), other.queue.submit(wishes[1]))
    assert [reply.content for reply in replies] == [b"a 0"] * 2
    assert [REPLAYED in reply.headers for reply in replies].count(True) == 1
    await other.queue.aclose()


async def test_a_database_that_is_gone_fails_all_that_wait_at_once(counters: Counters, settings: Settings) -> None:
    async with held(settings, "counters"):
        began = monotonic()
        outcomes = await counters.submit([counters.new(f"{n:03}") for n in range(GROUPS * MOST_TOGETHER)])
        assert monotonic() - began < GROUPS * TIMEOUT / 2
    assert {outcome.problem_type for outcome in outcomes if isinstance(outcome, Problem)} == {SERVICE_UNAVAILABLE}
    assert len([outcome for outcome in outcomes if isinstance(outcome, Problem)]) == GROUPS * MOST_TOGETHER
    assert counters.commits == 0
    assert await counters.queue.submit(counters.new("after")) == Reply(b"after 0")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_transaction_that_was_undone_for_another_is_done_again(counters: Counters) -> None:
    """The other has row b and wants a, the queue's has a and wants b; only the queue's looks for deadlocks."""
    others, queues = asyncio.Event(), asyncio.Event()

    async def load(transaction: Transaction, keys: list[str]) -> dict[str, int]:
        await transaction.fetch("SET LOCAL deadlock_timeout = '100ms'")
        found = await transaction.fetch("SELECT n FROM counters WHERE id = $1 FOR UPDATE", *keys)
        queues.set()
        return {keys[0]: int(found[0][0] or 0)}

    async def other(transaction: Transaction) -> None:
        await transaction.fetch("SET LOCAL deadlock_timeout = '10s'")
        await transaction.write([(ADD, [("b", 10)])])
        others.set()
        await queues.wait()
        await transaction.write([(ADD, [("a", 10)])])

    await counters.submit([counters.new("a"), counters.new("b")])
    queue = WriteQueue(counters.database, load, lambda _: None, lambda _: None, NoOpTracer())
    meeting = asyncio.create_task(counters.database.transact(other))
    await others.wait()
    wish = Change(lambda n: decision("a", 0, (ADD, ("b", n))), key="a")
    assert await queue.submit(wish) == Reply(b"a 0")
    await meeting
    assert await counters.rows() == [("a", 10, None), ("b", 20, None)]


async def test_more_changes_than_may_wait_are_refused(counters: Counters, settings: Settings) -> None:
    async with held(settings, "counters"):
        waiting = [asyncio.create_task(counters.queue.submit(counters.new(f"{n}"))) for n in range(MOST_WAITING)]
        await asyncio.sleep(0)  # Each of them is in the queue now, and the first group is about to be taken.
        with pytest.raises(Problem) as refused:
            await counters.queue.submit(counters.new("one too many"))
    await asyncio.gather(*waiting)
    assert refused.value.problem_type == SERVICE_UNAVAILABLE
    assert await count(settings, "counters") == MOST_WAITING


async def test_closing_waits_for_everything_that_was_submitted(counters: Counters) -> None:
    tasks = [asyncio.create_task(counters.queue.submit(counters.new(f"{n:03}"))) for n in range(2 * MOST_TOGETHER)]
    await asyncio.sleep(0)  # Each of them is in the queue now.
    await counters.queue.aclose()
    assert len(await counters.rows()) == len(tasks)
    assert len(await asyncio.gather(*tasks)) == len(tasks)


async def test_an_idle_queue_closes_at_once(counters: Counters) -> None:
    await counters.queue.aclose()
