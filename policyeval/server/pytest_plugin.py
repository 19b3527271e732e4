"""A pytest plugin: the fixture `kms_endpoint`, a KMS and an STS that boto3 can talk to.

Every pytest run of its users imports this, so what it needs is imported when the fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from policyeval.entities import Entities
    from policyeval.server.testing import LocalEndpoint


@pytest.fixture(scope="session")
def kms_endpoint_entities() -> str | Path | Mapping[str, object] | Entities | None:
    """Who there is at `kms_endpoint`: a file's name, the same as a mapping, or `Entities`. Override it.

    With None there is one account, whose administrator may do everything.
    """
    return None


@pytest.fixture(scope="session")
def kms_endpoint(
    kms_endpoint_entities: str | Path | Mapping[str, object] | Entities | None,
) -> Iterator[LocalEndpoint]:
    """Serve KMS and STS on a free port of this machine, in memory, for the length of the session."""
    from policyeval.server.testing import serving  # noqa: PLC0415 - see the module's docstring

    with serving(kms_endpoint_entities) as endpoint:
        yield endpoint
