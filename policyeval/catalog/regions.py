"""The partitions of AWS and their Regions.

Source: botocore's `partitions.json`, made into `data/regions.json` by `tests/catalog/make_regions.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

__all__ = ["regions"]


@cache
def regions() -> Mapping[str, frozenset[str]]:
    """Give the Regions of each partition; read when first asked for."""
    from importlib.resources import files  # noqa: PLC0415 - milliseconds that most commands need not spend

    text = (files("policyeval.catalog") / "data" / "regions.json").read_text(encoding="utf-8")
    return MappingProxyType({name: frozenset(names) for name, names in json.loads(text)["partitions"].items()})
