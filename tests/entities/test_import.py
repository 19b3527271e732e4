"""`policyeval import`: the script fills a folder through (a stand-in for) the AWS CLI, the importer reads it."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from policyeval import Authorizer
from policyeval.entities import Entities, export_loader, loader
from policyeval.entities.aws_commands import commands
from policyeval.entities.export_loader import import_directory
from policyeval.errors import EntitiesError

A, B, OTHER = "111122223333", "444455556666", "777788889999"
KEY_ID, AWS_KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "99999999-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:us-east-1:{A}:key/{KEY_ID}"


def allow(action: str, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **more}]}


DETAILS_FILE = "iam-get-account-authorization-details.json"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DETAILS = {
    "UserDetailList": [
        {
            "Path": "/",
            "UserName": "alice",
            "UserId": "AIDAALICE",
            "Arn": f"arn:aws:iam::{A}:user/alice",
            "CreateDate": "2026-01-31T12:00:00+00:00",
            "UserPolicyList": [{"PolicyName": "inline", "PolicyDocument": allow("kms:ListKeys")}],
            "GroupList": ["ops"],
            "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}],
            "Tags": [{"Key": "team", "Value": "blue"}],
        }
    ],
    "GroupDetailList": [
        {
            "Path": "/",
            "GroupName": "ops",
            "GroupId": "AGPAOPS",
            "GroupPolicyList": [{"PolicyName": "encoded", "PolicyDocument": quote(json.dumps(allow("s3:Get*")))}],
            "AttachedManagedPolicies": [],
        }
    ],
    "RoleDetailList": [
        {
            "Path": "/svc/",
            "RoleName": "app",
            "RoleId": "AROAAPP",
            "Arn": f"arn:aws:iam::{A}:role/svc/app",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            },
            "InstanceProfileList": [],
            "RolePolicyList": [],
            "AttachedManagedPolicies": [
                {"PolicyName": "Decrypt", "PolicyArn": f"arn:aws:iam::{A}:policy/team/Decrypt"}
            ],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/AdministratorAccess",
            },
            "RoleLastUsed": {},
        }
    ],
    "Policies": [
        {
            "PolicyName": "Decrypt",
            "Arn": f"arn:aws:iam::{A}:policy/team/Decrypt",
            "Path": "/team/",
            "PolicyVersionList": [
                {"Document": allow("kms:Decrypt"), "VersionId": "v2", "IsDefaultVersion": True},
                {"Document": allow("kms:*"), "VersionId": "v1", "IsDefaultVersion": False},
            ],
        },
        {
            "PolicyName": "ReadOnlyAccess",
            "Arn": READ_ONLY,
            "Path": "/",
            "PolicyVersionList": [{"Document": allow("s3:List*"), "VersionId": "v1", "IsDefaultVersion": True}],
        },
    ],
}


def metadata(key_id: str, manager: str) -> dict[str, Any]:
    return {
        "KeyMetadata": {
            "AWSAccountId": A,
            "KeyId": key_id,
            "Arn": f"arn:aws:kms:us-east-1:{A}:key/{key_id}",
            "Enabled": True,
            "Description": "the app's",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": manager,
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "MultiRegion": False,
        }
    }


def policy(**more: Any) -> dict[str, Any]:
    text = json.dumps(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{A}:root"}, **more))
    return {"Policy": text, "PolicyName": "default"}


GRANT = {
    "KeyId": KEY,
    "GrantId": "g" * 64,
    "Name": "",
    "CreationDate": "2026-01-31T12:00:00+00:00",
    "GranteePrincipal": f"arn:aws:iam::{B}:role/app",
    "IssuingAccount": f"arn:aws:iam::{A}:root",
    "Operations": ["Decrypt"],
    "Constraints": {"EncryptionContextEquals": {"tenant": "blue"}},
}
FULL = {
    "Id": "p-FullAWSAccess",
    "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
    "Name": "FullAWSAccess",
    "Type": "SERVICE_CONTROL_POLICY",
    "AwsManaged": True,
}
OWN = {
    **FULL,
    "Id": "p-own",
    "Arn": f"arn:aws:organizations::{OTHER}:policy/o-1/x/p-own",
    "Name": "Own",
    "AwsManaged": False,
}

# What the stand-in prints, by call and by the id that the call is about.
OUTPUTS: dict[str, Any] = {
    "sts get-caller-identity": {"Account": A, "UserId": "AIDA", "Arn": f"arn:aws:iam::{A}:user/alice"},
    "iam get-account-authorization-details": DETAILS,
    "kms list-keys": {
        "Keys": [{"KeyId": k, "KeyArn": f"arn:aws:kms:us-east-1:{A}:key/{k}"} for k in (KEY_ID, AWS_KEY_ID)]
    },
    "kms list-aliases": {
        "Aliases": [
            {"AliasName": "alias/app", "AliasArn": "…", "TargetKeyId": KEY_ID},
            {"AliasName": "alias/aws/s3", "AliasArn": "…", "TargetKeyId": AWS_KEY_ID},
            {"AliasName": "alias/aws/rds", "AliasArn": "…"},
        ]
    },
    f"kms describe-key {KEY_ID}": metadata(KEY_ID, "CUSTOMER"),
    f"kms describe-key {AWS_KEY_ID}": metadata(AWS_KEY_ID, "AWS"),
    f"kms get-key-policy {KEY_ID}": policy(),
    f"kms get-key-policy {AWS_KEY_ID}": policy(Sid="aws"),
    f"kms list-key-policies {KEY_ID}": {"PolicyNames": ["default"], "Truncated": False},
    f"kms list-key-policies {AWS_KEY_ID}": {"PolicyNames": ["default"]},
    f"kms list-grants {KEY_ID}": {"Grants": [GRANT], "Truncated": False},
    f"kms list-grants {AWS_KEY_ID}": {"Grants": []},
    f"kms list-resource-tags {KEY_ID}": {"Tags": [{"TagKey": "team", "TagValue": "no"}]},
    f"kms list-resource-tags {AWS_KEY_ID}": {"Tags": []},
    "ec2 describe-vpc-endpoints": {
        "VpcEndpoints": [
            {
                "VpcEndpointId": "vpce-1",
                "VpcId": "vpc-1",
                "VpcEndpointType": "Gateway",
                "PolicyDocument": json.dumps(allow("*", Principal="*")),
            }
        ]
    },
    "organizations describe-organization": {"Organization": {"Id": "o-1", "MasterAccountId": OTHER}},
    "organizations list-roots": {
        "Roots": [
            {"Id": "r-1", "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}
        ]
    },
    "organizations list-organizational-units-for-parent r-1": {"OrganizationalUnits": [{"Id": "ou-1", "Name": "prod"}]},
    "organizations list-organizational-units-for-parent ou-1": {"OrganizationalUnits": []},
    "organizations list-accounts-for-parent r-1": {"Accounts": [{"Id": OTHER}]},
    "organizations list-accounts-for-parent ou-1": {"Accounts": [{"Id": B}, {"Id": A}]},
    "organizations list-policies-for-target r-1 SERVICE_CONTROL_POLICY": {"Policies": [FULL]},
    "organizations list-policies-for-target ou-1 SERVICE_CONTROL_POLICY": {"Policies": [FULL, OWN]},
    f"organizations list-policies-for-target {A} SERVICE_CONTROL_POLICY": {"Policies": [FULL]},
    f"organizations list-policies-for-target {B} SERVICE_CONTROL_POLICY": {"Policies": [FULL]},
    f"organizations list-policies-for-target {OTHER} SERVICE_CONTROL_POLICY": {"Policies": [FULL]},
    "organizations describe-policy p-own": {
        "Policy": {"PolicySummary": OWN, "Content": json.dumps(allow("kms:*"))},
    },
}

STAND_IN = """\
import json, os, re, sys
call, rest = sys.argv[1:3], sys.argv[3:]
given = dict(zip(rest[::2], rest[1::2]))
if given.get("--policy-name") == "default":
    del given["--policy-name"]
