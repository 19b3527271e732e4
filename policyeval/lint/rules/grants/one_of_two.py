"""G107: a grant with two grantees or none, or with two of what there can be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policyeval.lint.finding import Severity
from policyeval.lint.rule import Flaw, Level, Rule
from policyeval.lint.rules.grants._parts import EQUALS, GRANTEES, RETIRING, SUBSET, constraint_names, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.grant_view import GrantView


_ONE_OF: Final = (GRANTEES, RETIRING)


def check(grant: GrantView) -> Iterator[Flaw]:
    """Look for fields of which a grant has one: a grantee, who retires it, an encryption context constraint."""
    if not any(name in grant.entries for name in GRANTEES):
        yield Flaw(
            grant.place(),
            "the grant is for nobody: it has neither `GranteePrincipal` nor `GranteeServicePrincipal`",
            "add one of the two",
        )
    for one, other in _ONE_OF:
        if one in grant.entries and other in grant.entries:
            yield Flaw(grant.place(other), f"a grant has either `{one}` or `{other}`, not both", "keep one of the two")
    named = constraint_names(grant)
    contexts = [context for context in pairs(grant) if context.name in named]
    if len(contexts) > 1:
        message = f"a grant has either `{EQUALS}` or `{SUBSET}`, not both"
        yield Flaw(
            contexts[1].place, message, "keep the one that says what you mean: all of the context, or part of it"
        )


RULE = Rule(
    code="G107",
    name="one-of-two",
    severity=Severity.ERROR,
    level=Level.GRANT,
    check=check,
    summary="A grant has both of two fields of which it can have one, or no grantee.",
    why="CreateGrant refuses it: it could not tell which of the two counts.",
    instead="Name one grantee, one who retires the grant, and one constraint on the encryption context.",
    source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",
)
