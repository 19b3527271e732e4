"""Policies and grants are found wherever they stand, with their types and their places in the file."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import quote

import pytest

from policyeval.lint.documents import find
from policyeval.lint.linter import Linter
from policyeval.lint.reading import read
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import lint_bytes
from policyeval.model.policy import PolicyType
from tests.lint.run_cli import BAD_EFFECT, POLICY

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [STATEMENT]}
LINTER = Linter(load_all())


def _found(value: object) -> list[tuple[str, PolicyType | None]]:
    node = read(json.dumps(value).encode(), "a.json").node
    assert node is not None
    return [(policy.pointer, policy.type) for policy in find(node).policies]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (DOCUMENT, [("", None)]),
        ([DOCUMENT, DOCUMENT], [("/0", None), ("/1", None)]),
        ({"Statement": {}}, [("", None)]),
        ({"Version": "2012-10-17"}, [("", None)]),
        ({"statement": [{"effect": "Allow"}]}, [("", None)]),
        ({"statement": ["of accounts"]}, []),
        ({"Statement": "a text"}, []),
        ({"properties": {"Id": {}, "Statement": {"anyOf": []}}}, []),
        ({"name": "a", "version": "1"}, []),
        ({"a/b": {"c": DOCUMENT}}, [("/a~1b/c", None)]),
        ({"PolicyVersion": {"Document": DOCUMENT}}, [("/PolicyVersion/Document", PolicyType.IDENTITY)]),
        ({"Role": {"AssumeRolePolicyDocument": DOCUMENT}}, [("/Role/AssumeRolePolicyDocument", PolicyType.TRUST)]),
        ({"Policy": json.dumps(DOCUMENT)}, [("/Policy", None)]),
        (
            {"VpcEndpoints": [{"PolicyDocument": DOCUMENT}]},
            [("/VpcEndpoints/0/PolicyDocument", PolicyType.VPC_ENDPOINT)],
        ),
        *(
            (
                {"Policy": {"PolicySummary": {"Type": kind}, "Content": json.dumps(DOCUMENT)}},
                [("/Policy/Content", found)],
            )
            for kind, found in (
                ("SERVICE_CONTROL_POLICY", PolicyType.SCP),
                ("RESOURCE_CONTROL_POLICY", PolicyType.RCP),
                ("TAG_POLICY", None),
            )
        ),
        (
            {"accounts": [{"roles": [{"trust_policy": DOCUMENT, "identity_policies": [{"document": DOCUMENT}]}]}]},
            [
                ("/accounts/0/roles/0/trust_policy", PolicyType.TRUST),
                ("/accounts/0/roles/0/identity_policies/0/document", PolicyType.IDENTITY),
            ],
        ),
        (
            {
                "organization": {
                    "root": {
                        "service_control_policies": [DOCUMENT],
                        "units": [{"resource_control_policies": [DOCUMENT]}],
                    }
                }
            },
            [
                ("/organization/root/service_control_policies/0", PolicyType.SCP),
                ("/organization/root/units/0/resource_control_policies/0", PolicyType.RCP),
            ],
        ),
        ({"tests": [{"session": {"policy": DOCUMENT}}]}, [("/tests/0/session/policy", PolicyType.SESSION)]),
        ({"tests": [{"session": {"policies": [DOCUMENT]}}]}, [("/tests/0/session/policies/0", PolicyType.SESSION)]),
        (
            {"resources": [{"policy": json.dumps(DOCUMENT)}], "policies": [DOCUMENT], "keys": [{"policy": DOCUMENT}]},
            [("/resources/0/policy", None), ("/policies/0", None), ("/keys/0/policy", None)],
        ),
        (
            {"accounts": [{"resources": [{"policy": DOCUMENT}], "policies": [{"document": DOCUMENT}]}]},
            [
                ("/accounts/0/resources/0/policy", PolicyType.RESOURCE),
                ("/accounts/0/policies/0/document", PolicyType.IDENTITY),
            ],
        ),
        *(
            ({"spec": {name: DOCUMENT}}, [(f"/spec/{name}", PolicyType.TRUST)])
            for name in (
                "assumeRolePolicy",
                "assumeRolePolicyDocument",
                "assume_role_policy",
                "assume_role_policy_document",
            )
        ),
        (
            {
                "changes": [
                    {"of": "arn:aws:kms:us-east-1:111122223333:key/k", "policy": DOCUMENT},
                    {"of": "arn:aws:kms:us-east-1:111122223333:alias/app", "policy": DOCUMENT},
                    {"of": "arn:aws:s3:::bucket", "policy": DOCUMENT},
                    {"of": "vpce-1", "policy": DOCUMENT},
                    {"of": "111122223333", "add": {"service_control_policies": [DOCUMENT]}},
                    {"of": "arn:aws:iam::111122223333:policy/p", "document": DOCUMENT},
                    {"of": "arn:aws:organizations::1:policy/o-a/service_control_policy/p-a", "document": DOCUMENT},
                    {"of": "arn:aws:organizations::1:policy/o-a/resource_control_policy/p-a", "document": DOCUMENT},
                ]
            },
            [
                ("/changes/0/policy", PolicyType.KEY),
                ("/changes/1/policy", PolicyType.KEY),
                ("/changes/2/policy", PolicyType.RESOURCE),
                ("/changes/3/policy", PolicyType.VPC_ENDPOINT),
                ("/changes/4/add/service_control_policies/0", PolicyType.SCP),
                ("/changes/5/document", PolicyType.IDENTITY),
                ("/changes/6/document", PolicyType.SCP),
                ("/changes/7/document", PolicyType.RCP),
            ],
        ),
        (
            {"accounts": [{"vpc_endpoints": [{"policy": DOCUMENT}]}]},
            [("/accounts/0/vpc_endpoints/0/policy", PolicyType.VPC_ENDPOINT)],
        ),
    ],
)
def test_a_policy_is_found_where_it_stands(value: object, found: list[tuple[str, PolicyType | None]]) -> None:
    assert _found(value) == found


MASKED = {"Sid": "audit", "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/Name"], "Operation": {}}
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
PLANNED = {"resources": [{"type": "aws_kms_key", "values": {"policy": json.dumps(DOCUMENT), "tags": {}}}]}
UPDATE = {"Effect": "Allow", "Action": ["Update:*"], "Principal": "*", "Resource": "*"}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"Name": "p", "Version": "2021-06-01", "Statement": [MASKED]}, id="a data protection policy"),
        pytest.param({"Statement": [UPDATE, {**UPDATE, "Action": "Update:Replace"}]}, id="a stack policy"),
        pytest.param({"Statement": {"Effect": "Deny", "NotAction": "Update:Modify"}}, id="of one statement"),
    ],
)
def test_what_is_written_in_another_language_is_no_policy(document: dict[str, object]) -> None:
    assert _found(document) == []
    assert lint_bytes(LINTER, json.dumps(document).encode(), "a.json").policies == 0
    assert _found({"a": document, "b": DOCUMENT}) == [("/b", None)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(
            {"planned_values": {"root_module": PLANNED}, "resource_changes": [DOCUMENT], "prior_state": DOCUMENT},
            [("/planned_values/root_module/resources/0/values/policy", PolicyType.KEY)],
            id="a plan, of which what is planned counts",
        ),
        pytest.param({"values": {"root_module": PLANNED}}, [("/values/root_module/resources/0/values/policy", PolicyType.KEY)], id="a state"),
        pytest.param(
            {"type": "aws_organizations_policy", "values": {"type": "SERVICE_CONTROL_POLICY", "content": json.dumps(DOCUMENT)}},
            [("/values/content", PolicyType.SCP)],
            id="a policy of an organization, which says its type itself",
        ),
        pytest.param(
            {"mode": "data", "type": "aws_iam_policy_document", "values": {"json": json.dumps(DOCUMENT), "statement": [{"effect": "Allow"}]}},
            [],
            id="a document, whose policy is where it is used",
        ),
        pytest.param({"type": "aws_vpc", "values": {"policy": DOCUMENT}}, [("/values/policy", None)], id="another resource"),
    ],
)  # fmt: skip
def test_a_policy_of_a_plan_is_of_the_type_of_its_resource(
    value: object, found: list[tuple[str, PolicyType | None]]
) -> None:
    assert _found(value) == found


GRANTED = {
    "name": None,
    "grantee_principal": "arn:aws:iam::111122223333:role/app",
    "retiring_principal": "arn:aws:iam::111122223333:role/admin",
    "operations": ["Decrypt"],
    "constraints": [],
}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(GRANTED, [], id="a good grant"),
        pytest.param({**GRANTED, "operations": ["Decript"]}, ["G101"], id="an operation that there is none of"),
        pytest.param({**GRANTED, "grantee_principal": "*"}, ["G103"], id="everybody for a grantee"),
        pytest.param({**GRANTED, "retiring_principal": None}, ["G401"], id="null is as if it were not written"),
        pytest.param(
            {**GRANTED, "constraints": [{"encryption_context_equals": {"a": "b"}, "encryption_context_subset": None}]},
            [],
            id="a constraint",
        ),
        pytest.param({"operations": ["Decrypt"]}, [], id="what is known after the plan is applied only"),
    ],
)
def test_a_grant_of_a_plan_is_linted_as_one(values: dict[str, object], found: list[str]) -> None:
    resource = {"address": "aws_kms_grant.it", "mode": "managed", "type": "aws_kms_grant", "values": values}
    plan = {"planned_values": {"root_module": {"child_modules": [{"resources": [resource]}]}}}
    linted = lint_bytes(LINTER, json.dumps(plan).encode(), "plan.json")
    assert (linted.grants, [finding.code for finding in linted.findings]) == (1, found)


def test_what_only_has_the_type_of_a_grant_is_none() -> None:
    value = {"type": "aws_kms_grant", "values": "of another kind", "policy": DOCUMENT}
    assert _found(value) == [("/policy", None)]


BAD = {"Effect": "Allow", "Action": "s3:Wrong", "Resource": "*"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param([ALLOW, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], [""], id="a file"),
        pytest.param({"functions": {"a": {"iamRoleStatements": [ALLOW]}}}, ["/functions/a/iamRoleStatements"], id="a list"),
        pytest.param({"Read": ALLOW}, ["/Read"], id="a statement by itself"),
        pytest.param(["${file(more.yml)}", ALLOW], ["/1"], id="a statement among others"),
        pytest.param([], [], id="nothing"),
        pytest.param([ALLOW, {**ALLOW, "Action": "s33:GetObject"}], [""], id="a list with a service that is none"),
        pytest.param([{**ALLOW, "Action": "view", "Resource": "page"}], [], id="what has no service of AWS's"),
        pytest.param({"Effect": "Allow", "Action": ["oss:Get*"], "Resource": "acs:oss:*:*:a"}, [], id="another cloud's"),
        pytest.param([{"effect": "NoSchedule", "action": "a"}], [], id="what has other names"),
        pytest.param([{"Effect": "Allowed", "Action": "a"}], [], id="what has another effect"),
        pytest.param({"Type": "AWS::Lambda::Permission", "Action": "lambda:InvokeFunction"}, [], id="without an effect"),
        pytest.param([UPDATE], [], id="a list of a stack policy's"),
    ],
)  # fmt: skip
def test_statements_outside_of_a_policy_are_a_part_of_one(value: object, found: list[str]) -> None:
    assert [pointer for pointer, _ in _found(value)] == found


def test_statements_that_policies_of_the_file_are_made_of_are_no_part_of_others() -> None:
    text = "x: &all\n- &one {Effect: Allow, Action: s3:GetObjekt, Resource: '*'}\ny: *one\n"
    policy = "z: {Version: '2012-10-17', Statement: %s}\n"
    for statements in ("*all", "*one", "[*one]"):
        report = lint_bytes(LINTER, (text + policy % statements).encode(), "a.yaml")
        assert [finding.place.pointer for finding in report.findings if finding.code == "A102"] == [
            "/z/Statement/Action" if statements == "*one" else "/z/Statement/0/Action"
        ]
        assert report.policies == 1


def test_of_a_part_is_said_what_is_wrong_in_it_and_not_what_it_lacks() -> None:
    key = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:Decrypt", "Resource": "*"}
    report = lint_bytes(LINTER, json.dumps([key, {**key, "Action": "kms:Decrpyt"}]).encode(), "a.json", PolicyType.KEY)
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == [("A102", "/1/Action")]
    assert (report.policies, report.unknown) == (1, 0)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        # CreatePermission of AWS RAM refuses a template that names a resource.
        pytest.param({"Effect": "Allow", "Action": ["s3:GetObject", "s3:Wrong"]}, ["A102"], id="by itself"),
        pytest.param([{"Effect": "Allow", "Action": "s3:GetObject"}], ["S116"], id="in a list"),
    ],
)
def test_a_statement_by_itself_may_be_filled_in_with_its_resource(value: object, found: list[str]) -> None:
    report = lint_bytes(LINTER, json.dumps({"PolicyTemplate": value}).encode(), "a.json")
    assert sorted(finding.code for finding in report.findings) == found
    assert (report.policies, report.unknown) == (1, 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(json.dumps({"a": json.dumps([BAD])}), ["A102 /a"], id="a list"),
        pytest.param(json.dumps({"a": " " + json.dumps(BAD)}), ["A102 /a"], id="a statement"),
        pytest.param(json.dumps({"a": json.dumps([BAD])[:-1]}), ["A102 /a", "S101 /a"], id="that is broken"),
        pytest.param(json.dumps({"a": json.dumps([BAD]).replace("*", "{{ b }}")}), ["A102 /a"], id="that has a hole"),
        pytest.param(json.dumps({"a": json.dumps({"Effect": "Allow"})[:-1]}), [], id="what is none"),
        pytest.param(json.dumps({"a": f"such as {json.dumps(BAD)}"}), [], id="a text about one"),
    ],
)
def test_statements_in_a_string_are_a_part_of_a_policy(text: str, found: list[str]) -> None:
    findings = lint_bytes(LINTER, text.encode(), "a.json").findings
    assert sorted(f"{finding.code} {finding.place.pointer}" for finding in findings) == found
    written = [text[finding.place.start : finding.place.end] for finding in findings if finding.code == "A102"]
    assert written == ['\\"s3:Wrong\\"'] * len(written)


def test_in_a_part_what_others_fill_in_is_unknown_and_variables_of_iam_are_variables() -> None:
    foreign = ["arn:aws:s3:::${self:custom.bucket}/*", "${opt:queue}", "arn:aws:sqs:${aws:region}:111122223333:q"]
    own = ["arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/${aws:PrincipalTag/team, 'x'}/${*}", "${aws:userid}"]
    report = lint_bytes(LINTER, json.dumps([{**ALLOW, "Resource": [*foreign, *own]}]).encode(), "a.json")
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == [("V110", "/0/Resource/5")]
    assert report.unknown == len(foreign)


def test_an_action_of_no_service_makes_no_stack_policy() -> None:
    assert _found({"Statement": [UPDATE, {**UPDATE, "Action": "s3:GetObject"}]}) == [("", None)]


def test_the_policy_and_grants_of_a_key_know_the_key() -> None:
    key = {
        "id": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "region": "eu-west-1",
        "spec": "RSA_2048",
        "usage": "SIGN_VERIFY",
    }
    grants = [{"GranteePrincipal": "arn:aws:iam::111122223333:root", "Operations": ["Sign"]}, "no grant"]
    value = {"accounts": [{"id": "111122223333", "keys": [{**key, "policy": DOCUMENT, "grants": grants}]}]}
    node = read(json.dumps(value).encode(), "a.json").node
    assert node is not None
    found = find(node)
    (policy,), (of_key,) = found.policies, found.grants
    assert policy.type is PolicyType.KEY
    assert policy.key is not None
    assert str(policy.key.arn) == f"arn:aws:kms:eu-west-1:111122223333:key/{key['id']}"
    assert (policy.key.spec, policy.key.usage, policy.key.manager) == ("RSA_2048", "SIGN_VERIFY", "CUSTOMER")
    assert [pointer for _, pointer in of_key.grants] == ["/accounts/0/keys/0/grants/0"]
    assert of_key.key == policy.key


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"Grants": [{"Grantee": {"Type": "CanonicalUser"}, "Permission": "READ"}]}, id="of a bucket"),
        pytest.param({"grants": [{"role": "reader", "privileges": ["select"]}]}, id="of a database"),
        pytest.param({"grants": ["reader"]}, id="of names"),
    ],
)
def test_the_grants_of_others_are_none_of_kms(document: object) -> None:
    report = lint_bytes(LINTER, json.dumps(document).encode(), "a.json")
    assert (report.grants, report.findings) == (0, [])


def test_what_an_entities_file_has_as_grant_is_one_whatever_it_lacks() -> None:
    document = {"accounts": [{"keys": [{"grants": [{"Grantee": "x"}]}]}]}
    report = lint_bytes(LINTER, json.dumps(document).encode(), "a.json")
    assert (report.grants, {finding.code for finding in report.findings}) == (1, {"G107", "G401"})


def test_what_list_grants_prints_is_a_list_of_grants() -> None:
    report = lint_bytes(
        LINTER, b'{"Grants": [{"Operations": ["Decrypt"]}, {"Operations": []}], "Truncated": false}', "a.json"
    )
    assert (report.grants, report.policies) == (2, 0)


# The quote before it is written twice.
IN_QUOTES = BAD_EFFECT.replace("{", '{"Id": "it\'\'s",', 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a string of JSON", json.dumps({"Policy": BAD_EFFECT})),
        ("a literal block of YAML", "Policy: |\n" + "".join(f"    {line}\n" for line in BAD_EFFECT.splitlines())),
        ("a literal block that says its indentation", "Policy: |2-\n    " + "\n  ".join(BAD_EFFECT.splitlines())),
        ("a folded block of YAML", "Policy: >-\n" + "".join(f"    {line}\n\n" for line in BAD_EFFECT.splitlines())),
        ("single quotes of YAML", "Policy: '" + " ".join(BAD_EFFECT.split()) + "'\n"),
        ("lines in single quotes", "Policy: '" + "\n\n  ".join(IN_QUOTES.splitlines()) + "'\n"),
    ],
    ids=[
        "a string of JSON",
        "a literal block of YAML",
        "a literal block that says its indentation",
        "a folded block of YAML",
        "single quotes of YAML",
        "lines in single quotes",
    ],
)
def test_a_policy_in_a_string_has_places_in_the_file(name: str, text: str) -> None:
    report = lint_bytes(LINTER, text.encode(), "file")
    (finding,) = [finding for finding in report.findings if finding.code == "S114"]
    written = text[finding.place.start : finding.place.end]
    assert written in {'"Permit"', '\\"Permit\\"'}, name
    assert finding.place.pointer == "/Policy/Statement/0/Effect"


def test_a_policy_that_is_encoded_as_in_urls_has_places_in_the_file_and_no_fixes() -> None:
    policy = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Sid": "ü 😀 a", "Action": ["s3:getObject"] * 2}]}
    encoded = quote(json.dumps(policy, ensure_ascii=False), safe="")
    text = json.dumps({"AssumeRolePolicyDocument": encoded, "of others": "%7B%22State%22%3A1%7D"})
    report = lint_bytes(LINTER, text.encode(), "role.json", PolicyType.IDENTITY)
    assert {(finding.code, text[finding.place.start : finding.place.end]) for finding in report.findings} >= {
        ("S121", "%22%C3%BC%20%F0%9F%98%80%20a%22"),
        ("A404", "%22s3%3AgetObject%22"),
    }
    assert [finding.fix for finding in report.findings if finding.fix is not None] == []
    assert report.policies == 1


def test_bytes_that_are_no_utf_8_in_a_policy_that_is_encoded_are_characters_of_none() -> None:
    encoded = quote(json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, "Sid": "A", "Action": "s3:X"}]}))
    text = json.dumps({"Policy": encoded.replace("%22A%22", "%22%C3%80%E2%82%80%FF%22")})
    found = {each.code: each.place for each in lint_bytes(LINTER, text.encode(), "a.json").findings}
    assert text[found["S121"].start : found["S121"].end] == "%22%C3%80%E2%82%80%FF%22"
    assert text[found["A102"].start : found["A102"].end] == "%22s3%3AX%22"


BROKEN = '{"Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow", "Action": "*"}}'


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        pytest.param("a.json", json.dumps({"P": BROKEN}), "a `]` is missing before line 1, column 99", id="a string"),
        pytest.param("a.yaml", f"P: |\n  {BROKEN}", "a `]` is missing before line 3, column 51", id="a block"),
        pytest.param("a.yaml", f"P: >\n  {BROKEN}", "a `]` is missing before line 3, column 51", id="a folded block"),
        pytest.param(
            "a.yaml", 'P: "' + BROKEN.replace('"', '\\"') + '"', None, id="lines in quotes, which nobody can follow"
        ),
    ],
)
def test_what_lacks_its_end_in_a_string_is_told_by_the_lines_of_the_file(name: str, text: str, hint: str) -> None:
    (fault,) = [each for each in lint_bytes(LINTER, text.encode(), name).findings if each.code == "S101"]
    assert fault.hint == hint


def test_each_line_of_a_file_of_json_lines_is_a_document() -> None:
    lines = [json.dumps({**DOCUMENT, "Statement": {**STATEMENT, "Action": action}}) for action in ("s3:A", "s3:B")]
    blank = " " * 1_000_000
    text = f"\ufeff{lines[0]}\r\n{blank}\n  {lines[1]}\n{lines[0][:-1]}\n"
    for name in ("a.jsonl", "a.ndjson"):
        report = lint_bytes(LINTER, text.encode(), name)
        found = [(each.code, each.place.line, each.place.column, each.place.pointer) for each in report.findings]
        assert found == [
            ("A102", 1, 70, "/0/Statement/Action"),
            ("A102", 3, 72, "/1/Statement/Action"),
            ("S101", 4, 1, "/2"),
            ("A102", 4, 70, "/2/Statement/Action"),
        ]
        assert report.policies == 3


def test_a_policy_in_lines_in_double_quotes_has_the_place_of_the_text() -> None:
    text = "Policy: " + json.dumps(BAD_EFFECT).replace("\\n", "\n") + "\n"
    (finding,) = [finding for finding in lint_bytes(LINTER, text.encode(), "a.yaml").findings if finding.code == "S114"]
    assert (finding.place.line, finding.place.column) == (1, 9)


def test_a_value_that_stands_in_two_places_is_looked_at_once() -> None:
    text = "a: &policy {Version: 2012-10-17, Statement: []}\nb: *policy\n"
    report = lint_bytes(LINTER, text.encode(), "a.yaml")
    assert (report.policies, [finding.code for finding in report.findings]) == (1, ["S112"])


def test_a_damaged_file_is_linted_as_far_as_it_can_be_read() -> None:
    damaged = POLICY.replace('"Allow"', '"Permit"').replace("]\n}", "],\n}")
    assert [finding.code for finding in lint_bytes(LINTER, damaged.encode(), "a.json").findings] == ["S114", "S101"]


@pytest.mark.parametrize(("named", "count"), [(True, 1), (False, 0)])
def test_a_damaged_file_that_nobody_named_is_a_finding_only_if_it_may_be_a_policy(named: bool, count: int) -> None:  # noqa: FBT001 - a column
    assert len(lint_bytes(LINTER, b'{"a": 1,}', "a.json", named=named).findings) == count
    assert len(lint_bytes(LINTER, b'{"Statement": 1,}', "a.json", named=named).findings) == 1


NO_GARBAGE = """
import gc, sys
from policyeval.lint.linter import Linter
from policyeval.lint.rules.table import load_all
from policyeval.lint.run import lint_bytes

