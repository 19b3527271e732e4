"""What docs/sts.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "sts.md").read_text(encoding="utf-8")


def test_its_code_runs_and_the_session_calls_the_kms() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(code, "sts.md", "exec"), names)  # noqa: S102 - it is our own text
    assert names["client"].caller.label == "arn:aws:sts::444455556666:assumed-role/app/s1"
    names["kms"].close()


def test_the_files_that_it_names_are_there() -> None:
    named = re.findall(r"`(policyeval/[\w./]+)`", PAGE)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
