"""What tests of several folders share, and plugins of pytest: pytest wants those named at the top."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from policyeval.evaluator.statements import CompiledStatement

pytest_plugins = ["pytester"]

# Whoever runs the tests may have a profile, a Region and an endpoint of AWS, and a proxy: botocore would ask them all.
for _name in [*os.environ]:
    if _name.startswith("AWS_") or _name.lower().endswith("_proxy"):
        del os.environ[_name]
os.environ |= {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

# How long an example takes, to make or to run, says something about the machine, and nothing about what is tested.
settings.register_profile("policyeval", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("policyeval")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every statement compiled from now on."""
    seen: list[object] = []
    before = CompiledStatement.__init__

    def counting(self: CompiledStatement, *arguments: object) -> None:
        seen.append(arguments[0])
        before(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(CompiledStatement, "__init__", counting)
    return seen