linter = Linter(load_all())
for _ in range(2):  # the first time more is made that stays
    gc.collect()
    gc.disable()
    findings = [len(lint_bytes(linter, text.encode(), "a.json").findings) for text in sys.argv[1:]]
    garbage = gc.collect()
print(findings, garbage)
"""


def test_a_linted_policy_leaves_no_garbage() -> None:
    # The command runs without Python's collector.
    good = json.dumps({"accounts": [{"roles": [{"trust_policy": DOCUMENT}]}], "Statement": [STATEMENT]})
    command = [sys.executable, "-c", NO_GARBAGE, good, BAD_EFFECT]  # beside what other tests have left running
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == "[2, 1] 0\n"


def test_each_document_of_a_file_may_hold_a_policy() -> None:
    text = f"kind: Policy\npolicy: |\n  {json.dumps(DOCUMENT)}\n---\nkind: Pod\n---\n{json.dumps(DOCUMENT)}\n"
    report = lint_bytes(LINTER, text.encode(), "a.yaml")
    assert (report.policies, [finding.code for finding in report.findings]) == (2, [])


BRACED = """
- name: Create the role
  amazon.aws.iam_role:
    assume_role_policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Federated: "arn:aws:iam::{{ account }}:oidc-provider/{{ issuer }}"}
          Action: sts:AssumeRoleWithWebIdentity
          Condition: {StringEquals: {"{{ issuer }}:sub": "system:serviceaccount:{{ space }}:app"}}
