"""What a request to STS must look like: the model's own constraints, in AWS's words."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.catalog.sts_model import sts_model
from policyeval.kms.errors import KmsError
from policyeval.kms.shapes import java_pattern
from policyeval.kms.sts.validation import validate
from tests.kms.sts.estate import ROLE

GOOD = {"RoleArn": ROLE, "RoleSessionName": "s1"}


def refused(operation: str, **params: Any) -> tuple[str, str]:
    with pytest.raises(KmsError) as caught:
        validate(operation, params)
    return caught.value.code, caught.value.message


def test_all_that_is_wrong_is_said_at_once() -> None:
    code, said = refused("AssumeRole", RoleArn="x", RoleSessionName="a b", DurationSeconds=1, Tags=[{"Key": "a"}])
    assert code == "ValidationError"
    assert said == (
        "4 validation errors detected: "
        "Value 'x' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; "
        "Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]*; "
        "Value '1' at 'durationSeconds' failed to satisfy constraint: "
        "Member must have value greater than or equal to 900; "
        "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"
    )


def test_what_is_not_known_is_left_out_and_null_is_absent() -> None:
    assert validate("AssumeRole", {**GOOD, "Other": 1, "Policy": None}) == GOOD


def test_values_of_other_classes_do_for_those_of_the_model() -> None:
    class Text(str):
        __slots__ = ()

    accepted = validate("AssumeRole", {**GOOD, "ExternalId": Text("ext"), "TransitiveTagKeys": ()})
    assert accepted == {**GOOD, "ExternalId": "ext", "TransitiveTagKeys": []}
    assert type(accepted["ExternalId"]) is str


@pytest.mark.parametrize("value", [["a"], {"a": "b"}, 1, True, b"x"])
def test_a_value_of_another_type_is_malformed(value: Any) -> None:
    assert refused("AssumeRole", **{**GOOD, "ExternalId": value})[0] == "MalformedInput"
    assert refused("AssumeRole", **{**GOOD, "TransitiveTagKeys": [value]})[0] == "MalformedInput"


@pytest.mark.parametrize("name", sts_model().operations)
def test_every_pattern_of_the_model_compiles(name: str) -> None:
    shapes = [sts_model().operations[name].input]
    while shapes:
        shape = shapes.pop()
        shapes += [part for part in (*shape.members.values(), shape.member) if part is not None]
        if shape.pattern is not None:
            assert java_pattern(shape.pattern).fullmatch("a1") is not None or shape.pattern == r"[\d]*"


def test_a_tags_letters_separators_and_numbers_are_unicodes() -> None:
    key = sts_model().operations["AssumeRole"].input.members["TransitiveTagKeys"].member
    assert key is not None
    matches = java_pattern(str(key.pattern)).fullmatch
    wrong = [
        hex(number)
        for number in range(sys.maxunicode + 1)
        if (matches(chr(number)) is not None)
        is not (unicodedata.category(chr(number))[0] in "LZN" or chr(number) in "_.:/=+-@")
    ]
    assert wrong == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Key", "Value", "arn", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    operation=st.sampled_from(sorted(sts_model().operations)),
    params=st.dictionaries(
        st.sampled_from(
            ["RoleArn", "RoleSessionName", "Tags", "TransitiveTagKeys", "PolicyArns", "Policy", "Name", "TokenCode"]
        ),
        _JSON,
        max_size=5,
    ),
)
def test_nothing_but_a_refusal_comes_of_what_is_sent(operation: str, params: dict[str, Any]) -> None:
    try:
        accepted = validate(operation, {**params, "RoleSessionName": "s1"})
    except KmsError as error:
        assert error.code in {"ValidationError", "MalformedInput", "InvalidParameterValue"}
    else:
        assert set(accepted) <= set(sts_model().operations[operation].input.members)
