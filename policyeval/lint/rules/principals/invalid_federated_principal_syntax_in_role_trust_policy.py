"""P110: an identity provider that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import provider
from policyeval.lint.rules.principals._forms import kind
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Value


def check(value: Value) -> Iterator[Flaw]:
    """Read the principal."""
    if kind(value) == "Federated" and provider(value.text) is None:
        hint = "leave `https://` out" if "https://" in value.text else "write the ARN of the provider"
        yield Flaw(value.place(), f"{ticked(value.text)} is no identity provider", hint)


RULE = Rule(
    code="P110",
    name="invalid-federated-principal-syntax-in-role-trust-policy",
    severity=Severity.ERROR,
    access_analyzer="INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
    level=Level.PRINCIPAL,
    check=check,
    types=frozenset({PolicyType.TRUST}),
    summary="A federated principal is neither the ARN of a provider nor a host name.",
    why="AWS refuses the policy, or nobody can assume the role.",
    instead=(
        "Write `arn:aws:iam::ACCOUNT:saml-provider/NAME`, `arn:aws:iam::ACCOUNT:oidc-provider/HOST`, or a "
        "host such as `cognito-identity.amazonaws.com`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-federated-principal-syntax-in-role-trust-policy",
)
