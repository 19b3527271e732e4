"""Grants as `aws kms list-grants` prints them, read for one key (G1–G6)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from policyeval.entities.parts import Building
from policyeval.entities.policies import PolicyReader
from policyeval.entities.reading import Spot, document_of
from policyeval.entities.schema import GrantModel
from policyeval.entities.values import KeyGrants
from policyeval.errors import EntitiesError
from policyeval.model.arn import split_arn
from policyeval.model.grant import Grant, can_be_named
from policyeval.model.source import NOWHERE, Diagnostic, Place


def build_grants(building: Building, models: Sequence[tuple[GrantModel, Spot]], key_arn: str) -> KeyGrants:
    """Read a key's grants; those without an id are numbered, `grant-1` for the first of them."""
    taken = {model.GrantId for model, _ in models if model.GrantId is not None}
    grants: list[Grant] = []
    for index, (model, where) in enumerate(models):
        if model.GrantId is not None:
            what = f"grant `{model.GrantId}` of this key"
            building.claim(("grant", key_arn, model.GrantId), what, where.at("GrantId"))
        building.faults += _check_grant(model, key_arn, where)
        grant_id = model.GrantId or _free_id(taken, index + 1)
        taken.add(grant_id)
        grants.append(_make_grant(model, key_arn, grant_id, where.place()))
    return KeyGrants.of(grants)


def grant_of(value: Mapping[str, object], key_arn: str, known: KeyGrants) -> Grant:
    """Read one grant from a mapping.

    Raises `EntitiesError` when it is none.
    """
    reader = PolicyReader(None)
    document = document_of(value, GrantModel, reader)
    if document is not None:
        reader.faults += _check_grant(document.model, key_arn, document.spot())
    if document is None or reader.faults:
        raise EntitiesError(reader.faults)
    grant_id = document.model.GrantId or _free_id(known.by_id, len(known.by_id) + 1)
    return _make_grant(document.model, key_arn, grant_id)


def _free_id(taken: Container[str], number: int) -> str:
    while f"grant-{number}" in taken:
        number += 1
    return f"grant-{number}"


def _check_grant(model: GrantModel, key_arn: str, spot: Spot) -> list[Diagnostic]:
    """Tell what one grant cannot be: on another key, or to whom AWS grants nothing (G2)."""
    faults = []
    if model.KeyId is not None and model.KeyId not in {key_arn, key_arn.partition(":key/")[2]}:
        faults.append(spot.at("KeyId").fault(f"the grant is on `{model.KeyId}`, not on this key"))
    for name in ("GranteePrincipal", "RetiringPrincipal"):
        principal = getattr(model, name)
        if principal is not None and not can_be_named(principal):
            hint = "an account, a user, a role, a session or a service can"
            faults.append(spot.at(name).fault(f"`{principal}` cannot be named by a grant", hint))
    constraints = model.Constraints
    if constraints is not None and constraints.EncryptionContextEquals and constraints.EncryptionContextSubset:
        message = "a grant has one constraint on the encryption context, not two"  # as CreateGrant refuses it
        hint = "keep `EncryptionContextEquals` or `EncryptionContextSubset`"
        faults.append(spot.at("Constraints").fault(message, hint))
    return faults


def _make_grant(model: GrantModel, key_arn: str, grant_id: str, place: Place = NOWHERE) -> Grant:
    """Make the value; a grant that does not tell who issued it was issued in the key's account."""
    key, constraints = split_arn(key_arn), model.Constraints
    return Grant(
        key_arn=key_arn,
        grant_id=grant_id,
        operations=frozenset(model.Operations),
        grantee_principal=model.GranteePrincipal,
        grantee_service_principal=model.GranteeServicePrincipal,
        retiring_principal=model.RetiringPrincipal,
        retiring_service_principal=model.RetiringServicePrincipal,
        issuing_account=_account_of(model.IssuingAccount) or (key.account if key is not None else None),
        context_equals=constraints.EncryptionContextEquals if constraints is not None else None,
        context_subset=constraints.EncryptionContextSubset if constraints is not None else None,
        source_arn=constraints.SourceArn if constraints is not None else None,
        name=model.Name or None,
        creation_date=model.CreationDate,
        tokens=frozenset((model.GrantToken,) if model.GrantToken is not None else ()),
        place=place,
    )


def _account_of(issuer: str | None) -> str | None:
    """Reduce the issuing account to its id; AWS prints the ARN of its root user."""
    fields = split_arn(issuer) if issuer is not None else None
    return fields.account if fields is not None else issuer
