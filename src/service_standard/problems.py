"""Every error a caller can see: one table of problem types (RFC 9457), one exception, one rendering.

ProblemType            what the table holds: type, title, status
└── Problem            the exception that carries one of them to the edge
    └── FieldError     one faulty field of a request, inside a Problem
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pydantic_core import to_json

MEDIA_TYPE: Final = "application/problem+json"
MOST_NAMED: Final = 100


class SentHeader(NamedTuple):
    """A header that a kind of answer carries: always or sometimes, with one of its values."""

    name: str
    example: str
    always: bool = True


NOT_STORED: Final = SentHeader("Cache-Control", "no-store")
CHALLENGE: Final = SentHeader("WWW-Authenticate", 'Bearer error="invalid_token"')
ALLOW: Final = SentHeader("Allow", "GET, POST")
RETRY: Final = SentHeader("Retry-After", "1")
PERHAPS_RETRY: Final = SentHeader("Retry-After", "1", always=False)


class ProblemType(NamedTuple):
    """A row of the table; `type` is a bare word, as the standard writes it."""

    type: str
    title: str
    status: int
    headers: tuple[SentHeader, ...] = (NOT_STORED,)


VALIDATION_ERROR: Final = ProblemType("validation_error", "Validation Error", 400)
UNAUTHORIZED: Final = ProblemType("unauthorized", "Unauthorized", 401, (NOT_STORED, CHALLENGE))
FORBIDDEN: Final = ProblemType("forbidden", "Forbidden", 403, (NOT_STORED, CHALLENGE))
NOT_FOUND: Final = ProblemType("not_found", "Not Found", 404)
METHOD_NOT_ALLOWED: Final = ProblemType("method_not_allowed", "Method Not Allowed", 405, (NOT_STORED, ALLOW))
REQUEST_TIMEOUT: Final = ProblemType("request_timeout", "Request Timeout", 408)
CONFLICT: Final = ProblemType("conflict", "Conflict", 409, (NOT_STORED, PERHAPS_RETRY))
GONE: Final = ProblemType("gone", "Gone", 410)
PRECONDITION_FAILED: Final = ProblemType("precondition_failed", "Precondition Failed", 412)
CONTENT_TOO_LARGE: Final = ProblemType("content_too_large", "Content Too Large", 413)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemType("unsupported_media_type", "Unsupported Media Type", 415)
IDEMPOTENCY_KEY_REUSED: Final = ProblemType("idempotency_key_reused", "Idempotency Key Reused", 422)
PRECONDITION_REQUIRED: Final = ProblemType("precondition_required", "Precondition Required", 428)
HEADERS_TOO_LARGE: Final = ProblemType("request_header_fields_too_large", "Request Header Fields Too Large", 431)
INTERNAL_ERROR: Final = ProblemType("internal_error", "Internal Server Error", 500)
SERVICE_UNAVAILABLE: Final = ProblemType("service_unavailable", "Service Unavailable", 503, (NOT_STORED, RETRY))

PROBLEM_TYPES: Final = (
    VALIDATION_ERROR,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    REQUEST_TIMEOUT,
    CONFLICT,
    GONE,
    PRECONDITION_FAILED,
    CONTENT_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    IDEMPOTENCY_KEY_REUSED,
    PRECONDITION_REQUIRED,
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    SERVICE_UNAVAILABLE,
)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault: `pointer` is `#/…` into the body (RFC 6901), `query:name` or `header:Name`."""

    pointer: str
    detail: str

    @property
    def sentence(self) -> str:
        """The fault with the name of its field, as it stands in a problem's detail."""
        if self.pointer == "#":
            return f"The body {self.detail}"
        name = self.pointer.removeprefix("#/").removeprefix("query:").removeprefix("header:")
        return f"{name.replace('/', '.')} {self.detail}"


class Problem(Exception):
    """A refusal on its way to the caller; `detail` and `headers` never repeat what the caller sent."""

    def __init__(
        self,
        problem_type: ProblemType,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{problem_type.type}: {detail}")
        self.problem_type = problem_type
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self, instance: str, trace_id: str | None) -> bytes:
        """The `application/problem+json` document; `instance` is the path that was asked for."""
        document: dict[str, object] = {
            "type": self.problem_type.type,
            "title": self.problem_type.title,
            "status": self.problem_type.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            document["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in self.errors]
        if trace_id:
            document["traceId"] = trace_id
        return to_json(document)


def validation_problem(errors: Sequence[FieldError]) -> Problem:
    """A 400 whose detail names each faulty field with its message (API-10)."""
    return Problem(VALIDATION_ERROR, ", ".join(e.sentence for e in errors), errors=errors)


def conflict(errors: Sequence[FieldError]) -> Problem:
    """A 409 whose detail names each member that contradicts another or what there is, and at most `MOST_NAMED`."""
    named = errors[:MOST_NAMED]
    return Problem(CONFLICT, ", ".join(e.sentence for e in named), errors=named)


def unavailable(detail: str, *, retry_after: int = 1) -> Problem:
    """A 503 that says after how many seconds to try again."""
    return Problem(SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(retry_after)})
