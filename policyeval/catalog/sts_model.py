"""The service model of STS: its operations that are here, and the HTTP status of every error that they name.

Source: botocore's `sts/2011-06-15/service-2.json`, made into `data/sts.json` by
`tests/catalog/make_kms_model.py`. Errors go by their codes on the wire, `MalformedPolicyDocument`; those that
every AWS service answers (AccessDenied, ValidationError and their like) are not in it.
"""

from functools import cache

from policyeval.catalog.kms_model import ServiceModel, read_model

__all__ = ["sts_model"]


@cache
def sts_model() -> ServiceModel:
    """Read the model."""
    return read_model("sts")
