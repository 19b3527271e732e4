"""P207: a cluster of Amazon EKS, without which of its service accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_positive
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.principals._federated import allowed_providers, claims
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Statement, Value

_CLUSTER: Final = re.compile(r"oidc[.-]eks\..*/id/.*")
# `system:serviceaccount:NAMESPACE:NAME`, with neither a namespace nor a name.
_ANY_ACCOUNT: Final = re.compile(r"(s[a-z]*(:s[a-z]*:?)?)?[*?][*?:]*")
_AUDIENCE: Final = frozenset({"aud"})
_CLAIMS: Final = frozenset({"aud", "sub"})


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for who of a cluster may assume the role; P202 is about no claim at all."""
    for value, provider in allowed_providers(statement):
        found = claims(statement, provider.name)
        if not _CLUSTER.fullmatch(provider.name) or not found or not found <= _CLAIMS:
            continue
        subjects = _subjects(statement, f"{provider.name}:sub")
        any_account = next((each for each in subjects if _ANY_ACCOUNT.fullmatch(each.text)), None)
        if any_account is not None or found == _AUDIENCE:
            yield Flaw(
                (any_account or value).place(),
                f"every pod of {ticked(provider.written)} can assume the role",
                f"add a condition on `{provider.written}:sub`: `system:serviceaccount:NAMESPACE:NAME`",
            )


def _subjects(statement: Statement, key: str) -> list[Value]:
    """Give the subjects that a statement takes; where several conditions are on them, one may be enough."""
    conditions = [each for each in statement.conditions if each.folded == key and is_positive(each)]
    return list(conditions[0].values) if len(conditions) == 1 and conditions[0].base == "StringLike" else []


RULE = Rule(
    code="P207",
    name="cluster-without-service-account",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    elements=frozenset({"Principal", "NotPrincipal"}),
    types=frozenset({PolicyType.TRUST}),
    summary="A role trusts a cluster of Amazon EKS, and asks of no service account.",
    why=(
        "Each pod has a token of the cluster's provider, and they differ in their subject alone: whoever may run a pod "
        "anywhere in the cluster has the role."
    ),
    instead="Add a condition on `HOST:sub` that names the namespace and the service account.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
)
