"""What AWS takes in policies and does not list: retired services, actions of older APIs, its own resources.

A name that the service data lacks is a mistake, unless it is one of these. Source: what AWS managed policies and
the policies of AWS's guides name, the service authorization reference leaves out, and ValidatePolicy does not
report; read 2026-11-25 against the data of 2026-10-27.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["ON_UNLISTED_RESOURCES", "RETIRED_SERVICES", "UNLISTED_ACTIONS", "UNLISTED_ARNS"]

RETIRED_SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "catalog-user": "AWS Service Catalog, end users",
        "codestar": "AWS CodeStar",
        "crowd": "Amazon Mechanical Turk Crowd",
        "datazonecontrol": "Amazon DataZone, preview",
        "deepcomposer": "AWS DeepComposer",
        "deeplens": "AWS DeepLens",
        "deepracer": "AWS DeepRacer",
        "ec2-reports": "Amazon EC2 Reports",
        "evidently": "Amazon CloudWatch Evidently",
        "iot1click": "AWS IoT 1-Click",
        "iotevents": "AWS IoT Events",
        "iotroborunner": "AWS IoT RoboRunner",
        "mobilehub": "AWS Mobile Hub",
        "sumerian": "Amazon Sumerian",
        "zocalo": "Amazon Zocalo",
    }
)
"""What AWS called them, by the prefix of their actions."""

UNLISTED_ACTIONS: Final[frozenset[str]] = frozenset(
    {
        "aws-marketplace:completetask",
        "aws-marketplace:createprivatemarketplace",
        "aws-marketplace:describetask",
        "aws-marketplace:listtasks",
        "aws-marketplace:updateprivatemarketplacesettings",
        "aws-marketplace:updatetask",
        "cloudhsm:listavailablezones",
        "cloudhsm:listhapgs",
        "cloudhsm:listhsms",
        "cloudhsm:listlunaclients",
        "route53-recovery-control-config:describeroutingcontrolbyname",
        "sagemaker-unified-studio-mcp:callprivilegedtool",
        "sagemaker-unified-studio-mcp:callreadonlytool",
        "sagemaker-unified-studio-mcp:invokemcp",
        "securityagent:batchgetagentinstances",
        "securityagent:batchgetsecuritytestcontentmetadata",
        "securityagent:batchgettasks",
        "securityagent:createdocumentreview",
        "securityagent:deletedocumentreview",
        "securityagent:getcodereviewtask",
        "securityagent:getdocreviewtask",
        "securityagent:getdocumentreview",
        "securityagent:getdocumentreviewartifact",
        "securityagent:listagentinstances",
        "securityagent:listcontrols",
        "securityagent:listdocumentreviewcomments",
        "securityagent:listdocumentreviews",
        "securityagent:listtasks",
        "securityagent:startpentestexecution",
        "securityagent:stoppentestexecution",
    }
)
"""Folded actions of services that are not retired: of an older API, or of one that is not public."""

ON_UNLISTED_RESOURCES: Final[frozenset[str]] = frozenset(
    {
        # On the macros and transforms of a template, too (AWSCloudFormation/latest/UserGuide/using-iam-template.html).
        "cloudformation:createchangeset",
        # AWS asks it on `log-group::log-stream:`, its refusals say (hashicorp/terraform-provider-aws#8804).
        "logs:describeloggroups",
        # On a session, the policies for Session Manager say (systems-manager/latest/userguide/
        # getting-started-restrict-access-quickstart.html).
        "ssmmessages:opendatachannel",
        # On web ACLs too, AWSWAFReadOnlyAccess says.
        "waf-regional:getwebaclforresource",
    }
)
"""Folded actions that AWS asks on resources which the reference does not list beside them."""

UNLISTED_ARNS: Final = (
    # CloudFormation asks about the macros and transforms of a template, its user guide says.
    "arn:${Partition}:cloudformation:${Region}:${Account}:transform/${Name}",
    # What AWS makes for everybody is of no account: images, templates of jobs, views, integrations, documents and
    # parameters.
    "arn:${Partition}:ec2:${Region}::fpga-image/${FpgaImageId}",
    "arn:${Partition}:iot:${Region}::jobtemplate/${JobTemplateId}",
    "arn:${Partition}:resource-explorer-2:${Region}::view/AWSServiceView${Service}/service-view",
    "arn:${Partition}:securityhub:${Region}::product/${Company}/${ProductId}",
    "arn:${Partition}:ssm:${Region}::automation-definition/${AutomationDefinitionName}:${VersionId}",
    "arn:${Partition}:ssm:${Region}::document/${DocumentName}",
    "arn:${Partition}:ssm:${Region}::parameter/aws/service/${ParameterName}",
    # And AWS's own lenses are of no Region.
    "arn:${Partition}:wellarchitected::aws:lens/${LensId}",
)
"""ARNs of resources, written as the service data writes them."""