names = ["--key-id", "--parent-id", "--target-id", "--policy-id", "--filter", "--policy-name"]
name = " ".join([*call, *(given[n] for n in names if n in given)])
outputs = json.load(open({path!r}))
sys.stderr.write(os.environ.get("WARNS", ""))
if name not in outputs:
    sys.exit(f"An error occurred (AccessDeniedException): {{name}}")
found = outputs[name]
if name == "configure get":
    print(found)
    sys.exit()
if isinstance(found, dict) and "--region" not in given:
    found["asked in"] = [os.environ.get("AWS_REGION"), os.environ.get("AWS_DEFAULT_REGION")]
if isinstance(found, str):
    sys.exit(found)
if "--query" in given:
    key, condition, field = re.fullmatch(r"(\\w+)\\[(.*)\\]\\.(\\w+)", given["--query"]).groups()
    items = [one for one in found[key] if not (condition and one["AwsManaged"])]
    print("\\t".join(one[field] for one in items) or "None")
else:
    print(json.dumps(found, indent=4))
"""


def fill(
    folder: Path, outputs: dict[str, Any], regions: Sequence[str] = ("us-east-1",), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the script with a stand-in for `aws`, give what came of it."""
    tools = folder.parent / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "outputs.json").write_text(json.dumps(outputs), encoding="utf-8")
    (tools / "aws.py").write_text(STAND_IN.format(path=str(tools / "outputs.json")), encoding="utf-8")
    command = shlex.join([sys.executable, str(tools / "aws.py")])  # a checkout's path may have a space
    (tools / "aws").write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    (tools / "aws").chmod(0o755)
    shell = shutil.which("sh")
    assert shell is not None
    script = commands(regions, str(folder))
    environment |= {"PATH": f"{tools}:/usr/bin:/bin"}
    return subprocess.run([shell], input=script, env=environment, text=True, capture_output=True, check=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aws") / "an export"
    fill(folder, OUTPUTS)
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "export"))


