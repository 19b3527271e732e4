"""Actions whose calls AWS refuses without others that the same caller must be allowed.

Sources, read 2026-11-25: the tables of operations and the dependent actions of the service authorization
reference, and for KMS "Create multi-Region replica keys" and "Controlling access to your CloudHSM key store" in
its developer guide. Only what every such call needs is here: a role that may be left out is not.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["DEPENDENT_ACTIONS"]

_PASSING_A_ROLE: Final = (
    "codebuild:CreateProject",
    "codepipeline:CreatePipeline",
    "ec2:AssociateIamInstanceProfile",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "glue:CreateJob",
    "iam:AddRoleToInstanceProfile",
    "lambda:CreateFunction",
    "pipes:CreatePipe",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreateTrainingJob",
    "scheduler:CreateSchedule",
    "states:CreateStateMachine",
)

DEPENDENT_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "kms:createcustomkeystore": ("cloudhsm:DescribeClusters",),
        "kms:replicatekey": ("kms:CreateKey",),
        **{action.lower(): ("iam:PassRole",) for action in _PASSING_A_ROLE},
    }
)
"""The actions that each needs, by its folded name."""
