"""What changed in who may call an operation: the alternatives of its security."""

from collections.abc import Iterator
from typing import TypeAlias

from service_standard.checker.diff.change import Change
from service_standard.checker.diff.kinds import kind
from service_standard.checker.documents import part
from service_standard.checker.openapi import Operation
from service_standard.contract import Json, Node

# One way to be let in: all of these schemes, each with a scope or with none. The empty one lets anybody in.
Alternative: TypeAlias = frozenset[tuple[str, str]]


def of_security(old: Operation, new: Operation) -> Iterator[Change]:
    """Ways in that are gone or ask for more, and ways that are new. A scheme's own name is not seen on the wire."""
    before, after = _alternatives(old), _alternatives(new)
    node = new.node.child("security") if "security" in new.node else new.node
    for way in before:
        if not any(other <= way for other in after):
            asks_more = any(way < other for other in after)
            id_ = "security.scope.added" if asks_more else "security.alternative.removed"
            yield Change(kind(id_), (new.name,), _shown(way), [_shown(other) for other in after], node)
    for way in after:
        if not any(other <= way for other in before):
            yield Change(kind("security.alternative.added"), (new.name,), None, _shown(way), node)


def _alternatives(operation: Operation) -> list[Alternative]:
    holder = operation.node if "security" in operation.node else operation.root
    listed = list(holder["security"].elements()) if "security" in holder else []
    found = [frozenset(_asked(operation.root, alternative)) for alternative in listed]
    return found or [frozenset()]


def _asked(root: Node, alternative: Node) -> Iterator[tuple[str, str]]:
    for name, scopes in alternative.items():
        scheme = _scheme(root, name)
        yield scheme, ""
        yield from ((scheme, str(scope.value)) for scope in scopes.elements())


def _scheme(root: Node, name: str) -> str:
    """What a caller has to bring: a bearer token is one, whether it is declared as OAuth2, OpenID or HTTP."""
    scheme = part(root, "components", "securitySchemes", name)
    if scheme is None:
        return name
    words = [str(scheme.get(word)) for word in ("type", "scheme", "in", "name") if word in scheme]
    is_bearer = words[0] in {"oauth2", "openIdConnect"} or words == ["http", "bearer"]
    return "bearer" if is_bearer else " ".join(words)


def _shown(way: Alternative) -> Json:
    scopes = sorted(scope for _, scope in way if scope)
    return [*scopes] or [*sorted({scheme for scheme, _ in way})] or "anybody"
