"""The Service Standard v1: its requirements, in the order of every report."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["MUST", "SHOULD"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the standard; to break a MUST fails the check, to break a SHOULD warns."""

    id: str
    severity: Severity
    text: str

    @property
    def heading(self) -> str:
        return _HEADINGS[self.id.partition("-")[0]]


_ROWS: Final = (
    Requirement("API-01", "MUST", "An OpenAPI document, 3.0 or newer, valid, is named by the manifest's `api`."),
    Requirement("API-02", "MUST", "`GET /openapi.json` answers that very document."),
    Requirement("API-03", "MUST", '`GET /` answers `{"name","version"}`, equal to the manifest\'s.'),
    Requirement("API-04", "MUST", "JSON only: bodies are `application/json`, another request type is 415."),
    Requirement("API-05", "MUST", "Paths are of resources: plural nouns, no verbs, no redirect on a trailing slash."),
    Requirement("API-06", "MUST", "Collections page by `limit` and `offset`, with stated and enforced bounds."),
    Requirement("API-07", "MUST", "Schemas are JSON Schema; the code refuses exactly what the contract refuses."),
    Requirement(
        "API-08", "MUST", "Every error is `application/problem+json` with `type,title,status,detail,instance`."
    ),
    Requirement("API-09", "MUST", "The six problem types exist and are reachable, each with its status."),
    Requirement("API-10", "MUST", "A validation error is 400, and its detail names each faulty field."),
    Requirement("API-11", "MUST", "A method that the contract does not have is 405 with the exact `Allow`."),
    Requirement("API-12", "SHOULD", "Operations have an `operationId`, a summary, their statuses and valid examples."),
    Requirement("AUTH-01", "MUST", "Bearer tokens; without one 401, `unauthorized`, `WWW-Authenticate: Bearer`."),
    Requirement("AUTH-02", "MUST", 'A bad token is 401 with `error="invalid_token"`, never 500.'),
    Requirement("AUTH-03", "MUST", "Scopes stand in the manifest and on each operation, and the two sets agree."),
    Requirement("AUTH-04", "MUST", "Scopes are enforced per operation, as whole words; too few are 403."),
    Requirement("AUTH-05", "MUST", 'The claims `scope: "a b"`, `scopes: [..]` and `scp` are accepted.'),
    Requirement("AUTH-06", "SHOULD", "Authentication is answered before validation."),
    Requirement("EVT-01", "MUST", "An AsyncAPI document, 2.0 or newer, valid, is named by the manifest's `events`."),
    Requirement("EVT-02", "MUST", "Messages are CloudEvents 1.0 in JSON, with typed `data`, `source` and `subject`."),
    Requirement("EVT-03", "MUST", "Every published event validates against its AsyncAPI schema."),
    Requirement("EVT-04", "MUST", "A create and an update each publish; `previousStatus` is the status before."),
    Requirement("EVT-05", "MUST", "Event versions are backwards compatible."),
    Requirement("OBS-01", "MUST", "Logs are one JSON object a line, with the six members of the standard."),
    Requirement("OBS-02", "MUST", "Traces and metrics use OpenTelemetry (OTLP)."),
    Requirement("OBS-03", "MUST", "An incoming `traceparent` is continued, and the log lines carry its trace id."),
    Requirement("LIFE-01", "MUST", '`/healthz` and `/readyz` answer 200 `{"status":"ok"}` without a token.'),
    Requirement("LIFE-02", "SHOULD", "`/readyz` is 503 when a hard dependency is down."),
    Requirement("LIFE-03", "MUST", "Configuration comes from environment variables only."),
    Requirement("LIFE-04", "MUST", "Stateless: nothing is kept in the process that another replica needs."),
    Requirement("MAN-01", "MUST", "`service.yaml` has its words, and the files that it names exist."),
    Requirement("MAN-02", "MUST", "Name and version agree in the manifest, the contracts and `GET /`."),
)
_HEADINGS: Final = MappingProxyType(
    {
        "API": "api",
        "AUTH": "auth",
        "EVT": "events",
        "OBS": "observability",
        "LIFE": "lifecycle",
        "MAN": "manifest",
    }
)

REQUIREMENTS: Final = MappingProxyType({row.id: row for row in _ROWS})
