"""What a request must look like before anyone looks at a key: the service model, and what the server adds to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias, cast

from policyeval.catalog.kms_model import Operation, Shape, kms_model
from policyeval.kms.errors import KmsError
from policyeval.kms.quick import Quick, generate
from policyeval.kms.shapes import Check, Refused, compile_shape

__all__ = ["validate"]

# Says what is wrong with a request as a whole, whose members are good; None if nothing is.
_Rule: TypeAlias = Callable[[Mapping[str, object]], str | None]

_INVALID: Final = "ValidationException"


def validate(operation: str, params: Mapping[str, object]) -> dict[str, object]:
    """Give the parameters that the operation accepts: known ones, without nulls, as values of their own.

    Blobs come out as `bytes`, lists as lists and times as aware datetimes in UTC, whatever of the kind came in.

    Args:
        operation: its name in the API, such as `Encrypt`.
        params: the request's members; blobs are bytes, times datetimes or seconds since the epoch.

    Raises:
        KmsError: `ValidationException` with every constraint that does not hold, `SerializationException` for a
            value of the wrong type, `UnknownOperationException`.

    """
    quick, check, rule = _compiled(operation)
    accepted = quick(params)
    if accepted is None:
        accepted = _accepted(check(params))
    if rule is not None and (words := rule(accepted)) is not None:
        raise KmsError(_INVALID, words)
    return accepted


def _accepted(found: object) -> dict[str, object]:
    if isinstance(found, Refused):
        raise KmsError(_INVALID, found.words())
    return cast("dict[str, object]", found)


@cache
def _compiled(operation: str) -> tuple[Quick, Check, _Rule | None]:
    described = kms_model().operations.get(operation)
    if described is None:
        raise KmsError("UnknownOperationException")
    shape = _narrowed(described)
    rule = _RULES.get(operation)
    if operation in _CIPHERTEXT_NEEDED:
        needed = shape._replace(required=shape.required | {"CiphertextBlob"})
        return generate(needed), _needed_or_not(compile_shape(needed), compile_shape(shape)), rule
    return generate(shape), compile_shape(shape), rule


# What the server refuses beyond its model


_LIMITS: Final[Mapping[tuple[str, str], tuple[int, int | None]]] = {
    # "AWS KMS condition keys" of the KMS guide, kms:GrantOperations: no operations are not permitted.
    ("CreateGrant", "Operations"): (1, None),
    # "Controlling access to tags" of the KMS guide: both fail when no tags are specified.
    ("TagResource", "Tags"): (1, None),
    ("UntagResource", "TagKeys"): (1, None),
    # The bounds that hold where the model's are wider (KMS 4, KMS 14).
    ("ListAliases", "Limit"): (1, 100),
    ("ListGrants", "Limit"): (1, 100),
    ("ListResourceTags", "Limit"): (1, 50),
    ("ListRetirableGrants", "Limit"): (1, 100),
    ("ScheduleKeyDeletion", "PendingWindowInDays"): (7, 30),
}


def _narrowed(operation: Operation) -> Shape:
    members = dict(operation.input.members)
    for (name, member), (low, high) in _LIMITS.items():
        if name == operation.name:
            members[member] = members[member]._replace(min=low, max=high)
    return operation.input._replace(members=members)


# The model does not require the ciphertext of these; a dry run alone may leave it out (KMS 11, KMS 12).
_CIPHERTEXT_NEEDED: Final = frozenset({"Decrypt", "ReEncrypt"})


def _needed_or_not(needed: Check, optional: Check) -> Check:
    return lambda value: (optional if _ignores_ciphertext(value) else needed)(value)


def _ignores_ciphertext(params: object) -> bool:
    if not isinstance(params, Mapping) or params.get("DryRun") is not True:
        return False
    modifiers = params.get("DryRunModifiers")
    return isinstance(modifiers, list | tuple) and "IGNORE_CIPHERTEXT" in modifiers


def _one_length(params: Mapping[str, object]) -> str | None:
    both_or_neither = ("KeySpec" in params) == ("NumberOfBytes" in params)
    return "Please specify either number of bytes or key spec." if both_or_neither else None


def _some_length(params: Mapping[str, object]) -> str | None:
    return None if "NumberOfBytes" in params else "NumberOfBytes is required."


_RULES: Final[Mapping[str, _Rule]] = {
    "GenerateDataKey": _one_length,
    "GenerateDataKeyWithoutPlaintext": _one_length,
    "GenerateRandom": _some_length,
}
