"""The rules' pages, made by `docs/make_rules.py`: package data of a wheel, `docs/rules/` of a checkout."""

from __future__ import annotations

from pathlib import Path


def rule_page(code: str) -> str:
    """Give the page of a rule, in Markdown.

    Raises:
        FileNotFoundError: neither the package nor the checkout has it: a broken installation.

    """
    from importlib.resources import files  # noqa: PLC0415 - 10 ms that not every command needs

    packaged = files("policyeval") / "lint" / "pages" / f"{code}.md"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).resolve().parents[2] / "docs" / "rules" / f"{code}.md").read_text(encoding="utf-8")
