"""What changed in where a service, or the broker of its events, is to be found."""

from collections.abc import Iterator

from service_standard.checker.diff.change import Change
from service_standard.checker.diff.kinds import kind
from service_standard.checker.documents import part
from service_standard.contract import Node


def of_servers(old: Node, new: Node, word: str) -> Iterator[Change]:
    """Addresses that are gone or new; `word` is `server` for an OpenAPI document, `broker` for AsyncAPI.

    A document that names none says nothing of where it is served, so that neither its first nor its last is a change.
    """
    before, after = dict(_addresses(old)), dict(_addresses(new))
    if not before or not after:
        return
    for address in [address for address in before if address not in after]:
        yield Change(kind(f"{word}.removed"), (address,), address, [*after], before[address])
    for address in [address for address in after if address not in before]:
        yield Change(kind(f"{word}.added"), (address,), None, address, after[address])


def _addresses(root: Node) -> Iterator[tuple[str, Node]]:
    """Each server by its address, variables as their defaults."""
    servers = part(root, "servers")
    if servers is None:
        return
    for server in (*servers.elements(), *(node for _, node in servers.items())):
        words = [str(server.get(word)) for word in ("protocol", "url", "host", "pathname") if word in server]
        address = " ".join(words)
        variables = part(server, "variables")
        for name, variable in variables.items() if variables else ():
            address = address.replace(f"{{{name}}}", str(variable.get("default")))
        yield address, server
