"""Edits of the good service, and what must be told of each: ✗ breaks, ! warns, + adds."""

from typing import Final

from tests.checker.diff.edits import API, EVENTS, GONE, NO, YES, Edit

NEW: Final = "/components/schemas/NewParcel"
NEW_STATUS: Final = f"{NEW}/properties/status"
PARCEL: Final = "/components/schemas/Parcel"
PARCELS: Final = "/paths/~1parcels"
LIST: Final = f"{PARCELS}/get"
CREATE: Final = f"{PARCELS}/post"
BODY: Final = "/components/requestBodies/Parcel"
ANSWER: Final = "/components/responses/Parcel"
DATA: Final = "/components/messages/updated/payload/properties/data"

OPERATIONS: Final = (
    Edit("a path is gone", API, "/paths/~1parcels~1{id}~1cancel", GONE, {"✗ path.removed"}),
    Edit("an operation is gone", API, CREATE, GONE, {"✗ operation.removed"}),
    Edit("an operation is new", API, f"{PARCELS}/delete", {"responses": {}}, {"+ operation.added"}),
    Edit("an operation has a new id", API, f"{LIST}/operationId", "parcels", {"! operation.renamed"}),
    Edit("an operation is deprecated", API, f"{LIST}/deprecated", YES, {"+ operation.deprecated"}),
    Edit("a parameter is gone", API, f"{LIST}/parameters/1", GONE, {"✗ parameter.removed"}),
    Edit("a parameter is new", API, f"{LIST}/parameters/-", {"name": "q", "in": "query"}, {"+ parameter.added"}),
    Edit(
        "a header is asked for",
        API,
        f"{LIST}/parameters/-",
        {"name": "If-Match", "in": "header", "required": True},
        {"✗ parameter.required"},
    ),
    Edit("a parameter must be sent", API, f"{LIST}/parameters/0/required", YES, {"✗ parameter.required"}),
    Edit("a parameter is written otherwise", API, f"{LIST}/parameters/0/explode", NO, {"✗ parameter.style"}),
    Edit("a parameter is written as before", API, f"{LIST}/parameters/0/explode", YES, set()),
    Edit("a page is smaller", API, f"{LIST}/parameters/0/schema/maximum", 50, {"✗ request.limit.narrowed"}),
    Edit("a page is larger", API, f"{LIST}/parameters/0/schema/maximum", 500, {"+ request.limit.widened"}),
    Edit("a default is another", API, f"{LIST}/parameters/0/schema/default", 20, {"✗ request.default.changed"}),
    Edit("a body need not be sent", API, f"{BODY}/required", NO, {"+ body.optional"}),
    Edit("a body is not taken", API, f"{CREATE}/requestBody", GONE, {"✗ body.removed"}),
    Edit("a body is taken", API, f"{LIST}/requestBody", {"content": {}}, {"+ body.added"}),
    Edit("a body is asked for", API, f"{LIST}/requestBody", {"required": True, "content": {}}, {"✗ body.required"}),
    Edit(
        "a body is of another kind",
        API,
        f"{BODY}/content",
        {"text/csv": {}},
        {"✗ request.media-type.removed", "+ request.media-type.added"},
    ),
    Edit(
        "an answer is of another kind",
        API,
        f"{ANSWER}/content",
        {"text/csv": {}},
        {"✗ response.media-type.removed", "+ response.media-type.added"},
    ),
    Edit("a status is gone", API, f"{LIST}/responses/200", GONE, {"✗ response.status.removed"}),
    Edit("a success is new", API, f"{LIST}/responses/206", {"description": "A part."}, {"! response.status.added"}),
    Edit("an error is new", API, f"{LIST}/responses/429", {"description": "Slow down."}, {"+ response.error.added"}),
    Edit("a header is given", API, f"{ANSWER}/headers/Age", {}, {"+ response.header.added"}),
    Edit(
        "a second scope is asked for",
        API,
        f"{CREATE}/security",
        [{"oauth2": ["parcels.write", "parcels.read"]}],
        {"✗ security.scope.added"},
    ),
    Edit(
        "another scope is asked for",
        API,
        f"{CREATE}/security",
        [{"oauth2": ["parcels.admin"]}],
        {"✗ security.alternative.removed", "+ security.alternative.added"},
    ),
    Edit(
        "another scope does as well",
        API,
        f"{CREATE}/security/-",
        {"oauth2": ["parcels.admin"]},
        {"+ security.alternative.added"},
    ),
    Edit("anybody may call", API, f"{CREATE}/security", [], {"+ security.alternative.added"}),
    Edit("the public may not call", API, "/paths/~1/get/security", GONE, {"✗ security.scope.added"}),
)