def test_everything_printed_is_described(folder: Path) -> None:
    result = import_directory(folder)
    assert result.missing == ()
    entities = Entities.from_text(result.text, name="accounts.yaml")
    alice = entities.principal(f"arn:aws:iam::{A}:user/alice")
    assert [policy.name for policy in alice.identity_policies] == ["ReadOnlyAccess", "inline", "encoded"]
    assert (alice.unique_id, alice.tags) == ("AIDAALICE", {"team": "blue"})
    app = entities.role(A, "app")
    assert app.identity_policies[0].policy.statements[0].action.values == ("kms:Decrypt",)
    assert app.permissions_boundary is not None
    key = entities.resource(f"arn:aws:kms:us-east-1:{A}:alias/app")
    assert key is not None
    assert (key.arn, key.tags) == (KEY, {"team": "no"})
    (grant,) = entities.grants(KEY, f"arn:aws:iam::{B}:role/app")
    assert (grant.issuing_account, grant.context_equals) == (A, {"tenant": "blue"})
    assert entities.endpoint("vpce-1").policy is not None
    assert entities.endpoint("vpce-1").gateway
    account = entities.account(A)
    assert account.organization_path == "o-1/r-1/ou-1/"
    assert [[p.name for p in level] for level in account.service_control_policies] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "Own"],
        ["FullAWSAccess"],
    ]
    assert entities.account(OTHER).is_management_account
    managed = entities.resource(f"arn:aws:kms:us-east-1:{A}:alias/aws/s3")
    assert managed is not None
    assert managed.policy.policy.statements[0].sid == "aws"


ATTACHED = [["FullAWSAccess"], ["FullAWSAccess", "Own"], ["FullAWSAccess"]]
DEFAULT = [["FullAWSAccess"]] * 3


@pytest.mark.parametrize(
    ("types", "has_files", "found"),
    [
        pytest.param({"PolicyTypes": []}, False, DEFAULT, id="a type that is not enabled is attached nowhere"),
        pytest.param({"PolicyTypes": []}, True, ATTACHED, id="what is attached all the same was in force"),
        pytest.param({}, True, ATTACHED, id="also where the root's types are left out"),
        pytest.param(
            {"PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "PENDING_DISABLE"}]},
            True,
            ATTACHED,
            id="a type that is being disabled may still be in force",
        ),
    ],
)
def test_service_control_policies_are_in_force_where_they_are_attached(
    folder: Path, types: dict[str, Any], found: list[list[str]], *, has_files: bool
) -> None:
    roots = folder / "organizations-list-roots.json"
    roots.write_text(json.dumps({"Roots": [{"Id": "r-1", "Name": "Root", **types}]}), encoding="utf-8")
    if not has_files:
        for path in folder.glob("organizations-list-policies-for-target-*"):
            path.unlink()
    result = import_directory(folder)
    assert result.missing == ()
    account = Entities.from_text(result.text, name="accounts.yaml").account(A)
    assert [[p.name for p in level] for level in account.service_control_policies] == found


def test_the_file_is_made_for_reading(folder: Path) -> None:
    text = import_directory(folder).text
    assert text == import_directory(folder).text
    assert "    path: /svc/\n    unique_id: AROAAPP\n" in text
    assert "&id" not in text
    content = yaml.safe_load(text)
    assert list(content) == ["policyeval", "organization", "accounts"]
    assert list(content["accounts"][0]["keys"][0]) == [
        "id",
        "region",
        "description",
        "aliases",
        "tags",
        "policy",
        "grants",
    ]


def test_a_pyyaml_without_libyaml_writes_the_same(folder: Path) -> None:
    program = """
import sys
sys.modules["yaml._yaml"] = None
from pathlib import Path
from policyeval.entities.export_loader import import_directory
sys.stdout.buffer.write(import_directory(Path(sys.argv[1])).text.encode())
"""
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, check=False)
    assert (done.stderr, done.stdout.decode()) == (b"", import_directory(folder).text)


