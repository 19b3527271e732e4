"""Scores the linter against AWS's own findings: `POLICYEVAL_CORPORA=FOLDER python -m tests.parity`.

`--code CODE` shows where we and AWS disagree about a code, `--documented` what is said of the policies of AWS's
guides; `--write` renews docs/lint-parity.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from tests.parity import corpora
from tests.parity.checks import lacking
from tests.parity.documented import errors
from tests.parity.report import Findings, disagreements, page, table
from tests.parity.score import Score, score

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lint-parity.md"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    options.add_argument("--code", help="show the disagreements about one of Access Analyzer's codes")
    options.add_argument("--documented", action="store_true", help="show the errors found in AWS's guides")
    options.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    arguments = options.parse_args()
    home = corpora.folder()
    if home is None:
        options.error(f"{corpora.VARIABLE} names no folder with the corpora")
    linter = Linter(load_all())
    if arguments.documented:
        _print(map(str, errors(linter, corpora.documented(home))))
        return 0
    scores = score(linter, corpora.managed(home))
    if arguments.code:
        _print(disagreements(scores.get(arguments.code, Score(arguments.code))))
    elif arguments.write:
        PAGE.write_text(page(everything(home)), encoding="utf-8")
    else:
        _print(table(scores.values()))
    return 0


def everything(home: Path) -> Findings:
    """Find what the page tells."""
    rules = load_all()
    linter, checks = Linter(rules), corpora.checks(home)
    return Findings(
        score(linter, corpora.managed(home)),
        score(linter, corpora.managed(home), everything=True),
        len(checks),
        tuple(lacking(checks, rules)),
        tuple(errors(linter, corpora.documented(home))),
    )


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201 - for whoever runs this


if __name__ == "__main__":
    sys.exit(main())
