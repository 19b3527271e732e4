"""A pytest plugin: the fixture `kms_endpoint`, a KMS and an STS that boto3 can talk to.

Every pytest run of its users imports this, so what it needs is imported when the fixture is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policyeval.entities import Entities
    from policyeval.server.testing import LocalEndpoint


@pytest.fixture(scope="session")
def kms_endpoint_entities() -> str | Path | Mapping[str, object] | Entities | None:
    """Who there is at `kms_endpoint`: a file's name, the same as a mapping, or `Entities`. Override it.

    A file is looked for where pytest runs, and in its root folder. With None there is one account, whose administrator
    may do everything.
    """
    return None


@pytest.fixture(scope="session")
def kms_endpoint(
    kms_endpoint_entities: str | Path | Mapping[str, object] | Entities | None, pytestconfig: pytest.Config
) -> Iterator[LocalEndpoint]:
    """Serve KMS and STS on a free port of this machine, in memory, for the length of the session."""
    from policyeval.server.testing import serving  # noqa: PLC0415 - see the module's docstring

    entities = kms_endpoint_entities
    if isinstance(entities, str | Path) and not Path(entities).exists():
        entities = pytestconfig.rootpath / entities
    with serving(entities) as endpoint:
        yield endpoint