MISSING = {
    "kms-describe-key": (
        f"us-east-1/kms-describe-key-{KEY_ID}.json",
        f"the describe-key output for key {KEY_ID} is missing: us-east-1/kms-describe-key-{KEY_ID}.json",
        False,
    ),
    "kms-get-key-policy": (
        f"us-east-1/kms-get-key-policy-{KEY_ID}.json",
        f"the get-key-policy output for key {KEY_ID} is missing: us-east-1/kms-get-key-policy-{KEY_ID}.json",
        False,
    ),
    "kms-list-grants": (
        f"us-east-1/kms-list-grants-{KEY_ID}.json",
        f"the list-grants output for key {KEY_ID} is missing: us-east-1/kms-list-grants-{KEY_ID}.json",
        True,
    ),
    "kms-list-key-policies": (
        f"us-east-1/kms-list-key-policies-{KEY_ID}.json",
        f"the list-key-policies output for key {KEY_ID} is missing: us-east-1/kms-list-key-policies-{KEY_ID}.json",
        True,
    ),
    "kms-list-keys": (
        "us-east-1/kms-list-keys.json",
        "the list-keys output is missing, of every Region: REGION/kms-list-keys.json",
        False,
    ),
    "iam": (
        "iam-get-account-authorization-details.json",
        "the get-account-authorization-details output is missing: iam-get-account-authorization-details.json",
        True,
    ),
    "organizations": (
        "organizations-describe-policy-p-own.json",
        "the describe-policy output for p-own is missing: organizations-describe-policy-p-own.json",
        True,
    ),
}


@pytest.mark.parametrize(("name", "message", "key_is_there"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_told_and_not_guessed(folder: Path, name: str, message: str, key_is_there: bool) -> None:  # noqa: FBT001
    (folder / name).unlink()
    result = import_directory(folder)
    assert message in result.missing
    assert f"# - {message}" in result.text
    assert (f"id: {KEY_ID}" in result.text) == key_is_there


def test_a_policy_that_nests_without_end_stays_a_text_that_is_refused(folder: Path) -> None:
    path = folder / "iam-get-account-authorization-details.json"
    roles = [
        {**role, "AssumeRolePolicyDocument": '{"Statement": ' + "[" * 100_000} for role in DETAILS["RoleDetailList"]
    ]
    path.write_text(json.dumps({**DETAILS, "RoleDetailList": roles}), encoding="utf-8")
    with pytest.raises(EntitiesError, match="nests deeper than"):
        Entities.from_text(import_directory(folder).text)


@pytest.mark.parametrize(
    ("name", "sign", "message"),
    [
        (
            f"us-east-1/kms-list-grants-{KEY_ID}.json",
            {"Truncated": True, "NextMarker": "more"},
            f"the list-grants output for key {KEY_ID} is cut off",
        ),
        ("us-east-1/kms-list-keys.json", {"NextToken": "more"}, "the list-keys output is cut off"),
        (
            "iam-get-account-authorization-details.json",
            {"IsTruncated": True, "Marker": "more"},
            "the get-account-authorization-details output is cut off",
        ),
        ("us-east-1/kms-list-aliases.json", {"Truncated": False}, None),
    ],
    ids=["grants without pagination", "keys by --max-items", "IAM without pagination", "a list that is whole"],
)
def test_a_list_that_goes_on_is_told(folder: Path, name: str, sign: dict[str, object], message: str | None) -> None:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **sign}), encoding="utf-8")
    expected = () if message is None else (f"{message}, and its rest is missing: {name}",)
    assert import_directory(folder).missing == expected


