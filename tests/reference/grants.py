"""Grants: which of a key's grants carry a request, and in what way they name the caller (G1-G6)."""

from __future__ import annotations

from collections.abc import Iterable

from policyeval.catalog.kms import GRANT_OPERATIONS, OPERATIONS
from policyeval.model.grant import Grant
from policyeval.model.policy import PrincipalValue
from policyeval.model.records import ResourceRecord
from policyeval.model.request import Request
from tests.reference.callers import Caller, Way, way
from tests.reference.facts import encryption_context
from tests.reference.text import Facts


def named(principal: str | None, caller: Caller) -> Way | None:
    """Tell how a grant's principal names the caller; a service may stand in either field (G2)."""
    if principal is None or principal == "*":
        return None
    return way(PrincipalValue("AWS", principal), caller) or way(PrincipalValue("Service", principal), caller)


def ways_granted(
    grants: Iterable[Grant], caller: Caller, request: Request, key: ResourceRecord, facts: Facts
) -> set[Way]:
    """Give the ways in which grants that carry this request name the caller (G1, G3, G4)."""
    found: set[Way] = set()
    for grant in grants:
        if grant.key_arn != key.arn or not covers(grant, request.action):
            continue
        if not _constraints_hold(grant, caller, request, key, facts):
            continue
        found |= {
            one
            for one in (named(grant.grantee_principal, caller), named(grant.grantee_service_principal, caller))
            if one is not None
        }
    return found


def covers(grant: Grant, action: str) -> bool:
    """Tell whether the action is among the grant's operations."""
    return any(GRANT_OPERATIONS.get(operation) == action.lower() for operation in grant.operations)


def _constraints_hold(grant: Grant, caller: Caller, request: Request, key: ResourceRecord, facts: Facts) -> bool:
    """G3; for CreateGrant the child must be as strict (G4)."""
    action = request.action.lower()
    by_service = caller.kind == "service" or request.via_service is not None
    given_source = facts.get("aws:sourcearn")
    if grant.source_arn not in {None, given_source} and (by_service or given_source is not None):
        return False  # the API's page: looked at only when an AWS service makes the request
    given = encryption_context(request, key)
    if action == "kms:creategrant":
        return _may_create(grant, given, facts)
    if not OPERATIONS[action].symmetric_cryptographic:
        return True
    if grant.context_equals is not None and dict(grant.context_equals) != given:
        return False
    return grant.context_subset is None or _within(dict(grant.context_subset), given)


def _may_create(parent: Grant, child: dict[str, str], facts: Facts) -> bool:
    """A grant made by right of a grant: fewer operations, equal or stricter constraints (G4)."""
    operations = facts.get("kms:grantoperations")
    if not isinstance(operations, tuple) or not operations or not set(operations) <= parent.operations:
        return False
    kind = facts.get("kms:grantconstrainttype")
    if parent.source_arn is not None and facts.get("kms:grantconstraintsourcearn") != parent.source_arn:
        return False
    if parent.context_equals is not None and (
        kind != "EncryptionContextEquals" or child != dict(parent.context_equals)
    ):
        return False
    if parent.context_subset:
        return kind in {"EncryptionContextEquals", "EncryptionContextSubset"} and _within(
            dict(parent.context_subset), child
        )
    return True


def _within(pairs: dict[str, str], given: dict[str, str]) -> bool:
    return all(given.get(name) == value for name, value in pairs.items())


def ways_to_retire(grants: Iterable[Grant], caller: Caller, request: Request, key_arn: str) -> set[Way]:
    """Give the ways in which the caller holds the right to retire a grant of this key (G5)."""
    found: set[Way | None] = set()
    for grant in grants:
        if grant.key_arn != key_arn:
            continue
        if request.grant_tokens and not {grant.grant_id, *grant.tokens} & set(request.grant_tokens):
            continue
        found |= {named(grant.retiring_principal, caller), named(grant.retiring_service_principal, caller)}
        if covers(grant, "kms:RetireGrant"):
            found |= {named(grant.grantee_principal, caller), named(grant.grantee_service_principal, caller)}
        if named(grant.issuing_account, caller) == "account":
            found.add("account")
    return {one for one in found if one is not None}
