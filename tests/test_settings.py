"""The settings: read from the environment alone, refused with every fault at once, shown without a secret."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from service_standard.settings import (
    DEVELOPMENT_SECRET,
    Settings,
    SettingsError,
    load_settings,
    unknown_names,
)

SECRET = "a-secret-of-more-than-thirty-two-bytes"
PRODUCTION = {"JWT_SECRET_KEY": SECRET}
NO_MYSQL = "MySQL and MariaDB are not supported; use PostgreSQL (postgresql://) or SQLite (sqlite:///)"
PUBLISHED = {"JWT_ISSUER": "https://issuer.test", "JWT_AUDIENCE": "orders"}


def load(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> Settings:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return load_settings(Settings)


def faults(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        load(monkeypatch, environ)
    return str(refusal.value).splitlines()


def test_an_environment_is_one_of_production_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, PRODUCTION).environment == "production"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = dict.fromkeys([name.upper() for name in Settings.model_fields], "")
    assert load(monkeypatch, {**empty, **PRODUCTION}) == Settings(jwt_secret_key=SecretStr(SECRET))


def test_no_file_is_read_but_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("PORT=1234\n")
    assert load(monkeypatch, PRODUCTION).port == 8000


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("ENVIRONMENT", "staging", "Input should be 'production' or 'development'"),
        ("PORT", "65536", "Input should be less than or equal to 65535"),
        ("PORT", "-1", "Input should be greater than or equal to 0"),
        ("PORT", "http", "Input should be a valid integer, unable to parse string as an integer"),
        ("WEB_CONCURRENCY", "0", "Input should be greater than or equal to 1"),
        ("WEB_CONCURRENCY", "65", "Input should be less than or equal to 64"),
        ("DATABASE_URL", "mysql://host/orders", NO_MYSQL),
        ("DATABASE_URL", "mariadb+asyncmy://host/orders", NO_MYSQL),
        ("DATABASE_URL", "orders.db", "must start with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgresql:orders", "must start with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sqlite://", "must name a file, as in sqlite:///service.db"),
        ("DATABASE_URL", "sqlite:///:memory:", "must name a file, as in sqlite:///service.db"),
        ("DATABASE_TIMEOUT_SECONDS", "0", "Input should be greater than 0"),
        ("DATABASE_TIMEOUT_SECONDS", "31", "Input should be less than or equal to 30"),
        ("DATABASE_TIMEOUT_SECONDS", "nan", "Input should be less than or equal to 30"),
        ("MIGRATE_ON_START", "perhaps", "Input should be a valid boolean, unable to interpret input"),
        ("JWT_SECRET_KEY", "x" * 31, "must have at least 32 bytes"),
        ("ALLOWED_ORIGINS", "*", "name each origin: * is never allowed with credentials"),
        ("ALLOWED_ORIGINS", "https://a.test,shop", "an origin is a scheme and a host, as https://shop.example.com"),
        ("ALLOWED_ORIGINS", "https://a.test/", "an origin is a scheme and a host, as https://shop.example.com"),
        ("BODY_LIMIT_BYTES", "1023", "Input should be greater than or equal to 1024"),
        ("IDEMPOTENCY_HOURS", "23", "Input should be greater than or equal to 24"),
        ("LOG_LEVEL", "TRACE", "Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("JAEGER_ENDPOINT", "jaeger:4318", "must be an http:// or https:// URL"),
        ("JAEGER_ENDPOINT", "http://", "must be an http:// or https:// URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[", "must be an http:// or https:// URL"),
    ],
)
def test_a_faulty_value_is_refused_by_the_name_of_its_variable(
    name: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{name}: {fault}" in faults(monkeypatch, {**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({}, "JWT_SECRET_KEY: required in production"),
        ({"ENVIRONMENT": ""}, "JWT_SECRET_KEY: required in production"),
        ({**PRODUCTION, **PUBLISHED}, "JWT_SECRET_KEY: not together with JWT_JWKS_URL or JWT_ISSUER"),
        ({"ENVIRONMENT": "development", **PRODUCTION, **PUBLISHED}, "JWT_SECRET_KEY: not together"),
        ({"JWT_ISSUER": "https://issuer.test"}, "JWT_AUDIENCE: required with JWT_JWKS_URL or JWT_ISSUER"),
        ({"JWT_ISSUER": "users", "JWT_AUDIENCE": "orders"}, "JWT_ISSUER: must be an http:// or https:// URL"),
        ({"JWT_JWKS_URL": "keys.json", "JWT_AUDIENCE": "orders"}, "JWT_JWKS_URL: must be an http:// or https:// URL"),
    ],
)
def test_variables_that_do_not_go_together_are_refused(
    environ: dict[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (found,) = faults(monkeypatch, environ)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    "environ",
    [
        PRODUCTION,
        PUBLISHED,
        {"JWT_JWKS_URL": "https://issuer.test/keys.json", "JWT_AUDIENCE": "orders"},
        {"JWT_JWKS_URL": "https://issuer.test/keys.json", "JWT_ISSUER": "users", "JWT_AUDIENCE": "orders"},
        {"ENVIRONMENT": "development"},
        {
            "ENVIRONMENT": "development",
            "ALLOWED_ORIGINS": "https://shop.test, http://localhost:3000,capacitor://localhost",
        },
        {"ENVIRONMENT": "development", "DATABASE_URL": "postgres://orders@one.test:5432,two.test:5432/orders"},
        {"ENVIRONMENT": "development", "DATABASE_URL": "postgresql+asyncpg:///orders?host=/run/postgresql"},
        {"ENVIRONMENT": "development", "DATABASE_URL": "sqlite:////var/lib/orders/orders.db"},
    ],
)
def test_variables_that_go_together_are_taken(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, environ).environment in {"production", environ.get("ENVIRONMENT")}


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = faults(monkeypatch, {"PORT": "x", "LOG_LEVEL": "x", "DATABASE_URL": "x", "JWT_ISSUER": "x"})
    named = [fault.partition(":")[0] for fault in found]
    assert named == ["PORT", "LOG_LEVEL", "JWT_AUDIENCE", "JWT_ISSUER", "DATABASE_URL"]


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_no_fault_repeats_the_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "hunter2")
    told = ""
    try:
        load_settings(Settings)
    except SettingsError as error:
        told = str(error)
    assert "hunter2" not in told


def test_nobody_changes_settings() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Settings(), "port", 1)  # noqa: B010 mypy knows that it cannot be set


# Which secret verifies tokens


def test_development_has_a_well_known_secret() -> None:
    assert Settings(environment="development").verification_secret == DEVELOPMENT_SECRET


def test_production_has_none_but_the_configured() -> None:
    assert Settings().verification_secret is None
    assert Settings(jwt_secret_key=SecretStr(SECRET)).verification_secret == SECRET


def test_published_keys_leave_no_secret_even_in_development() -> None:
    assert Settings(environment="development", jwt_issuer="https://issuer.test").verification_secret is None


# What is shown


def test_every_variable_is_shown_with_its_effective_value() -> None:
    shown = Settings(port=1234, allowed_origins=("https://a.test", "https://b.test")).shown()
    assert list(shown) == [name.upper() for name in Settings.model_fields]
    assert (shown["PORT"], shown["ALLOWED_ORIGINS"]) == ("1234", "https://a.test,https://b.test")
    assert (shown["DATABASE_URL"], shown["JWT_SECRET_KEY"]) == ("sqlite:///service.db", "")


def test_a_secret_is_shown_as_stars() -> None:
    assert Settings(jwt_secret_key=SecretStr(SECRET)).shown()["JWT_SECRET_KEY"] == "***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:hunter2@db.test:5432/orders", "postgresql://***@db.test:5432/orders"),
        (
            "postgresql://ann:hunt@er2/@db.test/orders?sslmode=require",
            "postgresql://***@db.test/orders?sslmode=require",
        ),
        ("postgresql://db.test/orders?password=hunter2&user=ann", "postgresql://db.test/orders?password=***&user=ann"),
        ("postgresql://db.test/orders?sslpassword=hunter2", "postgresql://db.test/orders?sslpassword=***"),
        ("postgresql://db.test/orders", "postgresql://db.test/orders"),
    ],
)
def test_of_a_database_url_all_is_shown_but_the_credentials(url: str, shown: str) -> None:
    assert Settings(database_url=SecretStr(url)).shown()["DATABASE_URL"] == shown


def test_credentials_in_any_other_url_are_not_shown() -> None:
    shown = Settings(jaeger_endpoint="https://ann:hunter2@traces.test:4318").shown()
    assert shown["JAEGER_ENDPOINT"] == "https://***@traces.test:4318"


# Misspelled names


def test_a_name_that_begins_as_the_services_and_means_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORDERS_PROT", "ORDERS_PORT", "PORT", "orders_x"):
        monkeypatch.setenv(name, "1")
    assert unknown_names("ORDERS_", ["orders_port"]) == ["ORDERS_PROT"]
