"""The command as tests call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from policyeval.cli import main

POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::example/*"}
  ]
}
"""
EMPTY_SID = POLICY.replace('"Read"', '""')
BAD_EFFECT = POLICY.replace('"Allow"', '"Permit"')


def lint(*arguments: str | Path, text: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["lint", *map(str, arguments)], input=text, prog_name="policyeval")


def lint_json(*arguments: str | Path) -> dict[str, Any]:
    result = lint(*arguments, "--format", "json")
    assert result.exit_code in {0, 1}, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def codes(report: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in report["findings"]]
