"""What stands around operations and events: webhooks, callbacks, servers, brokers, and headers by a trait."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.checker.diff.edits import API, EVENTS, GONE, YES, Edit, put
from tests.checker.diff.test_diff import difference, told
from tests.checker.samples import Files, good

PARCEL: Final = {"$ref": "#/components/schemas/Parcel"}
SENT: Final = "/webhooks/left/post"
CREATE: Final = "/paths/~1parcels/post"
HEADERS: Final = "/components/messageTraits/traced/headers"


def hook() -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": PARCEL}}}
    return {"post": {"requestBody": body, "responses": {"200": {"description": "Taken."}}}}


def older() -> Files:
    """The good service with all of that around it."""
    files = good()
    files[API]["webhooks"] = {"left": hook()}
    files[API]["servers"] = [{"url": "https://{at}/v1", "variables": {"at": {"default": "parcels.example.com"}}}]
    put(files[API], f"{CREATE}/callbacks", {"sent": {"{$request.body#/url}": hook()}})
    events = files[EVENTS]
    events["servers"] = {"main": {"host": "a:9092", "protocol": "kafka"}}
    events["components"]["messageTraits"] = {
        "traced": {"headers": {"type": "object", "required": ["trace"], "properties": {"trace": {"type": "string"}}}}
    }
    events["components"]["messages"]["created"]["traits"] = [{"$ref": "#/components/messageTraits/traced"}]
    return files


EDITS: Final = (
    Edit("a webhook is gone", API, "/webhooks/left", GONE, {"✗ webhook.removed"}),
    Edit("a webhook is new", API, "/webhooks/lost", hook(), {"+ webhook.added"}),
    Edit(
        "a webhook sends another format",
        API,
        f"{SENT}/requestBody/content",
        {"text/csv": {}},
        {"✗ webhook.media-type.removed", "+ webhook.media-type.added"},
    ),
    Edit(
        "a webhook promises less",
        API,
        f"{SENT}/requestBody/content/application~1json/schema",
        {"allOf": [PARCEL], "properties": {"id": {"type": "string"}, "note": {"type": "string"}}},
        {"+ webhook.field.added"},
    ),
    Edit(
        "a webhook wants another answer",
        API,
        f"{SENT}/responses",
        {"202": {"description": "Later."}},
        {"✗ webhook.status.removed", "+ webhook.status.added"},
    ),
    Edit("a callback is gone", API, f"{CREATE}/callbacks", GONE, {"✗ webhook.removed"}),
    Edit(
        "the service is elsewhere",
        API,
        "/servers/0/variables/at/default",
        "parcels.example.org",
        {"✗ server.removed", "+ server.added"},
    ),
    Edit("the service is in two places", API, "/servers/-", {"url": "/v2"}, {"+ server.added"}),
    Edit("no place is told", API, "/servers", GONE, set()),
    Edit("the broker is elsewhere", EVENTS, "/servers/main/host", "b:9092", {"✗ broker.removed", "+ broker.added"}),
    Edit("a header may be missing", EVENTS, f"{HEADERS}/required", [], {"✗ event.field.optional"}),
    Edit("a header is gone", EVENTS, f"{HEADERS}/properties", {}, {"✗ event.field.removed"}),
    Edit(
        "an operation receives",
        EVENTS,
        "/operations/sendUpdated/action",
        "receive",
        {"✗ event.removed", "+ inbound.added"},
    ),
    Edit("what goes without saying is said", API, "/paths/~1parcels/get/parameters/0/explode", YES, set()),
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.sentence)
def test_a_change_around_operations_is_told_by_its_own_rule(edit: Edit, tmp_path: Path) -> None:
    files = older()
    put(files[edit.file], edit.pointer, edit.value)
    found = difference(older(), files, tmp_path)
    assert told(found) == edit.rules
    assert all(change.where and found.place(change).pointer for change in found.changes)


def test_what_a_callback_sends_is_compared_as_what_a_webhook_sends(tmp_path: Path) -> None:
    files = older()
    put(files[API], "/components/schemas/Parcel/properties/status", GONE)
    (webhook,) = [c for c in difference(older(), files, tmp_path).changes if c.kind.id == "webhook.field.removed"]
    assert webhook.where == ("webhook left POST /status", "POST /parcels callback sent POST /status")
    assert webhook.kind.who == "webhook receivers"
