"""Services that hang, die half way, keep things to themselves or send telemetry: a line or a finding, in time."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service_standard.checker.__main__ import main
from service_standard.checker.live.client import Bounds
from service_standard.checker.live.exchange import NoAnswer
from service_standard.checker.live.telemetry import listening
from service_standard.checker.live.tokens import Commanded, algorithm_of
from service_standard.checker.rule import NotJudged, Outcome
from service_standard.checker.rules import chosen
from service_standard.checker.run import judge
from service_standard.checker.subject import Subject
from tests.checker.parcels import Answer, Asked, Parcels
from tests.checker.running import SCOPES
from tests.checker.samples import GOOD, good, write
from tests.checker.served import SECRET, live, served

BOTH = ["traces", "metrics"]
PATIENCE_SECONDS = 10  # a third of what the whole answer would take
Said = pytest.CaptureFixture[str]


def typed(url: str, *more: str) -> int:
    """The exit code of a check of the good documents beside what runs there."""
    return main(["check", str(GOOD), "--url", url, "--jwt-secret", SECRET, "--rate", "1000", *more])


def outcome(name: str, subject: Subject) -> Outcome:
    (rule,) = chosen([name], [])
    return judge(rule, subject)


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def dripping(text: bytes) -> Iterator[str]:
    """A server that answers a byte each 50 ms, and never ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = Event()
        thread = Thread(target=_drip, args=(listener, text, over))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join()


def _drip(listener: socket.socket, text: bytes, over: Event) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        for byte in text:
            connection.send(bytes([byte]))
            if over.wait(0.05):
                return


@pytest.mark.parametrize("text", [b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 99, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 999])
def test_an_answer_that_trickles_in_is_given_up(text: bytes) -> None:
    with dripping(text) as url, live(url, bounds=Bounds(timeout=0.2)) as target:
        before = time.monotonic()
        with pytest.raises(NoAnswer, match=r"TimeoutError|ReadTimeout"):
            target.send("GET", "/")
    assert time.monotonic() - before < PATIENCE_SECONDS


def test_a_service_that_dies_half_way_is_a_finding_and_ends_the_check(capsys: Said) -> None:
    class Mortal(Parcels):
        def answered(self, asked: Asked) -> Answer:
            if asked.method == "POST":
                raise ConnectionError
            return super().answered(asked)

    with served(Mortal()) as url:
        assert typed(url, "--only", "API-10", "--only", "API-04") == 1
    out = capsys.readouterr().out
    assert "500" in out


def test_a_path_that_hangs_is_a_finding_once_and_is_not_asked_again() -> None:
    with silent() as url, live(url, bounds=Bounds(timeout=0.1)) as target:
        with pytest.raises(NoAnswer):
            target.send("GET", "/parcels")
        with pytest.raises(NotJudged, match="is not asked again"):
            target.send("GET", "/parcels?limit=1")
        for path in ("/a", "/b", "/c"):
            with pytest.raises(NoAnswer):
                target.send("GET", path)
        with pytest.raises(NotJudged, match="has stopped answering"):
            target.send("GET", "/d")


def test_a_list_of_another_shape_that_the_contract_does_not_describe_is_a_finding(tmp_path: Path) -> None:
    class Foreign(Parcels):
        def page(self, asked: Asked) -> Answer:
            return Answer(200, super().page(asked).body["items"])

    files = good()
    del files["openapi.yaml"]["paths"]["/parcels"]["get"]["responses"]["200"]["content"]
    with served(Foreign()) as url, live(url, scopes=SCOPES) as target:
        found = outcome("API-06.page", Subject(write(files, tmp_path), target=target))
    (finding,) = found.findings
    assert finding.message == "GET /parcels answers no object with items, total, limit, offset"


@pytest.mark.parametrize("envelope", ["data", "parcel"])
def test_an_id_is_found_in_envelopes_of_other_shapes(envelope: str) -> None:
    class Wrapping(Parcels):
        def create(self, asked: Asked) -> Answer:
            answer = super().create(asked)
            return Answer(201, {envelope: answer.body}, answer.headers)

    with served(Wrapping()) as url, live(url, scopes=SCOPES) as target:
        subject = Subject(GOOD, target=target)
        assert subject.walk.resource("/parcels/{id}").values == {"id": "p-1"}


def test_a_resource_with_a_member_that_is_called_like_an_envelope_is_no_envelope() -> None:
    class Foreign(Parcels):
        def create(self, asked: Asked) -> Answer:
            answer = super().create(asked)
            return Answer(201, {"items": [], "parcelId": answer.body["id"]})

    with served(Foreign()) as url, live(url, scopes=SCOPES) as target:
        assert Subject(GOOD, target=target).walk.resource("/parcels/{id}").values == {"id": "p-1"}


@pytest.mark.parametrize("id_", ["\ud800", "", True, None, {"a": 1}])
def test_an_id_that_no_path_can_carry_is_none(id_: object) -> None:
    class Odd(Parcels):
        def create(self, asked: Asked) -> Answer:
            return super().create(asked).but(id=id_)

    with served(Odd()) as url, live(url, scopes=SCOPES) as target:
        found = outcome("API-04.answers", Subject(GOOD, target=target))
    assert "tells no id" in found.reason


