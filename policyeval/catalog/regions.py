"""The partitions of AWS and their Regions.

Source: botocore's `partitions.json`, made into `data/regions.json` by `tests/catalog/make_regions.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

__all__ = ["IAM_REGIONS", "PARTITIONS", "regions"]

IAM_REGIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aws": "us-east-1",
        "aws-cn": "cn-north-1",
        "aws-us-gov": "us-gov-west-1",
        "aws-iso": "us-iso-east-1",
        "aws-iso-b": "us-isob-east-1",
        "aws-iso-e": "eu-isoe-west-1",
        "aws-iso-f": "us-isof-south-1",
        "aws-eusc": "eusc-de-east-1",
    }
)
"""The one Region where a partition has IAM, whose calls have it as `aws:RequestedRegion` (IAM user guide, "AWS global
condition context keys"); those that botocore signs for."""

PARTITIONS: Final = tuple(IAM_REGIONS)
"""The partitions, the usual one first."""


@cache
def regions() -> Mapping[str, frozenset[str]]:
    """Give the Regions of each partition; read when first asked for."""
    from importlib.resources import files  # noqa: PLC0415 - milliseconds that most commands need not spend

    text = (files("policyeval.catalog") / "data" / "regions.json").read_text(encoding="utf-8")
    return MappingProxyType({name: frozenset(names) for name, names in json.loads(text)["partitions"].items()})
