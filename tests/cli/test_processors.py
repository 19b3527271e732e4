"""How many processors a process may use, in a container too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from policyeval.cli.processors import usable_processors

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are no such containers")

USABLE = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("max 100000\n", USABLE, id="a container without a limit has what the machine lends it"),
        pytest.param("50000 100000\n", 0.5, id="half a processor is less than one"),
        pytest.param("100000000 100000\n", USABLE, id="nobody has more than there are"),
        pytest.param("nonsense", USABLE, id="what cannot be read limits nothing"),
        pytest.param(None, USABLE, id="there need be no such file"),
    ],
)
def test_processors_are_counted(tmp_path: Path, text: str | None, expected: float) -> None:
    limit = tmp_path / "cpu.max"
    if text is not None:
        limit.write_text(text, encoding="ascii")
    assert usable_processors(limit) == expected
