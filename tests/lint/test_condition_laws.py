"""What rules say of conditions, held against the engine's operators: none holds that is called impossible, and
what a fix takes out or rewrites changes nothing.
"""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyeval.evaluator.operators import OPERATORS
from policyeval.evaluator.templates import compile_template
from policyeval.lint.finding import Finding
from policyeval.lint.linter import Linter
from policyeval.lint.mending import mend
from policyeval.lint.rules.table import load
from policyeval.syntax.json_reader import read_json

# Made before any example is timed.
LINTERS = {code: Linter([load(code)]) for code in ("C309", "C401", "C403", "C406", "C412", "C413", "C414")}
TEXTS = ["".join(letters) for length in range(4) for letters in product("abA", repeat=length)]
NUMBERS = [str(number) for number in range(-1, 6)] + ["1.5", "2.5"]
DATES = [f"20{year}-01-0{day}" for year in (26, 27) for day in (1, 2, 3)]
ADDRESSES = ["10.0.0.1", "10.0.0.200", "10.0.1.1", "10.1.0.1", "11.0.0.1", "2001:db8::1", "2001:db8:1::1"]
ARNS = [f"arn:aws:s3:{region}::{name}" for region in ("", "eu", "a:b") for name in ("a", "ab", "a:b")]

STRING = [name for name in OPERATORS if name.startswith("String")]
ARN = [name for name in OPERATORS if name.startswith("Arn")]
NUMERIC = [name for name in OPERATORS if name.startswith("Numeric")]
DATE = [name for name in OPERATORS if name.startswith("Date")]
IP = ["IpAddress", "NotIpAddress"]

texts = st.lists(st.text("abA*?", max_size=3), min_size=1, max_size=4)
numbers = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4)
dates = st.lists(st.sampled_from(DATES), min_size=1, max_size=3)
ranges = st.lists(
    st.builds("{}/{}".format, st.sampled_from(ADDRESSES[:5]), st.integers(0, 32))
    | st.sampled_from([*ADDRESSES, "2001:db8::/32", "::/0"]),
    min_size=1,
    max_size=5,
)
arns = st.lists(
    st.builds("arn:aws:s3:{}::{}".format, st.text("*ae", max_size=2), st.text("ab*:", min_size=1, max_size=3)),
    min_size=1,
    max_size=4,
)


def _holds(operator: str, values: list[str], text: str) -> bool:
    """Tell whether the engine finds that a condition holds for a request's value."""
    row = OPERATORS[operator]
    found = False
    for value in values:
        tokens = compile_template(value, variables=False, wildcards=row.wildcards).static
        assert tokens is not None
        found = found or row.compile(tokens)(text)
    return found is not row.negated


def _lint(code: str, condition: dict[str, dict[str, list[str]]]) -> list[Finding]:
    node, _ = read_json(json.dumps({"Statement": [{"Effect": "Allow", "Condition": condition}]}), None)
    assert node is not None
    return LINTERS[code].lint(node)


def _mended(code: str, operator: str, values: list[str]) -> list[str]:
    def lint(text: str) -> list[Finding]:
        node, _ = read_json(text, None)
        assert node is not None
        return LINTERS[code].lint(node)

    document = {"Statement": [{"Effect": "Allow", "Condition": {operator: {"x:y": values}}}]}
    mended = mend(json.dumps(document), lint)
    left: list[str] = json.loads(mended.text)["Statement"][0]["Condition"][operator]["x:y"]
    return left


@settings(max_examples=300)
@given(st.sampled_from(STRING), texts, st.sampled_from(STRING), texts)
def test_no_text_satisfies_what_is_called_a_contradiction(
    one: str, left: list[str], two: str, right: list[str]
) -> None:
    if one != two and _lint("C309", {one: {"x:y": left}, two: {"x:y": right}}):
        assert [text for text in TEXTS if _holds(one, left, text) and _holds(two, right, text)] == []


@settings(max_examples=300)
@given(st.sampled_from(NUMERIC), numbers, st.sampled_from(NUMERIC), numbers)
def test_no_number_satisfies_what_is_called_a_contradiction(
    one: str, left: list[str], two: str, right: list[str]
) -> None:
    if one != two and _lint("C309", {one: {"x:y": left}, two: {"x:y": right}}):
        assert [text for text in NUMBERS if _holds(one, left, text) and _holds(two, right, text)] == []


@pytest.mark.parametrize(
    ("operators", "values", "requests", "code"),
    [
        (STRING, texts, TEXTS, "C414"),
        (ARN, arns, ARNS, "C414"),
        (IP, ranges, ADDRESSES, "C414"),
        (IP, ranges, ADDRESSES, "C403"),
        (NUMERIC, numbers, NUMBERS, "C406"),
        (DATE, dates, DATES, "C406"),
    ],
    ids=["texts", "ARNs", "ranges", "addresses of ranges", "numbers", "dates"],
)
def test_what_a_fix_takes_out_changes_no_answer(
    operators: list[str], values: st.SearchStrategy[list[str]], requests: list[str], code: str
) -> None:
    @settings(max_examples=150)
    @given(st.sampled_from(operators), values)
    def law(operator: str, given_values: list[str]) -> None:
        left = _mended(code, operator, given_values)
        for request in requests:
            assert _holds(operator, left, request) == _holds(operator, given_values, request), left

    law()


@pytest.mark.parametrize(
    ("code", "operator", "holds"),
    [("C401", "StringLike", True), ("C412", "StringLikeIfExists", True), ("C413", "StringNotLike", False)],
)
def test_a_star_says_nothing_of_the_value(code: str, operator: str, *, holds: bool) -> None:
    assert _lint(code, {operator: {"x:y": ["*"]}})
    assert {_holds(operator.removesuffix("IfExists"), ["*"], text) for text in TEXTS} == {holds}
