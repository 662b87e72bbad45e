"""Rules of what a running service publishes: EVT-04, judged by the feed that `--events URL` names."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from service_standard.checker.live.call import Call
from service_standard.checker.live.exchange import Exchange
from service_standard.checker.live.identity import id_in, resources_in
from service_standard.checker.live.walk import LAST_PARAMETER
from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.rules.live.each import each
from service_standard.checker.rules.live.problem import LOWEST_ERROR
from service_standard.checker.subject import Subject
from service_standard.contract import Json, Object

WAIT_SECONDS: Final = 5.0
PAUSE: Final = 0.1
MOST_PAGES: Final = 500
PREVIOUS: Final = "previousStatus"


@dataclass
class Feed:
    """The events of a feed, read on from where the last reading ended."""

    subject: Subject
    url: str
    last: str = ""

    def news(self) -> list[Object]:
        """The events that are new since the last time.

        Raises:
            NotJudged: the feed does not answer a list, or has no end.
        """
        found: list[Object] = []
        for _ in range(MOST_PAGES):
            page = self._page()
            if not page:
                return found
            found += page
            self.last = str(page[-1].get("id"))
        raise NotJudged(f"the feed goes on after {MOST_PAGES} pages")

    def about(self, id_: Json) -> list[Object]:
        """The events about a resource, as soon as there are any."""
        end, found = time.monotonic() + WAIT_SECONDS, [e for e in self.news() if _is_about(e, id_)]
        while not found and time.monotonic() < end:
            time.sleep(PAUSE)
            found = [event for event in self.news() if _is_about(event, id_)]
        return found

    def _page(self) -> list[Object]:
        sign = "&" if "?" in self.url else "?"
        url = self.url + (f"{sign}after={quote(self.last)}" if self.last else "")
        live = self.subject.live
        answer = live.send("GET", url, token=live.token_for_all() if live.tokens else None)
        if not isinstance(answer.json, list):
            raise NotJudged(f"{self.url} does not answer a list of events: {answer.came[:120]}")
        page = [event for event in answer.json if isinstance(event, dict)]
        return page if not page or str(page[-1].get("id")) != self.last else []


def _is_about(event: Object, id_: Json) -> bool:
    data = event.get("data")
    named = data.get("id") if isinstance(data, dict) else None
    return str(event.get("subject")).rpartition("/")[2] == str(id_) or named == id_


def changes_publish_and_refusals_do_not(subject: Subject) -> Iterator[Finding]:
    _, source = subject.live, subject.events_file or ""
    if not source.startswith(("http://", "https://")):
        raise NotJudged("no feed was given (--events URL)")
    feed = Feed(subject, source)
    feed.news()
    yield from each(subject.walk.creators, lambda creator: _judged(subject, feed, creator))


def _judged(subject: Subject, feed: Feed, creator: Operation) -> Iterator[Finding]:
    made = subject.walk.created(creator)
    updater = _updater(subject, creator)
    id_ = id_in(made, creator, _parameter(updater, creator))
    if not feed.about(id_):
        yield made.finding(f"{creator.name} publishes nothing")
    if updater is None:
        raise NotJudged(f"nothing updates what {creator.name} makes")
    yield from _judged_update(subject, feed, updater, made)


def _judged_update(subject: Subject, feed: Feed, updater: Operation, made: Exchange) -> Iterator[Finding]:
    call = subject.walk.call(updater, fresh=True)
    id_ = call.path.rstrip("/").rpartition("/")[2]
    feed.about(id_)
    answer = _first_taken(subject, updater, call)
    events = feed.about(id_)
    if not events:
        yield answer.finding(f"{updater.name} publishes nothing")
        return
    before = next(resources_in(made.json), {}).get("status")
    told = [data.get(PREVIOUS) for event in events if isinstance(data := event.get("data"), dict) and PREVIOUS in data]
    if before is not None and told and told[0] != before:
        yield answer.finding(f"`{PREVIOUS}` is {told[0]}, and the status before was {before}")
    refused = call.send()
    if refused.status >= LOWEST_ERROR and any(_is_about(event, id_) for event in feed.news()):
        yield refused.finding(f"{updater.name} is refused, and publishes")


def _first_taken(subject: Subject, updater: Operation, call: Call) -> Exchange:
    for body in subject.walk.bodies(updater) or [{}]:
        answer = call.with_body(body).send()
        if answer.status < LOWEST_ERROR:
            return answer
    raise NotJudged(f"no update by {updater.name} is taken")


def _updater(subject: Subject, creator: Operation) -> Operation | None:
    updates = [o for o in subject.walk.element(creator.path) if o.method in {"PATCH", "PUT"}]
    return updates[0] if updates else None


def _parameter(updater: Operation | None, creator: Operation) -> str:
    match = LAST_PARAMETER.match((updater or creator).path)
    return match.group(2) if match else "id"


RULES: Final = (
    Rule(
        "EVT-04.published",
        "A create and an update each publish; a refused change does not; `previousStatus` is the status before.",
        "Whoever follows the events believes something else than the service does.",
        "Record the event in the transaction of the change.",
        changes_publish_and_refusals_do_not,
    ),
)
