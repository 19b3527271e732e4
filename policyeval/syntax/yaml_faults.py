"""What is wrong with a YAML text before a value is made of it: characters, and what the parser refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.model.source import Diagnostic, Place
from policyeval.syntax.faults import MAX_FAULTS

if TYPE_CHECKING:
    import yaml

    from policyeval.model.source import Source

_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def unprintable(source: Source) -> list[Diagnostic]:
    """Name the characters that YAML does not know, up to 100."""
    found = []
    for match in _UNPRINTABLE.finditer(source.text):
        message = f"the character U+{ord(match.group()):04X} has no place in YAML"
        found.append(Diagnostic(message, "in double quotes it can be escaped", Place(source, *match.span())))
        if len(found) == MAX_FAULTS:
            break
    return found


def syntax_hint(error: yaml.MarkedYAMLError) -> str | None:
    """Say what would mend the commonest of what the parser refuses; of the rest, what it was reading."""
    problem = error.problem or ""
    if "mapping values are not allowed" in problem:
        return "put a text that holds `: ` in quotes, and check the indentation"
    if "cannot start any token" in problem:
        return "indent with spaces, and put a text that begins with `@`, a backtick or `%` in quotes"
    if error.context is not None and error.context_mark is not None:
        return f"{error.context} that begins on line {error.context_mark.line + 1}"
    return None
