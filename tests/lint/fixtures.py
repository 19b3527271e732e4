"""Fixtures of rules: `rules/CODE/{bad,good}*.{json,yaml}`, and beside each bad one what is found in it.

A file goes through all that the command does: policies are found in entities files, grants in what
`list-grants` prints. Its name may carry the policy type before its ending: `bad.key.json`. `bad.expected` has a line for each
finding of the rule, `line:column-line:column message`, then its other places and its hint, indented; with a fix,
`bad.fixed.json` is what it makes of the text. `python -m tests.lint.fixtures [CODE…]` writes these anew: look at
the difference before you believe it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from policyeval.lint.finding import Finding
from policyeval.lint.linter import Linter
from policyeval.lint.mending import apply
from policyeval.lint.rules.table import TABLE, load
from policyeval.lint.run import lint_bytes
from policyeval.model.policy import PolicyType
from policyeval.model.source import Place

FOLDER = Path(__file__).parent / "rules"
SUFFIXES = {".json", ".yaml", ".tf"}


def files(kind: str, codes: list[str] | None = None) -> Iterator[Path]:
    """Give the fixtures of a kind, `bad` or `good`, of these rules."""
    for code in codes or sorted(TABLE):
        for path in sorted((FOLDER / code).glob(f"{kind}*")):
            if path.suffix in SUFFIXES and ".fixed" not in path.suffixes:
                yield path


def lint_file(data: bytes, path: Path) -> list[Finding]:
    """Give what the rule of the fixture's folder finds in a file with these bytes."""
    types = [part for part in path.name.split(".")[1:-1] if part in set(PolicyType)]
    linter = Linter([load(path.parent.name)])
    return lint_bytes(linter, data, path.name, PolicyType(types[0]) if types else None).findings


def snapshot(findings: list[Finding]) -> str:
    """Write findings as `.expected` files have them."""
    lines = []
    for finding in findings:
        lines.append(f"{_span(finding.place)} {finding.message}")
        lines += [f"    also {_span(place)}" for place in finding.also]
        if finding.hint is not None:
            lines.append(f"    hint: {finding.hint}")
    return "".join(f"{line}\n" for line in lines)


def _span(place: Place) -> str:
    assert place.source is not None
    (line, column), (end_line, end_column) = place.source.position(place.start), place.source.position(place.end)
    return f"{line}:{column}-{end_line}:{end_column}"


def fixed(data: bytes, findings: list[Finding]) -> bytes | None:
    """Give the text with all fixes made, None where there is none."""
    edits = {edit for finding in findings if finding.fix for edit in finding.fix.edits}
    return apply(edits, data.decode()).encode() if edits else None


def expected_file(path: Path) -> Path:
    return path.with_suffix(".expected")


def fixed_file(path: Path) -> Path:
    return path.with_suffix(f".fixed{path.suffix}")


def _write(codes: list[str]) -> None:
    for path in files("bad", codes):
        data = path.read_bytes()
        findings = lint_file(data, path)
        expected_file(path).write_text(snapshot(findings), encoding="utf-8")
        mended = fixed(data, findings)
        if mended is not None:
            fixed_file(path).write_bytes(mended)


if __name__ == "__main__":
    _write(sys.argv[1:])
