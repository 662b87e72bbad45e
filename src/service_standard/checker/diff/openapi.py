"""What changed between two OpenAPI documents: operations, and all that goes in and comes out of them."""

import re
from collections.abc import Iterator

from service_standard.checker.diff.change import Change
from service_standard.checker.diff.kinds import REQUEST, RESPONSE, kind
from service_standard.checker.diff.schemas import of_schemas
from service_standard.checker.diff.security import of_security
from service_standard.checker.diff.servers import of_servers
from service_standard.checker.diff.webhooks import of_webhooks
from service_standard.checker.documents import part
from service_standard.checker.openapi import OpenApi, Operation, is_error, media_types
from service_standard.contract import Json, Node


def of_openapi(old: OpenApi, new: OpenApi) -> Iterator[Change]:
    """Every change, in the order of the documents.

    Raises:
        ContractError: a reference leads nowhere.
    """
    before, after = _by_key(old), _by_key(new)
    paths = {path for _, path in after}
    for key, operation in before.items():
        if key in after:
            yield from _of_operation(operation, after[key])
        else:
            id_ = "operation.removed" if key[1] in paths else "path.removed"
            yield Change(kind(id_), (operation.name,), operation.id, None, operation.node)
    for key in after.keys() - before.keys():
        yield Change(kind("operation.added"), (after[key].name,), None, after[key].id, after[key].node)
    yield from of_servers(old.root, new.root, "server")
    yield from of_webhooks(old, new)


def _by_key(document: OpenApi) -> dict[tuple[str, str], Operation]:
    """Operations by method and path; what a path calls its parameters makes no other path of it."""
    return {(one.method, re.sub(r"\{[^}]*\}", "{}", one.path)): one for one in document.operations}


def _of_operation(old: Operation, new: Operation) -> Iterator[Change]:
    name = new.name
    if old.id != new.id and old.id is not None:
        yield Change(kind("operation.renamed"), (name,), old.id, new.id, new.node)
    if new.node.get("deprecated") is True and old.node.get("deprecated") is not True:
        yield Change(kind("operation.deprecated"), (name,), None, True, new.node)  # noqa: FBT003 the value in the document
    yield from of_security(old, new)
    yield from _of_parameters(old, new)
    yield from _of_body(old, new)
    yield from _of_responses(old, new)


def _of_parameters(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = _parameters(old), _parameters(new)
    for key, node in before.items():
        where = f"{new.name} {_word(node)}"
        if key in after:
            yield from _of_parameter(node, after[key], where)
        else:
            yield Change(kind("parameter.removed"), (where,), _shown(node), None, node)
    for key in [key for key in after if key not in before]:
        node = after[key]
        id_ = "parameter.required" if node.get("required") is True else "parameter.added"
        yield Change(kind(id_), (f"{new.name} {_word(node)}",), None, _shown(node), node)


def _parameters(operation: Operation) -> dict[tuple[str, str], Node]:
    """Parameters by place and name: a header in any case, a part of the path by its number."""
    found = {}
    numbers = {name: str(index) for index, name in enumerate(re.findall(r"\{([^}]*)\}", operation.path))}
    for node in operation.parameters:
        location, name = str(node.get("in")), str(node.get("name"))
        key = {"path": numbers.get(name, name), "header": name.lower()}.get(location, name)
        found[location, key] = node
    return found


def _word(node: Node) -> str:
    return f"{node.get('in')} {node.get('name')}"


def _shown(node: Node) -> Json:
    return str(node.get("name"))


def _of_parameter(old: Node, new: Node, where: str) -> Iterator[Change]:
    if old.get("name") != new.get("name") and new.get("in") == "path":
        yield Change(kind("parameter.renamed"), (where,), old.get("name"), new.get("name"), new)
    yield from _of_need("parameter", old, new, where)
    before, after = _style(old), _style(new)
    if before != after:
        yield Change(kind("parameter.style"), (where,), before, after, new)
    yield from of_schemas(_schema(old), _schema(new), REQUEST, where)


def _style(parameter: Node) -> Json:
    """How the value is written on the wire, what is not said included."""
    written = next(iter(media_types(parameter)), None)
    if written:
        return written
    style = parameter.get("style") or ("form" if parameter.get("in") in {"query", "cookie"} else "simple")
    explode = parameter.get("explode")
    return {"style": style, "explode": style == "form" if explode is None else explode}


def _of_need(word: str, old: Node, new: Node, where: str) -> Iterator[Change]:
    """Whether it must be there."""
    before, after = (node.get("required") is True for node in (old, new))
    if before != after:
        shown = ("optional", "required") if after else ("required", "optional")
        yield Change(kind(f"{word}.{shown[1]}"), (where,), *shown, new)


def _schema(holder: Node) -> Node | None:
    """The schema of a parameter or a header, which may stand under a media type."""
    if "schema" in holder:
        return holder.child("schema")  # and not what it refers to: a reference may have words beside it
    bodies = list(media_types(holder).values())
    return _below(bodies[0], "schema") if bodies else None


def _below(node: Node, word: str) -> Node | None:
    return node.child(word) if word in node else None


def _of_body(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = old.body, new.body
    where = f"{new.name} body"
    if before is not None and after is not None:
        yield from _of_need("body", before, after, where)
        yield from _of_media_types(before, after, "request", where)
    elif before is not None:
        yield Change(kind("body.removed"), (where,), list(media_types(before)), None, before)
    elif after is not None:
        id_ = "body.required" if after.get("required") is True else "body.added"
        yield Change(kind(id_), (where,), None, list(media_types(after)), after)


def _of_media_types(old: Node, new: Node, side: str, where: str) -> Iterator[Change]:
    before, after = media_types(old), media_types(new)
    for name, body in before.items():
        if name in after:
            direction = REQUEST if side == "request" else RESPONSE
            yield from of_schemas(_below(body, "schema"), _below(after[name], "schema"), direction, where)
        else:
            yield Change(kind(f"{side}.media-type.removed"), (where,), name, None, body)
    for name in [name for name in after if name not in before]:
        yield Change(kind(f"{side}.media-type.added"), (where,), None, name, after[name])


def _of_responses(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = old.responses, new.responses
    for status, node in before.items():
        where = f"{new.name} {status}"
        if status in after:
            yield from _of_media_types(node, after[status], "response", where)
            yield from _of_headers(node, after[status], where)
        else:
            yield Change(kind("response.status.removed"), (where,), status, None, node)
    for status in [status for status in after if status not in before]:
        id_ = "response.error.added" if is_error(status) or status == "default" else "response.status.added"
        yield Change(kind(id_), (f"{new.name} {status}",), None, status, after[status])


def _of_headers(old: Node, new: Node, where: str) -> Iterator[Change]:
    before, after = _headers(old), _headers(new)
    for name, node in before.items():
        place = f"{where} header {name}"
        if name in after:
            yield from _of_need("response.header", node, after[name], place)
            yield from of_schemas(_schema(node), _schema(after[name]), RESPONSE, place)
        else:
            yield Change(kind("response.header.removed"), (place,), name, None, node)
    for name in [name for name in after if name not in before]:
        yield Change(kind("response.header.added"), (f"{where} header {name}",), None, name, after[name])


def _headers(response: Node) -> dict[str, Node]:
    headers = part(response, "headers")
    return {name.lower(): node for name, node in headers.items()} if headers else {}
