"""What is planted in the running service: for each live rule at least one fault that breaks just that rule."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import jwt

from tests.checker.parcels import NAMES, READ, WRITE, Answer, Asked, Parcels, Refused
from tests.checker.served import SECRET

Change = Callable[[Asked, Answer], Answer]


class Unfit(NamedTuple):
    """A fault in words, the one rule that must find it, and the service that has it."""

    rule: str
    words: str
    app: type[Parcels]


def with_answers(change: Change) -> type[Parcels]:
    """The good service whose answers, problems included, are changed."""

    def answered(self: Parcels, asked: Asked) -> Answer:
        return change(asked, Parcels.answered(self, asked))

    return with_parts(answered=answered)


def with_parts(**methods: Any) -> type[Parcels]:
    """The good service with other methods."""
    return type("UnfitParcels", (Parcels,), methods)


def at(path: str, change: Callable[[Answer], Answer]) -> type[Parcels]:
    return with_answers(lambda asked, answer: change(answer) if asked.path == path else answer)


def on(status: int, change: Callable[[Answer], Answer]) -> type[Parcels]:
    return with_answers(lambda _, answer: change(answer) if answer.status == status else answer)


def in_element(change: Callable[[Answer], Answer]) -> type[Parcels]:
    """Changes what GET of one parcel answers."""

    def changed(asked: Asked, answer: Answer) -> Answer:
        is_element = asked.method == "GET" and asked.path.startswith("/parcels/") and answer.status == 200
        return change(answer) if is_element else answer

    return with_answers(changed)


def redirects_slashes(asked: Asked, answer: Answer) -> Answer:
    has_slash = len(asked.path) > 1 and asked.path.endswith("/")
    return Answer(307, "", {"location": asked.path.rstrip("/")}) if has_slash else answer


def cuts_limits(self: Parcels, asked: Asked) -> tuple[int, int]:
    limit = asked.query.get("limit", "")
    given = {**asked.query, "limit": "100"} if limit.isdigit() and int(limit) > 100 else asked.query
    return Parcels.bounds(self, replace(asked, query=given))


def overlaps(self: Parcels, asked: Asked) -> Answer:
    limit, offset = self.bounds(asked)
    answer = Parcels.page(self, asked)
    return answer.but(items=[self.without_version(row) for row in self.rows[max(0, offset - 1) :][:limit]])


def twenty_by_default(self: Parcels, asked: Asked) -> tuple[int, int]:
    return Parcels.bounds(self, replace(asked, query={"limit": "20", **asked.query}))


def takes_ascii(self: Parcels, body: dict[str, Any]) -> bool:
    return Parcels.allows(self, body) and str(body).isascii()


def drops_unknown_members(self: Parcels, asked: Asked) -> Any:
    try:
        return Parcels.read(self, asked)
    except Refused:
        body = asked.json
        if not isinstance(body, dict) or "serviceStandardUnknown" not in body:
            raise
        return {"status": body["status"]}


def makes_another(self: Parcels, asked: Asked, first: bytes, answer: Answer) -> Answer:
    Parcels.replayed(self, asked, first, answer)
    return Parcels.create(self, replace(asked, headers={**asked.headers, "idempotency-key": f"{len(self.rows)}"}))


def ignores_if_match(self: Parcels, asked: Asked, row: dict[str, Any], body: Any) -> Answer:
    kept = {name: value for name, value in asked.headers.items() if name != "if-match"}
    return Parcels.change(self, replace(asked, headers=kept), row, body)


def takes_expired(self: Parcels, token: str) -> dict[str, Any]:
    return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False})


def fails_on_bad_tokens(self: Parcels, token: str) -> dict[str, Any]:
    try:
        return Parcels.verified(self, token)
    except jwt.PyJWTError as error:
        raise Refused(500, "internal_error", "it failed") from error


def knows_no_scp(self: Parcels, claims: dict[str, Any]) -> Any:
    return Parcels.scopes(self, {name: value for name, value in claims.items() if name != "scp"})


def validates_first(asked: Asked, answer: Answer) -> Answer:
    if answer.status == 401 and "authorization" not in asked.headers and asked.body and asked.json is None:
        return replace(answer.but(type="validation_error", status=400, errors=[]), status=400)
    return answer


def publishes_refusals(self: Parcels, asked: Asked, row: dict[str, Any], body: Any) -> Answer:
    if row["status"] == body["status"]:
        self.publish(row, "created")
    return Parcels.change(self, asked, row, body)


def publishes_creates_alone(self: Parcels, row: dict[str, Any], what: str, **more: str) -> None:
    if what == "created":
        Parcels.publish(self, row, what, **more)


def forbids_strangers(asked: Asked, answer: Answer) -> Answer:
    is_stranger = answer.status == 401 and "authorization" not in asked.headers
    return is_another(403, "forbidden")(answer) if is_stranger else answer


def challenges_nobody(asked: Asked, answer: Answer) -> Answer:
    return replace(answer, headers={}) if "authorization" not in asked.headers else answer


def dislikes_unknown_ids(asked: Asked, answer: Answer) -> Answer:
    is_element = answer.status == 404 and asked.path.startswith("/parcels/")
    return is_another(400, "validation_error")(answer) if is_element else answer


def cannot_process(asked: Asked, answer: Answer) -> Answer:
    is_body = answer.status == 400 and asked.json is not None
    return is_another(422, "validation_error")(answer) if is_body else answer


def is_plain(answer: Answer) -> Answer:
    return replace(answer, body="Not Found", media_type="text/plain")


def is_another(status: int, kind: str) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer.but(type=kind, status=status), status=status)


def path_unknown(asked: Asked, answer: Answer) -> Answer:
    return is_plain(answer) if "such-path" in asked.path else answer


FAULTS: Final = (
    Unfit("API-02.served", "serves another document", at("/openapi.json", lambda a: a.but(tags=[]))),
    Unfit("API-03.root", "tells no version", at("/", lambda a: a.without("version"))),
    Unfit("MAN-02.root", "has another name", at("/", lambda a: a.but(**{**NAMES, "name": "parcels-service"}))),
    Unfit("API-04.requests", "answers a form with 400", on(415, is_another(400, "validation_error"))),
    Unfit("API-04.answers", "answers text", in_element(lambda a: replace(a, media_type="text/html"))),
    Unfit("API-05.redirects", "redirects a trailing slash", with_answers(redirects_slashes)),
    Unfit("API-06.page", "has no total", at("/parcels", lambda a: a.without("total") if a.status == 200 else a)),
    Unfit("API-06.applied", "has a default of 20", with_parts(bounds=twenty_by_default)),
    Unfit("API-06.bounds", "cuts a limit off", with_parts(bounds=cuts_limits)),
    Unfit("API-06.pages", "shows an item twice", with_parts(page=overlaps)),
    Unfit("API-06.order", "lists the newest first", with_parts(ordered=lambda self: self.rows[::-1])),
    Unfit(
        "API-07.accepts",
        "takes ASCII only",
        with_parts(allows=takes_ascii),
    ),
    Unfit("API-07.refuses", "takes any length", with_parts(allows=lambda _, body: body["status"] != "")),
    Unfit("API-07.unknown", "drops an unknown member", with_parts(read=drops_unknown_members)),
    Unfit(
        "API-07.parameters",
        "ignores a filter that is wrong",
        with_parts(page=lambda self, a: Parcels.page(self, replace(a, query={**a.query, "kind": "small"}))),
    ),
    Unfit("API-07.declared", "answers 200 to a create", on(201, lambda a: replace(a, status=200))),
    Unfit("API-07.answers", "leaves a member out", in_element(lambda a: a.without("parts"))),
    Unfit("API-07.headers", "leaves the ETag out", in_element(lambda a: replace(a, headers={}))),
    Unfit("API-07.idempotency", "creates twice", with_parts(replayed=makes_another)),
    Unfit("API-07.key-reuse", "takes another body", with_parts(replayed=lambda *given: given[-1])),
    Unfit("API-07.if-match", "ignores If-Match", with_parts(change=ignores_if_match)),
    Unfit("API-08.problems", "answers text to an unknown path", with_answers(path_unknown)),
    Unfit("API-08.problems", "leaves `instance` out", on(404, lambda a: a.without("instance"))),
    Unfit("API-09.types", "spells a type otherwise", on(404, lambda a: a.but(type="NotFound"))),
    Unfit(
        "API-09.reachable",
        "answers 400 to an unknown id",
        with_answers(
            lambda asked, a: (
                is_another(400, "validation_error")(a) if a.status == 404 and "/parcels/" in asked.path else a
            )
        ),
    ),
    Unfit(
        "API-10.status",
        "answers 422",
        with_answers(cannot_process),
    ),
    Unfit("API-10.detail", "names no field", on(400, lambda a: a.but(detail="Bad Request"))),
    Unfit("API-10.errors", "has no list of errors", on(400, lambda a: a.without("errors"))),
    Unfit("API-11.methods", "answers 404 to a wrong method", on(405, is_another(404, "not_found"))),
    Unfit("API-11.methods", "has no Allow", on(405, lambda a: replace(a, headers={}))),
    Unfit(
        "AUTH-01.required",
        "answers 403 without a token",
        with_answers(
            lambda asked, a: (
                is_another(403, "forbidden")(a) if a.status == 401 and "authorization" not in asked.headers else a
            )
        ),
    ),
    Unfit(
        "AUTH-01.challenge",
        "does not challenge",
        with_answers(challenges_nobody),
    ),
    Unfit("AUTH-02.tokens", "takes a token that has expired", with_parts(verified=takes_expired)),
    Unfit("AUTH-02.tokens", "fails on a bad token", with_parts(verified=fails_on_bad_tokens)),
    Unfit("AUTH-04.too-few", "lets readers write", with_parts(covers=lambda *given: bool(given[1] & (READ | WRITE)))),
    Unfit(
        "AUTH-04.enough",
        "asks for more than the contract",
        with_parts(covers=lambda _, scopes, needed: needed <= scopes and scopes >= READ),
    ),
    Unfit(
        "AUTH-04.words",
        "looks for a part of a text",
        with_parts(covers=lambda _, scopes, needed: all(scope in " ".join(scopes) for scope in needed)),
    ),
    Unfit("AUTH-04.challenge", "does not say what is missing", on(403, lambda a: replace(a, headers={}))),
    Unfit("AUTH-05.claims", "does not know `scp`", with_parts(scopes=knows_no_scp)),
    Unfit("AUTH-06.first", "validates before it authenticates", with_answers(validates_first)),
    Unfit("EVT-04.published", "publishes what was refused", with_parts(change=publishes_refusals)),
    Unfit("EVT-04.published", "publishes no update", with_parts(publish=publishes_creates_alone)),
    Unfit("OBS-03.continued", "begins a trace anew", on(404, lambda a: a.but(traceId="2" * 32))),
    Unfit("LIFE-01.probes", "says UP", at("/readyz", lambda a: a.but(status="UP"))),
)
