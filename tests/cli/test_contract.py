"""The promises of the command line that hold for every command."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from policyeval.authorizer import Authorizer
from policyeval.cli import main
from policyeval.cli.app import COMMANDS
from policyeval.model.decision import Layer

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = str(ROOT / "fixtures" / "accounts.yaml")
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = "arn:aws:iam::444455556666:role/svc/app"

_TEXT, _NUMBER = {"type": ["string", "null"]}, {"type": ["integer", "null"], "minimum": 0}


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


STATEMENT = _object(
    layer={"enum": [str(layer) for layer in Layer]},
    policy=_TEXT,
    sid=_TEXT,
    index=_NUMBER,
    grant_id=_TEXT,
    file=_TEXT,
    line=_NUMBER | {"minimum": 1},
    column=_NUMBER | {"minimum": 1},
)
DECISION = _object(
    decision={"enum": ["allow", "deny"]},
    reason={"enum": ["allowed", "explicit_deny", "implicit_deny"]},
    layer={"enum": [None, *(str(layer) for layer in Layer)]},
    rule={"type": ["string", "null"], "pattern": "^[SKG][0-9]+$"},
    message={"type": "string"},
    determining_statements={"type": "array", "items": STATEMENT},
    layers={
        "type": "array",
        "items": _object(
            layer={"enum": [str(layer) for layer in Layer]},
            verdict={"enum": ["allow", "explicit_deny", "implicit_deny", "not_applicable"]},
            statements={"type": "array", "items": STATEMENT},
        ),
    },
    diagnostics={
        "type": "array",
        "items": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
    },
)
ACCESSES = {
    "type": "array",
    "items": _object(
        principal={"type": "string"},
        verdict={"enum": ["allow", "conditional", "deny"]},
        conditions={"type": "array", "items": {"type": "string"}},
    ),
}
ACCOUNT_ACCESS = _object(
    door={"enum": ["open", "conditional", "closed"]},
    principals={"anyOf": [{"type": "null"}, ACCESSES]},
    conditions={"type": "array", "items": {"type": "string"}},
    diagnostics=DECISION["properties"]["diagnostics"],  # type: ignore[index]
)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="policyeval")


def _json(schema: dict[str, object], *arguments: str) -> object:
    result = _run(*arguments, "--format", "json")
    assert result.stderr == ""
    value = json.loads(result.stdout)
    Draft202012Validator(schema).validate(value)
    return value


@pytest.mark.parametrize(
    "request_of",
    [
        pytest.param([APP, "kms:Decrypt", KEY], id="allowed across accounts"),
        pytest.param(["arn:aws:iam::444455556666:role/intern", "kms:Decrypt", KEY], id="denied implicitly"),
        pytest.param(
            ["arn:aws:iam::111122223333:role/administrator", "kms:DisableKey", KEY], id="denied by an organization"
        ),
        pytest.param(["arn:aws:iam::123456789012:role/partner", "kms:TagResource", KEY], id="denied by a rule"),
        pytest.param(["anonymous", "kms:Decrypt", KEY], id="anonymous"),
        pytest.param(["s3.amazonaws.com", "kms:Decrypt", KEY], id="a service"),
        pytest.param(["arn:aws:iam::111122223333:root", "kms:Decrypt", KEY], id="a root user"),
        pytest.param(["arn:aws:sts::444455556666:assumed-role/app/s", "kms:Decrypt", KEY], id="a session"),
        pytest.param([APP, "s3:GetObject", "arn:aws:s3:::reports-111122223333/a"], id="another service's resource"),
    ],
)
def test_a_decision_in_json_has_the_shape_of_the_contract(request_of: list[str]) -> None:
    principal, action, resource = request_of
    account = ["--resource-account", "111122223333"] if ":s3:" in resource else []
    value = _json(
        DECISION, "check", ACCOUNTS, "--principal", principal, "--action", action, "--resource", resource, *account
    )
    assert isinstance(value, dict)
    assert (value["decision"] == "allow") is (value["reason"] == "allowed")


@pytest.mark.parametrize("account", ["444455556666", "123456789012", "111122223333", "210987654321"])
def test_account_access_in_json_has_the_shape_of_the_contract(account: str) -> None:
    _json(ACCOUNT_ACCESS, "account-access", ACCOUNTS, account, "kms:Decrypt", KEY)


def test_who_can_in_json_has_the_shape_of_the_contract() -> None:
    value = _json(ACCESSES, "who-can", ACCOUNTS, "kms:Decrypt", KEY)
    assert {"principal": APP, "verdict": "allow", "conditions": []} in value  # type: ignore[operator]


def _warned(action: str, resource: str) -> Iterator[tuple[str, str, list[str]]]:
    """Ask each command that takes an action; give the one warning of each, its hint, and what its JSON tells."""
    asked = {
        "check": ["check", ACCOUNTS, "--principal", APP, "--action", action, "--resource", resource],
        "account-access": ["account-access", ACCOUNTS, "444455556666", action, resource],
        "who-can": ["who-can", ACCOUNTS, action, resource],
    }
    for command, arguments in asked.items():
        result = _run(*arguments, "--format", "json")
        assert result.exit_code in {0, 1}, result.output
        first, second = result.stderr.splitlines()
        printed = json.loads(result.stdout)
        told = printed["diagnostics"] if command != "who-can" else [{"message": first.removeprefix("warning: ")}]
        yield first, second, [each["message"] for each in told]  # who-can prints an array of principals


@pytest.mark.parametrize(
    ("action", "said", "hint"),
    [
        ("kms:Decrpyt", "`kms` has no action `Decrpyt`", "did you mean `kms:Decrypt`?"),
        ("s3:GetObjct", "`s3` has no action `GetObjct`", "did you mean `s3:GetObject`?"),
        ("dynamdb:GetItem", "there is no service `dynamdb`", "did you mean `dynamodb`?"),
        ("s3:Xyzzy", "`s3` has no action `Xyzzy`", "a newer one is decided all the same"),
    ],
)
def test_an_action_that_no_service_has_is_decided_with_a_warning(action: str, said: str, hint: str) -> None:
    for first, second, told in _warned(action, KEY):
        assert first == f"warning: {said}"
        assert hint in second
        assert told == [said]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("kms:decrypt", KEY),
        ("KMS:ReEncryptTo", KEY),
        ("sts:AssumeRole", APP),
        ("deeplens:AssociateServiceRoleToAccount", KEY),
        ("ec2:DescribeInstances", "*"),
        ("ec2:CreateTags", "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-1"),
        ("s3:GetObject", "arn:aws:s3:us-east-1:111122223333:accesspoint/point/object/a/b"),
        ("s3:ListBucket", "arn:aws:s3:us-east-1:111122223333:accesspoint/point"),
        ("execute-api:Invoke", "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/GET/"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/svc/app"),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:app:log-stream:blue"),
        ("iam:GetAccountSummary", "*"),
        ("cloudformation:DescribeStacks", "*"),
        ("lex:DescribeBotAlias", "arn:aws:lex:us-east-1:111122223333:bot-alias/B/A"),
        ("lex:GetBotAlias", "arn:aws:lex:us-east-1:111122223333:bot:shop:live"),
        ("logs:DescribeLogGroups", "arn:aws:logs:us-east-1:111122223333:log-group::log-stream:"),
        ("elasticloadbalancing:AddTags", "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/a1b2"),
    ],
)
def test_an_action_that_a_service_has_or_had_is_decided_without_a_warning(action: str, resource: str) -> None:
    assert _run("who-can", ACCOUNTS, action, resource).stderr == ""


@pytest.mark.parametrize(
    ("action", "resource", "hint"),
    [
        ("ec2:DescribeInstances", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", "on no resource: give `*`"),
        ("s3:GetObject", "arn:aws:s3:us-east-1:111122223333:accesspoint/p", "`arn:${Partition}:s3:::${BucketName}/${ObjectName}`"),
        ("s3:ListBucket", "arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/a", "`arn:${Partition}:s3:::${BucketName}`"),
        ("sqs:SendMessage", "arn:aws:sns:us-east-1:111122223333:topic", "`arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/t/index/i", "table/${TableName}`"),
        ("sqs:SendMessage", "*", "`arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`"),
    ],
)  # fmt: skip
def test_an_action_that_is_asked_on_something_else_is_decided_with_a_warning(
    action: str, resource: str, hint: str
) -> None:
    for first, second, told in _warned(action, resource):
        assert first == f"warning: `{action}` is not asked on `{resource}`"
        assert hint in second
        assert told[0] == first.removeprefix("warning: ")


@pytest.mark.parametrize("resource", ["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/?"])
def test_a_wildcard_in_a_resource_is_asked_about_as_it_is_with_a_warning(resource: str) -> None:
    asked = ["check", ACCOUNTS, "--principal", APP, "--action", "s3:GetObject", "--resource-account", "111122223333"]
    first, second = _run(*asked, "--resource", resource).stderr.splitlines()
    assert first == f"warning: `{resource}` has a wildcard in it, which stands for itself in a question"
    assert "ask about one resource" in second


def test_tags_of_a_key_that_is_created_are_asked_about_on_all_keys_without_a_warning() -> None:
    every = "arn:aws:kms:us-east-1:444455556666:key/*"
    asked = _run("check", ACCOUNTS, "--principal", APP, "--action", "kms:TagResource", "--resource", every)
    assert asked.exit_code in {0, 1}
    assert not asked.stderr


def test_a_bucket_is_no_object_nor_the_other_way_round() -> None:
    asked = ["check", ACCOUNTS, "--principal", APP, "--resource-account", "111122223333"]
    for action, resource in (("s3:GetObject", "arn:aws:s3:::bucket"), ("s3:ListBucket", "arn:aws:s3:::bucket/a")):
        result = _run(*asked, "--action", action, "--resource", resource)
        assert f"warning: `{action}` is not asked on `{resource}`" in result.stderr


@pytest.mark.parametrize(
    ("key", "said", "hint"),
    [
        ("aws:SourcIp", "there is no global condition key `aws:SourcIp`", "did you mean `aws:SourceIp`?"),
        ("aws:SourceIp ", "there is no global condition key `aws:SourceIp `", "did you mean `aws:SourceIp`?"),
        ("aws:Xyzzy", "there is no global condition key `aws:Xyzzy`", "a newer one is told all the same"),
        ("SourceIp", "`SourceIp` is no condition key", "did you mean `aws:SourceIp`?"),
        ("tenant", "`tenant` is no condition key", "a key is `service:Name`, such as `aws:SourceIp`"),
        ("asw:SourceIp", "there is no service `asw`", "did you mean `aws:SourceIp`?"),
        ("sts:ExternlId", "`sts` has no condition key `sts:ExternlId`", "did you mean `sts:ExternalId`?"),
        ("s3:Xyzzy", "`s3` has no condition key `s3:Xyzzy`", "a newer one is told all the same"),
    ],
)
def test_a_condition_key_that_no_request_has_is_told_with_a_warning(key: str, said: str, hint: str) -> None:
    asked = ["check", ACCOUNTS, "--principal", APP, "--action", "kms:Decrypt", "--resource", KEY]
    result = _run(*asked, "--context", f"{key}=10.0.0.1", "--context", f"{key}=10.0.0.2", "--format", "json")
    assert result.exit_code == 0, result.output
    first, second = result.stderr.splitlines()
    assert first == f"warning: {said}"
    assert hint in second
    (diagnostic,) = json.loads(result.stdout)["diagnostics"]
    assert diagnostic["message"] == said


@pytest.mark.parametrize(
    "key",
    [
        "AWS:Referer",
        "aws:RequestTag/any team",
        "aws:SourceOwner",
        "s3:RequestObjectTag/kind",
        "dynamodb:Attributes",
        "saml:aud",
        "accounts.google.com:sub",
        "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:sub",
        "records:digest",
    ],
)
def test_a_condition_key_that_a_request_may_have_is_told_without_a_warning(key: str) -> None:
    asked = ["check", ACCOUNTS, "--principal", APP, "--action", "kms:Decrypt", "--resource", KEY]
    assert _run(*asked, "--context", f"{key}=x").stderr == ""


@pytest.mark.parametrize(
    ("service", "is_one"),
    [
        ("s3", False),
        ("s3.amazonaws.com", False),
        ("s3.us-esat-1.amazonaws.com", False),
        ("s3.us-east-1.amazonaws.com", True),
        ("s3.cn-north-1.amazonaws.com.cn", True),
    ],
)
def test_a_service_that_is_not_named_as_kms_is_told_is_warned_of(service: str, is_one: bool) -> None:  # noqa: FBT001
    asked = ["check", ACCOUNTS, "--principal", APP, "--via-service", service]
    said = f"warning: `{service}` is no service in a Region, which is what `kms:ViaService` tells"
    result = _run(*asked, "--action", "kms:Decrypt", "--resource", KEY)
    assert result.stderr.splitlines()[:1] == ([] if is_one else [said])
    assert _run(*asked, "--action", "s3:ListAllMyBuckets", "--resource", "*").stderr == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(name: str) -> None:
    result = _run(name, "--help")
    assert result.exit_code == 0
    assert re.search(rf"Example.*\n\n +policyeval {name}(?: |$)", result.stdout, re.DOTALL | re.MULTILINE)
    assert max(map(len, result.stdout.splitlines())) <= 100


def _command(name: str) -> tuple[click.Context, click.Command]:
    group = main.make_context("policyeval", [name], resilient_parsing=True)
    _, command, _ = main.resolve_command(group, [name])
    assert command is not None
    return group, command


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_in_help_are_commands_that_parse(name: str) -> None:
    group, command = _command(name)
    assert command.help is not None
    examples = re.findall(rf"^ *policyeval {name}(?: (.*))?$", command.help.replace("\\\n", ""), re.MULTILINE)
    assert examples
    for example in examples:
        words = example.partition(">")[0].split()
        command.make_context(name, words, parent=group)  # raises a usage error for what would not parse


@pytest.mark.parametrize("name", COMMANDS)
def test_shells_complete_what_is_a_file(name: str) -> None:
    _, command, _ = main.resolve_command(click.Context(main), [name])
    assert command is not None
    named = [one for one in command.params if (one.metavar or "").rstrip(".") in {"FILE", "PATH", "DIR"}]
    assert [one.name for one in named if not isinstance(one.type, click.Path)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_path_that_a_variable_left_empty_is_refused(name: str) -> None:
    group, command = _command(name)
    for one in command.params:
        if isinstance(one.type, click.Path):
            with pytest.raises(click.BadParameter):
                one.type.convert("", one, group)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_name_of_a_command_is_its_row(name: str) -> None:
    assert _command(name)[1].name == name


@pytest.mark.parametrize(
    "text", ["", "[", "- a\n  b: c", "policyeval: 2", "\x00", "policyeval: 1\naccounts: x", "\xff"]
)
def test_bad_input_is_told_on_standard_error_and_ends_with_2(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(text.encode("latin-1"))
    for arguments in (
        ["check", str(path), "--principal", APP, "--action", "kms:Decrypt", "--resource", KEY],
        ["account-access", str(path), "444455556666", "kms:Decrypt", KEY],
        ["who-can", str(path), "kms:Decrypt", KEY],
        ["test", str(path)],
    ):
        result = _run(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), arguments
        assert str(path) in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--principal", "", "--action", "kms:Decrypt", "--resource", KEY],
        ["--principal", APP, "--action", "", "--resource", KEY],
        ["--principal", APP, "--action", "kms:*", "--resource", KEY],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", ""],
        ["--principal", "\udc80", "--action", "kms:Decrypt", "--resource", KEY],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", KEY, "--context", "aws:SourceIp=here"],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", KEY, "--vpc-endpoint", "vpce-0"],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", KEY, "--session-policy", "{"],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", KEY, "--session-policy", "/"],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", KEY, "--session-name", "a b"],
        ["--principal", APP, "--action", "kms:Decrypt", "--resource", KEY, "--session-name", "\u00e9t\u00e9"],
    ],
)
def test_a_question_that_cannot_be_asked_ends_with_2(arguments: list[str]) -> None:
    result = _run("check", ACCOUNTS, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_control_characters_never_reach_the_terminal() -> None:
    result = _run("check", ACCOUNTS, "--principal", "\x1b[31mred\x1b[0m", "--action", "kms:Decrypt", "--resource", KEY)
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr
    assert "\\u001b[31mred" in result.stderr


@pytest.mark.parametrize("how", [[], ["--explain"]])
def test_no_name_of_a_resource_begins_a_line_of_its_own(how: list[str]) -> None:
    named = "arn:aws:s3:::bucket/a\n::warning ::b\x1b"
    asked = ["--principal", APP, "--action", "s3:GetObject", "--resource", named, "--resource-account", "444455556666"]
    result = _run("check", ACCOUNTS, *asked, *how)
    assert result.exit_code in {0, 1}
    assert not any(line.startswith("::") for line in result.output.splitlines())
    assert "\\u000a::warning ::b\\u001b" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "a\n::warning ::b\x1b", "--principal", APP, "--action", "kms:Decrypt", "--resource", KEY],
        ["trail", "verify", "a\n::warning ::b\x1b"],
        ["test", "a\n::warning ::b\x1b"],
        ["lint", "policy.json", "--baseline", "a\n::warning ::b\x1b"],
        ["serve", "--account", "1\x1b"],
    ],
)
def test_no_name_of_a_file_begins_a_line_of_its_own(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text("{}", encoding="utf-8")
    result = _run(*(str(tmp_path / one) if one == "policy.json" else one for one in arguments))
    assert result.exit_code == 2
    assert not any(line.startswith("::") for line in result.output.splitlines())
    assert "\x1b" not in result.output
    assert "\\u001b" in result.output


def test_a_fault_of_our_own_is_never_a_deny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyeval.cli.who_can.Authorizer", lambda _: None)
    result = _run("who-can", ACCOUNTS, "kms:Decrypt", KEY)
    assert result.exit_code == 2
    assert "a fault of policyeval's own" in result.stderr


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [("who_can", ["who-can", ACCOUNTS]), ("account_access", ["account-access", ACCOUNTS, "444455556666"])],
)
def test_nobody_looks_for_garbage_while_an_estate_is_asked(
    monkeypatch: pytest.MonkeyPatch, asked: str, arguments: list[str]
) -> None:
    """There is none, and looking through what is compiled took more than half of the time."""
    looked: list[bool] = []
    ask = getattr(Authorizer, asked)

    def watched(*given: str | Authorizer) -> object:
        looked.append(gc.isenabled())
        return ask(*given)

    monkeypatch.setattr(Authorizer, asked, watched)
    assert _run(*arguments, "kms:Decrypt", KEY).exit_code == 0
    assert (looked, gc.isenabled()) == ([False], True)
