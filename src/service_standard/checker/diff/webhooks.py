"""What changed in the requests that a service sends: webhooks, and the callbacks of its operations."""

from collections.abc import Iterator

from service_standard.checker.diff.change import Change
from service_standard.checker.diff.kinds import WEBHOOK, kind
from service_standard.checker.diff.schemas import of_schemas
from service_standard.checker.documents import part
from service_standard.checker.openapi import METHODS, OpenApi, Operation, is_error, media_types
from service_standard.contract import Node


def of_webhooks(old: OpenApi, new: OpenApi) -> Iterator[Change]:
    """Those that came, went, or send something else."""
    before, after = dict(_webhooks(old)), dict(_webhooks(new))
    for name, node in before.items():
        if name in after:
            yield from _of_webhook(name, node, after[name])
        else:
            yield Change(kind("webhook.removed"), (name,), name, None, node)
    for name in [name for name in after if name not in before]:
        yield Change(kind("webhook.added"), (name,), None, name, after[name])


def _webhooks(document: OpenApi) -> Iterator[tuple[str, Node]]:
    """Each request that is sent, by what people call it."""
    hooks = part(document.root, "webhooks")
    for name, item in hooks.items() if hooks else ():
        yield from _requests(f"webhook {name}", item)
    for operation in document.operations:
        yield from _callbacks(operation)


def _callbacks(operation: Operation) -> Iterator[tuple[str, Node]]:
    callbacks = part(operation.node, "callbacks")
    for name, callback in callbacks.items() if callbacks else ():
        for _, item in callback.items():  # noqa: PERF102 a node has no values()
            yield from _requests(f"{operation.name} callback {name}", item)


def _requests(name: str, item: Node) -> Iterator[tuple[str, Node]]:
    yield from ((f"{name} {method.upper()}", item[method]) for method in METHODS if method in item)


def _of_webhook(name: str, old: Node, new: Node) -> Iterator[Change]:
    before, after = media_types(part(old, "requestBody")), media_types(part(new, "requestBody"))
    for media_type, body in before.items():
        if media_type in after:
            yield from of_schemas(part(body, "schema"), part(after[media_type], "schema"), WEBHOOK, name)
        else:
            yield Change(kind("webhook.media-type.removed"), (name,), media_type, None, body)
    for media_type in [media_type for media_type in after if media_type not in before]:
        yield Change(kind("webhook.media-type.added"), (name,), None, media_type, after[media_type])
    yield from _of_answers(name, old, new)


def _of_answers(name: str, old: Node, new: Node) -> Iterator[Change]:
    """The answers that count as received."""
    before, after = _taken(old), _taken(new)
    for status in [status for status in before if status not in after]:
        yield Change(kind("webhook.status.removed"), (f"{name} {status}",), status, None, before[status])
    for status in [status for status in after if status not in before]:
        yield Change(kind("webhook.status.added"), (f"{name} {status}",), None, status, after[status])


def _taken(webhook: Node) -> dict[str, Node]:
    responses = part(webhook, "responses")
    return {status: node for status, node in responses.items() if not is_error(status)} if responses else {}
