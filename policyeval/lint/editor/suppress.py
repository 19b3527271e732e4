"""A suppression as a person would write it into the settings."""

from __future__ import annotations

import json
import os.path
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.editor.documents import name_of
from policyeval.lint.editor.text import LiveText, Position

if TYPE_CHECKING:
    from policyeval.lint.editor.documents import Document, Settings
    from policyeval.lint.finding import Finding

_WILD: Final = re.compile(r"[*?[]")


class Insertion(NamedTuple):
    """A text to insert into the settings' file; `is_new`: there is none yet."""

    file: str
    at: Position
    text: str
    is_new: bool


def suppression(document: Document, finding: Finding, settings: Settings) -> Insertion | None:
    """Give the suppression of a finding; None where no settings reach its document.

    The reason is left to be written: until then the settings cannot be used, and nothing is suppressed.
    """
    name = name_of(document, settings.folder)
    if document.path is None or name == document.path:
        return None
    file = settings.file or os.path.join(settings.folder, "policyeval.toml")  # noqa: PTH118 - a name, not a file
    table = "tool.policyeval.lint" if file.endswith("pyproject.toml") else "lint"
    where = ("sid", finding.sid) if finding.sid is not None else ("pointer", finding.place.pointer)
    # Names may hold what patterns mean something by.
    pattern = _WILD.sub(r"[\g<0>]", name)
    rows = (("code", finding.code), ("file", pattern), where, ("reason", ""))
    lines = [f"[[{table}.suppress]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows)]
    before = "" if not settings.text else "\n" if settings.text.endswith("\n") else "\n\n"
    at = LiveText(settings.text, document.text.encoding).position(len(settings.text))
    return Insertion(file, at, before + "\n".join(lines) + "\n", settings.file is None)
