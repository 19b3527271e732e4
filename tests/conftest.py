"""What tests of several folders share, and plugins of pytest: pytest wants those named at the top."""

from __future__ import annotations

import pytest
from hypothesis import settings

from policyeval.evaluator.statements import CompiledStatement

pytest_plugins = ["pytester"]

# How long an example takes says something about the machine, and nothing about what is tested.
settings.register_profile("policyeval", deadline=None)
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
