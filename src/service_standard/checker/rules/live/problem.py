"""What makes an answer a problem, as RFC 9457 and the standard have it."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from service_standard.checker.live.exchange import Exchange
from service_standard.contract import Object

PROBLEM: Final = "application/problem+json"
MEMBERS: Final = ("type", "title", "status", "detail", "instance")
TYPES: Final = MappingProxyType(
    {
        400: "validation_error",
        401: "unauthorized",
        403: "forbidden",
        404: "not_found",
        409: "conflict",
        500: "internal_error",
    }
)
LOWEST_ERROR: Final = 400
LOWEST_FAILURE: Final = 500


def members_of(answer: Exchange) -> Object:
    """The members of a problem; none for what is no object."""
    return answer.json if isinstance(answer.json, dict) else {}


def faults_of(answer: Exchange) -> Iterator[str]:
    """What an error lacks to be a problem."""
    if answer.media_type != PROBLEM:
        yield f"is {answer.media_type or 'without a content type'}, not {PROBLEM}"
        return
    members = members_of(answer)
    missing = [name for name in MEMBERS if name not in members]
    if missing:
        yield f"lacks {', '.join(missing)}"
        return
    if members["status"] != answer.status:
        yield f"its `status` is {members['status']}"


def has_type(answer: Exchange, wanted: str) -> bool:
    """Whether a problem is of a type: the bare word, or a URI that ends with it."""
    return re.split(r"[/#:]", str(members_of(answer).get("type")))[-1] == wanted


def challenge(answer: Exchange) -> dict[str, str]:
    """The parameters of `WWW-Authenticate: Bearer`; `scheme` is there if the scheme is."""
    value = str(answer.headers.get("www-authenticate", ""))
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "bearer":
        return {}
    return {"scheme": "Bearer", **{n.lower(): v for n, v in re.findall(r'(\w+)\s*=\s*"?([^",]*)"?', rest)}}
