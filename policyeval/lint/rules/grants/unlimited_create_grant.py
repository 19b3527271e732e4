"""G201: an Allow to hand a key on to anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.reach import is_negated, is_null_check, is_positive, named_actions, narrowed_by, takes_all
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.model.policy import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, Statement


_ACTION: Final = "kms:creategrant"
_OPERATIONS: Final = "kms:grantoperations"
_FOR_ANY: Final = "ForAnyValue"
_FOR_SERVICE: Final = "kms:grantisforawsresource"
# What says for whom, for what or under which constraint a grant may be.
_LIMITS: Final = frozenset(
    {
        "kms:encryptioncontext:",
        "kms:encryptioncontextkeys",
        "kms:grantconstraintsourcearn",
        "kms:grantconstrainttype",
        "kms:granteeprincipal",
        "kms:granteeserviceprincipal",
        "kms:viaservice",
    }
)


def check(statement: Statement) -> Iterator[Flaw]:
    """Look for CreateGrant by name in an Allow that does not limit the grants (G4)."""
    if not statement.allows or narrowed_by(statement, _LIMITS) or any(map(_limits, statement.conditions)):
        return
    for value, action in named_actions(statement, "kms"):
        if action == _ACTION:
            yield Flaw(
                value.place(),
                "whoever may create any grant can hand every use of the key on to anybody, themselves included",
                "add `Bool` on `kms:GrantIsForAWSResource`, or `ForAllValues:StringEquals` on `kms:GrantOperations`",
            )


def _limits(condition: Condition) -> bool:
    if condition.folded == _FOR_SERVICE:  # `false` is what all have who call for themselves (K7)
        return is_positive(condition) and all(value.text.lower() != "false" for value in condition.values)
    if condition.folded != _OPERATIONS or is_null_check(condition) or takes_all(condition):
        return False
    # Every CreateGrant has operations, so that ForAllValues does not hold of none. ForAnyValue lets others in (S32).
    return not is_negated(condition) and condition.quantifier != _FOR_ANY


RULE = Rule(
    code="G201",
    name="unlimited-create-grant",
    severity=Severity.SECURITY_WARNING,
    level=Level.STATEMENT,
    check=check,
    types=frozenset({PolicyType.IDENTITY, PolicyType.SESSION, PolicyType.KEY, PolicyType.RESOURCE}),
    services=frozenset({"kms"}),
    summary="A policy allows CreateGrant without limiting the grants.",
    why=(
        "Whoever may create grants need not have the permissions that they grant: with CreateGrant alone one "
        "grants oneself Decrypt, or an account outside, in a call that changes no policy. Grants are hard to see, "
        "for no policy shows them."
    ),
    instead=(
        "Require `kms:GrantIsForAWSResource` for what services need, or limit `kms:GrantOperations` and "
        "`kms:GranteePrincipal`."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
)
