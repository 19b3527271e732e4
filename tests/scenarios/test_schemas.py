"""The JSON Schemas: what is checked in is what the models say, and both refuse the same documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policyeval.entities.loader import read_file
from policyeval.entities.reading import read_tree
from policyeval.errors import EntitiesError, PolicySyntaxError
from policyeval.scenarios import scenarios_from_text
from policyeval.scenarios.jsonschema import SCHEMAS, schema_text
from policyeval.syntax.policy import parse_policy
from tests.syntax.values import to_python

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = sorted(path for path in (ROOT / "fixtures" / "scenarios").rglob("*.scenario.*"))
ENTITIES, SCENARIO, POLICY = (Draft202012Validator(SCHEMAS[kind]()) for kind in ("entities", "scenario", "policy"))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_is_checked_in_is_what_the_models_say(kind: str) -> None:
    path = ROOT / "docs" / "schema" / f"{kind}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(kind)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_each_is_a_json_schema(kind: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_text(kind)))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_every_fixture_fits_the_schema(path: Path) -> None:
    node = read_tree(read_file(str(path)), path.name, None, [])
    assert node is not None
    errors = [f"{error.json_path}: {error.message}" for error in SCENARIO.iter_errors(to_python(node))]
    assert errors == []


STATEMENT = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
ALLOW = {"Version": "2012-10-17", "Statement": [STATEMENT]}
CASE = {"name": "n", "principal": "anonymous", "action": "kms:Decrypt", "resource": "*", "expect": "deny"}
KEY = {"id": "k-1", "region": "us-east-1"}
GRANT = {"GranteePrincipal": "111122223333", "Operations": ["Decrypt"]}


def account(**parts: object) -> dict[str, Any]:
    return {"policyeval": 1, "accounts": [{"id": "111122223333", **parts}]}


def key(**facts: object) -> dict[str, Any]:
    return account(keys=[{**KEY, **facts}])


def grant(**fields: object) -> dict[str, Any]:
    return key(grants=[{**GRANT, **fields}])


def case(**parts: object) -> dict[str, Any]:
    return {"policyeval": 1, "tests": [{**CASE, **parts}]}


def of_account(**parts: object) -> dict[str, Any]:
    asked = {name: value for name, value in CASE.items() if name != "principal"}
    return {"policyeval": 1, "tests": [{**asked, "account": "111122223333", **parts}]}


def change(**parts: object) -> dict[str, Any]:
    return {**key(), "changes": [{"of": "arn:aws:kms:us-east-1:111122223333:key/k-1", **parts}]}


GOOD = {
    "the least there is": {"policyeval": "1"},
    "an account": account(),
    "a named inline policy": account(roles=[{"name": "a", "identity_policies": [{"name": "p", "document": ALLOW}]}]),
    "a policy as JSON text": account(roles=[{"name": "a", "identity_policies": [json.dumps(ALLOW)]}]),
    "AWS's own policy": account(
        roles=[{"name": "a", "permissions_boundary": "arn:aws:iam::aws:policy/AdministratorAccess"}]
    ),
    "a key with a flag as text": key(multi_region="true"),
    "a key with a flag": key(multi_region=False),
    "a grant": grant(CreationDate=1769860800),
    "a case": case(context={"aws:MultiFactorAuthAge": 5, "aws:TagKeys": ["a", "b"]}, determined_by=[0, "Sid"]),
    "a case of an account": of_account(expect="closed"),
    "a change": change(grants=[], add={"grants": [GRANT]}),
    "what would be no more": {
        **account(roles=[{"name": "a", "permissions_boundary": ALLOW}]),
        "changes": [{"of": "arn:aws:iam::111122223333:role/a", "remove": ["permissions_boundary"]}],
    },
    "a policy that would be": change(policy=json.dumps({"Statement": {**STATEMENT, "Principal": "*"}})),
    "an organization": {
        "policyeval": 1,
        "organization": {"id": "o-1", "root": {"id": "r", "accounts": ["111122223333"]}},
    },
}
BAD = {
    "no version": {},
    "another version": {"policyeval": 2},
    "an unknown key": {"policyeval": 1, "acounts": []},
    "an account without an id": {"policyeval": 1, "accounts": [{}]},
    "an account id of eleven digits": {"policyeval": 1, "accounts": [{"id": "11112222333"}]},
    "an account id that is a number": {"policyeval": 1, "accounts": [{"id": 111122223333}]},
    "accounts as an object": {"policyeval": 1, "accounts": {}},
    "accounts that are null": {"policyeval": 1, "accounts": None},
    "a role without a name": account(roles=[{}]),
    "a role name with a slash": account(roles=[{"name": "svc/app"}]),
    "a path without its slashes": account(roles=[{"name": "app", "path": "svc"}]),
    "a tag that is a number": account(roles=[{"name": "app", "tags": {"a": 1}}]),
    "a managed policy without a name": account(policies=[{"document": ALLOW}]),
    "a managed policy without a document": account(policies=[{"name": "p"}]),
    "an access key without a secret": account(access_keys=[{"id": "AKIA"}]),
    "a policy that is a number": account(roles=[{"name": "a", "identity_policies": [5]}]),
    "a policy that is null": account(roles=[{"name": "a", "trust_policy": None}]),
    "a policy that is some text": account(roles=[{"name": "a", "identity_policies": ["AdministratorAccess"]}]),
    "an unknown key beside a document": account(
        roles=[{"name": "a", "identity_policies": [{"nam": "p", "document": ALLOW}]}]
    ),
    "a document and a file": account(roles=[{"name": "a", "identity_policies": [{"file": "p", "document": ALLOW}]}]),
    "an unknown element in a policy": account(roles=[{"name": "a", "identity_policies": [{**ALLOW, "Statment": []}]}]),
    "a key without a Region": account(keys=[{"id": "k"}]),
    "a Region that is none": key(region="Virginia"),
    "an unknown key spec": key(spec="RSA_1024"),
    "an unknown manager": key(manager="ME"),
    "a flag that is neither": key(multi_region="yes"),
    "an alias without its prefix": key(aliases=["app"]),
    "a grant without operations": grant(Operations=[]),
    "a grant of an operation that is none": grant(Operations=["Decript"]),
    "a grant to two": grant(GranteeServicePrincipal="x.amazonaws.com"),
    "an unknown constraint": grant(Constraints={"EncryptionContext": {}}),
    "a resource without an ARN": account(resources=[{"arn": "bucket"}]),
    "an organization without a root": {"policyeval": 1, "organization": {"id": "o"}},
    "a case without an expectation": {"policyeval": 1, "tests": [{**CASE, "expect": None}]},
    "an expectation that is none": case(expect="maybe"),
    "a reason that is none": case(reason="denied"),
    "a layer that is none": case(layer="key_policy"),
    "a context value that is an object": case(context={"a": {}}),
    "an encryption context that is a list": case(encryption_context=[]),
    "a session with an unknown key": case(session={"nam": "s"}),
    "a case of a principal and an account": case(account="111122223333"),
    "a case of nobody": {"policyeval": 1, "tests": [{k: v for k, v in CASE.items() if k != "principal"}]},
    "a decision that is expected of an account": of_account(expect="deny"),
    "a door that is expected of a principal": case(expect="closed"),
    "a change that says nothing": change(),
    "a change that adds an empty list": change(add={"grants": []}),
    "a change that removes nothing": change(remove=[]),
    "a change that removes a trust policy": change(remove=["trust_policy"]),
    "a change with an unknown key": change(grant=[]),
}


@pytest.mark.parametrize("document", GOOD.values(), ids=GOOD)
def test_schema_and_models_both_accept(document: dict[str, Any]) -> None:
    assert [error.message for error in SCENARIO.iter_errors(document)] == []
    scenarios_from_text(json.dumps(document), form="json")


@pytest.mark.parametrize("document", BAD.values(), ids=BAD)
def test_schema_and_models_both_refuse(document: dict[str, Any]) -> None:
    assert not SCENARIO.is_valid(document)
    with pytest.raises(EntitiesError):
        scenarios_from_text(json.dumps(document), form="json")


@pytest.mark.parametrize("document", [d for d in GOOD.values() if "tests" not in d])
def test_the_entities_schema_is_the_scenario_schema_without_cases(document: dict[str, Any]) -> None:
    assert ENTITIES.is_valid(document)


POLICIES = {
    "one statement without a list": ({"Statement": STATEMENT}, True),
    "a list of statements": ({"Version": "2012-10-17", "Statement": [STATEMENT]}, True),
    "a principal by kind": ({"Statement": {**STATEMENT, "Principal": {"AWS": ["111122223333"]}}}, True),
    "everybody": ({"Statement": {**STATEMENT, "Principal": "*"}}, True),
    "a condition": ({"Statement": {**STATEMENT, "Condition": {"Bool": {"aws:SecureTransport": True}}}}, True),
    "a set operator": (
        {"Statement": {**STATEMENT, "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*"]}}}},
        True,
    ),
    "no statement": ({"Version": "2012-10-17"}, False),
    "an empty list of statements": ({"Statement": []}, False),
    "a list as a policy": ([STATEMENT], False),
    "another version": ({"Version": "2012-10-18", "Statement": [STATEMENT]}, False),
    "no effect": ({"Statement": {"Action": "*", "Resource": "*"}}, False),
    "an effect in lower case": ({"Statement": {**STATEMENT, "Effect": "allow"}}, False),
    "Action and NotAction": ({"Statement": {**STATEMENT, "NotAction": "*"}}, False),
    "Resource and NotResource": ({"Statement": {**STATEMENT, "NotResource": "*"}}, False),
    "Principal and NotPrincipal": ({"Statement": {**STATEMENT, "Principal": "*", "NotPrincipal": "*"}}, False),
    "an unknown element": ({"Statement": {**STATEMENT, "Actions": "*"}}, False),
    "an unknown kind of principal": ({"Statement": {**STATEMENT, "Principal": {"Aws": "*"}}}, False),
    "a condition that is a list": ({"Statement": {**STATEMENT, "Condition": []}}, False),
    "an action that is a number": ({"Statement": {**STATEMENT, "Action": 1}}, False),
}


@pytest.mark.parametrize(("document", "good"), POLICIES.values(), ids=POLICIES)
def test_the_policy_schema_and_the_parser_agree(document: Any, good: bool) -> None:  # noqa: FBT001 - any JSON
    assert POLICY.is_valid(document) == good
    if good:
        parse_policy(json.dumps(document))
    else:
        with pytest.raises(PolicySyntaxError):
            parse_policy(json.dumps(document))
