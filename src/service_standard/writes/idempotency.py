"""Idempotency keys: a request that has succeeded is answered again as it was, not done again."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from pydantic_core import to_json

from service_standard.binding.reply import Reply
from service_standard.database import Database, Row, Transaction, Value, inserting, padded, parameters
from service_standard.identity import now_ns, timestamp
from service_standard.problems import IDEMPOTENCY_KEY_REUSED, Problem

REPLAYED: Final = "Idempotency-Replayed"
_HOUR_NS: Final = 3_600_000_000_000
_PRUNE: Final = (
    "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE created_at < $1 LIMIT 1000) RETURNING id"
)
INSERT: Final = inserting("idempotency", "id, fingerprint, headers, body, created_at")


class Claim(NamedTuple):
    """One caller's key for one operation; `fingerprint` tells another request under the same key."""

    id: str
    fingerprint: str

    @classmethod
    def of(cls, caller: str, operation: str, key: str, request: object) -> "Claim":
        """The claim of a request, whose content is anything that JSON can hold."""
        return cls(_digest(to_json([caller, operation, key])), _digest(_sorted().encode(request).encode()))

    def row(self, reply: Reply, at: str) -> Row:
        """The record of the reply, for INSERT."""
        return (self.id, self.fingerprint, to_json(reply.headers).decode(), reply.content.decode(), at)


class Recorded(NamedTuple):
    """The reply that a claim got, and the fingerprint of the request that got it."""

    fingerprint: str
    reply: Reply


def replayed(record: Recorded, claim: Claim) -> Reply:
    """The first reply, marked as replayed.

    Raises:
        Problem: 422, the key was used for another request (draft-ietf-httpapi-idempotency-key-header-07, 2.7).
    """
    if record.fingerprint != claim.fingerprint:
        raise Problem(IDEMPOTENCY_KEY_REUSED, "The Idempotency-Key was used for another request")
    return Reply(record.reply.content, {**record.reply.headers, REPLAYED: "true"})


async def recorded(transaction: Transaction, claims: Sequence[Claim]) -> dict[str, Recorded]:
    """What is recorded for any of the claims, by their ids."""
    if not claims:
        return {}
    ids: list[Value] = padded([claim.id for claim in claims])
    rows = await transaction.fetch(
        f"SELECT id, fingerprint, headers, body FROM idempotency WHERE id IN ({parameters(len(ids))})",  # noqa: S608 placeholders only
        *ids,
    )
    return {str(row[0]): Recorded(str(row[1]), Reply(str(row[3]).encode(), json.loads(str(row[2])))) for row in rows}


async def prune(database: Database, hours: int) -> None:
    """Forgets the records that are older, a thousand in a transaction."""
    before = timestamp(now_ns() - hours * _HOUR_NS)
    while await database.transact(lambda transaction: transaction.fetch(_PRUNE, before)):
        continue


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@cache
def _sorted() -> json.JSONEncoder:
    """Writes the same for all requests that differ only in the order of their objects' members."""
    return json.JSONEncoder(sort_keys=True)