def test_an_export_may_be_larger_than_what_is_made_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert export_loader._MOST_BYTES >= 10 * loader.MAX_BYTES  # five versions of each policy, indented
    monkeypatch.setattr(export_loader, "_MOST_BYTES", 9)
    with pytest.raises(EntitiesError, match="it has more than 9 bytes"):
        import_directory(folder)


def test_a_managed_policy_without_a_document_is_told_and_stays_attached(folder: Path) -> None:
    path = folder / "iam-get-account-authorization-details.json"
    path.write_text(json.dumps({**DETAILS, "Policies": DETAILS["Policies"][:1]}), encoding="utf-8")
    result = import_directory(folder)
    (message,) = result.missing
    assert message == f"the document of {READ_ONLY}, attached to alice, is missing: it is not in {path.name}"
    with pytest.raises(EntitiesError, match="no policy `arn:aws:iam::aws:policy/ReadOnlyAccess` is described"):
        Entities.from_text(result.text)


def test_a_control_policy_without_a_document_is_told_and_stays_attached(folder: Path) -> None:
    (folder / "organizations-describe-policy-p-own.json").unlink()
    with pytest.raises(EntitiesError, match=f"no policy `{OWN['Arn']}` is described"):
        Entities.from_text(import_directory(folder).text)


def test_a_call_that_fails_leaves_no_file(tmp_path: Path) -> None:
    outputs = {call: output for call, output in OUTPUTS.items() if not call.startswith("kms list-grants")}
    said = fill(tmp_path / "export", outputs).stderr
    assert f"policyeval: no us-east-1/kms-list-grants-{KEY_ID}.json" in said
    missing = import_directory(tmp_path / "export").missing
    assert [message.split(" is missing")[0] for message in missing] == [
        f"the list-grants output for key {KEY_ID}",
        f"the list-grants output for key {AWS_KEY_ID}",
    ]


def test_a_warning_beside_an_answer_stays_out_of_the_file(tmp_path: Path) -> None:
    warning = "InsecureRequestWarning: Unverified HTTPS request is being made\n"
    assert warning in fill(tmp_path / "export", OUTPUTS, WARNS=warning).stderr
    result = import_directory(tmp_path / "export")
    assert result.missing == ()
    assert Entities.from_text(result.text).account(A).organization_id == "o-1"


SHARED = {
    f"kms list-key-policies {KEY_ID}": {"PolicyNames": ["AWS_RAM", "default"]},
    f"kms get-key-policy {KEY_ID} AWS_RAM": {
        "Policy": json.dumps(allow("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{B}:root"})),
        "PolicyName": "AWS_RAM",
    },
}


def test_whom_a_key_is_shared_with_by_aws_ram_is_let_in(tmp_path: Path) -> None:
    fill(tmp_path / "export", OUTPUTS | SHARED)
    result = import_directory(tmp_path / "export")
    assert result.missing == ()
    access = Authorizer(Entities.from_text(result.text)).account_access(B, "kms:Decrypt", KEY)
    assert access.door == "open"


def test_a_share_that_cannot_be_seen_is_told(tmp_path: Path) -> None:
    fill(tmp_path / "export", OUTPUTS | dict([*SHARED.items()][:1]))
    name = f"us-east-1/kms-get-key-policy-AWS_RAM-{KEY_ID}.json"
    told = f"the get-key-policy-AWS_RAM output for key {KEY_ID} is missing: {name}"
    assert import_directory(tmp_path / "export").missing == (told,)


def test_an_account_without_an_organization_lacks_nothing(tmp_path: Path) -> None:
    outputs = {call: output for call, output in OUTPUTS.items() if not call.startswith("organizations")}
    refusal = "An error occurred (AWSOrganizationsNotInUseException) when calling the DescribeOrganization operation"
    fill(tmp_path / "export", {**outputs, "organizations describe-organization": refusal})
    result = import_directory(tmp_path / "export")
    assert result.missing == ()
    assert Entities.from_text(result.text).account(A).organization_id is None


