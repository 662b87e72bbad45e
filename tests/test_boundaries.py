"""The arrows: who may import whom, who may read the environment, and that importing makes nothing."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.sources import FIRST_PARTY, SERVICES, Module, imports, is_standard_library, is_within, modules

CHECKER: Final = "service_standard.checker"
RULES: Final = (
    "orders.bill",
    "orders.money",
    "orders.order",
    "orders.payments.account",
    "orders.saga.saga",
    "orders.terms",
    "orders.workflow",
    "orders.workflow_reader",
    "payments.payment",
)
READERS_OF_THE_ENVIRONMENT: Final = frozenset({"service_standard.settings", "service_standard.composition"})
COMPOSITION: Final = ("service_standard.composition", "service_standard.command_line")
# Who declares, makes or changes tables; nobody else has the time and the memory for these libraries.
SCHEMA: Final = (
    "service_standard.migrations",
    "service_standard.database.tables",
    "orders.tables",
    "orders.migrations",
    "payments.migrations",
)
SCHEMA_LIBRARIES: Final = ("alembic", "sqlalchemy")

# What may be called while a module is imported: it declares something and touches nothing outside.
# fmt: off
DECLARATIONS: Final = frozenset({
    # constants of the language
    "Decimal", "MappingProxyType", "Path", "frozenset", "len", "range", "re.compile", "sorted", "timedelta",
    "tuple", "str", "dict.fromkeys", "_replace",
    # types and their fields
    "ContextVar", "NewType", "ParamSpec", "TypeVar", "cache", "dataclass", "field", "lru_cache",
    "AfterValidator", "BeforeValidator", "ConfigDict", "Field", "SecretStr", "SettingsConfigDict",
    "StringConstraints", "TypeAdapter", "field_validator", "model_validator",
    # statements, which are values: their text, and the columns of what they write
    "inserting", "updating",
    # a logger is only a name until somebody configures it
    "logging.getLogger",
    # the schema, which SQLAlchemy keeps as a table of tables
    "BigInteger", "Boolean", "CheckConstraint", "Column", "DateTime", "ForeignKey", "Identity", "Index",
    "Integer", "JSON", "LargeBinary", "MetaData", "PrimaryKeyConstraint", "String", "Table", "Text",
    "UniqueConstraint", "func.now", "text",
    # the numbered places of a statement: text computed from a number
    "parameters",
})
# fmt: on

# Alembic runs this file as a script, once a migration.
RUN_AS_SCRIPTS: Final = ("service_standard.migrations.env",)


def library_knows_no_service(module: Module) -> Iterator[str]:
    if is_within(module.name, "service_standard"):
        yield from (name for name in imports(module) if is_within(name, *SERVICES))


def a_service_knows_no_other(module: Module) -> Iterator[str]:
    others = [service for service in SERVICES if not is_within(module.name, service)]
    if len(others) < len(SERVICES):
        yield from (name for name in imports(module) if is_within(name, *others))


def nothing_in_the_library_knows_how_it_is_put_together(module: Module) -> Iterator[str]:
    if is_within(module.name, "service_standard") and not is_within(module.name, *COMPOSITION):
        yield from (name for name in imports(module) if is_within(name, *COMPOSITION))


def only_who_migrates_knows_the_libraries_for_it(module: Module) -> Iterator[str]:
    if not is_within(module.name, *SCHEMA) or module.name == "service_standard.migrations.steps":
        yield from (name for name in imports(module) if is_within(name, *SCHEMA_LIBRARIES))


def checker_is_an_island(module: Module) -> Iterator[str]:
    if is_within(module.name, CHECKER):
        own = (CHECKER, "service_standard.manifest", "service_standard.contract")
        yield from (name for name in imports(module) if _is_first_party(name) and not is_within(name, *own))


def rules_need_nothing_but_problems(module: Module) -> Iterator[str]:
    if module.name in RULES:
        own = (*RULES, "service_standard.problems")
        yield from (name for name in imports(module) if not (is_standard_library(name) or is_within(name, *own)))


def few_modules_read_the_environment(module: Module) -> Iterator[str]:
    if module.name in READERS_OF_THE_ENVIRONMENT:
        return
    forbidden = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}
    yield from imports(module) & forbidden
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in forbidden:
            yield ast.unparse(node)


def importing_makes_nothing(module: Module) -> Iterator[str]:
    calls = [] if module.name in RUN_AS_SCRIPTS else _calls_at_import(module.tree)
    for call in calls:
        if not _is_declaration(call):
            yield f"line {call.lineno}: {ast.unparse(call.func)}(...)"


def _is_first_party(name: str) -> bool:
    return is_within(name, *FIRST_PARTY)


def _calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Calls in the bodies of the module and its classes, in decorators and in defaults."""
    for child in _parts_run_at_import(node):
        if isinstance(child, ast.Call):
            yield child
        yield from _calls_at_import(child)


def _parts_run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (*node.decorator_list, node.args)
        case ast.Lambda():
            yield node.args
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return
        case _:
            yield from ast.iter_child_nodes(node)


