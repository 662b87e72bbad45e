"""Rules of a running service's probes and of what it says of itself: LIFE-01, API-03, MAN-02."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.rule import Finding, Rule
from service_standard.checker.subject import Subject


def the_probes_say_ok(subject: Subject) -> Iterator[Finding]:
    for path in ("/healthz", "/readyz"):
        answer = subject.live.send("GET", path)
        body = answer.json
        if answer.status != 200 or not isinstance(body, dict) or body.get("status") != "ok":  # noqa: PLR2004 the number of OK
            yield answer.finding(f'GET {path} does not answer 200 with {{"status":"ok"}}')


RULES: Final = (
    Rule(
        "LIFE-01.probes",
        '`GET /healthz` and `GET /readyz` answer 200 `{"status":"ok"}` without a token.',
        "Orchestrators know no other way to tell a service that lives from one that does not.",
        "Serve both paths without authentication, as JSON.",
        the_probes_say_ok,
    ),
)
