"""Ways to more permissions: actions that together give whoever has them the permissions of others.

Each is described in AWS's prescriptive guidance on least privilege for IAM, or follows from what the actions do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from policyeval.lint.denies import is_denied
from policyeval.lint.reach import is_everything, unlimited, values_covering
from policyeval.lint.rule import Flaw
from policyeval.lint.rules.arns._acting import acts_on
from policyeval.syntax.faults import ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policyeval.lint.view import PolicyView, Statement, Value

_Open: TypeAlias = "tuple[Statement, list[Value]]"

# What is dangerous on one's own user alone: to manage one's own keys and password is not.
_ON_ONESELF: Final = frozenset({"iam:attachuserpolicy", "iam:putuserpolicy"})
_ONESELF: Final = re.compile(r".*:user/(.*/)?\$\{aws:username\}", re.IGNORECASE)

# A command writes to buckets, and runs on none.
_COMMAND: Final = "ssm:sendcommand"
_BUCKET: Final = re.compile("arn:[^:]*:s3:")


LIMITED: Final = "allow it on resources by name, or under a condition such as on `iam:PermissionsBoundary`"
"""How to close a way to more permissions of one's own, or to others' credentials."""


class Way(NamedTuple):
    """Actions, all of them needed, and what comes of them."""

    actions: tuple[str, ...]
    effect: str


OWN_PERMISSIONS: Final = (
    Way(("iam:CreatePolicyVersion",), "rewrites a policy that is attached already"),
    Way(("iam:SetDefaultPolicyVersion",), "brings an older and wider version of a policy back"),
    Way(("iam:AttachUserPolicy",), "attaches any policy to its own user"),
    Way(("iam:AttachGroupPolicy",), "attaches any policy to a group of its own"),
    Way(("iam:AttachRolePolicy",), "attaches any policy to any role"),
    Way(("iam:PutUserPolicy",), "writes any policy into its own user"),
    Way(("iam:PutGroupPolicy",), "writes any policy into a group of its own"),
    Way(("iam:PutRolePolicy",), "writes any policy into any role"),
    Way(("iam:AddUserToGroup",), "joins the administrators' group"),
)
CREDENTIALS: Final = (
    Way(("iam:CreateAccessKey",), "makes itself access keys of any user"),
    Way(("iam:CreateLoginProfile",), "sets a password for any user without one"),
    Way(("iam:UpdateLoginProfile",), "sets any user's password anew"),
    Way(("iam:UpdateAssumeRolePolicy",), "lets itself into any role"),
)
RUNNING_CODE: Final = (
    Way(("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"), "runs a function of its own as any role"),
    Way(
        ("iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
        "has a function of its own called as any role",
    ),
    Way(("iam:PassRole", "ec2:RunInstances"), "starts an instance as any role and takes its credentials"),
    Way(("iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"), "runs a container as any role"),
    Way(("iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:CreateService"), "runs a container as any role"),
    Way(("iam:PassRole", "batch:RegisterJobDefinition", "batch:SubmitJob"), "runs a container as any role"),
    Way(("iam:PassRole", "apprunner:CreateService"), "runs a container as any role"),
    Way(("iam:PassRole", "cloudformation:CreateStack"), "has CloudFormation make anything as any role"),
    Way(("iam:PassRole", "glue:CreateJob", "glue:StartJobRun"), "runs a job as any role"),
    Way(("iam:PassRole", "glue:CreateDevEndpoint"), "logs into an endpoint that runs as any role"),
    Way(("iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"), "runs a build as any role"),
    Way(
        ("iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
        "opens a notebook that runs as any role",
    ),
    Way(("iam:PassRole", "sagemaker:CreateTrainingJob"), "trains a model with code of its own as any role"),
    Way(("iam:PassRole", "sagemaker:CreateProcessingJob"), "processes data with code of its own as any role"),
    Way(
        (
            "iam:PassRole",
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:StartCodeInterpreterSession",
            "bedrock-agentcore:InvokeCodeInterpreter",
        ),
        "runs code of its own as any role",
    ),
    Way(("iam:PassRole", "states:CreateStateMachine", "states:StartExecution"), "has any call made as any role"),
    Way(("iam:PassRole", "scheduler:CreateSchedule"), "has any call made as any role"),
    Way(("iam:PassRole", "ssm:StartAutomationExecution"), "has a document of its own run as any role"),
    Way(("ssm:SendCommand",), "runs commands on instances that are there, and has their roles"),
    Way(("ssm:StartSession",), "opens a shell on instances that are there, and has their roles"),
    Way(("ecs:ExecuteCommand",), "runs commands in containers that are there, and has their roles"),
    Way(("lambda:UpdateFunctionCode",), "puts code of its own into functions that are there, and has their roles"),
)


def ways_out(policy: PolicyView, ways: tuple[Way, ...], hint: str) -> Iterator[Flaw]:
    """Say which ways a policy opens by Allows that no condition limits on resources of any name, or on one's own user.

    A policy that allows everything needs no way, and says so by another rule. What comes from elsewhere closes none.
    """
    open_ = list(_open(policy, _names_any))
    own = list(_open(policy, _ONESELF.fullmatch))
    found: dict[tuple[str, ...], list[tuple[Way, list[Value]]]] = {}
    for way in ways if open_ or own else ():
        values: list[Value] = []
        for action in way.actions:
            value = _allowing(action, [*open_, *own] if action.lower() in _ON_ONESELF else open_, policy)
            if value is None:
                break
            values.append(value)
        else:
            # What one wildcard opens is told once.
            found.setdefault(tuple(value.pointer for value in values), []).append((way, values))
    for opened in found.values():
        (way, values), *others = opened
        first, *rest = dict.fromkeys(values)
        more = f"; {len(others)} more {'way is' if len(others) == 1 else 'ways are'} open" if others else ""
        message = f"whoever has {_listed(way.actions)} {way.effect}{more}"
        yield Flaw(first.place(), message, hint, tuple(value.place() for value in rest))


def _allowing(action: str, open_: list[_Open], policy: PolicyView) -> Value | None:
    folded = action.lower()
    for statement, resources in open_:
        values = values_covering(statement, folded)
        if values and not any(_opens(folded, resource.text) for resource in resources):
            continue
        for value in values:
            if not is_everything(value):
                return None if is_denied(policy, folded) else value
    return None


def _open(policy: PolicyView, names: Callable[[str], object]) -> Iterator[_Open]:
    """Give the Allows that no condition limits, each with its resources that are named so."""
    for statement in policy.statements:
        element = statement.resource
        if statement.allows and element is not None and not element.negated and unlimited(statement):
            resources = [value for value in element.values if names(value.text)]
            if resources:
                yield statement, resources


def _opens(action: str, resource: str) -> bool:
    return acts_on(action, resource) and not (action == _COMMAND and _BUCKET.match(resource))


def _names_any(resource: str) -> bool:
    """Tell whether a resource is everything, or everything of a type (`arn:aws:iam::111122223333:user/*`)."""
    return resource == "*" or resource.rpartition(":")[2] in {"*", "user/*", "role/*", "group/*", "policy/*"}


def _listed(actions: tuple[str, ...]) -> str:
    *most, last = map(ticked, actions)
    return f"{', '.join(most)} and {last}" if most else last
