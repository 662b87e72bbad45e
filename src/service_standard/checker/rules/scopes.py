"""Rules of tokens and scopes, as the contract declares them: AUTH-01 and AUTH-03."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.openapi import Operation
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Node


def a_bearer_scheme_is_declared(subject: Subject) -> Iterator[Finding]:
    schemes = subject.openapi.schemes
    if not any(_is_bearer(scheme) for scheme in schemes.values()):
        named = ", ".join(schemes) or "none"
        yield Finding(
            f"no security scheme is of bearer tokens (there are: {named})", subject.shown(subject.openapi.root)
        )
    for operation in _resources(subject):
        if not operation.security:
            yield Finding(f"{operation.name} asks for no token", subject.shown(operation.node))


def _is_bearer(scheme: Node) -> bool:
    kind = scheme.get("type")
    return kind in {"oauth2", "openIdConnect"} or (kind == "http" and str(scheme.get("scheme")).lower() == "bearer")


def operations_declare_scopes(subject: Subject) -> Iterator[Finding]:
    if not any(operation.scopes for operation in _resources(subject)):
        yield Finding("no operation names a scope", subject.shown(subject.openapi.root))
    for operation in _resources(subject):
        if operation.security and not all(operation.security):
            yield Finding(f"{operation.name} takes a token without any scope", subject.shown(operation.node))


def the_two_sets_agree(subject: Subject) -> Iterator[Finding]:
    named = subject.manifest.scopes
    if not isinstance(named, list):
        raise NotJudged("the manifest has no list of scopes")
    manifest, contract = set(map(str, named)) | subject.scopes_added, _scopes(subject)
    place = subject.manifest.place("/auth/required_scopes")
    for scope in sorted(contract - manifest):
        yield Finding(f"{scope} is a scope of the contract, and the manifest does not have it", place)
    for scope in sorted(manifest - contract):
        yield Finding(f"{scope} is a scope of the manifest, and no operation asks for it", place)
    for scope in sorted(contract - _described(subject)):
        yield Finding(f"{scope} is described by no flow of the security scheme", subject.shown(subject.openapi.root))


def _scopes(subject: Subject) -> set[str]:
    return {scope for operation in subject.openapi.operations for scope in operation.scopes}


def _described(subject: Subject) -> set[str]:
    """The scopes of all flows; those of the contract themselves where no scheme has flows."""
    flows = [
        flow for scheme in subject.openapi.schemes.values() if "flows" in scheme for flow in scheme["flows"].items()
    ]
    if not flows:
        return _scopes(subject)
    return {scope for _, flow in flows if "scopes" in flow for scope, _ in flow["scopes"].items()}


def _resources(subject: Subject) -> tuple[Operation, ...]:
    if not subject.openapi.resources:
        raise NotJudged("the OpenAPI document has no resources")
    return subject.openapi.resources


RULES: Final = (
    Rule(
        "AUTH-01.declared",
        "The contract declares bearer tokens, and each resource operation asks for one.",
        "A client cannot know that it needs a token, and a gateway does not ask for one.",
        "Add an `oauth2` scheme and a `security` requirement.",
        a_bearer_scheme_is_declared,
    ),
    Rule(
        "AUTH-03.declared",
        "Each resource operation names the scopes that it needs.",
        "Without them any token does anything, or nobody knows which token does what.",
        "Name at least one scope in each alternative of `security`: `- oauth2: [orders.read]`.",
        operations_declare_scopes,
    ),
    Rule(
        "AUTH-03.agree",
        "Manifest, operations and security scheme know the same scopes.",
        "Platforms grant what the manifest lists: a scope that it lacks can never be had.",
        "Bring `auth.required_scopes`, the operations' `security` and the flows' `scopes` to one set.",
        the_two_sets_agree,
    ),
)
