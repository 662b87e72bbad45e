"""The problems: the table of types from the code, what they mean and who answers them from the contract."""

from collections.abc import Iterator
from typing import Any

from service_standard.contract import Contract, Node, Operation, load_contract
from service_standard.problems import MEDIA_TYPE, PROBLEM_TYPES, ProblemType
from tests.reference.markdown import code, page, table
from tests.sources import ROOT

ABOUT = """\
Every error is a problem ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`, with
`type`, `title`, `status`, `detail`, `instance`, and `traceId` where there is a trace. Branch on `type`, not on
`detail`. A `validation_error` names each fault in `errors`: `pointer` is `#/…` into the body, `query:name` or
`header:Name`. No problem repeats what the caller sent, and none may be stored."""
ELSEWHERE = "What no operation has is `not_found` or `method_not_allowed`, on any path."


def problems() -> str:
    """The page."""
    contract = load_contract(ROOT / "openapi/orders.yaml")
    rows = [[str(kind.status), f"`{kind.type}`", _meaning(contract, kind), _headers(kind)] for kind in PROBLEM_TYPES]
    types = {kind.status: kind.type for kind in PROBLEM_TYPES}
    shared = set.intersection(*(_statuses(operation) for operation in contract.operations.values()))
    operations = [
        [f"`{each.method} {each.path}`", code(*(types[status] for status in sorted(_statuses(each) - shared)))]
        for each in contract.operations.values()
    ]
    every = f"Every operation may answer {code(*(types[status] for status in sorted(shared)))}; and besides:"
    return page(
        "Problems",
        ABOUT,
        table(["Status", "`type`", "Meaning", "Headers"], rows),
        "## By operation",
        f"{ELSEWHERE}\n{every}",
        table(["Operation", "Problems"], operations),
    )


def _statuses(operation: Operation) -> set[int]:
    return {status for status in operation.responses if status >= 400}


def _headers(kind: ProblemType) -> str:
    sent = [f"`{header.name}`{'' if header.always else ' at times'}" for header in kind.headers]
    return ", ".join(sent)


def _meaning(contract: Contract, kind: ProblemType) -> str:
    """What the contract says of the answer whose example is of this type; one of them is never an operation's."""
    for answer in dict(contract.root["components"]["responses"].items()).values():
        if kind.type in (content.value["example"]["type"] for content in _problem_contents(answer)):
            return answer.text("description")
    return "The path has no such method; `Allow` names those that it has."


def _problem_contents(answer: Node) -> Iterator[Any]:
    contents = answer["content"].items() if "content" in answer else ()
    yield from (content for name, content in contents if name == MEDIA_TYPE)
