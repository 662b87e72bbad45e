"""The settings of a service, read from environment variables only, with every fault reported at once."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SECRET: Final = "development-only-secret-never-use-it-elsewhere"  # noqa: S105 refused outside development
SHORTEST_SECRET: Final = 32
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\sA-Z]+")
_CREDENTIALS: Final = re.compile(r"(?<=://).*@|(?<=password=)[^&]*", re.IGNORECASE)


class SettingsError(Exception):
    """The environment cannot be served from; the message has one line a fault."""


def _http_url(text: str) -> str:
    if not _is_http_url(text):
        raise ValueError("must be an http:// or https:// URL")
    return text


def _is_http_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


HttpUrl: TypeAlias = Annotated[str, AfterValidator(_http_url)]


class Settings(BaseSettings):
    """What the environment decides. Field names are the variables' names in lower case.

    What stands below a field goes into the reference, docs/reference/settings.md.

    A service extends it: by the default of `database_url`, its embedded database, and by variables of its own.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    environment: Literal["production", "development"] = "production"
    """`development` has a well-known secret and makes test tokens."""
    host: str = "0.0.0.0"  # noqa: S104 a service in a container listens on every address
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port; 0 takes a free one, which the log line `serving` names."""
    web_concurrency: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes serve."""
    service_manifest: Path = Path("service.yaml")
    """The manifest, seen from the working directory; it names the contracts, seen from itself."""
    database_url: SecretStr = SecretStr("sqlite:///service.db")
    database_timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 2.0
    """How long the database may take; then 503."""
    migrate_on_start: bool = False
    """Migrate before serving; otherwise a database that lacks migrations is refused."""
    jwt_secret_key: SecretStr | None = None
    """Verifies HS256 tokens; at least 32 bytes; in production this, `JWT_JWKS_URL` or `JWT_ISSUER` is required."""
    jwt_jwks_url: HttpUrl | None = None
    """Where the keys for RS256, ES256 and EdDSA tokens are published."""
    jwt_issuer: str | None = None
    """Required as `iss`; alone, its OpenID discovery tells where the keys are."""
    jwt_audience: str | None = None
    """Required as `aud`; must be set with published keys."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Browsers' origins that may call, separated by commas."""
    max_in_flight: Annotated[int, Field(ge=1, le=10_000)] = 64
    """How many requests run at once in a process."""
    admission_wait_seconds: Annotated[float, Field(ge=0, le=10)] = 0.5
    """How long others wait for their turn; then 503."""
    drain_seconds: Annotated[float, Field(ge=0, le=15)] = 5.0
    """How long a signal leaves the service serving, but not ready."""
    body_limit_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)] = 64 * 1024
    """Longer bodies get 413."""
    idempotency_hours: Annotated[int, Field(ge=24, le=24 * 365)] = 24
    """How long answers are kept for their `Idempotency-Key`."""
    event_sinks: Annotated[tuple[Literal["log", "http", "kafka", "rabbitmq"], ...], NoDecode] = ("log",)
    """Where events go, separated by commas."""
    event_sources: Annotated[tuple[Literal["kafka", "rabbitmq"], ...], NoDecode] = ()
    """Where events come from, separated by commas."""
    event_inbox_attempts: Annotated[int, Field(ge=1, le=100)] = 10
    """How often an event that came in is tried."""
    event_relay: Literal["embedded", "off"] = "embedded"
    """`off`: another process delivers the events."""
    event_lease_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0
    """How long a relay leads a sink without renewing its lease."""
    event_retention_days: Annotated[float, Field(gt=0, le=3650)] = 7.0
    """How long delivered events are kept."""
    event_retention_past_cursors: bool = False
    """Forget old events even before every sink has them."""
    event_http_url: str | None = None
    """Where the sink `http` posts."""
    event_http_secret: SecretStr | None = None
    """Signs what the sink `http` posts."""
    kafka_bootstrap_servers: str | None = None
    """Kafka's brokers."""
    rabbitmq_url: SecretStr | None = None
    """RabbitMQ's address."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged: this and what is graver."""
    jaeger_endpoint: HttpUrl | None = None
    """Another name of `OTEL_EXPORTER_OTLP_ENDPOINT`, for a receiver of traces only."""
    otel_exporter_otlp_endpoint: HttpUrl | None = None
    """Where traces and metrics go (OTLP); without it they go nowhere."""
    otel_exporter_otlp_protocol: Literal["http/protobuf", "grpc"] = "http/protobuf"
    """How traces and metrics go there."""
    otel_traces_sampler_arg: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of traces that goes there; of the others, what failed."""

    @field_validator("allowed_origins", "event_sinks", "event_sources", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in value:
            raise ValueError("name each origin: * is never allowed with credentials")
        if not all(map(_ORIGIN.fullmatch, value)):
            raise ValueError("an origin is a scheme and a host, as https://shop.example.com")
        return value

    @field_validator("jwt_secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < SHORTEST_SECRET:
            raise ValueError(f"must have at least {SHORTEST_SECRET} bytes")
        return value

    @property
    def verification_secret(self) -> str | None:
        """The shared HS256 secret; in development, a well-known one when none is configured."""
        if self.jwt_secret_key is not None:
            return self.jwt_secret_key.get_secret_value()
        if self.environment == "development" and not (self.jwt_jwks_url or self.jwt_issuer):
            return DEVELOPMENT_SECRET
        return None

    def shown(self) -> dict[str, str]:
        """Every variable with its effective value, secrets and credentials in URLs as `***`."""
        plain = {**dict(self), "database_url": self.database_url.get_secret_value()}
        return {name.upper(): _shown(value) for name, value in plain.items()}


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else _CREDENTIALS.sub(_masked, str(value))


def _masked(found: re.Match[str]) -> str:
    return "***@" if found[0].endswith("@") else "***"


Chosen = TypeVar("Chosen", bound=Settings)


def load_settings(kind: type[Chosen]) -> Chosen:
    """The settings of this process, of a service's own kind.

    Raises:
        SettingsError: one line for every fault, so that one attempt tells them all.
    """
    faults = [*_rules_between_variables(os.environ), *_brokers(os.environ)]
    try:
        settings = kind()
    except ValidationError as error:
        faults = [*_field_faults(error), *faults]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _field_faults(error: ValidationError) -> Iterator[str]:
    """pydantic's faults without its `input`, which may be a secret."""
    for fault in error.errors(include_input=False, include_url=False):
        yield f"{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"


