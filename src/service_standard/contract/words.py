"""The words that the objects of a contract may have: those that the service follows, and those that only document.

A word that nothing here knows - a misspelling, or a promise that no code keeps, such as `callbacks` - is a fault:
a contract of which a part is silently ignored would be no law.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from service_standard.contract.document import ContractError, Json, Node
from service_standard.contract.schema import Schema

# The words of each kind of object. What stands under `word:x` is an object of kind x, under `word:{x}` objects of it by
# name, under `word:[x]` an array of them, and under a bare word any value.
Grammar: TypeAlias = "Mapping[str, str]"

_SCHEMA: Final = """
    title description deprecated examples type format enum const default required dependentRequired
    minLength maxLength pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
    minItems maxItems uniqueItems minContains maxContains minProperties maxProperties
    properties:{schema} patternProperties:{schema} dependentSchemas:{schema}
    allOf:[schema] anyOf:[schema] oneOf:[schema] prefixItems:[schema]
    items:schema contains:schema unevaluatedItems:schema
    additionalProperties:schema propertyNames:schema unevaluatedProperties:schema
    not:schema if:schema then:schema else:schema
"""
_FORMATS: Final = """
    date date-time time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference uri-template
    iri iri-reference uuid json-pointer relative-json-pointer regex int32 int64
"""
_BESIDE_A_REFERENCE: Final = frozenset({"$ref", "summary", "description"})

OPENAPI: Final[Grammar] = {
    "document": "openapi info:info servers:[server] tags externalDocs paths:{path} components:components",
    "info": "title summary description termsOfService contact license version",
    "server": "url description",
    "path": """
        summary description parameters:[parameter]
        get:operation put:operation post:operation delete:operation patch:operation
    """,
    "operation": """
        tags summary description externalDocs operationId deprecated
        security parameters:[parameter] requestBody:body responses:{response}
    """,
    "parameter": "name in description required deprecated schema:schema example examples:{example}",
    "body": "description required content:{content}",
    "response": "description headers:{header} content:{content} links:{link}",
    "header": "description required deprecated schema:schema example examples:{example}",
    "content": "schema:schema example examples:{example}",
    "link": "operationId description parameters",
    "example": "summary description value",
    "components": """
        schemas:{schema} responses:{response} parameters:{parameter} examples:{example} requestBodies:{body}
        headers:{header} links:{link} securitySchemes:{scheme}
    """,
    "scheme": "type description flows",
    "schema": _SCHEMA,
}
ASYNCAPI: Final[Grammar] = {
    "document": """
        asyncapi id info:info defaultContentType channels:{channel} operations:{operation} components:components
    """,
    "info": "title description termsOfService contact license tags externalDocs version",
    "channel": "title summary description tags externalDocs address messages:{message}",
    "operation": "title summary description tags externalDocs action channel:channel messages:[message]",
    "message": "title summary description tags externalDocs name contentType payload:schema examples:[example]",
    "example": "name summary payload",
    "components": "schemas:{schema} channels:{channel} operations:{operation} messages:{message}",
    "schema": _SCHEMA,
}


def unknown_words(root: Node, grammar: Grammar) -> Iterator[str]:
    """One line for each word of the document that is neither followed nor documentation."""
    yield from _object({kind: _words(text) for kind, text in grammar.items()}, "document", root)


def _words(text: str) -> dict[str, str]:
    """What stands under each word of a kind."""
    return {word: kind for word, _, kind in (part.partition(":") for part in text.split())}


def _object(known: Mapping[str, Mapping[str, str]], kind: str, node: Node) -> Iterator[str]:
    if isinstance(node.value, bool) and kind == "schema":
        return
    if not isinstance(node.value, dict):
        yield f"{node.place}: must be an object"
        return
    words = {word for word in node.value if not word.startswith("x-")}
    if "$ref" in words:
        beside = sorted(words - _BESIDE_A_REFERENCE)
        yield from (f"{node.place}: {word} may not stand beside a $ref" for word in beside)
        return
    yield from (f"{node.place}: {word} is not supported" for word in sorted(words - set(known[kind])))
    for word in sorted(words & set(known[kind])):
        yield from _part(known, known[kind][word], node.child(word))
    if kind == "schema":
        yield from _schema(node)


def _part(known: Mapping[str, Mapping[str, str]], kinds: str, node: Node) -> Iterator[str]:
    kind = kinds.strip("{}[]")
    if kind == kinds:
        yield from _object(known, kind, node) if kind else ()
        return
    container = dict if kinds.startswith("{") else list
    if not isinstance(node.value, container):
        yield f"{node.place}: must be an {'object' if container is dict else 'array'}"
        return
    for name in node.value if isinstance(node.value, dict) else map(str, range(len(node.value))):
        yield from _object(known, kind, node.child(name))


def _schema(node: Node) -> Iterator[str]:
    """The facts of a schema that its compiler takes without a word, and its examples."""
    shown = node.get("format")
    if shown is not None and shown not in _FORMATS.split():
        yield f"{node.place}: the format {shown} is not supported"
    if "default" in node and not _is_a_parameters(node):
        yield f"{node.place}: default is supported for parameters alone"
    if "examples" in node:
        yield from _examples(node)


def _is_a_parameters(node: Node) -> bool:
    """Whether this schema stands in a parameter, where a default is followed."""
    words = node.pointer.split("/")
    return words[-1] == "schema" and words[-3:-2] == ["parameters"]


def _examples(node: Node) -> Iterator[str]:
    try:
        schema = Schema(node)
    except ContractError as error:
        yield from error.faults
        return
    for example in node["examples"].elements():
        yield from wrong_example(node, schema, example.value)


def wrong_example(node: Node, schema: Schema, example: Json) -> Iterator[str]:
    """One line for each reason why the schema does not allow an example that stands at `node`."""
    for error in schema.errors(example):
        yield f"{node.place}: an example is not allowed: {error.sentence}"
