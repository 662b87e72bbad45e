"""The documents of an older commit, written out so that they can be read like any others."""

import io
import subprocess
from pathlib import Path, PurePosixPath
from typing import Final

from service_standard.checker.refusal import Refused
from service_standard.contract.document import LARGEST_DOCUMENT

PREFIX: Final = "git:"
SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
FILE_MODE: Final = "100"
SECONDS: Final = 60.0


def checked_out(name: str, directory: Path) -> Path:
    """The path under `directory` of what `git:REV:path` names, in the repository here.

    Every YAML and JSON file of that commit is written, because one contract may refer to another.

    Raises:
        Refused: it does not read `git:REV:path`, or the repository does not have it.
    """
    revision, is_whole, path = name.removeprefix(PREFIX).partition(":")
    if not revision or not is_whole:
        raise Refused(f"{name}: must read git:REV:path")
    tree = _git(name, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}").decode().strip()
    listing = _git(name, "ls-tree", "-r", "-l", "-z", "--full-tree", tree).decode("utf-8", "replace")
    documents = _documents(listing)
    blobs = "".join(f"{blob}\n" for blob, _ in documents)
    contents = io.BytesIO(_git(name, "cat-file", "--batch", standard_input=blobs))
    for _, file in documents:
        _write(directory / file, contents)
    return directory / PurePosixPath(path)


def _documents(listing: str) -> list[tuple[str, PurePosixPath]]:
    """The blobs of plain files that may be documents, with their paths."""
    found = []
    for entry in filter(None, listing.split("\0")):
        facts, _, path = entry.partition("\t")
        mode, _, blob, size = facts.split()
        is_document = mode.startswith(FILE_MODE) and PurePosixPath(path).suffix in SUFFIXES
        if is_document and int(size) <= LARGEST_DOCUMENT:
            found.append((blob, PurePosixPath(path)))
    return found


def _write(path: Path, contents: io.BytesIO) -> None:
    """The next blob of what `git cat-file --batch` told: a line that ends with its size, the blob, an end of line."""
    size = int(contents.readline().split()[-1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents.read(size))
    contents.readline()


def _git(name: str, *arguments: str, standard_input: str = "") -> bytes:
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, input=standard_input.encode(), capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 the user's own git, no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"{name}: git cannot be asked: {error}") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Refused(f"{name}: {reason[-1] if reason else 'the repository here has no such commit'}")
    return done.stdout
