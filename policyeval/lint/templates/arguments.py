"""Which arguments of Terraform's resources are policies, and of which type those are.

A path leads through the blocks of a resource to the argument. The source of each row is the resource's page in
https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from policyeval.model.policy import PolicyType

_IDENTITY: Final = (("policy", PolicyType.IDENTITY),)
_KEY: Final = (("policy", PolicyType.KEY),)
_RESOURCE: Final = (("policy", PolicyType.RESOURCE),)
_ENDPOINT: Final = (("policy", PolicyType.VPC_ENDPOINT),)
_ACCESS: Final = (("access_policies", PolicyType.RESOURCE),)
_DOCUMENT: Final = (("policy_document", PolicyType.RESOURCE),)

POLICIES: Final = MappingProxyType(
    {
        "aws_api_gateway_rest_api": _RESOURCE,
        "aws_api_gateway_rest_api_policy": _RESOURCE,
        "aws_backup_vault_policy": _RESOURCE,
        "aws_cloudwatch_event_bus_policy": _RESOURCE,
        "aws_cloudwatch_log_destination_policy": (("access_policy", PolicyType.RESOURCE),),
        "aws_cloudwatch_log_resource_policy": _DOCUMENT,
        "aws_codeartifact_domain_permissions_policy": _DOCUMENT,
        "aws_codeartifact_repository_permissions_policy": _DOCUMENT,
        "aws_codebuild_resource_policy": _RESOURCE,
        "aws_dynamodb_resource_policy": _RESOURCE,
        "aws_ecr_registry_policy": _RESOURCE,
        "aws_ecr_repository_policy": _RESOURCE,
        "aws_ecrpublic_repository_policy": _RESOURCE,
        "aws_efs_file_system_policy": _RESOURCE,
        "aws_elasticsearch_domain": _ACCESS,
        "aws_elasticsearch_domain_policy": _ACCESS,
        "aws_glacier_vault": (("access_policy", PolicyType.RESOURCE),),
        "aws_glacier_vault_lock": _RESOURCE,
        "aws_glue_resource_policy": _RESOURCE,
        "aws_iam_group_policy": _IDENTITY,
        "aws_iam_policy": _IDENTITY,
        "aws_iam_role": (
            ("assume_role_policy", PolicyType.TRUST),
            ("inline_policy/policy", PolicyType.IDENTITY),
        ),
        "aws_iam_role_policy": _IDENTITY,
        "aws_iam_user_policy": _IDENTITY,
        "aws_kinesis_resource_policy": _RESOURCE,
        "aws_kms_external_key": _KEY,
        "aws_kms_key": _KEY,
        "aws_kms_key_policy": _KEY,
        "aws_kms_replica_external_key": _KEY,
        "aws_kms_replica_key": _KEY,
        "aws_media_store_container_policy": _RESOURCE,
        "aws_msk_cluster_policy": _RESOURCE,
        "aws_opensearch_domain": _ACCESS,
        "aws_opensearch_domain_policy": _ACCESS,
        "aws_organizations_resource_policy": (("content", PolicyType.RESOURCE),),
        "aws_s3_access_point": _RESOURCE,
        "aws_s3_bucket": _RESOURCE,
        "aws_s3_bucket_policy": _RESOURCE,
        "aws_s3control_access_point_policy": _RESOURCE,
        "aws_s3control_bucket_policy": _RESOURCE,
        "aws_s3control_multi_region_access_point_policy": (("details/policy", PolicyType.RESOURCE),),
        "aws_s3control_object_lambda_access_point_policy": _RESOURCE,
        "aws_s3tables_table_bucket_policy": (("resource_policy", PolicyType.RESOURCE),),
        "aws_s3tables_table_policy": (("resource_policy", PolicyType.RESOURCE),),
        "aws_schemas_registry_policy": _RESOURCE,
        "aws_secretsmanager_secret": _RESOURCE,
        "aws_secretsmanager_secret_policy": _RESOURCE,
        "aws_ses_identity_policy": _RESOURCE,
        "aws_sesv2_email_identity_policy": _RESOURCE,
        "aws_sns_topic": _RESOURCE,
        "aws_sns_topic_policy": _RESOURCE,
        "aws_sqs_queue": _RESOURCE,
        "aws_sqs_queue_policy": _RESOURCE,
        "aws_ssoadmin_permission_set_inline_policy": (("inline_policy", PolicyType.IDENTITY),),
        "aws_vpc_endpoint": _ENDPOINT,
        "aws_vpc_endpoint_policy": _ENDPOINT,
        "aws_vpclattice_auth_policy": _RESOURCE,
        "aws_vpclattice_resource_policy": _RESOURCE,
    }
)
"""The arguments that are policies, whatever stands there."""

ORGANIZATION_POLICY: Final = "aws_organizations_policy"
