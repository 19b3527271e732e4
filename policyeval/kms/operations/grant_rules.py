"""What a grant may say, and what a request about grants must ("Grants in AWS KMS" of the KMS guide; KMS 19)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from policyeval.catalog.kms_grants import MAX_CONSTRAINT_PAIRS, MAX_CONSTRAINT_VALUE, grant_operations
from policyeval.kms.call import Params
from policyeval.kms.caller import Caller
from policyeval.kms.errors import KmsError
from policyeval.kms.records import Key
from policyeval.kms.storage.store import Reading
from policyeval.model.arn import split_arn
from policyeval.model.grant import Grant

Pairs = Mapping[str, str]

_GRANT_ID: Final = re.compile("[0-9a-f]{64}")


def check_parties(params: Params) -> None:
    """Refuse a request that does not name one grantee, or lacks what a service as grantee needs.

    Raises:
        KmsError: `ValidationException`.

    """
    one_of(params, "GranteePrincipal", "GranteeServicePrincipal")
    retires = [name for name in ("RetiringPrincipal", "RetiringServicePrincipal") if name in params]
    if len(retires) > 1:
        raise KmsError(
            "ValidationException", "You can specify either RetiringPrincipal or RetiringServicePrincipal, but not both."
        )
    if "GranteeServicePrincipal" in params and not (retires and "SourceArn" in params.get("Constraints", {})):
        raise KmsError(
            "ValidationException",
            "A grant with a GranteeServicePrincipal needs a SourceArn constraint, and a RetiringPrincipal or a "
            "RetiringServicePrincipal.",
        )


def requested_constraint(constraints: Params) -> tuple[Pairs | None, Pairs | None]:
    """Give the pairs that an encryption context must equal, and those that it must have, as asked for.

    An empty one beside the other is not there: clients send both members and fill one (the Terraform provider does).

    Raises:
        KmsError: `ValidationException` for two: no encryption context could tell which of them counts.

    """
    equals, subset = constraints.get("EncryptionContextEquals"), constraints.get("EncryptionContextSubset")
    if equals and subset:
        raise KmsError("ValidationException", "More than one constraint supplied")
    if equals is not None and subset is not None:
        return (None, subset) if subset else (equals, None)
    return equals, subset


def constraint_of(grant: Grant) -> tuple[str | None, Pairs | None]:
    """Give the type and the pairs of a grant's encryption context constraint."""
    return named_constraint(grant.context_equals, grant.context_subset)


def named_constraint(equals: Pairs | None, subset: Pairs | None) -> tuple[str | None, Pairs | None]:
    """Give the type and the pairs of the one encryption context constraint that there is."""
    if equals is not None:
        return "EncryptionContextEquals", equals
    return ("EncryptionContextSubset", subset) if subset is not None else (None, None)


def check_constraint(pairs: Pairs | None, *, symmetric: bool) -> None:
    """Refuse an encryption context constraint that is too big, or on a key whose operations take none.

    Raises:
        KmsError: `ValidationException`.

    """
    if pairs is None:
        return
    if not symmetric:
        raise KmsError(
            "ValidationException",
            "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        )
    if len(pairs) > MAX_CONSTRAINT_PAIRS:
        raise KmsError(
            "ValidationException",
            f"A grant constraint cannot have more than {MAX_CONSTRAINT_PAIRS} encryption context pairs.",
        )
    if any(len(value) > MAX_CONSTRAINT_VALUE for value in pairs.values()):
        raise KmsError(
            "ValidationException",
            f"An encryption context value in a grant constraint cannot exceed {MAX_CONSTRAINT_VALUE} characters.",
        )


def check_operations(operations: Sequence[str], key: Key) -> None:
    """Refuse operations that keys of a type do not have, and a grant of nothing but further grants.

    Raises:
        KmsError: `ValidationException`.

    """
    if set(operations) == {"CreateGrant"}:
        raise KmsError("ValidationException", "Grants must not contain only the CreateGrant operation.")
    alien = sorted(set(operations) - grant_operations(key.spec, key.usage))
    if alien:
        raise KmsError(
            "ValidationException",
            f"A grant on a {key.spec} key with usage {key.usage} cannot allow {', '.join(alien)}.",
        )


def existing(key_arn: str, grant_id: str, reading: Reading) -> Grant:
    """Give a grant of a key.

    Raises:
        KmsError: `NotFoundException`, or `InvalidGrantIdException` for what is no grant's id; the words are ours.

    """
    grant = reading.grant(key_arn, grant_id)
    if grant is not None:
        return grant
    if _GRANT_ID.fullmatch(grant_id) is not None:
        raise KmsError("NotFoundException", f"Grant ID {grant_id} not found")
    raise KmsError("InvalidGrantIdException", f"Grant ID {grant_id} is not valid")


def is_service(caller: Caller) -> bool:
    """Tell whether a service calls for itself."""
    return split_arn(caller.principal) is None and caller.principal != "anonymous"


def one_of(params: Params, one: str, other: str) -> None:
    """Refuse a request with both of two parameters, or none.

    Raises:
        KmsError: `ValidationException`.

    """
    if (one in params) == (other in params):
        raise KmsError("ValidationException", f"You must specify either {one} or {other}, but not both.")
