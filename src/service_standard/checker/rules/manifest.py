"""Rules of the manifest: MAN-01 and MAN-02."""

import re
from collections.abc import Iterator
from typing import Final

from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import ManifestFile, Subject
from service_standard.contract import Node
from service_standard.manifest import SEMVER

WORDS: Final = ("name", "version", "owner", "api", "events")


def it_is_there(subject: Subject) -> Iterator[Finding]:
    try:
        _ = subject.manifest
    except NotJudged as error:
        place = ManifestFile(subject.manifest_path, {}).place()
        yield Finding(f"the manifest cannot be used: {error.reason}", place)


def it_has_its_words(subject: Subject) -> Iterator[Finding]:
    manifest = subject.manifest
    for word in WORDS:
        if not isinstance(manifest.values.get(word), str) or not manifest.values[word]:
            yield Finding(f"`{word}` must be a text", manifest.place(f"/{word}"))
    version = manifest.values.get("version")
    if isinstance(version, str) and not SEMVER.fullmatch(version):
        yield Finding(f"`version` must be a semantic version, not {version}", manifest.place("/version"))
    scopes = manifest.scopes
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        yield Finding("`auth.required_scopes` must be a list of texts", manifest.place("/auth"))


def its_files_exist(subject: Subject) -> Iterator[Finding]:
    manifest = subject.manifest
    for word in ("api", "events"):
        named = manifest.values.get(word)
        if isinstance(named, str) and not (subject.directory / named).is_file():
            yield Finding(f"`{word}` names {named}, which is not there", manifest.place(f"/{word}"))


def the_contracts_agree_with_it(subject: Subject) -> Iterator[Finding]:
    manifest = subject.manifest
    yield from _disagreements(subject, manifest, subject.openapi.root)
    yield from _disagreements(subject, manifest, subject.asyncapi.root)


def _disagreements(subject: Subject, manifest: ManifestFile, root: Node) -> Iterator[Finding]:
    info = root["info"]
    version = info.get("version")
    if version is not None and version != manifest.version:
        yield Finding(
            f"`info.version` is {version}, the manifest's is {manifest.version}", subject.shown(info.child("version"))
        )
    title = info.get("title")
    if title is not None and not _words(manifest.name) <= _words(str(title)):
        yield Finding(f"`info.title` is {title}, the manifest's name is {manifest.name}", subject.shown(info))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


RULES: Final = (
    Rule(
        "MAN-01.present",
        "`service.yaml` is there and can be read.",
        "Nothing else says what the service is, who owns it and where its contracts are.",
        "Write `service.yaml` beside the code.",
        it_is_there,
    ),
    Rule(
        "MAN-01.words",
        "The manifest has `name`, `version`, `owner`, `api`, `events` and `auth.required_scopes`.",
        "Catalogues, generators and gateways read these words and no others.",
        "Add the word; `version` is a semantic version such as `1.0.0`.",
        it_has_its_words,
    ),
    Rule(
        "MAN-01.files",
        "The files that the manifest names exist.",
        "A contract that nobody can open binds nobody.",
        "Correct the path, which is seen from the manifest.",
        its_files_exist,
    ),
    Rule(
        "MAN-02.documents",
        "Name and version of both contracts agree with the manifest.",
        "Two names for one service split its logs, its events and its entry in the catalogue.",
        "Give `info.version` the manifest's version, and let `info.title` contain its name.",
        the_contracts_agree_with_it,
    ),
)
