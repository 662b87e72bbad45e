"""What the readers of a report hold it to: SARIF 2.1.0 as far as it is written, and JUnit's XML as tools agree on it.

The official SARIF schema is not kept here: its licence is not plain, and with 100 KiB it leaves open what code scanning
asks for. These schemas name every member that may be written, so that a misspelt one fails, and demand what GitHub
needs: a rule with texts, a result with a message and a line in a file of the repository.
"""

from typing import Any, Final
from xml.etree.ElementTree import Element

TEXT: Final = {"type": "string", "minLength": 1}


def closed(required: tuple[str, ...] = (), **members: Any) -> dict[str, Any]:
    """An object of these members alone; `$` before a name is written as `_` behind it."""
    properties = {f"${name[:-1]}" if name.endswith("_") else name: schema for name, schema in members.items()}
    return {
        "type": "object",
        "required": list(required or properties),
        "properties": properties,
        "additionalProperties": False,
    }


def many(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


MESSAGE: Final = closed(text=TEXT)
# GitHub cuts texts of rules off, and refuses a run with more rules or results than these.
SHORT: Final = closed(text={**TEXT, "maxLength": 1024})
LEVEL: Final = {"enum": ["none", "note", "warning", "error"]}
RULE: Final = closed(
    id={**TEXT, "maxLength": 255},
    shortDescription=SHORT,
    fullDescription=SHORT,
    help=MESSAGE,
    defaultConfiguration=closed(level=LEVEL),
    properties=closed(requirement=TEXT, tags=many(TEXT, uniqueItems=True, maxItems=20)),
)
LOCATION: Final = closed(
    ("physicalLocation",),
    physicalLocation=closed(
        artifactLocation=closed(uri={"type": "string", "format": "uri-reference", "pattern": "^[^/:]+(/[^/]+)*$"}),
        region=closed(startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=many(closed(fullyQualifiedName=TEXT), minItems=1),
)
RESULT: Final = closed(
    ("ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"),
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION, minItems=1, maxItems=10),
    partialFingerprints={"type": "object", "minProperties": 1, "additionalProperties": TEXT},
    properties={"type": "object"},
)
NOTIFICATION: Final = closed(level=LEVEL, message=MESSAGE, associatedRule=closed(id=TEXT))
INVOCATION: Final = closed(executionSuccessful={"type": "boolean"}, toolExecutionNotifications=many(NOTIFICATION))
DRIVER: Final = closed(name=TEXT, version=TEXT, rules=many(RULE, minItems=1, maxItems=25_000))
RUN: Final = closed(
    tool=closed(driver=DRIVER),
    invocations=many(INVOCATION, minItems=1),
    results=many(RESULT, maxItems=25_000),
)
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SARIF: Final = closed(schema_={"const": SCHEMA}, version={"const": "2.1.0"}, runs=many(RUN, minItems=1, maxItems=1))

# Elements with the attributes that they must have and those that they may have, and the elements within them.
JUNIT: Final[dict[str, tuple[set[str], set[str], set[str]]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"timestamp", "hostname"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"file", "line"}, {"failure", "skipped", "system-out"}),
    "failure": ({"message", "type"}, set(), set()),
    "skipped": (set(), {"message"}, set()),
    "system-out": (set(), set(), set()),
}
COUNTED: Final = {"tests": "testcase", "failures": "testcase/failure", "skipped": "testcase/skipped"}


def junit_faults(element: Element) -> list[str]:
    """What the XML has that its readers do not know, or lacks; counts of a suite included."""
    must, may, within = JUNIT[element.tag]
    found = [f"{element.tag} lacks {name}" for name in must - set(element.keys())]
    found += [f"{element.tag} has {name}" for name in set(element.keys()) - must - may]
    found += [f"{child.tag} stands in {element.tag}" for child in element if child.tag not in within]
    for name, path in COUNTED.items() if element.tag == "testsuite" else ():
        if element.get(name) != str(len(element.findall(path))):
            found.append(f"{element.get('name')}: {name} is {element.get(name)}")
    return found + [fault for child in element for fault in junit_faults(child)]