- name: Let it read
  amazon.aws.iam_policy:
    policy_json: >-
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:{{ verb }}Object", "s3:GetObjct"],
      "Resource": ["{{ bucket_arn }}/*", "arn:aws:s3:{{ region }}:{{ account }}:x"]}]}
"""


@pytest.mark.parametrize("name", ["tasks.yml", "policy.json.j2"])
def test_what_stands_between_double_braces_is_unknown(name: str) -> None:
    report = lint_bytes(LINTER, BRACED.encode(), name)
    assert [(finding.code, finding.place.pointer) for finding in report.findings] == [
        ("A102", "/1/amazon.aws.iam_policy/policy_json/Statement/0/Action/1")
    ]
    assert (report.policies, report.unknown) == (2, 5)


PROGRAM = """
runtime: yaml
resources:
  policy:
    type: aws:iam:Policy
    properties:
      policy:
        fn::toJSON:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Action: "s3:GetObjct", Resource: "${bucket.arn}/*"}
"""
GRAPH = """
kind: Namespace
---
apiVersion: kro.run/v1alpha1
spec:
  resources:
    - template:
        policyDocument: |
          {"Version": "2012-10-17", "Statement":
           {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::${schema.spec.name}/*"}}
"""
PLAIN = """
runtime: [yaml]
resources: {policy: {type: other}}
policy:
  Version: "2012-10-17"
  Statement: {Effect: Allow, Action: "s3:GetObjct", Resource: "${bucket.arn}/*"}
"""


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        pytest.param(PROGRAM, ["A102"], 1, id="a program of Pulumi's"),
        pytest.param(GRAPH, ["A102"], 1, id="a graph of kro's, in a string of the second document"),
        pytest.param(PLAIN, ["A102", "V110", "V301"], 0, id="neither"),
    ],
)
def test_expressions_are_unknown_where_there_are_such(text: str, codes: list[str], unknown: int) -> None:
    report = lint_bytes(LINTER, text.encode(), "a.yaml")
    assert ([finding.code for finding in report.findings], report.unknown) == (codes, unknown)


def test_braces_that_are_not_closed_are_text() -> None:
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:{{x}", "Resource": "*"}}
    report = lint_bytes(LINTER, json.dumps(policy).encode(), "a.json")
    assert [finding.code for finding in report.findings] == ["A106"]


HELM = "{{- if .Values.on }}\nkind: Policy\n%s\n{{- end }}\n"


@pytest.mark.parametrize(
    ("text", "named", "codes"),
    [
        pytest.param(HELM % "doc: {Statement: {Effect: Allow}}", False, ["X104"], id="a template with a policy"),
        pytest.param(HELM % "sql: a statement", False, [], id="one without, below a folder"),
        pytest.param(HELM % "sql: a statement", True, ["X104"], id="one without that is named"),
        pytest.param("\ufeff" + HELM % "", True, ["X104"], id="one after a byte order mark"),
        pytest.param("a: |\n  {{ x }}\nstatement: [\n", False, ["S101"], id="what is broken elsewhere"),
    ],
)
def test_a_template_is_no_broken_yaml(text: str, named: bool, codes: list[str]) -> None:  # noqa: FBT001 - a column
    report = lint_bytes(LINTER, text.encode(), "templates/iam.yaml", named=named)
    assert [finding.code for finding in report.findings] == codes


FILLED_IN = '{"Version": "2012-10-17", "Statement": [%s]}'
READ = '{"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": %s}'


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        pytest.param(FILLED_IN % READ % "{{ arns | tojson }}", ["A102"], 1, id="a value of Jinja's"),
        pytest.param(FILLED_IN % READ % '[${arn}, "${arn}/*", "*"]', ["A102"], 2, id="values of Terraform's"),
        pytest.param(FILLED_IN % (READ % '"*"' + ", {{ more }}"), ["A102"], 1, id="a statement"),
        pytest.param(FILLED_IN % (READ % '"*"' + " {{ more }}"), ["X104"], 0, id="a value that brings its own comma"),
        pytest.param(FILLED_IN % ("{% for x in y %}" + READ % '"*"' + "{% endfor %}"), ["X104"], 0, id="a loop"),
        pytest.param(FILLED_IN % ("{" + READ % '"*"' + "}"), ["S101"], 0, id="an object that is written twice into braces"),
        pytest.param(FILLED_IN % READ % '{{ "*" | tojson }}', ["A102"], 1, id="a string of Jinja's"),
        pytest.param(FILLED_IN % READ % "<%= arns %>", ["X104"], 0, id="a value of ERB's"),
        pytest.param('{"Version": "2012-10-17" "Statement": [{{ x }}]}', ["S101"], 0, id="what is broken before"),
        pytest.param('{"Version": "2012-10-17", "Statement": [' + READ % '"{{ x }}"' + "]]}", ["A102", "S101"], 1, id="what is broken elsewhere"),
    ],
)  # fmt: skip
def test_a_template_is_no_broken_json(text: str, codes: list[str], unknown: int) -> None:
    report = lint_bytes(LINTER, text.encode(), "a.json")
    assert ([finding.code for finding in report.findings], report.unknown) == (codes, unknown)


@pytest.mark.parametrize(
    ("name", "codes", "unknown"),
    [
        pytest.param("policy.json", ["V110", "V301"], 0, id="a policy has variables of IAM's"),
        pytest.param("policy.json.tpl", [], 1, id="a template has others, and IAM's with two dollar signs"),
        pytest.param("policy.tftpl", [], 1, id="by its other name"),
    ],
)
def test_in_templates_of_terraform_variables_are_not_those_of_iam(name: str, codes: list[str], unknown: int) -> None:
    text = FILLED_IN % READ.replace("GetObjekt", "GetObject") % '["${arn}/*", "arn:aws:s3:::b/$${aws:username}/*"]'
    report = lint_bytes(LINTER, text.encode(), name)
    assert ([finding.code for finding in report.findings], report.unknown) == (codes, unknown)


@pytest.mark.parametrize(
    ("name", "resource", "codes", "unknown"),
    [
        pytest.param("a.tftpl", r'["${join("\", \"", arns)}"]', ["A102"], 1, id="a call with quotes, in a string"),
        pytest.param("a.json.tpl", '${jsonencode([for b in bs : "${b}/*"])}', ["A102"], 1, id="a loop with a variable in it"),
        pytest.param("a.tftpl", '"${arn}" "Sid": "A"', ["A102", "S101"], 1, id="what is broken elsewhere"),
        pytest.param("a.tftpl", '"*"}, %{ for x in y }{%{ endfor }', ["X104"], 0, id="a loop of statements"),
    ],
)  # fmt: skip
def test_calls_and_loops_of_terraforms_templates_are_values(
    name: str, resource: str, codes: list[str], unknown: int
) -> None:
    report = lint_bytes(LINTER, (FILLED_IN % READ % resource).encode(), name)
    assert ([finding.code for finding in report.findings], report.unknown) == (codes, unknown)


def codes_of(text: str, name: str) -> list[str]:
    return sorted(finding.code for finding in lint_bytes(LINTER, text.encode(), name).findings)


def test_variables_of_a_template_of_yaml_are_not_those_of_iam() -> None:
    text = """
Version: "2012-10-17"
Statement:
  - {Effect: Allow, Action: "s3:GetObjekt", Resource: ["${arn}/*", "arn:aws:s3:::b/$${aws:username}/*"]}
"""
    assert codes_of(text, "a.yaml") == ["A102", "V110", "V301"]
    assert codes_of(text, "a.yaml.tpl") == ["A102"]


@pytest.mark.parametrize(
    ("name", "data", "codes"),
    [
        pytest.param("nginx.conf.j2", b"http {\n{% for s in sites %}\n}\n", [], id="a server's settings"),
        pytest.param("run.sh.tpl", b'if x; then\n\techo "a: ${b}"\nfi\n', [], id="a script"),
        pytest.param("app.service.j2", b"[Unit]\nDescription={{ name }}\n", [], id="a unit of systemd's"),
        pytest.param("postgresql.conf.j2", b"[log]\nlog_statement = 'all'\n", [], id="one with the word"),
        pytest.param("_helpers.tpl", b'{{- define "x" -}}\n{{- end }}\n', [], id="a chart's"),
        pytest.param("page.j2", b"\xe9: {{ x }}", [], id="one in another encoding"),
        pytest.param("a.json.j2", b'{"Statement": [{% if x %}{"Effect": "Allow"}]}', ["X104"], id="what seems a policy"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", [True, False])
def test_a_template_of_something_else_is_passed_over(
    name: str,
    data: bytes,
    codes: list[str],
    named: bool,  # noqa: FBT001 - a column
) -> None:
    report = lint_bytes(LINTER, data, name, named=named)
    assert [finding.code for finding in report.findings] == codes
