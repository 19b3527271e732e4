"""Services that policies often name as principals, as they stand before `.amazonaws.com`.

AWS has no list of all: a name that is not here may be right, and one here is so. Source, read 2026-11-30: the pages of
the services that say whom their roles have to trust, and what AWS managed policies name in `iam:PassedToService`.
"""

from typing import Final

__all__ = ["SERVICE_PRINCIPALS"]

SERVICE_PRINCIPALS: Final = frozenset(
    {
        "access-analyzer", "airflow", "airflow-env", "amplify", "apidestinations.events", "apigateway",
        "application-autoscaling", "apprunner", "appstream", "appsync", "athena", "auditmanager", "autoscaling",
        "backup", "batch", "bedrock", "bedrock-agentcore", "braket", "budgets", "channels.lex", "chatbot", "cloud9",
        "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "codebuild", "codecommit", "codedeploy",
        "codepipeline", "codestar-notifications", "cognito-identity", "cognito-idp", "config", "config-conforms",
        "config-multiaccountsetup", "controltower", "databrew", "datapipeline", "datasync", "datazone",
        "delivery.logs", "devops-guru", "directconnect", "dynamodb", "ec2fleet", "ecs-tasks", "edgelambda",
        "eks-fargate", "eks-fargate-pods", "eks-nodegroup", "elasticache", "elasticbeanstalk", "elasticfilesystem",
        "elasticloadbalancing", "elasticmapreduce", "email.cognito-idp", "emr-containers", "emr-serverless", "events",
        "firehose", "forecast", "globalaccelerator", "grafana", "greengrass", "guardduty", "imagebuilder",
        "inspector", "inspector2", "iotsitewise", "kafkaconnect", "kinesis", "kinesisanalytics", "lakeformation",
        "lambda", "lexv2", "lightsail", "logger.cloudfront", "logging.s3", "macie",
        "malware-protection-plan.guardduty", "mediaconvert", "medialive", "monitoring", "network-firewall",
        "opensearchservice", "opsworks", "organizations", "osis-pipelines", "personalize", "pinpoint", "pipes",
        "pods.eks", "quicksight", "redshift", "redshift-serverless", "rekognition", "replicator.lambda",
        "resource-groups", "rolesanywhere", "route53", "route53resolver", "sagemaker", "scheduler", "secretsmanager",
        "securityhub", "securitylake", "servicecatalog", "signer", "spotfleet", "ssm-incidents", "states",
        "storage-lens.s3", "storagegateway", "streams.metrics.cloudwatch", "synthetics", "textract", "timestream",
        "transcribe", "transfer", "transitgateway", "vpc-flow-logs", "vpc-lattice", "workspaces",
    }
)  # fmt: skip
