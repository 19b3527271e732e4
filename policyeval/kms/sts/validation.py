"""What a request to STS must look like before anyone is asked: the service model, and how tags go together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

from policyeval.catalog.sts_model import sts_model
from policyeval.kms.errors import KmsError
from policyeval.kms.quick import Quick, generate
from policyeval.kms.shapes import Check, Refused, compile_shape

__all__ = ["validate"]

_INVALID: Final = "ValidationError"
_BAD_VALUE: Final = "InvalidParameterValue"
_MOST_POLICIES: Final = 10


def validate(operation: str, params: Mapping[str, object]) -> dict[str, Any]:
    """Give the parameters that an operation accepts, as `kms.validation.validate` does for KMS.

    Raises:
        KmsError: `ValidationError` with every constraint that does not hold, `MalformedInput` for a value of the
            wrong type, `InvalidParameterValue` for tags that cannot be together.

    """
    accepted = _accepted(operation, params)
    _check_policies(accepted)
    _check_tags(accepted)
    return accepted


@cache
def _compiled(operation: str) -> tuple[Quick, Check]:
    shape = sts_model().operations[operation].input
    return generate(shape), compile_shape(shape)


def _accepted(operation: str, params: Mapping[str, object]) -> dict[str, Any]:
    quick, check = _compiled(operation)
    try:
        found: object = quick(params)
        if found is None:
            found = check(params)
    except KmsError as error:  # the query protocol's own word for what JSON calls a SerializationException
        raise KmsError("MalformedInput", error.message) from None
    if isinstance(found, Refused):
        raise KmsError(_INVALID, found.words())
    return cast("dict[str, Any]", found)


def _check_policies(params: Mapping[str, Any]) -> None:
    if len(params.get("PolicyArns", ())) > _MOST_POLICIES:
        raise KmsError(_INVALID, f"The number of managed policies cannot exceed {_MOST_POLICIES}.")


def _check_tags(params: Mapping[str, Any]) -> None:
    """See to it that no key is there twice, whatever its case, and that what is transitive is a tag."""
    folded = {tag["Key"].lower() for tag in params.get("Tags", ())}
    if len(folded) != len(params.get("Tags", ())):
        raise KmsError(_BAD_VALUE, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in folded):
        raise KmsError(_BAD_VALUE, "Tag keys that begin with aws: are reserved.")
    if not folded.issuperset(key.lower() for key in params.get("TransitiveTagKeys", ())):
        raise KmsError(_BAD_VALUE, "The specified transitive tag key must be included in the requested tags.")
