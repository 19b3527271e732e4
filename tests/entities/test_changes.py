"""What-ifs in files: what `changes` say stands instead of what is described, or comes to it, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policyeval.entities import Entities
from policyeval.entities.changes import FIELDS
from policyeval.entities.schema import ChangeModel

A, B = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-east-1:{A}:key/k-1"
MANAGED = f"arn:aws:kms:us-east-1:{A}:alias/aws/s3"
PLAIN = f"arn:aws:kms:us-east-1:{A}:key/k-2"
ALIAS = f"arn:aws:kms:us-east-1:{A}:alias/app"
APP = f"arn:aws:iam::{B}:role/svc/app"
ANN = f"arn:aws:iam::{B}:user/ann"
SHARED = f"arn:aws:iam::{B}:policy/Shared"
AWS_SCP = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def document(sid: str, principal: str = "") -> str:
    return f"{{Version: 2012-10-17, Statement: {{Sid: {sid}, Effect: Allow, {principal}Action: '*', Resource: '*'}}}}"


def resource(sid: str) -> str:
    return document(sid, "Principal: '*', ")


def trust(sid: str) -> str:
    return (
        f"{{Version: 2012-10-17, Statement: {{Sid: {sid}, Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}}}}"
    )


BASE = f"""\
policyeval: 1
organization:
  id: o-1
  root:
    id: r-1
    service_control_policies: [{AWS_SCP}, {document("OldRoot")}]
    units: [{{id: ou-1, accounts: ["{B}"]}}]
accounts:
  - id: "{A}"
    keys:
      - id: k-1
        region: us-east-1
        aliases: [alias/app]
        policy: {resource("Old")}
        grants:
          - {{GrantId: one, GranteePrincipal: "{APP}", Operations: [Decrypt]}}
          - {{GrantId: two, GranteePrincipal: "{ANN}", Operations: [Decrypt]}}
      - {{id: k-2, region: us-east-1}}
      - {{id: k-3, region: us-east-1, manager: AWS, aliases: [alias/aws/s3]}}
    resources: [{{arn: "arn:aws:s3:::bucket", policy: {resource("Old")}}}, {{arn: "arn:aws:s3:::bare"}}]
    vpc_endpoints: [{{id: vpce-1, policy: {resource("Old")}}}]
  - id: "{B}"
    policies: [{{name: Shared, document: {document("Old")}}}]
    groups: [{{name: ops, identity_policies: [{document("OldOps")}]}}]
    users: [{{name: ann, groups: [ops], identity_policies: [{document("Old")}]}}]
    roles:
      - name: app
        path: /svc/
        trust_policy: {trust("Old")}
        identity_policies: [{SHARED}, {document("Old")}]
        permissions_boundary: {document("OldBoundary")}
