"""The development token: minted for the service with the same environment, and for no production."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from service_standard.auth import Principal, authenticator
from service_standard.auth.minting import MOST_HOURS, mint, token_text
from service_standard.settings import Settings, SettingsError
from tests.auth.asking import accepted, assert_refused

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-for-tokens-of-at-least-32-bytes"
DEVELOPMENT = Settings(environment="development")


def run(*arguments: str, **environ: str) -> tuple[int, str, str]:
    """The exit status of the script, and what it printed to whom."""
    return execute([sys.executable, "generate_test_token.py", *arguments], ROOT, environ)


def run_bare(checkout: Path, *arguments: str) -> tuple[int, str, str]:
    """The same by a Python that has nothing installed."""
    return execute([sys.executable, "-S", "generate_test_token.py", *arguments], checkout, {})


def execute(command: list[str], place: Path, environ: Mapping[str, str]) -> tuple[int, str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COV", "PATH", "LANG"))}
    result = subprocess.run(
        command, cwd=place, env={**kept, **environ}, capture_output=True, text=True, timeout=30, check=False
    )
    return result.returncode, result.stdout, result.stderr


def raw(*arguments: str, **environ: str) -> bytes:
    status, output, errors = run("--raw", *arguments, **environ)
    assert (status, errors) == (0, "")
    return output.removesuffix("\n").encode()


async def test_the_token_is_on_the_line_after_its_heading() -> None:
    status, output, errors = run(PORT="8123")
    heading, token, blank, example = output.splitlines()
    assert (status, errors, heading, blank) == (0, "", "Generated JWT token:", "")
    assert example == f'curl -H "Authorization: Bearer {token}" http://localhost:8123/orders'
    principal = await accepted(authenticator(DEVELOPMENT), token.encode())
    assert principal == Principal("test-user", frozenset({"orders.read", "orders.write"}))


async def test_raw_prints_the_token_alone_and_the_arguments_are_in_it() -> None:
    token = raw("--scopes", "orders.read", "orders.admin", "--sub", "user 123", "--exp-hours", "0.5")
    principal = await accepted(authenticator(DEVELOPMENT), token)
    assert principal == Principal("user 123", frozenset({"orders.read", "orders.admin"}))


async def test_scopes_may_be_one_word_with_spaces_or_none_at_all() -> None:
    service = authenticator(DEVELOPMENT)
    assert (await accepted(service, raw("--scopes", "a b"))).scopes == {"a", "b"}
    assert (await accepted(service, raw("--scopes"))).scopes == frozenset()


async def test_the_secret_of_the_environment_signs() -> None:
    token = raw(JWT_SECRET_KEY=SECRET, JWT_AUDIENCE="orders")
    configured = DEVELOPMENT.model_copy(update={"jwt_secret_key": SecretStr(SECRET), "jwt_audience": "orders"})
    await accepted(authenticator(configured), token)
    await assert_refused(authenticator(DEVELOPMENT), token)


async def test_the_token_expires_after_its_hours() -> None:
    token = raw("--exp-hours", "2")
    await accepted(authenticator(DEVELOPMENT, clock=lambda: time.time() + 1.9 * 3600), token)
    await assert_refused(authenticator(DEVELOPMENT, clock=lambda: time.time() + 2.1 * 3600), token)


def test_no_two_tokens_are_the_same() -> None:
    assert mint(DEVELOPMENT, "ann", [], hours=1) != mint(DEVELOPMENT, "ann", [], hours=1)


@pytest.mark.parametrize("environment", ["production", "PRODUCTION", "staging"])
def test_it_refuses_outside_development(environment: str) -> None:
    status, output, errors = run(ENVIRONMENT=environment, JWT_SECRET_KEY=SECRET)
    assert (status, output) == (1, "")
    assert "never in production" in errors


def test_an_empty_environment_name_is_development() -> None:
    assert raw(ENVIRONMENT="")


def test_a_short_secret_is_refused_and_not_shown() -> None:
    status, output, errors = run(JWT_SECRET_KEY="short-secret")
    assert (status, output) == (1, "")
    assert errors == "JWT_SECRET_KEY: must have at least 32 bytes\n"


def test_a_service_with_published_keys_takes_only_its_issuers_tokens() -> None:
    status, output, errors = run(JWT_ISSUER="https://issuer.test", JWT_AUDIENCE="orders")
    assert (status, output) == (1, "")
    assert "only the issuer makes tokens" in errors


def test_minting_refuses_production_by_itself() -> None:
    settings = Settings(environment="production", jwt_secret_key=SecretStr(SECRET))
    with pytest.raises(SettingsError, match="development only"):
        mint(settings, "ann", [], hours=1)


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--exp-hours", hours] for hours in ["-1", "0", "nan", "inf", "1e9", f"{MOST_HOURS + 1}", "soon", ""]),
        *(["--sub", sub] for sub in ["", " ", "x" * 256, "line\nbreak", b"\xff".decode(errors="surrogateescape")]),
        *(["--scopes", scope] for scope in ["", '"', "a\\b", "ä", "a\nb"]),
        ["--unknown"],
        ["word"],
    ],
    ids=ascii,
)
def test_faulty_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        token_text(DEVELOPMENT, arguments, scopes=["a"], path="/")
    printed = capsys.readouterr()
    assert (exit_.value.code, printed.out) == (2, "")
    assert printed.err.startswith("usage: ")


def test_a_faulty_argument_is_a_usage_error_of_the_script() -> None:
    status, output, errors = run("--exp-hours", "-1")
    assert (status, output) == (2, "")
    assert errors.startswith("usage: generate_test_token.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The script beside its sources, as after a clone."""
    shutil.copy(ROOT / "generate_test_token.py", tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    return tmp_path


def test_a_bare_python_goes_on_in_the_environment_of_the_checkout(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    status, output, errors = run_bare(checkout, "--raw", "--sub", "two words")
    assert (status, errors, output.count(".")) == (0, "", 2)


def test_a_bare_python_without_that_environment_says_what_to_do(checkout: Path) -> None:
    status, output, errors = run_bare(checkout)
    assert (status, output) == (1, "")
    assert errors.endswith("is not installed: `make run` or `make test` installs it into .venv\n")


def test_an_environment_without_the_packages_is_not_started_over_and_over(checkout: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout / ".venv"], check=True, timeout=60)
    status, _, errors = run_bare(checkout)
    assert (status, "`make run`" in errors) == (1, True)
