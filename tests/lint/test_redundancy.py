"""What A403 and R401 take out changes nothing of what a policy says, and leaves nothing redundant."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.evaluator.globs import compile_glob, compile_resource_pattern, tokenize
from policyeval.lint.finding import Finding
from policyeval.lint.fixes import written_end
from policyeval.lint.linter import Linter
from policyeval.lint.mending import mend
from policyeval.lint.patterns import covering
from policyeval.lint.rules.table import load
from policyeval.syntax.json_reader import read_json

# Made before any example is timed.
LINTERS = {code: Linter([load(code)]) for code in ("A403", "P402", "R401")}
TEXTS = [f"{left}:{right}" for left in ("s", "k") for right in ("a", "b", "ab", "ba", "a:b", "aab", "b:ab:a")]
texts = st.builds("{}:{}".format, st.sampled_from(["s", "k", "*"]), st.text("ab*?:", min_size=1, max_size=4))


def _values(element: str, code: str, values: list[str]) -> tuple[list[str], list[Finding]]:
    linter = LINTERS[code]

    def lint(text: str) -> list[Finding]:
        node, _ = read_json(text, None)
        assert node is not None
        return linter.lint(node)

    mended = mend(json.dumps({"Statement": [{"Effect": "Deny", element: values}]}), lint)
    left = json.loads(mended.text)["Statement"][0][element]
    return left, list(mended.findings)


def _matched(values: list[str], compiled: Callable[[str], Callable[[str], bool]]) -> set[str]:
    return {text for text in TEXTS if any(compiled(value)(text) for value in values)}


@given(st.lists(texts, min_size=1, max_size=6))
def test_actions_match_the_same_after_what_is_redundant_is_gone(actions: list[str]) -> None:
    left, findings = _values("Action", "A403", actions)
    assert findings == []
    assert set(left) <= set(actions)
    assert _matched(left, lambda value: compile_glob(tokenize(value))) == _matched(
        actions, lambda value: compile_glob(tokenize(value))
    )


@given(st.lists(texts, min_size=1, max_size=6))
def test_resources_match_the_same_after_what_is_redundant_is_gone(resources: list[str]) -> None:
    left, findings = _values("Resource", "R401", resources)
    assert findings == []
    assert set(left) <= set(resources)
    assert _matched(left, lambda value: compile_resource_pattern(tokenize(value))) == _matched(
        resources, lambda value: compile_resource_pattern(tokenize(value))
    )


@pytest.mark.parametrize(
    ("actions", "left"),
    [
        (["s:a**", "s:a*"], ["s:a**"]),
        (["s:a*", "s:a**", "s:ab"], ["s:a*"]),
        (["*", "s:a", "k:*"], ["*"]),
        (["s:a*", "s:*b", "s:ab"], ["s:a*", "s:*b"]),
        (["s:a", "s:b"], ["s:a", "s:b"]),
    ],
)
def test_cases_of_redundant_actions(actions: list[str], left: list[str]) -> None:
    assert _values("Action", "A403", actions)[0] == left


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("s:*-{}", id="they end differently"),
        pytest.param("s:*-{}-*", id="they differ between two stars"),
        pytest.param("s:?{}-*", id="they differ after a question mark"),
        pytest.param("*-{}-end", id="they begin and end alike"),
    ],
)
def test_a_pattern_is_compared_to_those_only_that_have_what_it_has(monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    asked: list[str] = []

    def counted(pattern: str) -> Callable[[str], bool]:
        covers = covering(pattern)

        def asking(other: str) -> bool:
            asked.append(other)
            return covers(other)

        return asking

    monkeypatch.setattr("policyeval.lint.rules.actions.redundant_action.covering", counted)
    actions = [shape.format(number) for number in range(1_000, 2_000)]
    node, _ = read_json(json.dumps({"Statement": [{"Effect": "Deny", "Action": [*actions, actions[7]]}]}), None)
    assert node is not None
    (finding,) = LINTERS["A403"].lint(node)
    assert finding.message == f"`{actions[7]}` is listed twice"
    assert len(asked) <= len(actions)


def test_where_the_values_of_a_list_are_is_looked_up_once_for_all_that_are_taken_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def counted(start: int, end: int, source: str) -> int:
        asked.append(start)
        return written_end(start, end, source)

    monkeypatch.setattr("policyeval.lint.fixes.written_end", counted)
    statement = {"Effect": "Allow", "Principal": {"AWS": ["111122223333"] * 1_000}, "Action": "*"}
    node, _ = read_json(json.dumps({"Statement": [statement]}), None)
    assert node is not None
    findings = LINTERS["P402"].lint(node)
    assert len([finding for finding in findings if finding.fix is not None]) == 999
    assert len(asked) == 1_000
