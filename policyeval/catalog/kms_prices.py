"""What KMS costs: the rates of one Region, in a data file with their date.

Source: AWS's page "AWS Key Management Service pricing" (aws.amazon.com/kms/pricing/), its answers to
questions about the free tier, and the price list of us-east-1; `kms_prices().read` is the day. Which
requests on asymmetric keys cost the asymmetric rate AWS tells by example only ("such as Sign, Verify,
Encrypt, Decrypt, and GetPublicKey"); the data file takes all that use or show the key pair. A rate that
AWS does not tell (data key pairs of SM2 and ML-KEM) is not there: such requests are counted and not priced.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

from policyeval.catalog.kms_specs import KEY_SPECS

__all__ = ["Prices", "Rate", "kms_prices"]


class Rate(NamedTuple):
    """What 10,000 requests of one price class cost, and whether the free tier covers some of them."""

    per_10000: Decimal
    free_tier: bool


class Prices(NamedTuple):
    """The rates, in `currency`.

    Attributes:
        source, read, region: whose rates these are, read on which day, for which Region.
        key_month: a customer managed key, by the month; AWS managed keys cost nothing.
        rotation_month: what each rotation adds to that, up to `rotations_charged` of them.
        free_requests: requests a month and account that cost nothing.
        rates: by price class.
        data_key_pair_operations, asymmetric_operations: the operations whose class a spec decides.

    """

    source: str
    read: str
    region: str
    currency: str
    key_month: Decimal
    rotation_month: Decimal
    rotations_charged: int
    free_requests: int
    rates: Mapping[str, Rate]
    data_key_pair_operations: frozenset[str]
    asymmetric_operations: frozenset[str]

    def price_class(self, operation: str, key_spec: str | None, pair_spec: str | None = None) -> str:
        """Tell the price class of a request; it has no rate where AWS tells none.

        Args:
            operation: the API's name.
            key_spec: the spec of the key that is used, None where there is none or it is not known.
            pair_spec: the spec of the data key pair that is made.

        """
        if operation in self.data_key_pair_operations and pair_spec is not None:
            family = pair_spec.partition("_")[0].lower()
            return f"{family}_data_key_pair"
        if operation not in self.asymmetric_operations or key_spec is None or not _is_asymmetric(key_spec):
            return "standard"
        return "rsa_2048" if key_spec == "RSA_2048" else "asymmetric"


@cache
def kms_prices() -> Prices:
    """Read the rates."""
    data = json.loads((resources.files("policyeval.catalog") / "data" / "kms_prices.json").read_text(encoding="utf-8"))
    rates = {name: Rate(Decimal(row["per_10000"]), row["free_tier"]) for name, row in data["rates"].items()}
    return Prices(
        data["source"],
        data["read"],
        data["region"],
        data["currency"],
        Decimal(data["key_month"]),
        Decimal(data["rotation_month"]),
        data["rotations_charged"],
        data["free_requests"],
        MappingProxyType(rates),
        frozenset(data["data_key_pair_operations"]),
        frozenset(data["asymmetric_operations"]),
    )


def _is_asymmetric(spec: str) -> bool:
    known = KEY_SPECS.get(spec)
    return known is not None and known.public_key is not None
