"""The template: files that become a service when the words in double braces, in paths too, are replaced by its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from io import StringIO
from keyword import iskeyword
from pathlib import Path
from token import NAME
from tokenize import generate_tokens
from typing import Final

from service_standard.checker.refusal import Refused

TEMPLATE: Final = Path(__file__).parent / "template"
# What keeps the files from being taken for sources of this repository.
SUFFIX: Final = ".tmpl"
_PLURAL: Final = re.compile(r"[a-z][a-z0-9]{1,30}s")
_WORD: Final = re.compile(r"{{(\w+)}}")
_PATH: Final = re.compile(r"^  /(\w+)[/:.]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Words:
    """The name of a service, which is the plural of what it keeps, and one of them."""

    name: str
    one: str

    @property
    def written(self) -> Mapping[str, str]:
        """By the words of the template, which are written as they are to be read."""
        words = {"parcels": self.name, "parcel": self.one}
        return words | {word.capitalize(): value.capitalize() for word, value in words.items()}


def words_of(name: str) -> Words:
    """The words of a service of this name.

    Raises:
        Refused: it is no name of a collection, or one that its code could not bear.
    """
    if not _PLURAL.fullmatch(name):
        raise Refused(f"{name}: a service is named after what it keeps: a plural in lower case, as parcels")
    words = Words(name, _singular(name))
    if iskeyword(words.name) or iskeyword(words.one) or find_spec(name) is not None:
        raise Refused(f"{name}: Python has something else of that name")
    if (_identifiers() | _paths()) & {*words.written.values()}:
        raise Refused(f"{name}: the new service uses that word for something else")
    return words


def _singular(name: str) -> str:
    """`parcels` are made of `parcel`, `batches` of `batch`, `deliveries` of `delivery`."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-2] if re.search(r"(ch|sh|ss|x)es$", name) else name[:-1]


def _identifiers() -> set[str]:
    """What the template's own code calls things, beside the words that are replaced."""
    sources = [text for path, text in files().items() if path.endswith(".py")]
    lines = StringIO("\n".join(_WORD.sub(r"\1", text) for text in sources)).readline
    replaced = {word for text in sources for word in _WORD.findall(text)}
    return {token.string for token in generate_tokens(lines) if token.type == NAME} - replaced


def _paths() -> set[str]:
    """The paths that the template serves beside those of what it keeps, without their slash."""
    return {found for text in files().values() for found in _PATH.findall(text)}


def files() -> dict[str, str]:
    """The template: the text of each file by its path in the service."""
    found = sorted(TEMPLATE.rglob(f"*{SUFFIX}"))
    return {str(path.relative_to(TEMPLATE)).removesuffix(SUFFIX): path.read_text("utf-8") for path in found}


def filled(text: str, words: Words) -> str:
    """The text, or the path, with the words of the service."""
    return _WORD.sub(lambda found: words.written[found[1]], text)
