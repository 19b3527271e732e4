"""What is proposed where a cursor is, and where it is written."""

from __future__ import annotations

import pytest

from policyeval.lint.editor.completion import Completion, complete


def at(marked: str, *, yaml: bool = False) -> Completion | None:
    return complete(marked.replace("|", ""), marked.index("|"), yaml=yaml)


def texts(marked: str, *, yaml: bool = False) -> list[str]:
    """Give the proposals from the top."""
    completion = at(marked, yaml=yaml)
    assert completion is not None
    return [proposal.text for proposal in sorted(completion.proposals, key=lambda proposal: proposal.rank)]


def condition(inner: str, action: str = '"kms:Decrypt"') -> str:
    return f'{{"Statement": [{{"Condition": {{{inner}}}, "Action": {action}}}]}}'


EXACT = [
    ("an empty object may be a policy", "{|}", ["Version", "Id", "Statement"]),
    ("what a policy has is not proposed again", '{"Version": "2012-10-17", "|"}', ["Id", "Statement"]),
    ("the version", '{"Version": "|', ["2012-10-17"]),
    ("the effect", '{"Statement": {"Effect": "|', ["Allow", "Deny"]),
    ("elements, without what is there and its other form", '{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "|"}}', ["Sid", "Principal", "NotPrincipal", "Resource", "NotResource", "Condition"]),
    ("the name that the cursor is in is proposed", '{"Statement": {"Sid": "a", "Eff|ect": "Allow", "Action": "*", "Resource": "*"}}', ["Effect", "Principal", "NotPrincipal", "Condition"]),
    ("kinds of principals", '{"Statement": {"Principal": {"AWS": "*", "|"}}}', ["Service", "Federated", "CanonicalUser"]),
    ("a boolean key", condition('"Bool": {"aws:SecureTransport": "|"}'), ["true", "false"]),
    ("whether a key is there", condition('"Null": {"kms:ViaService": "|"}'), ["true", "false"]),
    ("no words for a text", condition('"StringEquals": {"kms:ViaService": "|"}'), []),
    ("no actions of a service that there is not", '{"Statement": {"Action": "kmss:|', []),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), [row[1:] for row in EXACT], ids=[row[0] for row in EXACT])
def test_all_that_is_proposed(marked: str, expected: list[str]) -> None:
    assert texts(marked) == expected


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param('{"name": "x", "|": 1}', id="a name in a file that is no policy"),
        pytest.param('{"name": "|"}', id="a value in a file that is no policy"),
        pytest.param('{"Version": "1", "name": {"|"}}', id="an object beside a version"),
        pytest.param('{"Statement": {"Resource": "|"}}', id="a resource"),
        pytest.param('{"Statement": {"Sid": "|"}}', id="a name that people give"),
        pytest.param('{"Statement": {"Condition": "|"}}', id="a text where an object belongs"),
    ],
)
def test_nothing_is_proposed_for(marked: str) -> None:
    assert at(marked) is None


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("provider:\n  iamRoleStatements:\n    - Action: kms:Decr|\n", id="of the role"),
        pytest.param(
            "provider:\n  iam:\n    role:\n      statements:\n        - Action:\n            - kms:Decr|\n",
            id="of the role, newer",
        ),
        pytest.param("functions:\n  a:\n    iamRoleStatements:\n    - Action: kms:Decr|\n", id="of a function"),
        pytest.param("apiGateway:\n  resourcePolicy:\n  - Action: kms:Decr|\n", id="of an API"),
        pytest.param("Auth: {ResourcePolicy: {CustomStatements: [{Action: kms:Decr|}]}}", id="of an API of SAM's"),
        pytest.param("- Effect: Allow\n  Action:\n    - kms:Decr|\n", id="in a file of their own"),
        pytest.param("Read: {Effect: Deny, NotAction: kms:Decr|}", id="by themselves"),
    ],
)
def test_lists_of_statements_are_helped_with_like_those_of_a_policy(marked: str) -> None:
    assert "kms:Decrypt" in texts(marked, yaml=True)


def test_what_else_is_called_statements_is_not() -> None:
    assert at("sql:\n  statements:\n  - Action: kms:Decr|\n", yaml=True) is None
    assert at("- Effect: NoSchedule\n  Action: kms:Decr|\n", yaml=True) is None


def test_services_come_first_and_those_of_the_statement_before_the_others() -> None:
    proposed = texts('{"Statement": {"Action": ["s3:GetObject", "|"]}}')
    assert proposed[:2] == ["s3:", "a2c:"]
    assert "kms:" in proposed


