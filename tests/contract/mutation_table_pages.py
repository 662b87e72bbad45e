"""Mutations of the pages: where they are, what they are, and the headers that they are sent with."""

from typing import Final

from service_standard.contract import Object
from tests.contract.documents import GONE, Moved, openapi
from tests.contract.mutation import Mutation, driven, refused
from tests.contract.probes import getting, linked

_FIRST: Final = "/paths/~1/get/responses/200"
_HTML: Final = "text~1html; charset=utf-8"
_HEADERS: Final = "/components/headers"
_PLAIN: Final[Object] = {"schema": {"type": "string"}}

PAGES: Final[tuple[Mutation, ...]] = (
    refused(
        "nobody gets a first page",
        openapi(f"{_FIRST}/content/{_HTML}", GONE),
        naming="getServiceInfo: media_type: the contract gives nothing",
    ),
    refused(
        "the first page is plain text",
        openapi(f"{_FIRST}/content/text~1plain", Moved(f"{_FIRST}/content/{_HTML}")),
        naming="text/plain is declared and never answered",
    ),
    refused(
        "the first page can be had as plain text, too",
        openapi(f"{_FIRST}/content/text~1plain", _PLAIN),
        naming="text/plain is declared and never answered",
    ),
    refused(
        "a list can be had as plain text, too",
        openapi("/paths/~1orders/get/responses/200/content/text~1plain", _PLAIN),
        naming="listOrders: response 200: text/plain is declared and never answered",
    ),
    refused("the first page depends on nothing", openapi(f"{_FIRST}/headers/Vary", GONE), naming="Vary is sent"),
    refused(
        "the first page depends on the language",
        openapi(f"{_HEADERS}/Vary/schema/const", "Accept-Language"),
        openapi(f"{_HEADERS}/Vary/example", "Accept-Language"),
        naming="header Vary: Accept is sent and not allowed",
    ),
    refused(
        "the JSON has a policy, too",
        openapi(f"{_FIRST}/headers/Content-Security-Policy/$ref", f"#{_HEADERS}/PagePolicy"),
        naming="Content-Security-Policy is sometimes sent",
    ),
    refused(
        "a page may load anything",
        openapi("/components/schemas/PagePolicy/const", "default-src *"),
        openapi(f"{_HEADERS}/PagePolicy/example", "default-src *"),
        openapi(f"{_HEADERS}/PagePolicyOptional/example", "default-src *"),
        naming="getDocsPage: response 200: header Content-Security-Policy",
    ),
    refused(
        "a page has no tag", openapi("/components/responses/Page/headers/ETag", GONE), naming="header ETag is sent"
    ),
    refused(
        "a page is kept for ever",
        openapi("/components/responses/Page/headers/Cache-Control/$ref", f"#{_HEADERS}/FileCacheControl"),
        openapi(f"{_HEADERS}/FileCacheControl/schema/enum", ["public, max-age=31536000, immutable"]),
        naming="getDocsPage: response 200: header Cache-Control: no-cache is sent and not allowed",
    ),
    refused(
        "a file is always kept for ever",
        openapi(f"{_HEADERS}/FileCacheControl/schema/enum", ["public, max-age=31536000, immutable"]),
        naming="getDocsScript: response 200: header Cache-Control: no-cache is sent and not allowed",
    ),
    refused(
        "nobody is spared the reference",
        openapi("/paths/~1reference/get/responses/304", GONE),
        naming="GET /reference: must have both If-None-Match and the response 304, or neither",
    ),
    refused(
        "who has a page gets it once more",
        openapi("/components/responses/PageNotModified/content", {"text/plain": _PLAIN}),
        naming="response 304: must have no content",
    ),
    refused(
        "who has a page is not told its tag",
        openapi("/components/responses/PageNotModified/headers/ETag", GONE),
        naming="getDocsPage: response 304: header ETag is sent and not declared",
    ),
    refused(
        "what somebody has is a number",
        openapi("/components/parameters/IfNoneMatch/schema/pattern", "[0-9]"),
        naming="parameter If-None-Match: must be a header of any text",
    ),
    refused(
        "everybody has to say what he has",
        openapi("/components/parameters/IfNoneMatch/required", value=True),
        naming="parameter If-None-Match: must not be required",
    ),
    refused(
        "who has an order is spared it",
        openapi("/paths/~1orders~1{id}/get/parameters", [{"$ref": "#/components/parameters/IfNoneMatch"}]),
        openapi("/paths/~1orders~1{id}/get/responses/304", {"description": "Known."}),
        naming="getOrder: response 304: header ETag is sent and not declared",
    ),
    refused(
        "who has the workflow is spared it",
        openapi("/paths/~1workflow/get/parameters/-", {"$ref": "#/components/parameters/IfNoneMatch"}),
        openapi("/paths/~1workflow/get/responses/304", {"description": "Known."}),
        naming="getWorkflow: response 304 is declared and never answered: there is not always an ETag",
    ),
    refused(
        "a page is a number",
        openapi("/components/schemas/Page/type", "number"),
        openapi(f"{_FIRST}/content/{_HTML}/example", 1),
        openapi(f"/components/responses/Page/content/{_HTML}/example", 1),
        naming="getServiceInfo: response 200: what the handler replies",
    ),
    refused(
        "the script is a style sheet",
        openapi("/paths/~1docs.js/get/responses/200/$ref", "#/components/responses/Style"),
        naming="getDocsScript: response 200: text/css; charset=utf-8 is not text/javascript",
    ),
    refused("there is no reader", openapi("/paths/~1reference", GONE), naming="getReferencePage: the contract has no"),
    driven(
        "a version has fewer digits",
        openapi("/components/parameters/FileVersion/schema/pattern", "^[0-9a-f]{4}$"),
        openapi("/components/parameters/FileVersion/example", "0123"),
        probe=getting("/docs.js?version=0123"),
        before=[400],
        after=[200],
    ),
    driven(
        "the interactive page is called /try",
        openapi("/paths/~1try", Moved("/paths/~1docs")),
        probe=linked("/reference"),
        before=["/", "/docs", "/reference", "/events/docs"],
        after=["/", "/try", "/reference", "/events/docs"],
    ),
)
