"""The shape of the code: short functions, flat bodies, one subject a file, and no name that says nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import pytest

from tests.sources import PAYMENTS, ROOT, SOURCES, Module, functions, modules

LONGEST_FILE: Final = 300
LONGEST_FUNCTION: Final = 40
DEEPEST_NESTING: Final = 2

NAMES_THAT_SAY_NOTHING: Final = frozenset(
    {"base", "common", "core", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
)
CLASS_NAMES_THAT_SAY_NOTHING: Final = re.compile(r"^Base|^Abstract|(Base|Controller|Helper|Manager|Service|Utils?)$")

# A public function that takes or gives Any, by its dotted name, and why no better type exists.
ANY_AT_A_SEAM: Final = {
    "service_standard.contract.document.construct_mapping": "PyYAML calls it, and declares it so",
}

ROOTS: Final = (*SOURCES, ROOT / "tests", PAYMENTS / "tests")


def every_module() -> Iterator[Module]:
    yield from modules(*ROOTS)


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line, docstring included, decorators not."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def nesting(node: ast.AST) -> int:
    """How many decisions and loops lie in each other; `with` decides nothing, `elif` goes no deeper."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            deepest = max(deepest, nesting(child) + _adds_a_level(child, node))
    return deepest


def _adds_a_level(child: ast.AST, parent: ast.AST) -> bool:
    is_elif = isinstance(child, ast.If) and isinstance(parent, ast.If) and parent.orelse == [child]
    return not is_elif and isinstance(child, ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.Match)


def opens_with_one_sentence(module: Module) -> bool:
    first = (ast.get_docstring(module.tree, clean=False) or "").partition("\n")[0]
    return first.endswith(".") and not re.search(r"\. [A-Z]", first)


def swallowed(tree: ast.Module) -> Iterator[int]:
    """The lines that catch whatever comes, or catch something and then do nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or all(map(_does_nothing, node.body))):
            yield node.lineno


def _does_nothing(statement: ast.stmt) -> bool:
    is_ellipsis = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass) or is_ellipsis


def seams_with_any(module: Module) -> Iterator[str]:
    for function in functions(module.tree):
        if not function.name.startswith("_") and any(_mentions_any(a) for a in _annotations(function)):
            yield f"{module.name}.{function.name}"


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    arguments = function.args
    every = (
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    )
    yield from (argument.annotation for argument in every if argument and argument.annotation)
    if function.returns:
        yield function.returns


def _mentions_any(annotation: ast.expr) -> bool:
    return re.search(r"\bAny\b", ast.unparse(annotation)) is not None


def only_children(found: list[Module]) -> set[str]:
    """Abstract classes that fewer than two classes extend."""
    classes = [n for m in found for n in ast.walk(m.tree) if isinstance(n, ast.ClassDef)]
    bases = [ast.unparse(base) for node in classes for base in node.bases]
    abstract = {n.name for n in classes if any(ast.unparse(b) in {"ABC", "abc.ABC"} for b in n.bases)}
    return {name for name in abstract if bases.count(name) < 2}


def test_every_module_opens_with_one_sentence() -> None:
    assert [m.name for m in every_module() if not opens_with_one_sentence(m)] == []


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    assert [m.name for m in every_module() if len(m.text.splitlines()) > LONGEST_FILE] == []


def test_no_function_is_longer_than_forty_lines() -> None:
    found = [(m.name, f.name, lines(f)) for m in every_module() for f in functions(m.tree)]
    assert [entry for entry in found if entry[2] > LONGEST_FUNCTION] == []


def test_functions_are_short() -> None:
    lengths = [lines(function) for module in modules() for function in functions(module.tree)]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 25


def test_no_function_nests_deeper_than_two() -> None:
    found = [(m.name, f.name, nesting(f)) for m in every_module() for f in functions(m.tree)]
    assert [entry for entry in found if entry[2] > DEEPEST_NESTING] == []


def test_no_module_is_named_for_nothing() -> None:
    assert [m.name for m in every_module() if NAMES_THAT_SAY_NOTHING & set(m.name.split("."))] == []


def test_no_class_is_named_for_nothing() -> None:
    names = [n.name for m in modules() for n in ast.walk(m.tree) if isinstance(n, ast.ClassDef)]
    assert [name for name in names if CLASS_NAMES_THAT_SAY_NOTHING.search(name)] == []


def test_no_exception_is_swallowed() -> None:
    assert [(m.name, line) for m in every_module() for line in swallowed(m.tree)] == []


def test_no_seam_is_typed_any() -> None:
    assert {seam for module in modules() for seam in seams_with_any(module)} == set(ANY_AT_A_SEAM)


def test_no_abstract_class_has_an_only_child() -> None:
    assert only_children(list(modules())) == set()


@pytest.mark.parametrize(
    ("source", "depth"),
    [
        ("def f():\n  return 1", 0),
        ("def f():\n  if a:\n    pass\n  elif b:\n    pass\n  else:\n    pass", 1),
        ("def f():\n  for a in b:\n    with c:\n      if d:\n        pass", 2),
        ("def f():\n  try:\n    pass\n  except E:\n    for a in b:\n      if c:\n        pass", 3),
        ("def f():\n  if a:\n    def g():\n      if b:\n        pass", 1),
    ],
)
def test_nesting_counts_decisions_and_loops(source: str, depth: int) -> None:
    assert nesting(next(functions(ast.parse(source)))) == depth


@pytest.mark.parametrize("source", ["", "x = 1", '"""No stop"""', '"""One. Two."""', '"""\nLate."""'])
def test_a_module_without_its_sentence_is_found(source: str) -> None:
    assert not opens_with_one_sentence(_module(source))


@pytest.mark.parametrize("caught", ["except: raise", "except E: pass", "except E: ...", "except (A, B): pass"])
def test_a_swallowed_exception_is_found(caught: str) -> None:
    assert list(swallowed(_module(f"try:\n  f()\n{caught}").tree)) == [3]


@pytest.mark.parametrize("signature", ["f(a: Any)", "f(*a: Any)", "f(**a: dict[str, typing.Any])", "f() -> list[Any]"])
def test_a_seam_typed_any_is_found(signature: str) -> None:
    assert list(seams_with_any(_module(f"def {signature}: ..."))) == ["m.f"]


def test_an_abstract_class_with_one_child_is_found() -> None:
    assert only_children([_module("class A(ABC): ...\nclass B(A): ...")]) == {"A"}


def _module(source: str) -> Module:
    return Module("m", Path("m.py"), source, ast.parse(source))