@pytest.mark.parametrize("text", ["kms:|", "kms:De|", "KMS:De|", "kms:D|escribe"])
def test_after_the_colon_come_the_service_s_actions(text: str) -> None:
    proposed = texts(f'{{"Statement": {{"NotAction": ["{text}')
    assert {"kms:Decrypt", "kms:DescribeKey"} <= set(proposed)
    assert all(action.startswith("kms:") for action in proposed)


def test_an_action_tells_its_access_level() -> None:
    completion = at('{"Statement": {"Action": "kms:|')
    assert completion is not None
    assert {p.text: p.detail for p in completion.proposals}["kms:PutKeyPolicy"] == "Permissions management"


def test_operators_come_plain_first_then_if_exists_then_for_sets() -> None:
    proposed = texts(condition('"|"'))
    order = ["StringEquals", "StringEqualsIfExists", "ForAnyValue:StringEquals", "ForAllValues:StringEqualsIfExists"]
    assert sorted(order, key=proposed.index) == order
    assert not {"NullIfExists", "ForAnyValue:Null"} & set(proposed)
    assert "Null" in proposed


def test_an_operator_that_is_there_is_not_proposed_again() -> None:
    assert "Bool" not in texts(condition('"Bool": {}, "|"'))


def test_keys_are_the_global_ones_and_those_of_the_services_that_the_statement_names() -> None:
    proposed = texts(condition('"StringEquals": {"|"}'))
    assert {"aws:PrincipalOrgID", "aws:RequestTag/", "kms:ViaService", "kms:EncryptionContext:"} <= set(proposed)
    assert not any(key.startswith("s3:") for key in proposed)


@pytest.mark.parametrize(
    ("operator", "above", "below"),
    [
        ("StringEquals", "kms:ViaService", "aws:SecureTransport"),
        ("BoolIfExists", "aws:SecureTransport", "kms:ViaService"),
        ("ArnLike", "aws:SourceArn", "aws:SourceAccount"),
        ("NotIpAddress", "aws:SourceIp", "aws:SourceVpc"),
        ("ForAnyValue:StringLike", "kms:EncryptionContextKeys", "kms:KeySpec"),
    ],
)
def test_keys_that_the_operator_compares_and_the_actions_have_come_first(operator: str, above: str, below: str) -> None:
    proposed = texts(condition(f'"{operator}": {{"|"}}'))
    assert proposed.index(above) < proposed.index(below)


def test_a_key_that_is_there_is_not_proposed_again_in_whatever_case() -> None:
    assert "kms:ViaService" not in texts(condition('"StringEquals": {"KMS:viaservice": "x", "|"}'))


WRITTEN = [
    ("inside of quotes only the text", '{"Statement": {"Action": "kms:De|"}}', False, "kms:Decrypt", '{"Statement": {"Action": "kms:Decrypt"}}'),
    ("the rest of the word goes", '{"Statement": {"Action": "kms:De|scribe"}}', False, "kms:Decrypt", '{"Statement": {"Action": "kms:Decrypt"}}'),
    ("not what is behind a quote that is missing", '{"Statement": {"Action": "kms:De|, "Resource": "*"}}', False, "kms:Decrypt", '{"Statement": {"Action": "kms:Decrypt, "Resource": "*"}}'),
    ("without quotes JSON gets them", '{"Statement": {"Effect": |}}', False, "Deny", '{"Statement": {"Effect": "Deny"}}'),
    ("a name without quotes gets a colon too", "{|}", False, "Version", '{"Version": }'),
    ("a name that has its colon does not", '{"Statement": {"E|": "Allow"}}', False, "Effect", '{"Statement": {"Effect": "Allow"}}'),
    ("YAML needs no quotes", "Statement:\n- Effect: |\n", True, "Deny", "Statement:\n- Effect: Deny\n"),
    ("nor a name there", "Statement:\n- Eff|\n", True, "Effect", "Statement:\n- Effect: \n"),
    ("an action in YAML up to its colon", "Statement:\n- Action:\n  - kms:|\n", True, "kms:Decrypt", "Statement:\n- Action:\n  - kms:Decrypt\n"),
    ("a name in YAML that has its colon", "Statement:\n- E|: Deny\n", True, "Effect", "Statement:\n- Effect: Deny\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("marked", "yaml", "chosen", "expected"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN]
)
def test_what_is_written(marked: str, yaml: bool, chosen: str, expected: str) -> None:  # noqa: FBT001 - a case
    completion = at(marked, yaml=yaml)
    assert completion is not None
    assert chosen in [proposal.text for proposal in completion.proposals]
    text = marked.replace("|", "")
    before, after = text[: completion.start], text[completion.end :]
    assert f"{before}{completion.before}{chosen}{completion.after}{after}" == expected
