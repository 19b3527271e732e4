"""The rules' pages, made by `docs/make_rules.py`: package data of a wheel, `docs/rules/` of a checkout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_COMMENT: Final = re.compile(r"<!--.*?-->\n\n", re.DOTALL)


def rule_page(code: str) -> str:
    """Give the page of a rule, in Markdown.

    Raises:
        FileNotFoundError: neither the package nor the checkout has it: a broken installation.

    """
    from importlib.resources import files  # noqa: PLC0415 - 10 ms that not every command needs

    packaged = files("policyeval") / "lint" / "pages" / f"{code}.md"
    page = packaged if packaged.is_file() else Path(__file__).resolve().parents[2] / "docs" / "rules" / f"{code}.md"
    # How the page is made is for those who would change it.
    return _COMMENT.sub("", page.read_text(encoding="utf-8"))
