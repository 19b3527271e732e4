"""Grants around a request: those that carry it, and those that miss it by one field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from policyeval.catalog.kms import GRANT_OPERATIONS, OPERATIONS
from policyeval.model.grant import Grant
from policyeval.model.records import ResourceRecord
from tests.differential.asking import NOON
from tests.differential.dice import Dice, chance, pick, some, weighted
from tests.differential.policies import names_of
from tests.reference.decide import Case
from tests.reference.facts import encryption_context

_OPERATIONS = sorted(GRANT_OPERATIONS)


def grants(dice: Dice, case: Case, *, fits: bool) -> list[Grant]:
    """Make the grants of a world: one that carries the request where wanted, and near-misses."""
    key = case.resource
    if key is None or key.key is None:
        return []
    made = [_fitting(dice, case, key, "g0")] if fits else []
    misses = weighted(dice, {0: 55, 1: 30, 2: 15})
    made += [_missing(dice, case, _fitting(dice, case, key, f"m{number}")) for number in range(misses)]
    return [replace(grant, creation_date=NOON - timedelta(minutes=dice.below(12))) for grant in made]


def _fitting(dice: Dice, case: Case, key: ResourceRecord, grant_id: str) -> Grant:
    names = [value.value for values in names_of(case.caller).values() for value in values]
    principals = [name for name in names if name != "*" and not name.startswith(("AIDA", "AROA"))]
    principal = pick(dice, principals) if principals else "arn:aws:iam::111122223333:user/nobody"
    operations = frozenset(some(dice, _OPERATIONS, 3)) - {"RetireGrant"}
    operation = next((name for name, action in GRANT_OPERATIONS.items() if action == case.action), None)
    issuer = pick(dice, ["arn:aws:iam::111122223333:root", "111122223333"])
    if case.retires:
        right = weighted(dice, {"retiring": 45, "grantee": 35, "issuing": 20})
        nobody = "arn:aws:iam::111122223333:user/nobody"
        service = principal.endswith(".amazonaws.com")
        return Grant(
            key.arn,
            grant_id,
            operations | ({"RetireGrant"} if right == "grantee" else set()),
            grantee_principal=principal if right == "grantee" else nobody,
            retiring_principal=principal if right == "retiring" and not service else None,
            retiring_service_principal=principal if right == "retiring" and service else None,
            issuing_account=issuer if right == "issuing" else "arn:aws:iam::555566667777:root",
            tokens=frozenset({f"token-{grant_id}"}),
        )
    made = Grant(
        key.arn,
        grant_id,
        operations | ({operation} if operation else set()),
        grantee_principal=principal,
        issuing_account=issuer,
        tokens=frozenset({f"token-{grant_id}"}),
    )
    if principal.endswith(".amazonaws.com") and chance(dice, 60):
        made = replace(made, grantee_principal=None, grantee_service_principal=principal)
    return _constrained(dice, case, key, made)


def _constrained(dice: Dice, case: Case, key: ResourceRecord, grant: Grant) -> Grant:
    if operations := case.asked.facts.get("kms:grantoperations"):
        assert isinstance(operations, tuple)
        grant = replace(grant, operations=grant.operations | {str(name) for name in operations})
    if chance(dice, 20 if case.action == "kms:creategrant" else 8):
        given = case.asked.facts.get("aws:sourcearn")
        grant = replace(grant, source_arn=str(given or "arn:aws:s3:::bucket"))
    if key.key is None or key.key.spec != "SYMMETRIC_DEFAULT" or not _takes_context(case):
        return grant
    given_pairs = encryption_context(case.request, key)
    kind = weighted(dice, {"none": 50, "equals": 25, "subset": 25})
    if kind == "equals":
        return replace(grant, context_equals=given_pairs)
    if kind == "subset":
        return replace(grant, context_subset=dict(list(given_pairs.items())[: dice.below(2) + 1]))
    return grant


def _takes_context(case: Case) -> bool:
    operation = OPERATIONS.get(case.action)
    return operation is not None and (
        operation.symmetric_cryptographic or case.action in {"kms:creategrant", "kms:describekey"}
    )


def _missing(dice: Dice, case: Case, grant: Grant) -> Grant:
    field = weighted(dice, {"operation": 25, "grantee": 30, "context": 30, "key": 15})
    if field == "operation":
        gone = {name for name, action in GRANT_OPERATIONS.items() if action == case.action}
        return replace(grant, operations=(grant.operations - gone) or frozenset({"GenerateMac"}))
    if field == "key":
        return replace(grant, key_arn="arn:aws:kms:us-east-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321")
    if field == "context" and grant.context_equals is not None:
        return replace(grant, context_equals={**grant.context_equals, "tenant": "Red"})
    if field == "context" and grant.context_subset is not None:
        return replace(grant, context_subset={"Tenant": "blue"})
    away = pick(
        dice,
        [
            "arn:aws:iam::444455556666:root",
            "444455556666",
            "arn:aws:iam::111122223333:role/App",
            "arn:aws:sts::111122223333:assumed-role/app/other",
            "arn:aws:iam::111122223333:user/nobody",
            "ses.amazonaws.com",
        ],
    )
    return replace(
        grant,
        grantee_principal=away,
        grantee_service_principal=None,
        retiring_principal=None,
        retiring_service_principal=None,
        issuing_account="555566667777",
    )
