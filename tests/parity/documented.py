"""What is found in the policies of AWS's guides: none of it may be a false error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from policyeval.lint.finding import Finding, Severity
from policyeval.lint.linter import Linter
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json

# Texts that stand for something of the reader's own: `account-id`, `<region>`, `[BUCKET]`, `XXXX`.
_PLACEHOLDER = re.compile(
    r"<[^>]+>|\[[A-Z_ ]+\]|account-?id|ACCOUNT-[A-Z-]+|[A-Z]+-[A-Z]+-ID|:region:|:REGION:|:partition:"
)

# The type that a guide's policies are of, where their names tell.
_TYPES = {"scp-examples": PolicyType.SCP, "rcp-examples": PolicyType.RCP}


class Flagged(NamedTuple):
    """An error in one of them; `reason` says why it is true, None where nobody has looked."""

    policy: str
    code: str
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.policy} {self.code} `{self.text}`: {self.reason or 'TO BE LOOKED AT'}"


def errors(linter: Linter, policies: Iterable[tuple[str, str]]) -> Iterator[Flagged]:
    """Give the errors that a linter finds."""
    for name, text in policies:
        for found in _lint(linter, name, text):
            if found.severity is Severity.ERROR:
                shown = text[found.place.start : found.place.end]
                short = " ".join(shown.split())[:60].replace("|", "\\|")
                yield Flagged(name, found.code, short, _reason(name, shown, found))


def _lint(linter: Linter, name: str, text: str) -> list[Finding]:
    node, faults = read_json(text, name)
    if node is None:
        return list(linter.faults(faults))
    return linter.lint(node, _TYPES.get(name.partition("/")[0]), faults=faults)


def _reason(name: str, text: str, found: Finding) -> str | None:
    if _PLACEHOLDER.search(text):
        return "a text to replace"
    return KNOWN.get((name, found.code))


KNOWN: dict[tuple[str, str], str] = {}
