"""`service-standard new`: what it makes keeps the standard, passes its own tests, starts and serves."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from service_standard.checker.__main__ import main
from service_standard.checker.new.template import files, words_of
from service_standard.checker.rules import every_rule
from service_standard.checker.run import run
from service_standard.checker.subject import Subject
from service_standard.settings import DEVELOPMENT_SECRET
from tests import process
from tests.sources import SRC

DEVELOPMENT = {"ENVIRONMENT": "development", "HOST": "127.0.0.1", "PORT": "0", "MIGRATE_ON_START": "true"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("new") / "deliveries"
    assert main(["new", "deliveries", str(directory)]) == 0
    return directory


def test_a_new_service_keeps_every_rule_that_its_files_can_be_judged_by(service: Path) -> None:
    outcomes = run(Subject(service), every_rule()).outcomes
    judged = {outcome.rule.id for outcome in outcomes if not outcome.reason}
    assert [finding for outcome in outcomes for finding in outcome.findings] == []
    assert {"API-01.valid", "AUTH-03.agree", "EVT-01.valid", "EVT-02.envelope", "MAN-01.words"} <= judged


def test_a_new_service_serves_and_no_live_rule_finds_fault_with_it(service: Path, tmp_path: Path) -> None:
    where = {
        **DEVELOPMENT,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'deliveries.db'}",
        "SERVICE_MANIFEST": str(service / "service.yaml"),
        "PYTHONPATH": f"{SRC}:{service / 'src'}",
    }
    deliveries = (sys.executable, "-W", "error", "-m", "deliveries")
    made = subprocess.run([*deliveries, "token", "--raw"], env=where, capture_output=True, text=True, check=True)
    token = {"Authorization": f"Bearer {made.stdout.strip()}"}
    with process.process(*deliveries, "serve", **where) as started:
        with httpx.Client(base_url=started.url, headers=token) as caller:
            created = caller.post("/deliveries", json={"name": "first"})
            assert (created.status_code, created.json()["name"]) == (201, "first")
            assert caller.get(created.headers["Location"]).json() == created.json()
        judged = ["--url", started.url, "--jwt-secret", DEVELOPMENT_SECRET, "--examples", "3"]
        assert main(["check", str(service), *judged]) == 0
        assert started.stop().code == 0


def test_a_new_service_receives_no_events_and_says_so(service: Path, tmp_path: Path) -> None:
    sources = {"EVENT_SOURCES": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    database = f"sqlite:///{tmp_path / 'deliveries.db'}"
    where = {**DEVELOPMENT, **sources, "DATABASE_URL": database, "PYTHONPATH": f"{SRC}:src"}
    done = subprocess.run(
        [sys.executable, "-m", "deliveries", "serve"],
        cwd=service,
        env=where,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("\nEVENT_SOURCES: this service receives no events\n")


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "pytest", "-q", "-p", "no:cacheprovider"],
        ["-m", "ruff", "check", "--no-cache"],
        ["-m", "service_standard.checker", "models", "--check"],
    ],
    ids=["its own tests", "the linter", "the generator of models"],
)
def test_a_new_service_passes(command: list[str], service: Path, tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "PYTHONPATH": str(SRC),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": f"--basetemp={tmp_path / 'tests'}",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=service, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_stale_model_is_found_and_written_anew(tmp_path: Path) -> None:
    directory = tmp_path / "parcels"
    assert main(["new", "parcels", str(directory)]) == 0
    module = directory / "src/parcels/models.py"
    (text, stale) = (module.read_text(), module.read_text().replace("version: int", "version: str"))
    module.write_text(stale)
    assert main(["models", "--check", str(directory)]) == 1
    assert module.read_text() == stale
    assert main(["models", str(directory)]) == 0
    assert module.read_text() == text


def test_nothing_of_the_template_is_left_in_a_new_service(service: Path) -> None:
    made = [path for path in service.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(made) == len(files())
    assert [path for path in made if "{{" in str(path) or "parcel" in path.read_text().lower()] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Parcels", "a plural in lower case"),
        ("parcel", "a plural in lower case"),
        ("gift-cards", "a plural in lower case"),
        ("../parcels", "a plural in lower case"),
        ("parcels\n", "a plural in lower case"),
        ("classes", "Python has something else of that name"),
        ("types", "Python has something else of that name"),
        ("metrics", "uses that word for something else"),
        ("problems", "uses that word for something else"),
    ],
)
def test_a_name_that_a_service_could_not_bear_is_refused_in_one_line(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", name, str(tmp_path / "made")]) == 2
    (line,) = capsys.readouterr().err.replace(name, name.strip()).splitlines()
    assert said in line
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(("directory", "said"), [("full", "is not empty"), ("full/file", "Not a directory")])
def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(
    directory: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    assert main(["new", "parcels", str(tmp_path / directory)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert [path.read_text() for path in (tmp_path / "full").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("name", "one"), [("users", "user"), ("batches", "batch"), ("addresses", "address"), ("companies", "company")]
)
def test_one_of_many_has_its_own_word(name: str, one: str) -> None:
    assert words_of(name).one == one
