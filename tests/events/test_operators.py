"""Operators: what the commands show and mend, beside a service at work, on both databases."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.events.receiver import Reply
from tests.events.stage import DEADLINE, QUICK, Operator, Scene, refusing, staged
from tests.process import run_here


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    with staged(database_url) as scene:
        yield scene


# orders events status


def test_status_tells_of_each_sink_how_far_it_is_and_who_leads_it(scene: Scene) -> None:
    scene.receiver.gate.clear()
    for _ in range(3):
        scene.create()
    scene.receiver.wait_for_requests(1)
    scene.operator.until_sink(lambda sink: sink.position == 3, "log")

    figures = json.loads(scene.operator.told("status", "--json"))
    http, log = figures.pop("sinks")
    assert figures == {"head": 3, "unsequenced": 0, "inbox_waiting": 0, "inbox_parked": 0}
    assert (http["sink"], http["position"], http["lag_events"], http["parked"]) == ("http", 0, 3, 0)
    assert http["epoch"] >= 1
    assert 0 < http["lag_seconds"] < DEADLINE
    assert (log["sink"], log["lag_events"], log["lag_seconds"]) == ("log", 0, 0)
    assert f":{scene.service.popen.pid}:" in http["leader"]

    head, inbox, _, columns, *lines = scene.operator.told("status").splitlines()
    assert (head, inbox) == ("head 3, unsequenced 0", "inbox: 0 waiting, 0 parked")
    assert columns.split() == ["sink", "position", "lag", "seconds", "parked", "leader", "epoch"]
    assert [line.split()[:3] for line in lines] == [["http", "0", "3"], ["log", "3", "0"]]
    assert [line.split()[5] for line in lines] == [http["leader"], log["leader"]]

    scene.receiver.gate.set()
    scene.operator.until_sink(lambda sink: sink.lag_events == 0)
    assert scene.service.stop().code == 0
    assert [line.split()[5] for line in scene.operator.told("status").splitlines()[4:]] == ["-", "-"]


# orders events parked, retry, discard


def test_what_was_refused_is_parked_with_what_follows_and_goes_in_order_once_it_is_retried(scene: Scene) -> None:
    unwanted = scene.create()
    scene.operator.until_sink(lambda sink: sink.position == 1)
    scene.receiver.reply = refusing(unwanted)
    scene.advance(unwanted)
    scene.operator.until_sink(lambda sink: sink.parked == 1)
    scene.advance(unwanted, "shipped")
    other = scene.create()
    scene.operator.until_sink(lambda sink: sink.position == 4)

    refused, behind = scene.operator.parked()
    assert (refused[0], refused[1], refused[3], refused[5]) == ("http", "2", unwanted, "answered 400")
    assert (behind[0], behind[1], behind[3], behind[5]) == ("http", "3", unwanted, "follows a parked event")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", refused[4])
    assert scene.operator.told("parked", "--limit", "1").splitlines()[1:][0].split()[1] == "2"
    assert len(scene.operator.told("parked", "--limit", "1").splitlines()) == 2

    tried = len(scene.receiver.requests)
    assert scene.operator.told("retry", "--sink", "http") == "http: 2 events will be tried again\n"
    scene.operator.until(lambda _: len(scene.receiver.requests) > tried)
    scene.operator.until_sink(lambda sink: sink.parked == 2)

    scene.receiver.reply = lambda _: Reply()
    scene.receiver.requests.clear()
    told = scene.operator.told("retry", "--sink", "http", "--key", unwanted)
    assert told == "http: 2 events will be tried again\n"
    scene.operator.until_sink(lambda sink: sink.parked == 0)
    assert [event["data"]["status"] for event in scene.received()] == ["paid", "shipped"]
    assert scene.operator.told("parked") == "nothing is parked\n"
    assert scene.operator.refused("retry", "--sink", "http", "--key", other) == (
        "nothing of that name can be retried for http"
    )


def test_what_is_discarded_is_told_and_lets_through_what_waited_behind_it(scene: Scene) -> None:
    unwanted = scene.create()
    scene.operator.until_sink(lambda sink: sink.position == 1)
    scene.receiver.reply = refusing(unwanted)
    scene.advance(unwanted)
    scene.advance(unwanted, "shipped")
    scene.operator.until_sink(lambda sink: sink.parked == 2)
    ((_, _, event, *_), _) = scene.operator.parked()

    scene.receiver.reply = lambda _: Reply()
    scene.receiver.requests.clear()
    told = scene.operator.told("discard", "--sink", "http", "--event", event)
    assert told == f"discarded: http 2 {event} {unwanted} answered 400\n"
    scene.operator.until_sink(lambda sink: sink.parked == 0)
    assert [event["data"]["status"] for event in scene.received()] == ["shipped"]
    assert scene.operator.refused("discard", "--sink", "http", "--event", event) == (
        "no event of that id is parked for http"
    )


# orders events rewind


def test_a_rewound_sink_gets_again_what_comes_after_and_from_the_same_relay(scene: Scene) -> None:
    orders = [scene.create() for _ in range(4)]
    scene.operator.until_sink(lambda sink: sink.position == 4)
    first = min(scene.received(), key=lambda event: str(event["sequence"]))

    def delivered_again() -> list[str]:
        scene.operator.until_sink(lambda sink: sink.lag_events == 0)
        again = [event["partitionkey"] for event in scene.received()]
        scene.receiver.requests.clear()
        return sorted(again, key=orders.index)

    assert delivered_again() == orders
    epoch = scene.operator.sink().epoch
    told = scene.operator.told("rewind", "--sink", "http", "--to", "2")
    assert told == "http: was at 4, goes on after 2\n"
    assert delivered_again() == orders[2:]
    assert scene.operator.sink().epoch >= epoch + 2

    assert scene.operator.told("rewind", "--sink", "http", "--event", first["id"]).endswith(" goes on after 1\n")
    assert delivered_again() == orders[1:]
    assert scene.operator.told("rewind", "--sink", "http", "--beginning").endswith(" goes on after 0\n")
    assert delivered_again() == orders
    assert scene.service.stop().code == 0


def test_a_cursor_is_never_moved_forward(scene: Scene) -> None:
    scene.receiver.gate.clear()
    scene.create()
    scene.receiver.wait_for_requests(1)
    for place in (1, 2**63 - 1):
        reason = scene.operator.refused("rewind", "--sink", "http", "--to", str(place))
        assert reason == "http is at 0: a cursor is only moved back"
    assert scene.operator.sink().position == 0


UNKNOWN_SINK = "there is no sink of that name; those that a relay has led: http, log"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("rewind --sink kafka --beginning", UNKNOWN_SINK),
        ("rewind --sink inbox --beginning", UNKNOWN_SINK),
        ("retry --sink kafka", UNKNOWN_SINK),
        ("discard --sink kafka --event 1", UNKNOWN_SINK),
        (
            "rewind --sink http --event 1",
            "the stream has no event of that id: it was pruned, has no position yet, or never was",
        ),
        ("retry --sink http --event 1", "a sink's events keep their order: name them by --key"),
        ("retry --sink inbox --key 1", "events of the inbox have no key: name one by --event"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(command: str, reason: str, led: Operator) -> None:
    assert led.refused(*command.split()) == reason


def test_nothing_to_retry_is_no_fault(led: Operator) -> None:
    assert led.told("retry", "--sink", "http") == "http: 0 events will be tried again\n"


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator of a service that has had two sinks, and has ended."""
    with staged(f"sqlite:///{tmp_path_factory.mktemp('led')}/orders.db") as scene:
        scene.operator.until(lambda figures: len(figures.sinks) == 2)
        assert scene.service.stop().code == 0
    return scene.operator


# Commands that cannot be carried out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["mend"],
        ["discard", "--sink", "http"],
        ["rewind", "--sink", "http"],
        ["rewind", "--sink", "http", "--to", "1", "--beginning"],
        ["parked", "--limit", "9" * 30],
        ["discard", "--sink", "http", "--event", "\udcff"],
    ],
)
def test_a_command_that_is_misspelled_is_a_usage_error(arguments: list[str]) -> None:
    ended = run_here("events", *arguments, **QUICK)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("usage: orders events")
    assert "Traceback" not in ended.err


def test_help_is_given_without_a_database() -> None:
    ended = run_here("events", "rewind", "--help", **QUICK, DATABASE_URL="postgresql://127.0.0.1:1/orders")
    assert (ended.code, ended.err) == (0, "")
    assert "--beginning" in ended.out


def test_a_database_that_lacks_migrations_or_is_away_is_told(unmigrated_url: str) -> None:
    reason = Operator(unmigrated_url).refused("status")
    assert re.fullmatch(r"the database lacks the migrations from none to \d{4}: run `orders migrate`", reason)
    reason = Operator("postgresql://ann:hunter2@127.0.0.1:1/orders").refused("status")
    assert reason == "PostgreSQL: ConnectionRefusedError"
