"""Rules that look at a bare string take any string, and mend what they say they mend."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.lint.rule import Level, Rule
from policyeval.lint.rules.table import load_all

RULES = [rule for rule in load_all() if rule.level in {Level.ACTION_TEXT, Level.RESOURCE_TEXT}]

pieces = st.sampled_from(
    [
        "kms",
        "s3",
        "KMS",
        "Decrypt",
        "Get*",
        "arn",
        "aws",
        ":",
        ":::",
        "*",
        "**",
        "?",
        "${",
        "}",
        "/",
        " ",
        "\n",
        "1" * 12,
    ]
)
texts = st.one_of(st.text(max_size=40), st.lists(pieces, max_size=9).map("".join))

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@every_rule
@given(text=texts)
def test_a_rule_takes_any_text_and_stays_inside_of_it(rule: Rule, text: str) -> None:
    for flaw in rule.check(text):
        start, end = getattr(flaw, "start", None), getattr(flaw, "end", None)
        assert (start is None) == (end is None)
        assert start is None or 0 <= start < end <= len(text)
        assert flaw.message[0] == "`" or not flaw.message[0].isupper() or flaw.message.startswith("AWS")


@every_rule
@given(text=texts)
def test_what_a_rule_writes_instead_it_does_not_find_again(rule: Rule, text: str) -> None:
    for flaw in rule.check(text):
        replacement = getattr(flaw, "replacement", None)
        if replacement is not None:
            assert replacement != text
            assert list(rule.check(replacement)) == []
