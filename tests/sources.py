"""The project's own Python sources as syntax trees, for the tests that read code instead of running it."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent
SRC: Final = ROOT / "src"
PAYMENTS: Final = ROOT / "examples/payments"
SOURCES: Final = (SRC, PAYMENTS / "src")
SERVICES: Final = ("orders", "payments")
GENERATED: Final = frozenset(f"{name}.{module}" for name in SERVICES for module in ("models", "event_models"))
FIRST_PARTY: Final = frozenset({"service_standard", *SERVICES})


class Module(NamedTuple):
    """One source file; `name` is the dotted name that it is imported by."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name if self.path.stem == "__init__" else self.name.rpartition(".")[0]


def modules(*roots: Path) -> Iterator[Module]:
    """Every hand-written module below the import roots, those of the sources; what is generated is left out."""
    for root in roots or SOURCES:
        yield from _below(root)


def _below(root: Path) -> Iterator[Module]:
    for path in sorted(root.rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        if name not in GENERATED:
            text = path.read_text()
            yield Module(name, path, text, _tree(text))


@cache
def _tree(text: str) -> ast.Module:
    """What the text says, parsed once for all the tests that read it."""
    return ast.parse(text)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports(module: Module) -> set[str]:
    """Each imported thing by its dotted name; `from a import b` is `a.b`, whether b is a module or not."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(f"{_origin(node, module)}.{alias.name}" for alias in node.names)
    return found


def _origin(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    package = module.package.split(".")
    parents = package[: len(package) - node.level + 1]
    return ".".join([*parents, node.module] if node.module else parents)


def is_standard_library(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def is_within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of `packages` or something inside it."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)
