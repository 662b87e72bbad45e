"""Rules of traces and metrics of a running service: OBS-02 and OBS-03."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from service_standard.checker.captured import read_lines
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.problem import members_of
from service_standard.checker.subject import Subject
from service_standard.contract import ContractError

LOG_SECONDS: Final = 3.0
PAUSE: Final = 0.1
ID_MEMBERS: Final = ("traceId", "trace_id", "traceID")
ID_HEADERS: Final = ("traceresponse", "traceparent", "x-trace-id")


def an_incoming_trace_is_continued(subject: Subject) -> Iterator[Finding]:
    trace = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
    live, length = subject.live, _length(subject.log_file)
    answer = live.send("GET", "/service-standard-no-such-path", headers=headers)
    told, log = _told(answer), subject.log_file
    if told and trace not in told:
        yield answer.finding("the answer tells another trace id than that of the `traceparent` that was sent")
    elif log is not None and _soon(lambda: _length(log) != length):
        is_logged = _soon(lambda: _is_logged(log, trace))
        yield from [] if is_logged else [answer.finding(f"no line of the log has the trace id {trace}")]
    elif not told:
        raise NotJudged("answers tell no trace id: give --logs, the file that the running service logs to")


def _length(file: Path | None) -> int:
    return file.stat().st_size if file is not None and file.is_file() else 0


def _told(answer: Exchange) -> str:
    """All that an answer says of its trace."""
    members = [str(members_of(answer)[name]) for name in ID_MEMBERS if name in members_of(answer)]
    return " ".join([*members, *(answer.headers[name] for name in ID_HEADERS if name in answer.headers)])


def _is_logged(file: Path, trace: str) -> bool:
    with suppress(ContractError):
        return any(line.members.get("trace_id") == trace for line in read_lines(file))
    return False


def telemetry_comes(subject: Subject) -> Iterator[Finding]:
    receiver = subject.live.receiver
    if receiver is None:
        raise NotJudged("nothing listens for telemetry (--otlp)")
    for signal in ("traces", "metrics"):
        if not receiver.wait_for(signal, subject.live.client.seconds_left):
            yield Finding(f"no {signal} came to {receiver.url}", came=receiver.seen)


def _soon(is_so: Callable[[], bool]) -> bool:
    """Whether something becomes so in time: a log is written after its answer."""
    end = time.monotonic() + LOG_SECONDS
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


RULES: Final = (
    Rule(
        "OBS-02.otlp",
        "Traces and metrics come by OTLP/HTTP.",
        "What a platform cannot collect from all services alike, nobody looks at.",
        "Export both with OpenTelemetry's SDK to `OTEL_EXPORTER_OTLP_ENDPOINT`.",
        telemetry_comes,
    ),
    Rule(
        "OBS-03.continued",
        "An incoming `traceparent` is continued.",
        "A trace that begins anew in each service shows nobody where the time goes.",
        "Let the instrumentation extract W3C Trace Context before the first span and the first log line.",
        an_incoming_trace_is_continued,
    ),
)
