"""Rules of what a running service says of itself: API-02, API-03 and MAN-02."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Json, Object

OK: Final = 200
MOST_DIFFERENCES: Final = 5


def it_serves_its_contract(subject: Subject) -> Iterator[Finding]:
    answer = subject.live.send("GET", "/openapi.json")
    if answer.status != OK or not isinstance(answer.json, dict):
        yield answer.finding("GET /openapi.json does not answer the document as JSON")
        return
    if subject.contract_path("api", "openapi") is None:
        raise NotJudged("there is no OpenAPI document beside the service to compare the served one with")
    if len(subject.openapi.root.files) > 1:
        raise NotJudged("the OpenAPI document is of several files, and can be served in more than one way")
    differences = list(_differences(subject.openapi.written, answer.json, ""))
    for pointer in differences[:MOST_DIFFERENCES]:
        yield answer.finding(f"the served document is another one at {pointer or 'its root'}")


def _differences(shipped: Json, served: Json, pointer: str) -> Iterator[str]:
    """The places at which two values differ, as deep as they can be told."""
    if isinstance(shipped, dict) and isinstance(served, dict):
        for key in {**shipped, **served}:
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            both = key in shipped and key in served
            yield from _differences(shipped[key], served[key], place) if both else [place]
    elif isinstance(shipped, list) and isinstance(served, list) and len(shipped) == len(served):
        for index, (one, other) in enumerate(zip(shipped, served, strict=True)):
            yield from _differences(one, other, f"{pointer}/{index}")
    elif shipped != served:
        yield pointer


def its_root_names_it(subject: Subject) -> Iterator[Finding]:
    answer = subject.live.send("GET", "/")
    texts = [isinstance(_members(answer.json).get(word), str) for word in ("name", "version")]
    if answer.status != OK or not all(texts):
        yield answer.finding('GET / does not answer 200 with {"name","version"}')


def its_root_agrees_with_the_manifest(subject: Subject) -> Iterator[Finding]:
    answer = subject.live.send("GET", "/")
    members, manifest = _members(answer.json), subject.manifest
    told = [(word, members[word]) for word in ("name", "version") if word in members]
    if not told:
        raise NotJudged("GET / tells neither name nor version")
    for word, value in told:
        wanted = manifest.values.get(word)
        if value != wanted:
            yield answer.finding(f"`{word}` is {value}, and {wanted} in the manifest")


def _members(value: Json) -> Object:
    return value if isinstance(value, dict) else {}


RULES: Final = (
    Rule(
        "API-02.served",
        "`GET /openapi.json` answers the very document that the manifest names.",
        "Clients are generated from the one and meet the other.",
        "Serve the file itself, parsed; switch off what the framework generates.",
        it_serves_its_contract,
    ),
    Rule(
        "API-03.root",
        '`GET /` answers `{"name","version"}`.',
        "Whoever finds a service at an address cannot tell which one it is.",
        "Answer name and version of the manifest at `/`, without a token.",
        its_root_names_it,
    ),
    Rule(
        "MAN-02.root",
        "Name and version at `GET /` are those of the manifest.",
        "The catalogue lists one service, and the address says another.",
        "Read both from `service.yaml` at the start.",
        its_root_agrees_with_the_manifest,
    ),
)
