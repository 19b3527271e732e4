"""P111: an action that none of the principals can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import provider
from policyeval.lint.rules.principals._forms import kind
from policyeval.lint.words import listed
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement, Value

_KIND_FOR: Final = {"sts:assumerole": "", "sts:assumerolewithsaml": "saml", "sts:assumerolewithwebidentity": "oidc"}


def check(statement: Statement) -> Iterator[Flaw]:
    """Compare each action with the kinds of all principals, if those are known."""
    kinds = {_kind(value) for element in statement.principals for value in element.values}
    known = kinds and None not in kinds and all(e.complete and not e.negated for e in statement.principals)
    if not known or statement.action is None or statement.action.negated:
        return
    for action in statement.action.values:
        wanted = _KIND_FOR.get(action.text.lower())
        if wanted is not None and wanted not in kinds:
            values = [value for element in statement.principals for value in element.values]
            yield Flaw(
                action.place(),
                f"{ticked(action.text)} is not for {listed(values)}",
                "SAML providers have `sts:AssumeRoleWithSAML`, OIDC ones `sts:AssumeRoleWithWebIdentity`, all others "
                "`sts:AssumeRole`",
                tuple(value.place() for value in values),
            )


def _kind(value: Value) -> str | None:
    """Give the kind of a provider, "" for who is none, None for what nobody can tell."""
    if kind(value) != "Federated":
        return ""
    found = provider(value.text)
    return found.kind if found is not None else None


RULE = Rule(
    code="P111",
    name="mismatched-action-for-principal",
    severity=Severity.ERROR,
    access_analyzer="MISMATCHED_ACTION_FOR_PRINCIPAL",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A trust policy's action is not for its principals.",
    why="Each kind of principal has its own action to assume a role: with another one nobody can.",
    instead=(
        "Use `sts:AssumeRoleWithSAML` for SAML providers, `sts:AssumeRoleWithWebIdentity` for OIDC providers, "
        "`sts:AssumeRole` for others."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-mismatched-action-for-principal",
)
