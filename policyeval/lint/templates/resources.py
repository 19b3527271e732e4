"""Which properties of CloudFormation and SAM resources hold policies, and of which type those are.

A path leads from a resource's properties to the policy, `*` to each item of a list. The source of each row is
the resource's page in
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from policyeval.model.policy import PolicyType

_IDENTITY: Final = (("PolicyDocument", PolicyType.IDENTITY),)
_INLINE: Final = ("Policies/*/PolicyDocument", PolicyType.IDENTITY)
_RESOURCE: Final = (("PolicyDocument", PolicyType.RESOURCE),)
_KEY: Final = (("KeyPolicy", PolicyType.KEY),)

POLICIES: Final = MappingProxyType(
    {
        "AWS::ApiGateway::RestApi": (("Policy", PolicyType.RESOURCE),),
        "AWS::Backup::BackupVault": (("AccessPolicy", PolicyType.RESOURCE),),
        "AWS::Backup::LogicallyAirGappedBackupVault": (("AccessPolicy", PolicyType.RESOURCE),),
        "AWS::CloudTrail::ResourcePolicy": (("ResourcePolicy", PolicyType.RESOURCE),),
        "AWS::CodeArtifact::Domain": (("PermissionsPolicyDocument", PolicyType.RESOURCE),),
        "AWS::CodeArtifact::Repository": (("PermissionsPolicyDocument", PolicyType.RESOURCE),),
        "AWS::DynamoDB::GlobalTable": (
            ("Replicas/*/ResourcePolicy/PolicyDocument", PolicyType.RESOURCE),
            ("Replicas/*/ReplicaStreamSpecification/ResourcePolicy/PolicyDocument", PolicyType.RESOURCE),
        ),
        "AWS::DynamoDB::Table": (
            ("ResourcePolicy/PolicyDocument", PolicyType.RESOURCE),
            ("StreamSpecification/ResourcePolicy/PolicyDocument", PolicyType.RESOURCE),
        ),
        "AWS::EC2::VPCEndpoint": (("PolicyDocument", PolicyType.VPC_ENDPOINT),),
        "AWS::ECR::PublicRepository": (("RepositoryPolicyText", PolicyType.RESOURCE),),
        "AWS::ECR::RegistryPolicy": (("PolicyText", PolicyType.RESOURCE),),
        "AWS::ECR::Repository": (("RepositoryPolicyText", PolicyType.RESOURCE),),
        "AWS::EFS::FileSystem": (("FileSystemPolicy", PolicyType.RESOURCE),),
        "AWS::Elasticsearch::Domain": (("AccessPolicies", PolicyType.RESOURCE),),
        "AWS::EventSchemas::RegistryPolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::Events::EventBus": (("Policy", PolicyType.RESOURCE),),
        "AWS::IAM::Group": (_INLINE,),
        "AWS::IAM::GroupPolicy": _IDENTITY,
        "AWS::IAM::ManagedPolicy": _IDENTITY,
        "AWS::IAM::Policy": _IDENTITY,
        "AWS::IAM::Role": (("AssumeRolePolicyDocument", PolicyType.TRUST), _INLINE),
        "AWS::IAM::RolePolicy": _IDENTITY,
        "AWS::IAM::User": (_INLINE,),
        "AWS::IAM::UserPolicy": _IDENTITY,
        "AWS::KMS::Key": _KEY,
        "AWS::KMS::ReplicaKey": _KEY,
        "AWS::Kinesis::ResourcePolicy": (("ResourcePolicy", PolicyType.RESOURCE),),
        "AWS::Lex::ResourcePolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::Logs::ResourcePolicy": _RESOURCE,
        "AWS::MSK::ClusterPolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::MediaStore::Container": (("Policy", PolicyType.RESOURCE),),
        "AWS::OpenSearchService::Domain": (("AccessPolicies", PolicyType.RESOURCE),),
        "AWS::Organizations::ResourcePolicy": (("Content", PolicyType.RESOURCE),),
        "AWS::S3::AccessPoint": (("Policy", PolicyType.RESOURCE),),
        "AWS::S3::BucketPolicy": _RESOURCE,
        "AWS::S3::MultiRegionAccessPointPolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::S3Express::BucketPolicy": _RESOURCE,
        "AWS::S3ObjectLambda::AccessPointPolicy": _RESOURCE,
        "AWS::S3Outposts::AccessPoint": (("Policy", PolicyType.RESOURCE),),
        "AWS::S3Outposts::BucketPolicy": _RESOURCE,
        "AWS::S3Tables::TableBucketPolicy": (("ResourcePolicy", PolicyType.RESOURCE),),
        "AWS::S3Tables::TablePolicy": (("ResourcePolicy", PolicyType.RESOURCE),),
        "AWS::SNS::TopicInlinePolicy": _RESOURCE,
        "AWS::SNS::TopicPolicy": _RESOURCE,
        "AWS::SQS::QueueInlinePolicy": _RESOURCE,
        "AWS::SQS::QueuePolicy": _RESOURCE,
        "AWS::SSM::ResourcePolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::SSO::PermissionSet": (("InlinePolicy", PolicyType.IDENTITY),),
        "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", PolicyType.RESOURCE),),
        "AWS::Serverless::Function": (("AssumeRolePolicyDocument", PolicyType.TRUST),),
        "AWS::VpcLattice::AuthPolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::VpcLattice::ResourcePolicy": (("Policy", PolicyType.RESOURCE),),
        "AWS::XRay::ResourcePolicy": _RESOURCE,
    }
)
"""The properties that are policies, whatever stands there."""

MAY_HOLD_POLICIES: Final = MappingProxyType(
    {
        "AWS::Serverless::Function": (("Policies", PolicyType.IDENTITY),),
        "AWS::Serverless::StateMachine": (("Policies", PolicyType.IDENTITY),),
    }
)
"""The properties that hold policies or the names of some; what looks like a policy is one."""

STATEMENTS: Final = MappingProxyType(
    {
        "AWS::Events::EventBusPolicy": (("Statement", PolicyType.RESOURCE),),
        "AWS::Serverless::Api": (("Auth/ResourcePolicy/CustomStatements", PolicyType.RESOURCE),),
    }
)
"""The properties that are statements, or lists of some, of which a policy is made."""

ORGANIZATION_POLICY: Final = "AWS::Organizations::Policy"
ORGANIZATION_TYPES: Final = MappingProxyType(
    {"SERVICE_CONTROL_POLICY": PolicyType.SCP, "RESOURCE_CONTROL_POLICY": PolicyType.RCP}
)
"""The types of the organization's policies that say who may do what."""
