"""Whether code and contract agree on the headers of an answer."""

from collections.abc import Iterator, Mapping, Sequence

from service_standard.binding.known import NOT_MODIFIED, REPEATED
from service_standard.contract import Header
from service_standard.problems import SentHeader


def header_faults(status: int, declared: Mapping[str, Header], sent: Sequence[SentHeader]) -> Iterator[str]:
    """One line for each header that only one of both knows, or knows otherwise."""
    by_name = {header.name: header for header in sent}
    for name in sorted(set(declared) | set(by_name)):
        yield from _header(f"response {status}: header {name}", declared.get(name), by_name.get(name))


def not_modified_faults(declared: Mapping[str, Header], sent: Sequence[SentHeader]) -> Iterator[str]:
    """The same for a 304; `sent` are the headers of the whole answer."""
    repeated = [header for header in sent if header.name in REPEATED]
    if not any(header.name == "ETag" and header.always for header in repeated):
        yield f"response {NOT_MODIFIED} is declared and never answered: there is not always an ETag"
    yield from header_faults(NOT_MODIFIED, declared, repeated)


def _header(what: str, declared: Header | None, sent: SentHeader | None) -> Iterator[str]:
    if sent is None:
        yield f"{what} is declared and never sent"
    elif declared is None:
        yield f"{what} is sent and not declared"
    elif declared.required != sent.always:
        yield f"{what} is {'always' if sent.always else 'sometimes'} sent, which its `required` contradicts"
    elif not declared.schema.allows(sent.example):
        yield f"{what}: {sent.example} is sent and not allowed"