def test_several_accounts_lie_in_folders_of_one_folder(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "all"
    shutil.copytree(folder, root / "a")
    (root / "b").mkdir()
    identity = {"Account": B, "Arn": f"arn:aws:iam::{B}:root"}
    (root / "b" / "sts-get-caller-identity.json").write_text(json.dumps(identity), encoding="utf-8")
    result = import_directory(root)
    assert result.missing == (
        "the get-account-authorization-details output is missing: b/iam-get-account-authorization-details.json",
        "the list-keys output is missing, of every Region: b/REGION/kms-list-keys.json",
    )
    assert {account.id for account in Entities.from_text(result.text).accounts()} == {A, B, OTHER}


@pytest.mark.parametrize(("here", "there"), [("v9", "v10"), ("v10", "v9"), ("v9", "v9")])
def test_a_policy_of_awss_is_described_once_as_its_newest_version(
    folder: Path, tmp_path: Path, here: str, there: str
) -> None:
    """AWS changes them; accounts may have been asked on different days."""
    root = tmp_path / "all"
    shutil.copytree(folder, root / "a")
    (root / "b").mkdir()
    (root / "b" / "sts-get-caller-identity.json").write_text(json.dumps({"Account": B}), encoding="utf-8")
    for name, version, of_account in (("a", here, DETAILS), ("b", there, {"RoleDetailList": []})):
        printed = {"Document": allow(f"s3:{version}"), "VersionId": version, "IsDefaultVersion": True}
        policies = [DETAILS["Policies"][0], {**DETAILS["Policies"][1], "PolicyVersionList": [printed]}]
        details = json.dumps({**of_account, "Policies": policies})
        (root / name / DETAILS_FILE).write_text(details, encoding="utf-8")
    text = import_directory(root).text
    assert text.count(f"arn: {READ_ONLY}\n") == 1
    (policy, *_) = Entities.from_text(text).principal(f"arn:aws:iam::{A}:user/alice").identity_policies
    assert policy.policy.statements[0].action.values == (f"s3:{max(here, there, key=len)}",)


FAR = "123412341234"
NOT_IN_THE_TREE = f"the place of account {FAR} in an organization is missing: it is not in the tree of o-1"


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ({"Organization": {"Id": "o-2", "MasterAccountId": FAR}}, True),
        ({"Organization": {"Id": "o-1", "MasterAccountId": OTHER}}, True),
        (None, True),
        ({}, False),
    ],
    ids=["in another organization", "in this one, somewhere", "nobody knows", "in none"],
)
def test_an_account_outside_the_tree_is_told_where_policies_may_bind_it(
    folder: Path,
    tmp_path: Path,
    printed: dict[str, object] | None,
    told: bool,  # noqa: FBT001 - a table's column
) -> None:
    root = tmp_path / "all"
    shutil.copytree(folder, root / "a")
    shutil.copytree(folder, root / "far")
    (root / "far" / "organizations-list-roots.json").unlink()
    (root / "far" / "sts-get-caller-identity.json").write_text(json.dumps({"Account": FAR}), encoding="utf-8")
    organization = root / "far" / "organizations-describe-organization.json"
    organization.unlink()
    if printed is not None:
        organization.write_text(json.dumps(printed), encoding="utf-8")
    result = import_directory(root)
    assert (NOT_IN_THE_TREE in result.missing, f"# - {NOT_IN_THE_TREE}" in result.text) == (told, told)


