"""How a problem becomes an HTTP answer, wherever in the service it is found."""

from starlette.responses import Response
from starlette.types import Scope

from service_standard.problems import MEDIA_TYPE, METHOD_NOT_ALLOWED, NOT_FOUND, Problem
from service_standard.telemetry.spans import trace_id


def problem_response(instance: str, problem: Problem) -> Response:
    """The answer with the trace id of the current span; it is never cached unless the problem says so."""
    return Response(
        problem.body(instance, trace_id()),
        problem.problem_type.status,
        {"Cache-Control": "no-store", **problem.headers},
        MEDIA_TYPE,
    )


def instance(scope: Scope) -> str:
    """The path that was asked for, percent-encoded as it came: a URI reference (RFC 9457, section 3.1.5)."""
    raw_path: bytes | None = scope.get("raw_path")
    return str(scope["path"]) if raw_path is None else raw_path.decode("latin-1")


def no_such_path() -> Problem:
    return Problem(NOT_FOUND, "There is nothing at this path")


def no_such_method(allow: str) -> Problem:
    """A 405; `allow` lists the methods that the path does have, as `GET, POST` (API-11)."""
    return Problem(METHOD_NOT_ALLOWED, "This path does not have that method", headers={"Allow": allow})
