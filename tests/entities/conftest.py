"""What the tests of this folder share: files in a temporary folder, and what loading them says."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from policyeval.entities import Entities
from policyeval.errors import EntitiesError

Write = Callable[..., Entities]
Refused = Callable[..., str]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files and load the first of them, named as a person in that folder names it."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "accounts.yaml", **files: str) -> Entities:
        for path, content in {name: text, **files}.items():
            where = tmp_path / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(textwrap.dedent(content), encoding="utf-8")
        return Entities.load(name)

    return write


@pytest.fixture
def refused(load: Write) -> Refused:
    """Give what loading says when it must fail."""

    def say(text: str, name: str = "accounts.yaml", **files: str) -> str:
        with pytest.raises(EntitiesError) as caught:
            load(text, name, **files)
        assert caught.value.diagnostics
        return f"{caught.value}\n"

    return say
