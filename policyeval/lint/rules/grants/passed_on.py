"""G203: a grant that its grantee can pass on to anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import is_constrained, operation_names, operations, uses_key
from policyeval.syntax.tree import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


_AGAIN: Final = "CreateGrant"
_SERVICE_LINKED: Final = ":role/aws-service-role/"


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look for CreateGrant beside operations that use the key, without a constraint that goes along (G4)."""
    if is_constrained(grant) or _may_be_of_a_service(grant) or not any(map(uses_key, operation_names(grant))):
        return
    for operation in operations(grant):
        if operation.name == _AGAIN:
            yield Flaw(
                operation.place,
                "the grantee can pass this grant on, to anybody and by them again, and nothing limits it",
                "leave `CreateGrant` out, or add a constraint: grants made by this grant need one as strict",
            )


def _may_be_of_a_service(grant: GrantView) -> bool:
    # What service-linked roles do is AWS's to decide, and its guides grant to them like this (S16).
    grantee = grant.text("GranteePrincipal")
    return _SERVICE_LINKED in grantee if grantee is not None else isinstance(grant.get("GranteePrincipal"), Unknown)


RULE = Rule(
    code="G203",
    name="passed-on",
    severity=Severity.SECURITY_WARNING,
    level=Level.GRANT,
    check=check,
    summary="A grantee can pass an unconstrained grant on.",
    why=(
        "Each grant that is made from this one can make others, each for another principal of any account. "
        "Revoking this one revokes none of them, and a chain of grants is found only by reading all of a key's "
        "grants."
    ),
    instead=(
        "Leave CreateGrant out. Services that need it, such as Amazon EC2, ask for a constraint on the encryption "
        "context too."
    ),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
)
