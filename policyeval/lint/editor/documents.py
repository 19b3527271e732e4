"""A document that an editor has open, and what the linter finds in it."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.reading import MAX_BYTES, read, too_large

if TYPE_CHECKING:
    from policyeval.lint.editor.text import LiveText
    from policyeval.lint.finding import Finding
    from policyeval.lint.session import LintSession

# What a document that has no file yet is taken for, by the editor's name of its language.
_SUFFIXES: Final = {"json": ".json", "jsonc": ".json", "yaml": ".yaml"}


class Settings(NamedTuple):
    """Rules and suppressions for the files of a folder.

    `file` is the settings' file and `text` what it says, None and "" where there is none. `problem` is what is wrong
    with it.
    """

    session: LintSession
    folder: str
    file: str | None = None
    text: str = ""
    problem: str | None = None


class Document(NamedTuple):
    """One state of a document. `path` is its file, None where it has none yet."""

    uri: str
    path: str | None
    language: str
    version: int
    text: LiveText

    @property
    def yaml(self) -> bool | None:
        """Whether it is YAML, or else JSON; None where it is neither, as Terraform is."""
        name = self.path.lower() if self.path is not None else ""
        if name.endswith((".yaml", ".yml")):
            return True
        if name.endswith(".json"):
            return False
        if self.language in _SUFFIXES:
            return _SUFFIXES[self.language] == ".yaml"
        return False if self.text.text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["} else None


def check(document: Document, settings: Settings) -> list[Finding]:
    """Lint a document; findings that are suppressed are left out.

    A file that no policy is in has none: editors open all sorts of files.
    """
    name = name_of(document, settings.folder)
    data = document.text.text.encode("utf-8", "surrogatepass")
    reading = read(data, name) if len(data) <= MAX_BYTES else too_large(name, len(data))
    items = settings.session.lint(reading, name, named=False).items
    return [item.finding for item in items if item.suppressed is None]


def mend(document: Document, settings: Settings) -> str:
    """Give the document's text with all fixes made that are safe."""
    name = name_of(document, settings.folder)
    text = document.text.text
    reading = read(text.encode("utf-8", "surrogatepass"), name)
    if reading.node is None:
        return text
    return settings.session.fix(reading, name, named=False)[0]


def shown(finding: Finding) -> tuple[int, int]:
    """Tell where to show a finding: of what is about several lines, such as a whole statement, the first."""
    place = finding.place
    text = place.source.text if place.source is not None else ""
    ends = (text.find(mark, place.start, place.end) for mark in "\r\n")
    return place.start, min((end for end in ends if end >= 0), default=place.end)


def name_of(document: Document, folder: str) -> str:
    """Name a document as a run of the linter in the folder of the settings would."""
    if document.path is None:
        return "untitled" + _SUFFIXES.get(document.language, "")
    path = os.path.relpath(document.path, folder)
    return document.path if path.startswith("..") else path.replace(os.sep, "/")
