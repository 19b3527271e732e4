"""CreateGrant, RetireGrant and RevokeGrant (KMS 19; G1-G6); what lists grants is in `grant_lists.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from policyeval.authorizer import Authorizer
from policyeval.kms.call import Call, Conditions, Found, Response
from policyeval.kms.errors import KmsError
from policyeval.kms.operations.grant_lists import list_grants, list_retirable_grants
from policyeval.kms.operations.grant_rules import (
    Pairs,
    check_constraint,
    check_operations,
    check_parties,
    constraint_of,
    existing,
    named_constraint,
    requested_constraint,
)
from policyeval.kms.operations.row import Asked, Operation
from policyeval.kms.principals import check_party, kept_grant, names_of
from policyeval.kms.records import Key, KeyState
from policyeval.kms.source import WithGrant
from policyeval.kms.states import check_state
from policyeval.model.arn import root_arn, split_arn
from policyeval.model.grant import Grant

_CREATES_IN: Final[frozenset[KeyState]] = frozenset({"Enabled", "Unavailable", "Updating"})


def create_grant(call: Call) -> Response:
    """Add a grant to a key."""
    params = call.params
    check_parties(params)
    equals, subset = requested_constraint(params.get("Constraints", {}))
    kind, pairs = named_constraint(equals, subset)
    found = call.find(params["KeyId"], "kms:CreateGrant")
    key = found.key
    symmetric = key.spec == "SYMMETRIC_DEFAULT"
    call.ask("kms:CreateGrant", found, _conditions(call, kind), pairs if symmetric else None)
    check_state(key, _CREATES_IN)
    check_constraint(pairs, symmetric=symmetric)
    check_operations(params["Operations"], key)
    for party in ("GranteePrincipal", "RetiringPrincipal"):
        if party in params:
            check_party(params[party], key.partition, call.core.iam)
    grant = _requested(call, key, equals, subset)
    known = _tried_before(call, grant)
    if known is None and call.reading.count_grants(key.arn) >= call.core.settings.grants:
        raise KmsError("LimitExceededException", f"{key.arn} has as many grants as a key can have.")
    call.would_succeed()
    if known is None:
        call.transaction.put_grant(grant)
    grant_id = (known or grant).grant_id
    return {"GrantId": grant_id, "GrantToken": call.core.tokens.grant_token(key.arn, grant_id)}


def _conditions(call: Call, kind: str | None) -> Conditions:
    """Give what policies, and a parent grant, look at (K9, G4)."""
    params = call.params
    names = ("GranteePrincipal", "GranteeServicePrincipal", "RetiringPrincipal", "RetiringServicePrincipal")
    given: dict[str, Any] = {f"kms:{name}": params[name] for name in names if name in params}
    given["kms:GrantOperations"] = params["Operations"]
    if kind is not None:
        given["kms:GrantConstraintType"] = kind
    if "SourceArn" in params.get("Constraints", {}):
        given["kms:GrantConstraintSourceArn"] = params["Constraints"]["SourceArn"]
    return given


def _requested(call: Call, key: Key, equals: Pairs | None, subset: Pairs | None) -> Grant:
    params, caller = call.params, call.caller
    grant = Grant(
        key.arn,
        call.core.entropy(32).hex(),
        frozenset(params["Operations"]),
        grantee_principal=params.get("GranteePrincipal"),
        grantee_service_principal=params.get("GranteeServicePrincipal"),
        retiring_principal=params.get("RetiringPrincipal"),
        retiring_service_principal=params.get("RetiringServicePrincipal"),
        # A service that calls for itself has no account that could retire the grant (G5).
        issuing_account=root_arn(caller.account, caller.partition) if caller.account else None,
        context_equals=equals,
        context_subset=subset,
        source_arn=params.get("Constraints", {}).get("SourceArn"),
        name=params.get("Name"),
        creation_date=call.now,
    )
    return kept_grant(grant, call.core.iam)


def _tried_before(call: Call, grant: Grant) -> Grant | None:
    """Find the grant that the same request made before: a name makes requests comparable (KMS 19)."""
    if grant.name is None:
        return None
    grantee = call.params.get("GranteePrincipal") or call.params["GranteeServicePrincipal"]
    for name in names_of(grantee, call.core.iam):
        for known in call.reading.grants_to(grant.key_arn, name):
            if known.name != grant.name:  # of fifty thousand nearly all
                continue
            same = replace(grant, grant_id=known.grant_id, creation_date=known.creation_date, tokens=known.tokens)
            if kept_grant(known, call.core.iam) == same:
                return known
    return None


def revoke_grant(call: Call) -> Response:
    """Withdraw a grant: policies say who may (G5)."""
    found = call.find(call.params["KeyId"], "kms:RevokeGrant")
    call.ask("kms:RevokeGrant", found)
    grant = existing(found.key.arn, call.params["GrantId"], call.reading)
    call.would_succeed()
    call.transaction.delete_grant(grant.key_arn, grant.grant_id)
    return {}


def retire_grant(call: Call) -> Response:
    """Give a grant back: the grant itself says who may (G5)."""
    found, grant_id = _named(call)
    grant = call.reading.grant(found.key.arn, grant_id)
    conditions, pairs = _shown_of(grant)
    # A grant that is not there names nobody: then everybody is refused.
    core = call.core
    authorizer = Authorizer(WithGrant(core.iam, core.store, core.names, grant))
    call.decide(call.request(found.key.arn, "kms:RetireGrant", conditions, pairs), authorizer)
    call.would_succeed()
    call.transaction.delete_grant(found.key.arn, grant_id)
    call.shown = {"GrantId": grant_id}  # a token may have named it
    return {}


def _named(call: Call) -> tuple[Found, str]:
    """Find the key and give the id of the grant that a token or the parameters name."""
    params = call.params
    if ("GrantToken" in params) == ("KeyId" in params and "GrantId" in params):
        raise KmsError("ValidationException", "You must specify either GrantToken, or KeyId and GrantId, but not both.")
    if "GrantToken" in params:
        named = call.core.tokens.grant(params["GrantToken"])
        key = split_arn(named.key_arn)
        if key is None or key.region != call.region or call.reading.grant(*named) is None:
            raise KmsError("InvalidGrantTokenException", "The grant token is not valid")
        return call.find(named.key_arn, "kms:RetireGrant"), named.grant_id
    found = call.find(params["KeyId"], "kms:RetireGrant")
    if found.key.account == call.caller.account:
        existing(found.key.arn, params["GrantId"], call.reading)
    return found, params["GrantId"]


def _shown_of(grant: Grant | None) -> tuple[Conditions | None, Mapping[str, str] | None]:
    """Give what an IAM policy can look at when a grant is retired."""
    kind, pairs = constraint_of(grant) if grant is not None else (None, None)
    return {"kms:GrantConstraintType": kind} if kind is not None else None, pairs


OPERATIONS: Final = (
    Operation("CreateGrant", create_grant, Asked.ITSELF, works_in=_CREATES_IN, writes=True),
    Operation("ListGrants", list_grants, Asked.ITSELF),
    Operation("ListRetirableGrants", list_retirable_grants, Asked.ITSELF),
    Operation("RetireGrant", retire_grant, Asked.ITSELF, writes=True),
    Operation("RevokeGrant", revoke_grant, Asked.ITSELF, writes=True),
)
