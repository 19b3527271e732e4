"""The policy that a permission makes: those of functions, layers and event buses are written by their parts.

https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.lint.templates.policy_document import blocks
from policyeval.lint.templates.spot import get, policy_with, renamed
from policyeval.syntax.objects import DAMAGED
from policyeval.syntax.tree import REFERENCE, UNNAMED, UNREADABLE, List, Mapping, Null, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingABC

    from policyeval.model.source import Source
    from policyeval.syntax.tree import Node

_EVENT_BUS: Final = "events:PutEvents"
# The resources that are permissions, each with the action that they are for where they name none.
_ACTIONS: Final[MappingABC[str, str | None]] = MappingProxyType(
    {
        "AWS::Events::EventBusPolicy": _EVENT_BUS,
        "AWS::Lambda::LayerVersionPermission": None,
        "AWS::Lambda::Permission": None,
        "aws_cloudwatch_event_permission": _EVENT_BUS,
        "aws_lambda_layer_version_permission": None,
        "aws_lambda_permission": None,
    }
)
# In lower case and without what is between words, so that CloudFormation and Terraform have the same.
_KEYS: Final = MappingProxyType(
    {
        "eventsourcetoken": ("StringEquals", "lambda:EventSourceToken"),
        "functionurlauthtype": ("StringEquals", "lambda:FunctionUrlAuthType"),
        "invokedviafunctionurl": ("Bool", "lambda:InvokedViaFunctionUrl"),
        "organizationid": ("StringEquals", "aws:PrincipalOrgID"),
        "principalorgid": ("StringEquals", "aws:PrincipalOrgID"),
        "sourceaccount": ("StringEquals", "aws:SourceAccount"),
        "sourcearn": ("ArnLike", "aws:SourceArn"),
    }
)
# What `Fn::Transform` brings, and a block of Terraform's of which nobody knows how often it is there.
_MAY_BE_CONDITIONS: Final = frozenset({DAMAGED, "dynamic"})
_OF_AWS: Final = re.compile(r"\d+|arn:.*")


def permission_of(kind: str, resource: Node) -> Mapping | None:
    """Make the policy; None where the resource is no permission, or does not say by its parts for whom it is.

    Of the function nothing is known but an ARN: its name is none.
    """
    if kind not in _ACTIONS or not isinstance(resource, Mapping):
        return None
    action = _ACTIONS[kind]
    members = {_folded(key): (key, value) for key, value in resource.entries if not isinstance(value, Null)}
    if "principal" not in members or "statement" in members:
        return None
    statement = Mapping([(_at("Effect", resource), _at("Allow", resource))], *_span(resource))
    if "action" in members:
        key, value = members["action"]
        statement.entries.append((renamed(key, "Action"), value))
    elif action is not None:
        statement.entries.append((_at("Action", resource), _at(action, resource)))
    key, value = members["principal"]
    statement.entries.append((renamed(key, "Principal"), _principal(key, value)))
    statement.entries.append((_at("Resource", resource), _function(members, resource)))
    conditions = [entry for key, value in resource.entries for entry in _conditions(key, value)]
    if conditions:
        statement.entries.append((_at("Condition", resource), Mapping(conditions, *_span(resource))))
    return policy_with(List([statement], *_span(resource)))


def _folded(key: Text) -> str:
    return key.value.replace("_", "").lower()


def _span(node: Node) -> tuple[Source | None, int, int]:
    return node.source, node.start, node.end


def _at(value: str, resource: Mapping) -> Text:
    return Text(value, resource.source, resource.start, resource.start + 1)


def _principal(key: Text, value: Node) -> Node:
    """Give a principal as policies have it: services have names, accounts numbers and users ARNs."""
    if not isinstance(value, Text):
        return Unknown(REFERENCE, *_span(value))
    if value.value == "*":
        return value
    kind = "AWS" if _OF_AWS.fullmatch(value.value) else "Service"
    return Mapping([(renamed(key, kind), value)], *_span(value))


def _function(members: MappingABC[str, tuple[Text, Node]], resource: Mapping) -> Node:
    for name in ("functionname", "layerversionarn"):
        _, value = members.get(name, (None, None))
        if isinstance(value, Text) and value.value.startswith("arn:"):
            return value
    return Unknown(UNREADABLE, resource.source, resource.start, resource.start + 1)


def _conditions(key: Text, value: Node) -> Iterator[tuple[Text, Node]]:
    """Give what a member says under its operator. Of a condition that may not be there nobody knows what it says."""
    name = _folded(key)
    if name in _KEYS and not isinstance(value, Null):
        operator, of = _KEYS[name]
        yield renamed(key, operator), _pair(renamed(key, of), value)
    elif name == "condition":
        for block in blocks(value):
            test, on, text = (get(block, part) or get(block, part.lower()) for part in ("Type", "Key", "Value"))
            if isinstance(test, Text) and isinstance(on, Text) and text is not None:
                yield test, _pair(on, text)
            else:
                yield _hidden(key)
    elif key.value in _MAY_BE_CONDITIONS:
        yield _hidden(key)


def _pair(key: Text, value: Node) -> Mapping:
    known = value if isinstance(value, Text) else Unknown(REFERENCE, *_span(value))
    return Mapping([(key, known)], *_span(value))


def _hidden(key: Text) -> tuple[Text, Node]:
    return Text(DAMAGED, *_span(key)), Unknown(UNNAMED, *_span(key))
