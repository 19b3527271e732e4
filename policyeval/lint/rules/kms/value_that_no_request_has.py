"""K315: a value that KMS has for none of its requests."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.evaluator.operators import OPERATORS
from policyeval.lint.finding import Severity
from policyeval.lint.patterns import has_wildcard, literal_head, matcher
from policyeval.lint.rule import Flaw, Level, Rule, suggestion
from policyeval.lint.rules.conditions._keys import operand_type
from policyeval.syntax.faults import nearest, ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition

_ALIASES: Final = frozenset({"kms:requestalias", "kms:resourcealiases"})
_PREFIX: Final = "alias/"
_FEW: Final = 6  # values, to list them all in a hint
# Where the service model has the values of a key: the parameter of an operation, or an element of it (K9).
_SPEC: Final = ("CreateKey", "KeySpec")
_USAGE: Final = ("CreateKey", "KeyUsage")
_PARAMETERS: Final = MappingProxyType(
    {
        "kms:customermasterkeyspec": _SPEC,
        "kms:customermasterkeyusage": _USAGE,
        "kms:datakeypairspec": ("GenerateDataKeyPair", "KeyPairSpec"),
        "kms:encryptionalgorithm": ("Encrypt", "EncryptionAlgorithm"),
        "kms:expirationmodel": ("ImportKeyMaterial", "ExpirationModel"),
        "kms:grantoperations": ("CreateGrant", "Operations"),
        "kms:keyagreementalgorithm": ("DeriveSharedSecret", "KeyAgreementAlgorithm"),
        "kms:keyorigin": ("CreateKey", "Origin"),
        "kms:keyspec": _SPEC,
        "kms:keyusage": _USAGE,
        "kms:macalgorithm": ("GenerateMac", "MacAlgorithm"),
        "kms:messagetype": ("Sign", "MessageType"),
        "kms:signingalgorithm": ("Sign", "SigningAlgorithm"),
        "kms:wrappingalgorithm": ("GetParametersForImport", "WrappingAlgorithm"),
        "kms:wrappingkeyspec": ("GetParametersForImport", "WrappingKeySpec"),
    }
)


def check(condition: Condition) -> Iterator[Flaw]:
    """Look the values up; where a wildcard is no wildcard, another rule says so."""
    is_alias = condition.folded in _ALIASES
    if not (is_alias or condition.folded in _PARAMETERS) or operand_type(condition.base) != "String":
        return
    has_patterns = OPERATORS[condition.base].wildcards
    folds = condition.base.endswith("IgnoreCase")
    for value in condition.values:
        text = value.text
        if "${" in text or (has_wildcard(text) and not has_patterns):
            continue
        if is_alias:
            if not _may_be_alias(text.lower() if folds else text):
                yield Flaw(value.place(), _said(text, condition), "write `alias/` and the name of the alias")
        elif not _is_any(text, _values(condition.folded), folds=folds):
            close = nearest(text, _values(condition.folded))
            yield Flaw(value.place(), _said(text, condition), suggestion(close, _listed(condition)), meant=close)


def _said(text: str, condition: Condition) -> str:
    return f"no request has {ticked(text)} as {ticked(condition.key)}"


def _listed(condition: Condition) -> str:
    values = _values(condition.folded)
    return f"it is one of {', '.join(map(ticked, values))}" if len(values) <= _FEW else "write it as the API does"


def _may_be_alias(text: str) -> bool:
    """Tell whether a text begins as an alias does, as far as it goes without a wildcard."""
    begins = literal_head(text)
    return begins.startswith(_PREFIX) or (begins != text and _PREFIX.startswith(begins))


def _is_any(text: str, values: tuple[str, ...], *, folds: bool) -> bool:
    if has_wildcard(text):
        return any(map(matcher(text), values))
    return text in values or (folds and text.upper() in map(str.upper, values))


@cache
def _values(folded: str) -> tuple[str, ...]:
    from policyeval.catalog.kms_model import kms_model  # noqa: PLC0415 - few policies have such a condition

    operation, parameter = _PARAMETERS[folded]
    shape = kms_model().operations[operation].input.members[parameter]
    return (shape.member or shape).enum


RULE = Rule(
    code="K315",
    name="value-that-no-request-has",
    severity=Severity.WARNING,
    level=Level.CONDITION,
    check=check,
    summary="A condition compares with a value that AWS KMS does not know.",
    why=(
        "An Allow under it never applies, and a Deny with a negated operator always does. It is easily written: an "
        "alias without `alias/`, the operation of a grant as the action `kms:Decrypt`, an algorithm without one of its "
        "underscores."
    ),
    instead="Write the values as the API does, and aliases with `alias/` before their names.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
)
