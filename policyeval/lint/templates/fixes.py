"""Which fixes may be made in Terraform's language: those that write another plain string in a string's place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policyeval.lint.finding import Edit, Finding
    from policyeval.model.source import Source


def safe(finding: Finding, source: Source) -> Finding:
    """Give the finding, without its fix where that could break the file."""
    if finding.fix is None or all(_is_safe(edit, source.text) for edit in finding.fix.edits):
        return finding
    return replace(finding, fix=None)


def _is_safe(edit: Edit, text: str) -> bool:
    before = text[edit.start : edit.end]
    return _is_plain(before) and _is_plain(edit.text)


def _is_plain(text: str) -> bool:
    # `${` would be an interpolation.
    return len(text) > 1 and text[0] == text[-1] == '"' and "${" not in text and "%{" not in text