def test_an_account_lies_in_one_folder(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(folder, tmp_path / "all" / name)
    with pytest.raises(EntitiesError) as caught:
        import_directory(tmp_path / "all")
    (fault,) = caught.value.diagnostics
    assert fault.message == f"`a/` and `b/` are both of account `{A}`"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("us-east-1/kms-list-keys.json", "{}", "it has no `Keys`"),
        ("us-east-1/kms-list-keys.json", '{"Keys": 1}', "us-east-1/kms-list-keys.json:1:10: `Keys` must be an array"),
        (
            "us-east-1/kms-list-keys.json",
            '{"Keys": [1]}',
            "kms-list-keys.json:1:11: an entry of `Keys` must be an object",
        ),
        (
            "us-east-1/kms-list-keys.json",
            '{"Keys": [{}]}',
            "kms-list-keys.json:1:11: an entry of `Keys` has no `KeyId`",
        ),
        (
            "sts-get-caller-identity.json",
            '{"Account": 5}',
            "sts-get-caller-identity.json:1:13: `Account` must be an account id",
        ),
        (
            "sts-get-caller-identity.json",
            '{"Account": "1"}',
            "sts-get-caller-identity.json:1:13: `Account` must be an acc",
        ),
        (DETAILS_FILE, '{"RoleDetailList": 5}', f"{DETAILS_FILE}:1:20: `RoleDetailList` must be an array"),
        (DETAILS_FILE, '{"RoleDetailList": null}', "`RoleDetailList` must be an array"),
        (DETAILS_FILE, '{"RoleDetailList": [], "Policies": [3]}', "1:37: an entry of `Policies` must be an object"),
        (f"us-east-1/kms-list-grants-{KEY_ID}.json", '{"Grants": [{"GrantId": 1}]}', "1:25: `GrantId` must be text"),
        (
            "organizations-list-roots.json",
            '{"Roots": [{"Id": 1}]}',
            "organizations-list-roots.json:1:19: `Id` must be text",
        ),
        ("organizations-list-roots.json", "\udcff", "cannot read `organizations-list-roots.json`: it is not UTF-8"),
        ("sts-get-caller-identity.json", "Unable to locate credentials", "sts-get-caller-identity.json:1:1"),
    ],
)
def test_a_file_that_no_call_prints_is_bad_input(folder: Path, name: str, content: str, message: str) -> None:
    (folder / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(EntitiesError) as caught:
        import_directory(folder)
    assert message in str(caught.value)


def test_what_windows_powershell_wrote_is_read_or_told(folder: Path) -> None:
    before = import_directory(folder).text
    name = "organizations-list-roots.json"
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8-sig", newline="\r\n")
    assert import_directory(folder).text == before
    (folder / name).write_text(text, encoding="utf-16")
    with pytest.raises(
        EntitiesError, match=f"cannot read `{name}`: it is UTF-16, as `>` of Windows PowerShell writes it"
    ):
        import_directory(folder)


def test_all_that_no_call_prints_is_told_at_once(folder: Path) -> None:
    (folder / DETAILS_FILE).write_text(
        '{"RoleDetailList": [{}, 5], "UserDetailList": [{"UserName": 1}]}', encoding="utf-8"
    )
    with pytest.raises(EntitiesError) as caught:
        import_directory(folder)
    assert len(caught.value.diagnostics) == 3


def test_a_folder_without_an_account_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(EntitiesError, match=r"`.*none`: no such file or directory"):
        import_directory(tmp_path / "none")
    (tmp_path / "none").mkdir()
    with pytest.raises(EntitiesError, match=r"`.*none` holds no account"):
        import_directory(tmp_path / "none")


CONFIGURED = {"configure get": "eu-south-1"}
OWN_REGIONS = [
    ("the one that version 2 of the CLI reads first", {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}),
    ("the one that both versions read", {"AWS_DEFAULT_REGION": "eu-west-1"}),
]


@pytest.mark.parametrize("environment", [row[1] for row in OWN_REGIONS], ids=[row[0] for row in OWN_REGIONS])
def test_the_clis_own_region_is_asked_when_none_is_named(tmp_path: Path, environment: dict[str, str]) -> None:
    fill(tmp_path / "export", OUTPUTS, (), **environment)
    assert [path.name for path in (tmp_path / "export").iterdir() if path.is_dir()] == ["eu-west-1"]


def test_a_configured_region_is_asked_when_the_environment_names_none(tmp_path: Path) -> None:
    fill(tmp_path / "export", OUTPUTS | CONFIGURED, ())
    assert (tmp_path / "export" / "eu-south-1" / "kms-list-keys.json").exists()


def test_the_script_stops_where_nobody_names_a_region(tmp_path: Path) -> None:
    done = fill(tmp_path / "export", OUTPUTS, ())
    assert done.returncode == 1
    assert "policyeval: no Region: name one with --region, or set AWS_DEFAULT_REGION\n" in done.stderr
    assert not (tmp_path / "export").exists()


def test_sts_and_iam_are_asked_in_the_first_region_that_is_named(tmp_path: Path) -> None:
    """The CLI does not ask STS without a Region, and finds the IAM of another partition by it."""
    fill(tmp_path / "export", OUTPUTS, ("cn-north-1", "cn-northwest-1"), AWS_REGION="us-east-1")
    for name in ("sts-get-caller-identity.json", DETAILS_FILE):
        assert json.loads((tmp_path / "export" / name).read_text(encoding="utf-8"))["asked in"] == ["cn-north-1"] * 2
