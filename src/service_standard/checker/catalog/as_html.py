"""The catalogue as one HTML page."""

from collections.abc import Iterator
from html import escape

from service_standard.checker.catalog.as_text import counts, mark
from service_standard.checker.catalog.catalog import Catalog, Entry, Operation
from service_standard.checker.page import page, prose
from service_standard.checker.rule import Outcome


def as_html(catalog: Catalog) -> str:
    return page("Services", _body(catalog))


def _body(catalog: Catalog) -> Iterator[str]:
    broken = sum(bool(service.faults) or service.report.has_failed for service in catalog.services)
    operations = sum(len(service.operations) for service in catalog.services)
    yield "<h1>Services</h1>"
    yield '<ul class="counts">'
    yield _count(len(catalog.services), "services", "")
    yield _count(operations, "operations", "")
    yield _count(len(catalog.events), "events", "")
    yield _count(broken, "with a rule broken", "no" if broken else "ok")
    yield "</ul>"
    yield from (f'<p class="warn">More than one service is called {escape(name)}.</p>' for name in catalog.shared_names)
    yield from map(_service, catalog.services)
    if catalog.events:
        yield from _matrix(catalog)


def _count(number: int, word: str, colour: str) -> str:
    return f'<li class="{colour}"><b>{number}</b> {word}</li>'


def _service(service: Entry) -> str:
    state, words = _state(service)
    about = " · ".join(filter(None, [service.owner or "no owner", f"{len(service.operations)} operations"]))
    head = (
        f'<h2>{escape(service.name)}</h2> <span class="tag">{escape(service.version or "no version")}</span>'
        f'<br><span class="soft">{escape(about)}</span> · <span class="small {state}">{words}</span>'
    )
    return f'<details class="service"><summary>{head}</summary>{"".join(_details(service))}</details>'


def _state(service: Entry) -> tuple[str, str]:
    if service.faults:
        return "no", "cannot be read"
    return "no" if service.report.has_failed else "warn" if service.breaches else "ok", counts(service)


def _details(service: Entry) -> Iterator[str]:
    yield f'<p class="soft"><code>{escape(str(service.directory))}</code></p>'
    yield from (f'<p class="no">{escape(fault)}</p>' for fault in service.faults)
    yield _tags("Scopes", service.scopes)
    if service.operations:
        rows = "".join(map(_operation, service.operations))
        yield f'<h3>Operations</h3><div class="wide"><table><tbody>{rows}</tbody></table></div>'
    yield _tags("Sends", sorted(service.sends))
    yield _tags("Receives", sorted(service.receives))
    if service.breaches:
        yield f"<h3>Findings</h3>{''.join(map(_breach, service.breaches))}"


def _tags(title: str, words: list[str] | tuple[str, ...]) -> str:
    tags = " ".join(f'<span class="tag">{escape(word)}</span>' for word in words)
    return f"<h3>{title}</h3><p>{tags}</p>" if words else ""


def _operation(operation: Operation) -> str:
    scopes = " ".join(f'<span class="tag">{escape(scope)}</span>' for scope in operation.scopes)
    return (
        f"<tr><th><code>{escape(operation.name)}</code></th>"
        f"<td>{escape(operation.summary or operation.id)}</td><td>{scopes}</td></tr>"
    )


def _breach(outcome: Outcome) -> str:
    colour, sign = ("no", "✗") if outcome.verdict == "failed" else ("warn", "!")
    more = len(outcome.findings) - 1
    rest = f" <span class='soft'>and {more} more</span>" if more else ""
    head = f'<span class="sign {colour}">{sign}</span><code>{outcome.rule.id}</code>'
    return f"<p>{head} {prose(outcome.findings[0].message)}{rest}</p>"


def _matrix(catalog: Catalog) -> Iterator[str]:
    """Who sends and who receives each event."""
    heads = "".join(f"<th>{escape(service.name)}</th>" for service in catalog.talkers)
    yield f'<h2>Events</h2><div class="wide"><table><thead><tr><th></th>{heads}</tr></thead><tbody>'
    for event in catalog.events:
        cells = "".join(_cell(mark(service, event)) for service in catalog.talkers)
        yield f"<tr><th>{escape(event)}</th>{cells}</tr>"
    yield "</tbody></table></div>"


def _cell(word: str) -> str:
    colour = {"sends": "ok", "receives": "warn", "both": "id"}.get(word, "soft")
    return f'<td class="{colour}">{word}</td>'