REQUESTS: Final = (
    Edit("a field is not taken", API, NEW_STATUS, GONE, {"✗ request.field.removed"}),
    Edit("a field may be sent", API, f"{NEW}/properties/note", {"type": "string"}, {"+ request.field.added"}),
    Edit("a field need not be sent", API, f"{NEW}/required", [], {"+ request.field.optional"}),
    Edit("a field must be sent", API, f"{NEW}/required", ["status", "note"], {"✗ request.field.required"}),
    Edit("others may be sent", API, f"{NEW}/additionalProperties", GONE, {"+ request.open.widened"}),
    Edit("a text is shorter", API, f"{NEW_STATUS}/maxLength", 20, {"✗ request.limit.narrowed"}),
    Edit("a text may be empty", API, f"{NEW_STATUS}/minLength", 0, {"+ request.limit.widened"}),
    Edit("a type is another", API, f"{NEW_STATUS}/type", "integer", {"✗ request.type.changed"}),
    Edit("a type is one of two", API, f"{NEW_STATUS}/type", ["string", "integer"], {"+ request.type.widened"}),
    Edit("a null may be sent", API, f"{NEW_STATUS}/type", ["string", "null"], {"+ request.null.widened"}),
    Edit("values are counted up", API, f"{NEW_STATUS}/enum", ["packed"], {"✗ request.enum.narrowed"}),
    Edit("a pattern must be met", API, f"{NEW_STATUS}/pattern", "^[a-z]+$", {"✗ request.pattern.narrowed"}),
    Edit("a format must be met", API, f"{NEW_STATUS}/format", "uuid", {"✗ request.format.narrowed"}),
    Edit("a condition must be met", API, f"{NEW_STATUS}/not", {"const": "x"}, {"✗ request.condition.narrowed"}),
)

RESPONSES: Final = (
    Edit("a field is gone", API, f"{PARCEL}/properties/parts", GONE, {"✗ response.field.removed"}),
    Edit(
        "a field is written only",
        API,
        f"{PARCEL}/properties/id",
        {"allOf": [{"type": "string", "writeOnly": True}]},
        {"✗ response.field.removed"},
    ),
    Edit("a field is new", API, f"{PARCEL}/properties/note", {"type": "string"}, {"+ response.field.added"}),
    Edit("a field may be missing", API, f"{PARCEL}/required", ["id", "status"], {"✗ response.field.optional"}),
    Edit("a field may be null", API, f"{PARCEL}/properties/id/type", ["string", "null"], {"✗ response.null.widened"}),
    Edit("a type is another", API, f"{PARCEL}/properties/id/type", "integer", {"✗ response.type.changed"}),
    Edit("values are counted up", API, f"{PARCEL}/properties/status/enum", ["packed"], {"+ response.enum.narrowed"}),
    Edit("a format is promised", API, f"{PARCEL}/properties/id/format", "uuid", {"+ response.format.narrowed"}),
    Edit("no other fields are given", API, f"{PARCEL}/additionalProperties", NO, {"+ response.open.narrowed"}),
    Edit("a list has a bound", API, f"{PARCEL}/properties/parts/maxItems", 9, {"+ response.limit.narrowed"}),
    Edit("a default is told", API, f"{PARCEL}/properties/id/default", "p", {"! response.default.changed"}),
    Edit("elements are of any kind", API, f"{PARCEL}/properties/parts/items", GONE, {"✗ response.schema.widened"}),
    Edit(
        "a field is one of two",
        API,
        f"{PARCEL}/properties/parts/items",
        {"oneOf": [{"$ref": f"#{PARCEL}"}, {"type": "string"}]},
        {"✗ response.alternative.widened"},
    ),
    Edit(
        "a null is another way to write one",
        API,
        f"{PARCEL}/properties/parts/items",
        {"anyOf": [{"$ref": f"#{PARCEL}"}, {"type": "null"}]},
        {"✗ response.null.widened"},
    ),
    Edit(
        "the same is said in other words",
        API,
        f"{PARCEL}/properties/id",
        {"allOf": [{"type": ["string", "integer"]}, {"type": "string"}]},
        set(),
    ),
)

