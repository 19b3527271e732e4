"""A policy has as many characters however it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from policyeval.lint.size import characters
from policyeval.model.policy import PolicyType
from policyeval.syntax.json_reader import read_json
from policyeval.syntax.python_reader import from_python
from policyeval.syntax.yaml_reader import read_yaml

_TEXTS = st.text(max_size=5) | st.sampled_from(["{", '"', "\\", ",}", "\n", "é", "\U0001f511", "kms:Decrypt"])
_VALUES = st.recursive(
    _TEXTS | st.booleans() | st.none() | st.integers(0, 99) | st.just(-1.5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
)


@given(st.dictionaries(_TEXTS, _VALUES, max_size=4), st.none() | st.integers(0, 3), st.booleans())
def test_white_space_and_escapes_do_not_count(value: object, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001 - a drawn value
    written, _ = read_json(json.dumps(value, indent=indent, ensure_ascii=ascii_only), None)
    node, _ = from_python(value)
    assert written is not None
    assert node is not None
    assert characters(written) == characters(node)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{"a": ["b", "d"], "c": {}}', 22),
        ('{"a": ["b", "d",], "c": {},}', 22),
        ('{"a": [b, d], c: {}}', 22),
    ],
)
def test_yaml_counts_as_the_json_it_stands_for(text: str, count: int) -> None:
    node, faults = read_yaml(text, None)
    assert not faults
    assert node is not None
    assert characters(node) == count


@pytest.mark.parametrize(
    ("policy_type", "code"),
    [(None, None), (PolicyType.KEY, "K107"), (PolicyType.SCP, "S131"), (PolicyType.RCP, "S131")],
)
def test_a_policy_has_a_quota_when_its_type_is_known(policy_type: PolicyType | None, code: str | None) -> None:
    document = {"Version": "2012-10-17", "Statement": [["x" * 33_000]]}
    node, _ = read_json(json.dumps(document), None)
    assert node is not None
    found = {finding.code for finding in Linter(load_all()).lint(node, policy_type)}
    assert found & {"K107", "S131", "S132", "S133"} == ({code} if code is not None else set())


def test_a_rule_for_some_types_is_silent_about_a_policy_of_which_nobody_knows_the_type() -> None:
    node, _ = read_json('{"Version": "2008-10-17", "Statement": []}', None)
    assert node is not None
    rules = {rule.code: rule for rule in load_all()}
    assert all(rules[finding.code].types is None for finding in Linter(rules.values()).lint(node))