"""


def sids(*policies: Any) -> list[str | None]:
    return [
        statement.sid or policy.name
        for policy in policies
        if policy is not None
        for statement in policy.policy.statements
    ]


def everything(found: Entities) -> dict[str, list[Any]]:
    """Name what each thing has, for a change to be all that differs."""
    said: dict[str, list[Any]] = {each.arn: sids(each.policy) for each in found.resources()}
    for each in found.principals():
        said[f"identity of {each.arn}"] = sids(*each.identity_policies)
        said[f"boundary of {each.arn}"] = sids(each.permissions_boundary)
    for account in found.accounts():
        said[f"SCPs of {account.id}"] = [sids(*level) for level in account.service_control_policies]
        said[f"RCPs of {account.id}"] = [sids(*level) for level in account.resource_control_policies]
    for key in (KEY, PLAIN):
        said[f"grants of {key}"] = [grant.grant_id for grant in found.retirable_grants(key)]
    said["vpce-1"] = sids(found.endpoint("vpce-1").policy)
    return said


FULL = ["FullAWSAccess"]
CASES: dict[str, tuple[str, dict[str, list[Any]]]] = {
    "a key's policy": (f"[{{of: '{KEY}', policy: {resource('New')}}}]", {KEY: ["New"]}),
    "a key's policy, by its alias": (f"[{{of: '{ALIAS}', policy: {resource('New')}}}]", {KEY: ["New"]}),
    "a key that had the default policy": (f"[{{of: '{PLAIN}', policy: {resource('New')}}}]", {PLAIN: ["New"]}),
    "a bucket's policy": (f"[{{of: 'arn:aws:s3:::bucket', policy: {resource('New')}}}]", {"arn:aws:s3:::bucket": ["New"]}),
    "a bucket that had no policy": (
        f"[{{of: 'arn:aws:s3:::bare', policy: {resource('New')}}}]",
        {"arn:aws:s3:::bare": ["New"]},
    ),
    "an endpoint's policy": (f"[{{of: vpce-1, policy: {resource('New')}}}]", {"vpce-1": ["New"]}),
    "all grants of a key": (
        f"[{{of: '{KEY}', grants: [{{GrantId: three, GranteePrincipal: '{APP}', Operations: [Encrypt]}}]}}]",
        {f"grants of {KEY}": ["three"]},
    ),
    "no grant at all": (f"[{{of: '{KEY}', grants: []}}]", {f"grants of {KEY}": []}),
    "one grant more": (
        f"[{{of: '{KEY}', add: {{grants: [{{GranteePrincipal: '{APP}', Operations: [Encrypt]}}]}}}}]",
        {f"grants of {KEY}": ["one", "two", "grant-3"]},
    ),
    "the first grant of a key": (
        f"[{{of: '{PLAIN}', add: {{grants: [{{GranteePrincipal: '{APP}', Operations: [Encrypt]}}]}}}}]",
        {f"grants of {PLAIN}": ["grant-1"]},
    ),
    "one grant less, and one more": (
        f"[{{of: '{KEY}', revoke: [one], add: {{grants: [{{GrantId: x, GranteePrincipal: '{APP}', Operations: [Encrypt]}}]}}}}]",
        {f"grants of {KEY}": ["two", "x"]},
    ),
    "a role's trust": (f"[{{of: '{APP}', trust_policy: {trust('New')}}}]", {APP: ["New"]}),
    "a role's policies": (
        f"[{{of: '{APP}', identity_policies: [{document('New')}]}}]",
        {f"identity of {APP}": ["New"]},
    ),
    "one policy more, by its ARN": (
        f"[{{of: '{APP}', add: {{identity_policies: ['{ADMIN}']}}}}]",
        {f"identity of {APP}": ["Old", "Old", "AdministratorAccess"]},
    ),
    "a role's boundary": (
        f"[{{of: '{APP}', permissions_boundary: '{ADMIN}'}}]",
        {f"boundary of {APP}": ["AdministratorAccess"]},
    ),
    "no boundary": (f"[{{of: '{APP}', remove: [permissions_boundary]}}]", {f"boundary of {APP}": []}),
    "no policy of a bucket": ("[{of: 'arn:aws:s3:::bucket', remove: [policy]}]", {"arn:aws:s3:::bucket": []}),
    "no policy of an endpoint": ("[{of: vpce-1, remove: [policy]}]", {"vpce-1": []}),
    "no boundary, and another policy": (
        f"[{{of: '{APP}', remove: [permissions_boundary], identity_policies: ['{ADMIN}']}}]",
        {f"boundary of {APP}": [], f"identity of {APP}": ["AdministratorAccess"]},
    ),
    "a user's own policies, and those of groups stay": (
        f"[{{of: '{ANN}', identity_policies: []}}]",
        {f"identity of {ANN}": ["OldOps"]},
    ),
    "a group's policies are those of its users": (
        f"[{{of: 'arn:aws:iam::{B}:group/ops', identity_policies: [{document('New')}]}}]",
        {f"identity of {ANN}": ["Old", "New"]},
    ),
    "a managed policy, wherever it is attached": (
        f"[{{of: '{SHARED}', document: {document('New')}}}]",
        {f"identity of {APP}": ["New", "Old"]},
    ),
    "a unit's SCPs": (
        f"[{{of: ou-1, service_control_policies: [{document('New')}]}}]",
        {f"SCPs of {B}": [["FullAWSAccess", "OldRoot"], ["New"], FULL]},
    ),
    "an SCP beside those that stand there": (
        f"[{{of: r-1, add: {{service_control_policies: [{document('New')}]}}}}]",
        {f"SCPs of {B}": [["FullAWSAccess", "OldRoot", "New"], FULL, FULL]},
    ),
    "an SCP beside the one that AWS attaches": (
        f"[{{of: ou-1, add: {{service_control_policies: [{document('New')}]}}}}]",
        {f"SCPs of {B}": [["FullAWSAccess", "OldRoot"], ["FullAWSAccess", "New"], FULL]},
    ),
    "an account's SCPs and RCPs": (
        f"[{{of: '{B}', service_control_policies: [{document('S')}], resource_control_policies: [{resource('R')}]}}]",
        {f"SCPs of {B}": [["FullAWSAccess", "OldRoot"], FULL, ["S"]], f"RCPs of {B}": [["RCPFullAWSAccess"]] * 2 + [["RCPFullAWSAccess", "R"]]},
    ),
    "an SCP of an account that is in no organization": (
        f"[{{of: '{A}', add: {{service_control_policies: [{document('New')}]}}}}]",
        {f"SCPs of {A}": [["FullAWSAccess", "New"]]},
    ),
    "two things of one": (
        f"[{{of: '{KEY}', policy: {resource('New')}}}, {{of: '{ALIAS}', revoke: [one, two]}}]",
        {KEY: ["New"], f"grants of {KEY}": []},
    ),
    "what comes to a list that stands instead": (
        f"[{{of: '{APP}', identity_policies: [], add: {{identity_policies: ['{ADMIN}']}}}}]",
        {f"identity of {APP}": ["AdministratorAccess"]},
    ),
    "what comes to a list that stands instead, said before it": (
        f"[{{of: '{B}', add: {{service_control_policies: [{document('More')}]}}}}, {{of: '{B}', service_control_policies: [{document('New')}]}}]",
        {f"SCPs of {B}": [["FullAWSAccess", "OldRoot"], FULL, ["New", "More"]]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "differs"), CASES.values(), ids=CASES)
def test_a_change_changes_that_and_nothing_else(
    load: Callable[..., Entities], changes: str, differs: dict[str, list[Any]]
) -> None:
    before = everything(load(BASE, "base.yaml"))
    after = everything(load(f"policyeval: 1\nentities: base.yaml\nchanges: {changes}\n", "after.yaml"))
    assert {name: value for name, value in after.items() if value != before[name]} == differs
    assert after.keys() == before.keys()


def test_every_field_of_a_change_can_be_said_of_something() -> None:
    assert {field for fields in FIELDS.values() for field in fields} == ChangeModel.model_fields.keys() - {
        "of",
        "add",
        "remove",
        "revoke",
    }


def test_a_file_changes_what_the_file_that_it_starts_from_changes(load: Callable[..., Entities]) -> None:
    load(BASE, "base.yaml")
    first = (
        f"[{{of: '{ALIAS}', policy: {resource('First')}}}, {{of: '{APP}', identity_policies: [{document('First')}]}}]"
    )
    load(f"policyeval: 1\nentities: base.yaml\nchanges: {first}\n", "first.yaml")
    second = (
        f"[{{of: '{KEY}', policy: {resource('Second')}}}, {{of: '{APP}', add: {{identity_policies: ['{ADMIN}']}}}}]"
    )
    found = everything(load(f"policyeval: 1\nentities: first.yaml\nchanges: {second}\n", "second.yaml"))
    assert found[KEY] == ["Second"]
    assert found[f"identity of {APP}"] == ["First", "AdministratorAccess"]


def test_what_one_file_removes_a_later_one_gives_again_and_cannot_remove(
    load: Callable[..., Entities], refused: Callable[..., str]
) -> None:
    gone = f"policyeval: 1\nentities: base.yaml\nchanges: [{{of: '{APP}', remove: [permissions_boundary]}}]\n"
    again = f"policyeval: 1\nentities: gone.yaml\nchanges: [{{of: '{APP}', permissions_boundary: '{ADMIN}'}}]\n"
    files = {"base.yaml": BASE, "gone.yaml": gone}
    found = load(again, "again.yaml", **files)
    assert everything(found)[f"boundary of {APP}"] == ["AdministratorAccess"]
    twice = f"policyeval: 1\nentities: gone.yaml\nchanges: [{{of: '{APP}', remove: [permissions_boundary]}}]\n"
    assert f"`{APP}` has no `permissions_boundary` to remove" in refused(twice, "twice.yaml", **files)


def test_a_change_reaches_a_policy_of_aws_that_two_accounts_describe(load: Callable[..., Entities]) -> None:
    made = "arn:aws:iam::aws:policy/Made"
    accounts = ", ".join(
        f"{{id: '{account}', policies: [{{arn: '{made}', document: {document('Old')}}}],"
        f" roles: [{{name: r, identity_policies: ['{made}']}}]}}"
        for account in (A, B)
    )
    load(f"policyeval: 1\naccounts: [{accounts}]\n", "base.yaml")
    change = f"[{{of: '{made}', document: {document('New')}}}]"
    found = load(f"policyeval: 1\nentities: base.yaml\nchanges: {change}\n", "after.yaml")
    for account in (A, B):
        assert sids(*found.principal(f"arn:aws:iam::{account}:role/r").identity_policies) == ["New"]


def test_a_file_gives_other_grants_than_those_of_which_the_one_before_it_revokes_one(
    load: Callable[..., Entities],
) -> None:
    load(BASE, "base.yaml")
    load(f"policyeval: 1\nentities: base.yaml\nchanges: [{{of: '{KEY}', revoke: [one]}}]\n", "first.yaml")
    grant = f"{{GrantId: three, GranteePrincipal: '{APP}', Operations: [Encrypt]}}"
    second = f"[{{of: '{KEY}', revoke: [three]}}, {{of: '{KEY}', grants: [{grant}]}}]"
    found = load(f"policyeval: 1\nentities: first.yaml\nchanges: {second}\n", "second.yaml")
    assert [each.grant_id for each in found.retirable_grants(KEY)] == []
    third = f"[{{of: '{KEY}', grants: [{grant}]}}]"
    found = load(f"policyeval: 1\nentities: second.yaml\nchanges: {third}\n", "third.yaml")
    assert [each.grant_id for each in found.retirable_grants(KEY)] == ["three"]


def test_a_grant_that_one_file_revokes_a_later_one_gives_again(
    load: Callable[..., Entities], refused: Callable[..., str]
) -> None:
    def file(base: str, *changes: str) -> str:
        return f"policyeval: 1\nentities: {base}.yaml\nchanges: [{', '.join(changes)}]\n"

    again = f"{{of: '{KEY}', add: {{grants: [{{GrantId: one, GranteePrincipal: '{ANN}', Operations: [Encrypt]}}]}}}}"
    gone = f"{{of: '{KEY}', revoke: [one]}}"
    files = {"base.yaml": BASE, "gone.yaml": file("base", gone), "again.yaml": file("gone", again)}
    found = load(file("gone", again), "again.yaml", **files)
    assert [(each.grant_id, sorted(each.operations)) for each in found.retirable_grants(KEY)] == [
        ("one", ["Encrypt"]),
        ("two", ["Decrypt"]),
    ]
    found = load(file("again", gone), "after.yaml", **files)
    assert [each.grant_id for each in found.retirable_grants(KEY)] == ["two"]
    files["last.yaml"] = file("again", gone)
    found = load(file("last", again), "after.yaml", **files)
    assert [each.grant_id for each in found.retirable_grants(KEY)] == ["one", "two"]
    twice = "grant `one` of this key is described twice"
    assert twice in refused(file("again", again), "after.yaml", **files)
    assert twice in refused(file("base", gone, again), "after.yaml", **files)
    files["early.yaml"] = file("base", f"{{of: '{KEY}', revoke: [three]}}")
    three = again.replace("GrantId: one", "GrantId: three")
    assert "no grant `three` is on this key" in refused(file("early", three), "after.yaml", **files)


def test_a_changed_policy_has_its_place_in_the_file_that_says_it(load: Callable[..., Entities]) -> None:
    load(BASE, "estates/base.yaml")
    found = load(
        f"policyeval: 1\nentities: ../estates/base.yaml\nchanges: [{{of: '{KEY}', policy: {{file: key.json}}}}]\n",
        "changes/after.yaml",
        **{"changes/key.json": '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}'},
    )  # fmt: skip
    key = found.resource(KEY)
    assert key is not None
    assert key.policy is not None
    assert key.policy.policy.place.file == "changes/key.json"


REFUSALS = {
    "what nobody describes": (
        [f"{{of: '{KEY}x', policy: {resource('New')}}}", f"{{of: vpc, policy: {resource('New')}}}"],
        [
            f"after.yaml:4:10: `{KEY}x` is not described: nothing of it can change",
            f"  hint: did you mean `{KEY}`?",
            "after.yaml:5:10: `vpc` is not described: nothing of it can change",
            "  hint: describe it first, here or in the file that this one starts from",
        ],
    ),
    "what such a thing has not": (
        [
            f"{{of: '{KEY}', identity_policies: [], add: {{service_control_policies: [{AWS_SCP}]}}}}",
            f"{{of: '{ANN}', revoke: [one]}}",
            f"{{of: '{B}', policy: {resource('New')}}}",
            f"{{of: '{MANAGED}', policy: {resource('New')}}}",
        ],
        [
            f"after.yaml:4:75: `{KEY}` has no `identity_policies` that can change",
            "  hint: what can change of the key: policy, grants",
            f"after.yaml:4:111: `{KEY}` has no `service_control_policies` that can change",
            "  hint: what can change of the key: policy, grants",
            f"after.yaml:5:56: `{ANN}` has no `grants` that can change",
            "  hint: what can change of the user: identity_policies, permissions_boundary",
            f"after.yaml:6:34: `{B}` has no `policy` that can change",
            "  hint: what can change of the account: service_control_policies, resource_control_policies",
            f"after.yaml:7:69: `arn:aws:kms:us-east-1:{A}:key/k-3` has no `policy` that can change",
            "  hint: what can change of the AWS managed key: grants",
        ],
    ),
    "a change that changes nothing": (
        [f"{{of: '{KEY}'}}", f"{{of: '{KEY}', add: {{}}}}"],
        [
            f"after.yaml:4:5: nothing of `{KEY}` is changed",
            "  hint: write how it would be: a `policy`, for example",
            f"after.yaml:5:5: nothing of `{KEY}` is changed",
            "  hint: write how it would be: a `policy`, for example",
        ],
    ),
    "what has no value, or is empty where something is to come": (
        [f"{{of: '{KEY}', policy: }}", f"{{of: '{APP}', identity_policies: }}", f"{{of: '{KEY}', add: {{grants: []}}}}"],
        [
            "after.yaml:4:64: a policy has no value",
            "  hint: what would be no more stands under `remove`",
            "after.yaml:5:71: `identity_policies` has no value",
            "  hint: write an array, or leave it out",
            "after.yaml:6:70: `grants` is empty",
        ],
    ),
    "one thing said twice in a file": (
        [f"{{of: '{KEY}', policy: {resource('New')}}}", f"{{of: '{ALIAS}', policy: {resource('Other')}}}"],
        [
            f"after.yaml:5:66: `policy` of `{KEY}` is described twice",
            "  hint: first at after.yaml:4:64",
        ],
    ),
    "what is not there to remove": (
        [f"{{of: '{ANN}', remove: [permissions_boundary]}}", "{of: 'arn:aws:s3:::bare', remove: [policy]}"],
        [
            f"after.yaml:4:57: `{ANN}` has no `permissions_boundary` to remove",
            "after.yaml:5:40: `arn:aws:s3:::bare` has no `policy` to remove",
        ],
    ),
    "what can only be replaced": (
        [
            f"{{of: '{KEY}', remove: [policy]}}",
            f"{{of: '{B}', remove: [policy]}}",
            f"{{of: '{APP}', remove: [policy]}}",
        ],
        [
            f"after.yaml:4:65: `{KEY}` has no `policy` that can be removed",
            "  hint: write what is there instead",
            f"after.yaml:5:35: `{B}` has no `policy` that can be removed",
            "  hint: write what is there instead",
            f"after.yaml:6:61: `{APP}` has no `policy` that can be removed",
            "  hint: what the role can be without: permissions_boundary",
        ],
    ),
    "what is removed and replaced in one file, or removed twice": (
        [
            f"{{of: vpce-1, remove: [policy], policy: {resource('New')}}}",
            f"{{of: '{APP}', remove: [permissions_boundary, permissions_boundary]}}",
        ],
        [
            "after.yaml:4:44: `policy` of `vpce-1` is described twice",
            "  hint: first at after.yaml:4:27",
            f"after.yaml:5:83: `permissions_boundary` of `{APP}` is described twice",
            "  hint: first at after.yaml:5:61",
        ],
    ),
    "what nobody can remove": (
        [f"{{of: '{APP}', remove: [trust_policy]}}", f"{{of: '{APP}', remove: []}}"],
        [
            "after.yaml:4:61: `trust_policy` is not valid for an entry of `remove`",
            "  hint: one of permissions_boundary, policy",
            "after.yaml:5:60: `remove` is empty",
        ],
    ),
    "a grant that is not there, or there already": (
        [
            f"{{of: '{KEY}', revoke: [ones]}}",
            f"{{of: '{PLAIN}', revoke: [one]}}",
            f"{{of: '{KEY}', add: {{grants: [{{GrantId: two, GranteePrincipal: '{APP}', Operations: [Decrypt]}}]}}}}",
        ],
        [
            "after.yaml:4:65: no grant `ones` is on this key",
            "  hint: did you mean `one`?",
            "after.yaml:5:65: no grant `one` is on this key",
            "after.yaml:6:81: grant `two` of this key is described twice",
            "  hint: first at base.yaml:17:23",
        ],
    ),
    "a file that cannot be read, and a policy that is none": (
        [f"{{of: '{KEY}', policy: {{file: new.json}}}}", f"{{of: '{PLAIN}', policy: {{Statement: {{Effect: Alow, Principal: '*', Action: '*'}}}}}}"],
        [
            "after.yaml:4:71: cannot read `new.json`: no such file or directory",
            "after.yaml:5:85: the effect `Alow` is neither `Allow` nor `Deny`",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_change_that_cannot_be_is_bad_input(refused: Callable[..., str], changes: list[str], said: list[str]) -> None:
    text = "\n".join(["policyeval: 1", "entities: base.yaml", "changes:", *(f"  - {each}" for each in changes), ""])
    found = refused(text, "after.yaml", **{"base.yaml": BASE})
    assert [line for line in found.splitlines() if line.startswith(("after.yaml:", "  hint: "))] == said
