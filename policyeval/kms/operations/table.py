"""The table of operations: every one of the API's. A new one is a function in its file, and its row there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from policyeval.kms.operations import (
    aliases,
    custom_key_stores,
    data_keys,
    encryption,
    exchange,
    grants,
    importing,
    keys,
    mac,
    multi_region,
    policies,
    rotation,
    signing,
    states,
    tags,
)
from policyeval.kms.operations.row import Operation

_GROUPS: Final = (
    keys,
    states,
    policies,
    aliases,
    tags,
    encryption,
    data_keys,
    signing,
    mac,
    exchange,
    grants,
    rotation,
    importing,
    multi_region,
    custom_key_stores,
)

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {row.name: row for group in _GROUPS for row in group.OPERATIONS}
)
