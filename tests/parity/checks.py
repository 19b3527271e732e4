"""Which of Access Analyzer's checks have a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policyeval.lint.rule import Rule

_SCP = "service control policies have had the whole language since September 2025"
# Checks that have no rule of their code, and why.
WITHOUT = {
    "SCP_SYNTAX_ERROR_ACTION_WILDCARD": _SCP,
    "SCP_SYNTAX_ERROR_ALLOW_CONDITION": _SCP,
    "SCP_SYNTAX_ERROR_ALLOW_NOTACTION": _SCP,
    "SCP_SYNTAX_ERROR_ALLOW_RESOURCE": _SCP,
    "SCP_SYNTAX_ERROR_NOTRESOURCE": _SCP,
    "DEPRECATED_GLOBAL_CONDITION_KEY": "which keys it is about is in none of AWS's pages that we found",
    "REDUNDANT_STATEMENT": "what a whole statement says is compared by the engine, not by its text",
}


def lacking(checks: Iterable[str], rules: Iterable[Rule]) -> Iterator[str]:
    """Give the issue codes that no rule bears."""
    borne = {_folded(rule.access_analyzer) for rule in rules if rule.access_analyzer is not None}
    return (code for code in checks if _folded(code) not in borne)


def otherwise(checks: Mapping[str, str], rules: Iterable[Rule]) -> Iterator[str]:
    """Give the codes of rules that are not as severe as AWS's check."""
    severities = {_folded(code): severity for code, severity in checks.items()}
    for rule in rules:
        if rule.access_analyzer is not None:
            severity = severities.get(_folded(rule.access_analyzer), rule.severity)
            if severity != rule.severity:
                yield f"{rule.code}: {rule.severity}, to AWS a {severity}"


def _folded(code: str) -> str:
    """Headings write `NotAction` as one word; codes write it as one or as two."""
    return code.replace("_", "")
