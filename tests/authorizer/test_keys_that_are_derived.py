"""Condition keys that principal, resource and call settle, letter by letter (S14, S15, S34, K9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from policyeval import Authorizer, Request, Session
from policyeval.evaluator.context import Value
from policyeval.evaluator.key_values import getter
from tests.authorizer.estates import ALIAS, ALICE, APP, APP_SESSION, BUCKET, KEY, LINKED, ROOT_A, A, allow, estate, to

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ATHENS = timezone(timedelta(hours=2))
ORGANIZATION = "o-a1b2c3d4e5"
PATH = f"{ORGANIZATION}/r-ab12/"
FEDERATED = f"arn:aws:sts::{A}:federated-user/alice"
S3, S3_CHINA = "s3.us-east-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn"
MRK = "mrk-1234abcd12ab34cd56ef1234567890ab"
REPLICATED = {"key_facts": {"id": MRK, "multi_region": True}, "resource": KEY.replace(KEY.rpartition("/")[2], MRK)}
SERVICE = {"principal": "s3.amazonaws.com"}
FOR_A = {**SERVICE, "organized": True, "context": {"AWS:sourceaccount": A}}
ANONYMOUS = {"principal": "anonymous", "action": "s3:GetObject", "resource": BUCKET}
PROVIDER = {"principal": "accounts.google.com", "action": "sts:AssumeRoleWithWebIdentity", "resource": APP}
QUEUE = {"action": "sqs:SendMessage", "resource": f"arn:aws:sqs:us-east-1:{A}:queue"}
LISTING = {"action": "s3:ListBucket", "resource": BUCKET}
VPC, FAR_VPC = f"arn:aws:ec2:us-east-1:{A}:vpc/vpc-1", f"arn:aws:ec2:eu-west-1:{A}:vpc/vpc-1"
SNAPSHOT = {"action": "ebs:GetSnapshotBlock", "resource": f"arn:aws:ec2:us-east-1:{A}:snapshot/snap-1"}
INSTANCE = {"action": "ec2:StartInstances", "resource": f"arn:aws:ec2:us-east-1:{A}:instance/i-1"}
ZONE = f"arn:aws:s3express:us-east-1:{A}"
ZONAL = {"action": "s3express:CreateSession", "resource": f"{ZONE}:bucket/b--x-s3"}
POINT = f"arn:aws:s3:us-east-1:{A}:accesspoint/p"
THROUGH = {"action": "s3:GetObject", "resource": f"{POINT}/object/x"}
OUTPOST = {
    "action": "s3-outposts:GetObject",
    "resource": f"arn:aws:s3-outposts:us-east-1:{A}:outpost/op-1/accesspoint/p",
}
SESSION = {"principal": APP_SESSION}
TAGGED = {"session": Session("s", tags={"Team": "red"}, source_identity="me"), "principal": APP}

# whose key, the estate and the request's facts, the key, its value
DERIVED: list[tuple[str, dict[str, Any], str, Value]] = [
    ("a user's ARN", {}, "aws:PrincipalArn", ALICE),
    ("a user's account", {}, "aws:PrincipalAccount", A),
    ("a user's type", {}, "aws:PrincipalType", "User"),
    ("a user's name", {}, "aws:username", "alice"),
    ("a user's id", {}, "aws:userid", "AIDAEXAMPLEALICE00001"),
    ("a user's tag", {}, "aws:PrincipalTag/team", "blue"),
    ("a user is no service", {}, "aws:PrincipalIsAWSService", "false"),
    ("a user has no service's name", {}, "aws:PrincipalServiceName", None),
    ("a user's organization", {"organized": True}, "aws:PrincipalOrgID", ORGANIZATION),
    ("a user's path in it", {"organized": True}, "aws:PrincipalOrgPaths", (PATH,)),
    ("a user outside of all", {}, "aws:PrincipalOrgID", None),
    ("a role's type", {"principal": APP}, "aws:PrincipalType", "AssumedRole"),
    ("a role has no user's name", {"principal": APP}, "aws:username", None),
    ("a role's id with a session that nobody named", {"principal": APP}, "aws:userid", "AROAEXAMPLEAPPA000001:<session>"),
    ("a root user's type", {"principal": ROOT_A}, "aws:PrincipalType", "Account"),
    ("a root user's id", {"principal": ROOT_A}, "aws:userid", A),
    ("a root user's ARN", {"principal": ROOT_A}, "aws:PrincipalArn", ROOT_A),
    ("a session's ARN is its role's", SESSION, "aws:PrincipalArn", APP),
    ("a session's id", SESSION, "aws:userid", "AROAEXAMPLEAPPA000001:monday"),
    ("a session's id where its role's is not known", {"principal": LINKED, "session": Session("s")}, "aws:userid", "<id>:s"),
    ("a session's id where its name is not known", {"principal": APP, "session": Session()}, "aws:userid", "AROAEXAMPLEAPPA000001:<session>"),
    ("a session's id that is told", {"principal": APP, "context": {"aws:userid": "AROAEXAMPLEAPPA000001:x"}}, "aws:userid", "AROAEXAMPLEAPPA000001:x"),
    ("a user's id with temporary credentials", {"session": Session()}, "aws:userid", "AIDAEXAMPLEALICE00001"),
    ("a session's tag is its role's", SESSION, "aws:PrincipalTag/team", "blue"),
    ("a session's own tag", TAGGED, "aws:PrincipalTag/TEAM", "red"),
    ("a nameless session's own tag", {"principal": APP, "session": Session(tags={"Team": "red"})}, "aws:PrincipalTag/team", "red"),
    ("a session's source identity", TAGGED, "aws:SourceIdentity", "me"),
    ("a federated user's ARN", {"principal": FEDERATED}, "aws:PrincipalArn", FEDERATED),
    ("a federated user's type", {"principal": FEDERATED}, "aws:PrincipalType", "FederatedUser"),
    ("a federated user's id", {"principal": FEDERATED}, "aws:userid", f"{A}:alice"),
    ("a federated user's name is not its user's", {"principal": FEDERATED}, "aws:username", None),
    ("a federated user's tags are its user's", {"principal": FEDERATED}, "aws:PrincipalTag/team", "blue"),
    ("a root user's federated session has no name either", {"principal": ROOT_A, "session": Session("x")}, "aws:username", None),
    ("a root user's federated session is its own", {"principal": ROOT_A, "session": Session("x")}, "aws:userid", f"{A}:x"),
    ("a service's account is no customer's", SERVICE, "aws:PrincipalAccount", "aws-service"),
    ("a service's type is no customer's", SERVICE, "aws:PrincipalType", "<type>"),
    ("nor is its id", SERVICE, "aws:userid", "<id>"),
    ("a provider's type is nobody's", PROVIDER, "aws:PrincipalType", "<type>"),
    ("nor is its id", PROVIDER, "aws:userid", "<id>"),
    ("a service is one", SERVICE, "aws:PrincipalIsAWSService", "true"),
    ("a service's name", SERVICE, "aws:PrincipalServiceName", "s3.amazonaws.com"),
    ("a service's names", SERVICE, "aws:PrincipalServiceNamesList", ("s3.amazonaws.com",)),
    ("the organization that a service calls for", FOR_A, "aws:SourceOrgID", ORGANIZATION),
    ("its path in it", FOR_A, "aws:SourceOrgPaths", (PATH,)),
    ("an account outside of all", {**FOR_A, "organized": False}, "aws:SourceOrgID", None),
    ("nor has it a path", {**FOR_A, "organized": False}, "aws:SourceOrgPaths", None),
    ("an account that nobody describes", {**FOR_A, "context": {"aws:SourceAccount": "1", "aws:SourceOrgID": "o-1"}}, "aws:SourceOrgID", "o-1"),
    ("no account at all", {**FOR_A, "context": {"aws:SourceAccount": "", "aws:SourceOrgID": "o-1"}}, "aws:SourceOrgID", "o-1"),
    ("a user calls for nobody", {"organized": True, "context": {"aws:SourceAccount": A}}, "aws:SourceOrgID", None),
    ("an anonymous caller's account", ANONYMOUS, "aws:PrincipalAccount", "anonymous"),
    ("an anonymous caller's type", ANONYMOUS, "aws:PrincipalType", "Anonymous"),
    ("an anonymous caller's id", ANONYMOUS, "aws:userid", "anonymous"),
    ("a provider's account", PROVIDER, "aws:PrincipalAccount", "anonymous"),
    ("a provider's name", PROVIDER, "aws:FederatedProvider", "accounts.google.com"),
    ("a provider's ARN", {**PROVIDER, "principal": f"arn:aws:iam::{A}:oidc-provider/idp.example.com"}, "aws:FederatedProvider", f"arn:aws:iam::{A}:oidc-provider/idp.example.com"),
    ("a provider of assertions", {**PROVIDER, "action": "sts:AssumeRoleWithSAML", "principal": f"arn:aws:iam::{A}:saml-provider/idp"}, "aws:FederatedProvider", None),
    ("a session's provider, which is told", {**SESSION, "context": {"aws:FederatedProvider": "accounts.google.com"}}, "aws:FederatedProvider", "accounts.google.com"),
    ("a key's account", {}, "aws:ResourceAccount", A),
    ("a key's organization", {"organized": True}, "aws:ResourceOrgID", ORGANIZATION),
    ("a key's path in it", {"organized": True}, "aws:ResourceOrgPaths", (PATH,)),
    ("a snapshot's account", {**SNAPSHOT, "action": "ec2:DeleteSnapshot"}, "aws:ResourceAccount", A),
    ("a snapshot's account, which its own service does not look up", SNAPSHOT, "aws:ResourceAccount", None),
    ("a snapshot's account, which is not looked up, but told", {**SNAPSHOT, "context": {"aws:ResourceAccount": A}}, "aws:ResourceAccount", A),
    ("a snapshot's organization", {**SNAPSHOT, "organized": True}, "aws:ResourceOrgID", None),
    ("a snapshot's path in it", {**SNAPSHOT, "organized": True}, "aws:ResourceOrgPaths", None),
    ("a VPC's account, which one action does not look up", {"action": "ec2:CreateVpcPeeringConnection", "resource": f"arn:aws:ec2:us-east-1:{A}:vpc/vpc-1"}, "aws:ResourceAccount", None),
    ("a key's tag", {}, "aws:ResourceTag/ENV", "prod"),
    ("a key's spec", {}, "kms:KeySpec", "SYMMETRIC_DEFAULT"),
    ("a key's spec by its old name", {}, "kms:CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"),
    ("a key's usage", {}, "kms:KeyUsage", "ENCRYPT_DECRYPT"),
    ("a key's usage by its old name", {}, "kms:CustomerMasterKeyUsage", "ENCRYPT_DECRYPT"),
    ("a key's origin", {}, "kms:KeyOrigin", "AWS_KMS"),
    ("a key's aliases", {}, "kms:ResourceAliases", ("alias/app",)),
    ("a key without aliases", {"key_facts": {"aliases": []}}, "kms:ResourceAliases", None),
    ("a key of one Region", {}, "kms:MultiRegion", "false"),
    ("a key of one Region is of no kind of several", {}, "kms:MultiRegionKeyType", None),
    ("a key of several Regions", REPLICATED, "kms:MultiRegion", "true"),
    ("a key of several Regions is the first", REPLICATED, "kms:MultiRegionKeyType", "PRIMARY"),
    ("a bucket's account", {"action": "s3:GetObject", "resource": BUCKET}, "aws:ResourceAccount", A),
    ("a bucket's account by S3's name for it", {"action": "s3:GetObject", "resource": BUCKET}, "s3:ResourceAccount", A),
    ("a directory bucket's by that of S3 Express", ZONAL, "s3express:ResourceAccount", A),
    ("where S3's name for it is not used", ZONAL, "s3:ResourceAccount", None),
    ("an access point", THROUGH, "s3:DataAccessPointArn", POINT),
    ("an access point's account", THROUGH, "s3:DataAccessPointAccount", A),
    ("an access point of several Regions", {**THROUGH, "resource": f"arn:aws:s3::{A}:accesspoint/m.mrap"}, "s3:DataAccessPointArn", f"arn:aws:s3::{A}:accesspoint/m.mrap"),
    ("an access point of a directory bucket", {**ZONAL, "resource": f"{ZONE}:accesspoint/p"}, "s3express:DataAccessPointArn", f"{ZONE}:accesspoint/p"),
    ("an access point on an Outpost", OUTPOST, "s3-outposts:DataAccessPointArn", OUTPOST["resource"]),
    ("a bucket is asked through none", {**THROUGH, "resource": f"{BUCKET}/x"}, "s3:DataAccessPointArn", None),
    ("but for the one that is told", {**THROUGH, "resource": f"{BUCKET}/x", "context": {"s3:DataAccessPointAccount": A}}, "s3:DataAccessPointAccount", A),
    ("whose buckets are listed", {"action": "s3:ListAllMyBuckets", "resource": "*"}, "s3:ResourceAccount", A),
    ("of no resource of KMS's there is none", {"action": "kms:ListKeys", "resource": "*"}, "s3:ResourceAccount", None),
    ("a bucket has no key's facts", {"action": "s3:GetObject", "resource": BUCKET}, "kms:KeySpec", None),
    ("a call without a service between", {}, "aws:ViaAWSService", "false"),
    ("a call of a service", {"via_service": S3}, "aws:ViaAWSService", "true"),
    ("a call of a service, which one", {"via_service": S3}, "kms:ViaService", S3),
    ("a call of a service, whose", {"via_service": S3}, "aws:CalledVia", ("s3.amazonaws.com",)),
    ("a call of a service in China", {"via_service": S3_CHINA}, "aws:CalledVia", ("s3.amazonaws.com.cn",)),
    ("a chain of one begins with it", {"via_service": S3}, "aws:CalledViaFirst", "s3.amazonaws.com"),
    ("a chain of one ends with it", {"via_service": S3}, "aws:CalledViaLast", "s3.amazonaws.com"),
    ("a time", {"at": NOON}, "aws:CurrentTime", "2026-01-31T12:00:00Z"),
    ("a time in seconds", {"at": NOON}, "aws:EpochTime", "1769860800"),
    ("a time in another zone", {"at": NOON.astimezone(ATHENS)}, "aws:CurrentTime", "2026-01-31T12:00:00Z"),
    ("a time without a zone", {"at": NOON.replace(tzinfo=None)}, "aws:CurrentTime", "2026-01-31T12:00:00Z"),
    ("a call's Region", {}, "aws:RequestedRegion", "us-east-1"),
    ("a call's Region by EC2's name for it", INSTANCE, "ec2:Region", "us-east-1"),
    ("a call's Region that is told by the name of all", {**INSTANCE, "context": {"aws:RequestedRegion": "eu-west-1"}}, "ec2:Region", "eu-west-1"),
    ("a call's Region that is told by EC2's", {**INSTANCE, "context": {"ec2:Region": "eu-west-1"}}, "ec2:Region", "eu-west-1"),
    ("which no other service has", {}, "ec2:Region", None),
    ("a caller's account", {}, "kms:CallerAccount", A),
    ("an alias that the call names", {"resource": ALIAS}, "kms:RequestAlias", "alias/app"),
    ("an endpoint", {"vpc_endpoint": "vpce-1"}, "aws:SourceVpce", "vpce-1"),
    ("an endpoint's VPC", {"vpc_endpoint": "vpce-1"}, "aws:SourceVpc", "vpc-1"),
    ("an endpoint's VPC, by its ARN", {"vpc_endpoint": "vpce-1"}, "aws:SourceVpcArn", VPC),
    ("an endpoint's VPC, by an ARN that is told: it leads to another Region", {"vpc_endpoint": "vpce-1", "context": {"aws:SourceVpcArn": FAR_VPC}}, "aws:SourceVpcArn", FAR_VPC),
    ("an endpoint's VPC, where the call's Region is not known", {**LISTING, "vpc_endpoint": "vpce-1"}, "aws:SourceVpcArn", None),
    ("an endpoint's VPC, where the call's Region is told", {**LISTING, "vpc_endpoint": "vpce-1", "context": {"aws:RequestedRegion": "us-east-1"}}, "aws:SourceVpcArn", VPC),
    ("an endpoint's VPC, whose ARN a service does not look up", {**QUEUE, "vpc_endpoint": "vpce-1"}, "aws:SourceVpcArn", None),
    ("a service does not come from a VPC", {"vpc_endpoint": "vpce-1", "via_service": S3}, "aws:SourceVpcArn", None),
    ("no VPC has an ARN", {}, "aws:SourceVpcArn", None),
    ("an endpoint's account", {"vpc_endpoint": "vpce-1"}, "aws:VpceAccount", A),
    ("an endpoint's organization", {"vpc_endpoint": "vpce-1", "organized": True}, "aws:VpceOrgID", ORGANIZATION),
    ("an endpoint's path in it", {"vpc_endpoint": "vpce-1", "organized": True}, "aws:VpceOrgPaths", (PATH,)),
    ("an endpoint outside of all", {"vpc_endpoint": "vpce-1"}, "aws:VpceOrgID", None),
    ("an endpoint's account, which a service does not look up", {**QUEUE, "vpc_endpoint": "vpce-1"}, "aws:VpceAccount", None),
    ("an endpoint's organization, which the same service looks up", {**QUEUE, "vpc_endpoint": "vpce-1", "organized": True}, "aws:VpceOrgID", ORGANIZATION),
    ("an endpoint's path, which it does not", {**QUEUE, "vpc_endpoint": "vpce-1", "organized": True}, "aws:VpceOrgPaths", None),
    ("an endpoint's account, which is not looked up, but told", {**QUEUE, "vpc_endpoint": "vpce-1", "context": {"aws:VpceAccount": A}}, "aws:VpceAccount", A),
    ("an endpoint's account for IAM", {"action": "iam:GetRole", "resource": APP, "vpc_endpoint": "vpce-1"}, "aws:VpceAccount", A),
    ("an endpoint's account for passing a role", {"action": "iam:PassRole", "resource": APP, "vpc_endpoint": "vpce-1"}, "aws:VpceAccount", None),
    ("no endpoint is anybody's", {}, "aws:VpceAccount", None),
    ("an endpoint that is only told of", {"context": {"aws:VpceAccount": A}}, "aws:VpceAccount", A),
    ("a service does not come through an endpoint", {"vpc_endpoint": "vpce-1", "via_service": S3}, "aws:VpceAccount", None),
    ("a role's second factor", {"principal": APP}, "aws:MultiFactorAuthPresent", "false"),
    ("a role's second factor that was shown", {"principal": APP, "context": {"aws:MultiFactorAuthPresent": True}}, "aws:MultiFactorAuthPresent", "true"),
    ("a role's second factor that was shown a while ago", {"principal": APP, "context": {"aws:MultiFactorAuthAge": 300}}, "aws:MultiFactorAuthPresent", "true"),
    ("a role's second factor of no age", {"principal": APP, "context": {"aws:MultiFactorAuthAge": ""}}, "aws:MultiFactorAuthPresent", "false"),
    ("a user's second factor with temporary credentials", {"session": Session()}, "aws:MultiFactorAuthPresent", "false"),
    ("a user's second factor through a service", {"via_service": S3}, "aws:MultiFactorAuthPresent", "false"),
    ("a user's second factor with long-term credentials", {}, "aws:MultiFactorAuthPresent", None),
    ("a service's second factor", SERVICE, "aws:MultiFactorAuthPresent", None),
    ("a grant for a service", {"action": "kms:CreateGrant", "via_service": S3}, "kms:GrantIsForAWSResource", "true"),
    ("a grant by a service", {**SERVICE, "action": "kms:CreateGrant"}, "kms:GrantIsForAWSResource", "true"),
    ("a grant for nobody's service", {"action": "kms:CreateGrant"}, "kms:GrantIsForAWSResource", "false"),
    ("a grant that is told to be for none", {"action": "kms:CreateGrant", "via_service": S3, "context": {"kms:GrantIsForAWSResource": False}}, "kms:GrantIsForAWSResource", "false"),
    ("what a service decrypts is no grant", {"via_service": S3}, "kms:GrantIsForAWSResource", None),
    ("an algorithm that goes without saying", {}, "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    ("an encryption context", {"encryption_context": {"Tenant": "Blue"}}, "kms:EncryptionContext:tenant", "Blue"),
    ("an encryption context's names", {"encryption_context": {"Tenant": "Blue"}}, "kms:EncryptionContextKeys", ("Tenant",)),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "key", "value"), [pytest.param(*row[1:], id=row[0]) for row in DERIVED])
def test_a_key_is_derived(facts: dict[str, Any], key: str, value: Value) -> None:
    described = {name: facts[name] for name in ("organized", "key_facts") if name in facts}
    trust = [{"Effect": "Allow", "Action": "sts:*", "Principal": "*"}]
    authorizer = Authorizer(
        estate(**described, endpoint=[allow(Principal="*")], bucket=[allow(Principal=to(ALICE))], trust=trust)
    )
    asked = {"principal": ALICE, "action": "kms:Decrypt", "resource": KEY}
    request = Request(**asked | {name: fact for name, fact in facts.items() if name not in described})
    assert getter(key.lower())(authorizer._exact.case(request).context) == value