def _rules_between_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """The rules that span variables; read from the raw names, so that another fault does not hide them."""
    secret = environ.get("JWT_SECRET_KEY")
    asymmetric = environ.get("JWT_JWKS_URL") or environ.get("JWT_ISSUER")
    if secret and asymmetric:
        yield "JWT_SECRET_KEY: not together with JWT_JWKS_URL or JWT_ISSUER, one family of keys a deployment"
    if not secret and not asymmetric and environ.get("ENVIRONMENT", "production") != "development":
        yield "JWT_SECRET_KEY: required in production (or JWT_JWKS_URL, or JWT_ISSUER for OIDC discovery)"
    if asymmetric and not environ.get("JWT_AUDIENCE"):
        yield "JWT_AUDIENCE: required with JWT_JWKS_URL or JWT_ISSUER, else a token for any service would do"
    if not environ.get("JWT_JWKS_URL") and not _is_http_url(environ.get("JWT_ISSUER") or "https://any"):
        yield "JWT_ISSUER: must be an http:// or https:// URL, as there is no JWT_JWKS_URL"
    if (url := environ.get("DATABASE_URL")) and (fault := database_fault(url)):
        yield fault


def database_fault(url: str) -> str:
    """Why a URL names no database that the service knows; empty if it does."""
    family = url.partition(":")[0].partition("+")[0]
    if family in ("mysql", "mariadb"):
        return (
            "DATABASE_URL: MySQL and MariaDB are not supported; use PostgreSQL (postgresql://) or SQLite (sqlite:///)"
        )
    if family not in ("sqlite", "postgresql", "postgres") or "://" not in url:
        return "DATABASE_URL: must start with sqlite:/// or postgresql://"
    path = url.partition(":///")[2].partition("?")[0]
    if family == "sqlite" and path in ("", ":memory:"):
        return "DATABASE_URL: must name a file, as in sqlite:///service.db"
    return ""


def _brokers(environ: Mapping[str, str]) -> Iterator[str]:
    """What the chosen sinks and sources need to be told."""
    chosen = {word.strip() for name in ("EVENT_SINKS", "EVENT_SOURCES") for word in environ.get(name, "").split(",")}
    needs = {"http": "EVENT_HTTP_URL", "kafka": "KAFKA_BOOTSTRAP_SERVERS", "rabbitmq": "RABBITMQ_URL"}
    for word, name in needs.items():
        if word in chosen and not environ.get(name):
            yield f"{name}: required, since EVENT_SINKS or EVENT_SOURCES names {word}"


def unknown_names(prefix: str, known: Iterable[str]) -> list[str]:
    """Variables that start with the service's prefix and mean nothing: most likely a misspelling."""
    names = {name.upper() for name in known}
    return sorted(name for name in os.environ if name.startswith(prefix) and name not in names)
