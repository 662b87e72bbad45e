"""The reader of the HTTP contract: every operation with what it takes and what it answers, and every model."""

from collections.abc import Iterator
from html import escape

from service_standard.contract import Contract, Json, Node, Operation
from service_standard.contract.openapi import LOWEST_PROBLEM
from service_standard.pages.frame import Frame
from service_standard.pages.markup import inline, prose, row, table
from service_standard.pages.schemas import example, explained, kind, models_within, schema_sections


def reference(frame: Frame, contract: Contract) -> bytes:
    """The page."""
    return frame.page(f"{frame.service}: reference", _body(frame, contract))


def _body(frame: Frame, contract: Contract) -> Iterator[str]:
    info, operations = contract.root["info"], list(_operations(contract))
    models = models_within(*(schema for _, schema in contract.root["components"]["schemas"].items()))
    yield '<div class="reader"><nav class="contents">'
    yield "".join(_entry(operation) for operation, _ in operations)
    yield "<h4>Models</h4>" + "".join(f'<a href="#schema-{escape(name)}">{escape(name)}</a>' for name in sorted(models))
    yield "</nav><main>"
    yield f'<h1>{escape(info.text("title"))} <span class="tag">{escape(info.text("version"))}</span></h1>'
    yield f'<p class="lead">{escape(str(info.get("summary") or ""))}</p>'
    yield prose(str(info.get("description") or ""))
    yield f'<p class="soft">The document itself: <a href="{frame.path("getOpenApiDocument")}">OpenAPI</a></p>'
    yield from (_section(operation, node) for operation, node in operations)
    yield "<h2>Models</h2>"
    yield from schema_sections(dict(sorted(models.items())))
    yield "</main></div>"


def _operations(contract: Contract) -> Iterator[tuple[Operation, Node]]:
    """What the service is about comes first, what every service answers about itself last."""
    found = [(o, contract.root["paths"][o.path][o.method.lower()]) for o in contract.operations.values()]
    yield from (each for each in found if each[0].security)
    yield from (each for each in found if not each[0].security)


def _entry(operation: Operation) -> str:
    return f'<a href="#{escape(operation.id)}">{_method(operation)} <span>{escape(operation.path)}</span></a>'


def _method(operation: Operation) -> str:
    return f'<b class="method {operation.method.lower()}">{operation.method}</b>'


def _section(operation: Operation, node: Node) -> str:
    return "".join(
        [
            f'<section class="card" id="{escape(operation.id)}">',
            f"<h3>{_method(operation)} <code>{escape(operation.path)}</code></h3>",
            f'<p class="summary">{inline(str(node.get("summary") or ""))}</p>',
            prose(str(node.get("description") or "")),
            _scopes(operation),
            *_parameters(node),
            *_request(node),
            *_answers(node),
            "</section>",
        ]
    )


def _scopes(operation: Operation) -> str:
    if not operation.security:
        return '<p class="soft">For anybody, without a token.</p>'
    alternatives = (" and ".join(f"<code>{escape(s)}</code>" for s in sorted(each)) for each in operation.security)
    return f'<p class="soft">Scope: {" or ".join(alternatives)}</p>'


def _parameters(node: Node) -> Iterator[str]:
    if "parameters" in node:
        yield "<h4>Parameters</h4>"
        yield table(("Parameter", "Type", "Meaning"), map(_parameter, node["parameters"].elements()))


def _parameter(parameter: Node) -> str:
    mark = ' <span class="required">required</span>' if parameter.get("required") is True else ""
    name = f'<code>{escape(parameter.text("name"))}</code> <span class="soft">{parameter.get("in")}</span>{mark}'
    return row(name, kind(parameter["schema"]), explained(parameter, parameter["schema"]))


def _request(node: Node) -> Iterator[str]:
    if "requestBody" in node:
        yield "<h4>Body</h4>"
        yield from _contents(node["requestBody"])


def _contents(node: Node) -> Iterator[str]:
    """The bodies of a request or an answer, each with its members or its kind, and its examples."""
    for media_type, content in node["content"].items() if "content" in node else ():
        yield f'<p><span class="tag">{escape(media_type)}</span> {kind(content["schema"])}</p>'
        yield from (example(shown) for shown in _examples(content))


def _examples(content: Node) -> Iterator[Json]:
    if "example" in content:
        yield content.get("example")
    if "examples" in content:
        yield from (one.get("value") for _, one in content["examples"].items())


def _answers(node: Node) -> Iterator[str]:
    yield "<h4>Answers</h4>"
    for status, answer in node["responses"].items():
        head = f'<b class="status s{status[0]}">{status}</b> {inline(answer.text("description"))}'
        if int(status) < LOWEST_PROBLEM:
            yield f"<p>{head}{_headers(answer)}</p>"
            yield from _contents(answer)
        else:
            yield f"<p>{head}</p>"


def _headers(answer: Node) -> str:
    names = [f"<code>{escape(name)}</code>" for name, _ in answer["headers"].items()] if "headers" in answer else []
    return f' <span class="soft">with {", ".join(names)}</span>' if names else ""