def _is_declaration(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    on_a_constant = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant)
    last = name.rpartition(".")[2]
    return on_a_constant or {name, last} & (DECLARATIONS | VALUE_CLASSES) != set()


def _value_classes() -> frozenset[str]:
    """Our own classes whose instances are plain values: named tuples and frozen dataclasses."""
    return frozenset(
        node.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and _is_value_class(node)
    )


def _is_value_class(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base) for base in node.bases}
    return "NamedTuple" in bases or any("frozen=True" in ast.unparse(d) for d in node.decorator_list)


VALUE_CLASSES: Final = _value_classes()

Rule = Callable[[Module], Iterator[str]]


def breaches(rule: Rule, *roots: Path) -> list[str]:
    return [f"{module.name}: {breach}" for module in modules(*roots) for breach in rule(module)]


@pytest.mark.parametrize(
    "rule",
    [
        library_knows_no_service,
        a_service_knows_no_other,
        nothing_in_the_library_knows_how_it_is_put_together,
        only_who_migrates_knows_the_libraries_for_it,
        checker_is_an_island,
        rules_need_nothing_but_problems,
        few_modules_read_the_environment,
        importing_makes_nothing,
    ],
)
def test_the_sources_keep_the_arrow(rule: Rule) -> None:
    assert breaches(rule) == []


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (library_knows_no_service, "service_standard/events/event.py", "from orders.order import Order"),
        (library_knows_no_service, "service_standard/auth/keys.py", "def f():\n    import orders"),
        (library_knows_no_service, "service_standard/auth/keys.py", "import payments.payment"),
        (a_service_knows_no_other, "payments/orders.py", "from orders.order import Order"),
        (a_service_knows_no_other, "orders/payments.py", "import payments"),
        (
            nothing_in_the_library_knows_how_it_is_put_together,
            "service_standard/http/edge.py",
            "from service_standard.composition import Foundation",
        ),
        (only_who_migrates_knows_the_libraries_for_it, "orders/store.py", "from sqlalchemy import text"),
        (only_who_migrates_knows_the_libraries_for_it, "service_standard/migrations/steps.py", "import alembic.script"),
        (checker_is_an_island, "service_standard/checker/run.py", "from service_standard.auth import bearer"),
        (checker_is_an_island, "service_standard/checker/run.py", "from .. import settings"),
        (checker_is_an_island, "service_standard/checker/deep/run.py", "from ...health import ready"),
        (checker_is_an_island, "service_standard/checker/__init__.py", "from ..problems import Problem"),
        (rules_need_nothing_but_problems, "orders/order.py", "import pydantic"),
        (rules_need_nothing_but_problems, "orders/workflow.py", "from orders.store import Store"),
        (rules_need_nothing_but_problems, "orders/workflow.py", "from service_standard import contract"),
        (few_modules_read_the_environment, "orders/store.py", "import os\nurl = os.environ['DATABASE_URL']"),
        (
            few_modules_read_the_environment,
            "orders/store.py",
            "import os\ndef f():\n    return os.getenv('X')",
        ),
        (few_modules_read_the_environment, "orders/store.py", "from os import environ"),
        (importing_makes_nothing, "orders/store.py", "engine = create_engine('sqlite://')"),
        (importing_makes_nothing, "orders/store.py", "class Store:\n    lock = threading.Lock()"),
        (importing_makes_nothing, "orders/store.py", "def save(now=clock()): ..."),
        (importing_makes_nothing, "orders/store.py", "@route('/orders')\ndef create(): ..."),
        (importing_makes_nothing, "orders/store.py", "TEXT = Path('service.yaml').read_text()"),
        (importing_makes_nothing, "orders/store.py", "if DEBUG:\n    connect()"),
    ],
)
def test_a_planted_breach_is_found(rule: Rule, path: str, source: str, tmp_path: Path) -> None:
    _plant(tmp_path, path, source)
    assert breaches(rule, tmp_path) != []


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (
            checker_is_an_island,
            "service_standard/checker/run.py",
            "import httpx\nfrom ..contract import document",
        ),
        (
            rules_need_nothing_but_problems,
            "orders/order.py",
            "from service_standard.problems import CONFLICT",
        ),
        (rules_need_nothing_but_problems, "orders/order.py", "from orders.workflow import Workflow"),
        (only_who_migrates_knows_the_libraries_for_it, "orders/tables.py", "from sqlalchemy import Table"),
        (
            few_modules_read_the_environment,
            "service_standard/settings.py",
            "import os\ndef f():\n    return os.environ",
        ),
        (
            importing_makes_nothing,
            "orders/store.py",
            "NAME = re.compile('a')\ndef f():\n    return connect()",
        ),
        (importing_makes_nothing, "orders/__main__.py", "if __name__ == '__main__':\n    main()"),
    ],
)
def test_what_is_allowed_is_no_breach(rule: Rule, path: str, source: str, tmp_path: Path) -> None:
    _plant(tmp_path, path, source)
    assert breaches(rule, tmp_path) == []


def _plant(root: Path, path: str, source: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True)
    file.write_text(source)
