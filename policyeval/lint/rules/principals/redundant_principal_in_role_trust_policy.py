"""P401: a session beside its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.fixes import remove_values
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._forms import role, role_of_session
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement


def check(statement: Statement) -> Iterator[Flaw]:
    """Compare the roles of sessions with the roles."""
    elements = [element for element in statement.principals if element.kind == "AWS" and not element.negated]
    values = [value for element in elements for value in element.values]
    roles = {named: value for value in values if (named := role(value.text)) is not None}
    for value in values:
        parent = roles.get(role_of_session(value.text) or ("", "", ""))
        if parent is not None:
            yield Flaw(
                value.place(),
                f"{ticked(parent.text)} makes its session {ticked(value.text)} redundant",
                "take the session out",
                # A boundary or session policy limits a session that its role stands for, and none that is named (S8).
                fix=remove_values([value]) if statement.denies else None,
            )


RULE = Rule(
    code="P401",
    name="redundant-principal-in-role-trust-policy",
    severity=Severity.SUGGESTION,
    access_analyzer="REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A trust policy names a role and a session of that role.",
    why=(
        "The role stands for all its sessions. In an Allow to a role of the same account the session says one thing "
        "more: its permissions boundary and session policy need not allow what is allowed to the session itself (S8)."
    ),
    instead="Take the session out, or the role if only that session is meant.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-principal-in-role-trust-policy",
)
