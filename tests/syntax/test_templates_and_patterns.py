"""Policy variables, taken apart, and what an action looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyeval.syntax.patterns import is_action_pattern
from policyeval.syntax.templates import Literal, Part, TemplateError, Variable, parse_template


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("a$b{c}", ("a$b{c}",), id="dollars and braces by themselves are text"),
        pytest.param("home/${aws:UserName}/*", ("home/", Variable("aws:UserName"), "/*"), id="the key keeps its case"),
        pytest.param(
            "${a, 'x'}${a,'y z'}", (Variable("a", "x"), Variable("a", "y z")), id="defaults, with a space or not"
        ),
        pytest.param("${a, ''}", (Variable("a", ""),), id="an empty default is a default"),
        pytest.param("${a, 'x}$, {y'}", (Variable("a", "x}$, {y"),), id="a default may hold anything but quotes"),
        pytest.param("*${*}${?}${$}?", ("*", Literal("*"), Literal("?"), Literal("$"), "?"), id="literal characters"),
        pytest.param("${$}{a}", (Literal("$"), "{a}"), id="a literal dollar begins no variable"),
        pytest.param("$${a}", ("$", Variable("a")), id="a dollar before a variable"),
        pytest.param(
            "${aws:PrincipalTag/Cost Center=1}",
            (Variable("aws:PrincipalTag/Cost Center=1"),),
            id="a tag's name with a space",
        ),
        pytest.param(
            "${saml:aud/x/y}\n", (Variable("saml:aud/x/y"), "\n"), id="slashes in the key, a line end after it"
        ),
    ],
)
def test_a_value_is_split_into_text_characters_and_variables(text: str, parts: tuple[Part, ...]) -> None:
    assert parse_template(text) == parts
    assert [type(part) for part in parse_template(text)] == [type(part) for part in parts]


@pytest.mark.parametrize(
    ("text", "message", "start", "end"),
    [
        pytest.param("ab${", "the variable `${` is never closed", 2, 4, id="not closed"),
        pytest.param("${a}${b", "the variable `${` is never closed", 4, 7, id="the second not closed"),
        pytest.param("${a${b}}", "the variable `${` is never closed", 0, 3, id="a variable in a variable"),
        pytest.param("x${}", "the variable `${}` names no key", 1, 4, id="empty"),
        pytest.param("${ }", "the variable `${ }` names no key", 0, 4, id="a space alone"),
        pytest.param("${a, b}", "the default in `${a, b}` is not in single quotes", 0, 7, id="a bare default"),
        pytest.param('${a, "b"}', 'the default in `${a, "b"}` is not in single quotes', 0, 9, id="double quotes"),
        pytest.param("${a b}", "the variable `${a b}` has a space in it", 0, 6, id="a space in a key"),
        pytest.param("${a/b }", "the variable `${a/b }` has a space in it", 0, 7, id="a space at a tag name's end"),
        pytest.param("${a$}", "`${a$}` is not a variable", 0, 5, id="a dollar in a key"),
    ],
)
def test_what_makes_no_variable_is_told_with_its_offsets(text: str, message: str, start: int, end: int) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_template(text)
    fault = caught.value
    assert (fault.message, fault.start, fault.end) == (message, start, end)


def written(part: Part) -> str:
    if isinstance(part, Literal):
        return f"${{{part.text}}}"
    if isinstance(part, Variable):
        default = "" if part.default is None else f", '{part.default}'"
        return f"${{{part.key}{default}}}"
    return part


@given(
    st.lists(st.sampled_from(["${", "}", "$", "{", "a", "*", ", ", "'", " ", "${*}", "${a}", "/", ":"]), max_size=12)
)
def test_parts_join_to_the_text_again_or_the_text_is_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        parts = parse_template(text)
    except TemplateError as fault:
        offsets = (fault.start, fault.end)
        assert 0 <= offsets[0] < offsets[1] <= len(text)
    else:
        assert "".join(map(written, parts)).replace(", '", ",'") == text.replace(", '", ",'")


def test_a_megabyte_is_split() -> None:
    text = "$a" * 500_000
    assert parse_template(text + "${k}") == (text, Variable("k"))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        pytest.param("*", True, id="everything"),
        pytest.param("kms:Get*", True, id="a prefix of names"),
        pytest.param("*:*", True, id="wildcards on both sides"),
        pytest.param("rds-db:connect", True, id="a hyphen"),
        *(
            pytest.param(text, False, id=f"{text!r} is none")
            for text in ("", "**", "kms", "kms:", ":x", "a:b:c", "a b:c", "*\n", "kms:Get\n", "kms:Gét")
        ),
    ],
)
def test_actions_are_told_from_what_is_none(text: str, is_one: bool) -> None:  # noqa: FBT001 - a case's fact
    assert is_action_pattern(text) is is_one