def test_what_no_service_answers_is_found_and_what_none_has_shown_is_not_judged() -> None:
    class Yes(Parcels):
        def answered(self, asked: Asked) -> Answer:
            return Answer(200, {"status": "ok", "items": []})

    with served(Yes()) as url, live(url, scopes=SCOPES) as target:
        subject = Subject(GOOD, target=target)
        verdicts = {
            name: outcome(name, subject).verdict for name in ("API-06.pages", "API-08.problems", "API-09.types")
        }
        assert set(verdicts.values()) == {"not judged"}
        assert outcome("API-09.reachable", subject).verdict == "failed"


def test_a_contract_may_stand_below_the_path_of_its_server(tmp_path: Path) -> None:
    class Below(Parcels):
        def answered(self, asked: Asked) -> Answer:
            return super().answered(replace(asked, path=asked.path.removeprefix("/api/v1")))

    files = good()
    files["openapi.yaml"]["servers"] = [
        {"url": "https://parcels.example.com/{at}/", "variables": {"at": {"default": "api/v1"}}}
    ]
    with served(Below()) as url:
        for base in (url, f"{url}/api/v1"):
            with live(base, scopes=SCOPES) as target:
                walk = Subject(write(files, tmp_path), target=target).walk
                assert walk.resource("/parcels/{id}", fresh=True).answer.request.url == f"{url}/api/v1/parcels"


def test_tokens_that_are_refused_are_told_once_and_all_that_needs_them_is_not_judged(capsys: Said) -> None:
    with served(Parcels()) as url:
        typed(
            url,
            "--only",
            "AUTH-04",
            "--only",
            "API-07.accepts",
            "--jwt-secret",
            "of-somebody-else" * 3,
            "--format",
            "json",
        )
    found = {rule["id"]: rule for rule in json.loads(capsys.readouterr().out)["rules"]}
    assert [rule for rule, one in found.items() if one["findings"]] == ["AUTH-04.enough"]
    assert "a token with every scope is refused: 401" in found["API-07.accepts"]["reason"]


def test_a_command_is_asked_once_for_each_set_of_scopes(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    command = Commanded(f"sh -c 'echo $0 >> {asked}; echo token-of-$0' {{scopes}}")
    assert {command.token(scopes, {}) for scopes in (["b", "a"], ["a", "b"], ["a"], [])} >= {"token-of-a"}
    assert asked.read_text().splitlines() == ["a b", "a", ""]


def test_who_may_only_read_is_told_so_and_nothing_is_written(capsys: Said) -> None:
    app = Parcels()
    with served(app) as url:
        assert typed(url, "--read-only", "--only", "API-04", "--only", "AUTH-01.required") == 0
    said = capsys.readouterr()
    assert "nothing is written" in said.err
    assert "--read-only does not allow POST" in said.out
    assert app.rows == []


def test_what_will_be_written_is_said_before(capsys: Said) -> None:
    with served(Parcels()) as url:
        assert typed(url, "--only", "API-03") == 0
    assert "by POST /parcels, PATCH /parcels/{id}, POST /parcels/{id}/cancel" in capsys.readouterr().err


@pytest.mark.parametrize(("shares", "verdict"), [(True, "passed"), (False, "failed")])
def test_replicas_that_keep_things_to_themselves_are_found(*, shares: bool, verdict: str) -> None:
    one = Parcels()
    other = Parcels(one if shares else None)
    with served(one) as url, served(other) as url_2, live(url, scopes=SCOPES) as here, live(url_2) as there:
        subject = Subject(
            GOOD, target=replace(here, other=there.client, every_scope=frozenset({"parcels.read", "parcels.write"}))
        )
        assert outcome("LIFE-04.replicas", subject).verdict == verdict


@pytest.mark.parametrize(("signals", "missing"), [(BOTH, []), (["traces"], ["metrics"]), ([], BOTH)])
def test_telemetry_that_does_not_come_is_found(signals: list[str], missing: list[str]) -> None:
    with listening(0) as receiver, served(Parcels()) as url, live(url, bounds=Bounds(time_limit=0.5)) as target:
        for signal in signals:
            httpx.post(f"{receiver.url}/v1/{signal}", content=b"x", trust_env=False)
        found = outcome("OBS-02.otlp", Subject(GOOD, target=replace(target, receiver=receiver))).findings
    assert [finding.message.split()[1] for finding in found] == missing


@pytest.mark.parametrize(("notices", "verdict"), [(True, "passed"), (False, "warned")])
def test_a_broken_dependency_that_readiness_overlooks_is_found(*, notices: bool, verdict: str, tmp_path: Path) -> None:
    down = tmp_path / "down"

    class Watching(Parcels):
        def of_the_service(self, asked: Asked, path: str) -> Answer:
            return Answer(503 if notices and down.exists() else 200, {"status": "ok"})

    with served(Watching()) as url, live(url, bounds=Bounds(time_limit=1.0)) as target:
        breakable = replace(target, breaking=f"touch {down}", mending=f"rm {down}")
        assert outcome("LIFE-02.readiness", Subject(GOOD, target=breakable)).verdict == verdict
    assert not down.exists()


def test_a_log_that_the_running_service_writes_must_have_the_trace(tmp_path: Path) -> None:
    log = tmp_path / "log"

    class Logging(Parcels):
        def answered(self, asked: Asked) -> Answer:
            log.write_text('{"trace_id": "another"}\n')
            return super().answered(asked).without("traceId")

    with served(Logging()) as url, live(url) as target:
        found = outcome("OBS-03.continued", Subject(GOOD, log_file=log, target=target))
    assert [finding.message[:25] for finding in found.findings] == ["no line of the log has th"]


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
def test_a_key_tells_its_algorithm(key: rsa.RSAPrivateKey, algorithm: str) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert algorithm_of(pem.decode()) == algorithm
