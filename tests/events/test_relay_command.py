"""`orders relay`: processes that deliver events and serve nothing, as many as one likes."""

import json
import signal

from tests.events.receiver import Receiver
from tests.events.stage import QUICK, Operator
from tests.process import ORDERS, WISH, Process, process, run, served


def test_relays_take_turns_and_each_ends_in_peace_when_it_is_told_to(database_url: str) -> None:
    with (
        Receiver() as receiver,
        served(database_url, EVENT_RELAY="off", **QUICK) as service,
        service.caller() as caller,
    ):
        operator = Operator(database_url)
        environ = {**QUICK, "DATABASE_URL": database_url, "EVENT_SINKS": "http", "EVENT_HTTP_URL": receiver.url}

        def relay_another(number: int, relay: Process) -> None:
            assert caller.post("/orders", json=WISH).status_code == 201
            operator.until_sink(lambda sink: sink.position == number)
            assert f":{relay.popen.pid}:" in (operator.sink().leader or "-")

        with process(*ORDERS, "relay", **environ) as first:
            relay_another(1, first)
            with process(*ORDERS, "relay", **environ) as second:
                relay_another(2, first)
                first.popen.send_signal(signal.SIGINT)
                assert (first.end().code, first.end().err) == (0, "")
                relay_another(3, second)
                assert (second.stop().code, second.end().err) == (0, "")
        assert operator.sink().leader is None
        assert [json.loads(request.body)["sequence"][-2:] for request in receiver.requests] == ["01", "02", "03"]
        assert service.stop().code == 0


def test_a_relay_that_cannot_work_says_why(unmigrated_url: str) -> None:
    ended = run("relay", **QUICK, DATABASE_URL=unmigrated_url)
    assert (ended.code, ended.out) == (2, "")
    assert "run `orders migrate`" in ended.err
    ended = run("relay", **QUICK, DATABASE_URL=unmigrated_url, EVENT_SINKS="http")
    assert "EVENT_HTTP_URL: required" in ended.err