EVENT_EDITS: Final = (
    Edit("an event is gone", EVENTS, "/operations/sendUpdated", GONE, {"✗ event.removed"}),
    Edit(
        "a command is heard",
        EVENTS,
        "/operations/hear",
        {
            "action": "receive",
            "channel": {"$ref": "#/channels/parcels"},
            "messages": [{"$ref": "#/channels/parcels/messages/created"}],
        },
        {"+ inbound.added"},
    ),
    Edit(
        "events come elsewhere",
        EVENTS,
        "/channels/parcels/address",
        "parcels.v2",
        {"✗ event.channel.removed", "+ event.channel.added"},
    ),
    Edit("events are written otherwise", EVENTS, "/defaultContentType", "text/xml", {"✗ event.media-type.changed"}),
    Edit("a field is gone", EVENTS, f"{DATA}/properties/previousStatus", GONE, {"✗ event.field.removed"}),
    Edit("a field may be missing", EVENTS, f"{DATA}/required", ["id", "status"], {"✗ event.field.optional"}),
    Edit("a field is new", EVENTS, f"{DATA}/properties/note", {"type": "string"}, {"+ event.field.added"}),
    Edit("values are counted up", EVENTS, f"{DATA}/properties/status/enum", ["packed"], {"+ event.enum.narrowed"}),
    Edit("a field may be null", EVENTS, f"{DATA}/properties/id/type", ["string", "null"], {"✗ event.null.widened"}),
    Edit("a type is another", EVENTS, f"{DATA}/properties/id/type", "integer", {"✗ event.type.changed"}),
    Edit("a pattern is another", EVENTS, f"{DATA}/properties/id/pattern", "^p-", {"+ event.pattern.narrowed"}),
)

EDITS: Final = (*OPERATIONS, *REQUESTS, *RESPONSES, *EVENT_EDITS)
# What an edit does backwards: a rule in one direction is another in the other one.
BACKWARDS: Final = {
    "✗ path.removed": "+ operation.added",
    "✗ operation.removed": "+ operation.added",
    "✗ event.removed": "+ event.added",
    "+ response.enum.narrowed": "✗ response.enum.widened",
    "+ event.enum.narrowed": "✗ event.enum.widened",
    "+ event.pattern.narrowed": "✗ event.pattern.widened",
    "✗ request.enum.narrowed": "+ request.enum.widened",
    "+ request.open.widened": "✗ request.open.narrowed",
    "+ request.null.widened": "✗ request.null.narrowed",
    "+ response.format.narrowed": "✗ response.format.widened",
    "+ response.limit.narrowed": "✗ response.limit.widened",
    "+ response.open.narrowed": "+ response.open.widened",
    "+ response.header.added": "✗ response.header.removed",
    "+ response.error.added": "✗ response.status.removed",
    "+ inbound.added": "✗ inbound.removed",
}
