"""Policies as callers hand them over, parsed; equal texts once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from policyeval.catalog.services import governing
from policyeval.errors import RequestError
from policyeval.model.arn import Arn, is_account_id, split_arn
from policyeval.model.policy import Condition, Element, NamedPolicy, Policy, PolicyType, Statement
from policyeval.model.request import PolicyLike
from policyeval.model.source import Diagnostic
from policyeval.syntax.policy import parse_policy

Managed = Callable[[str], NamedPolicy]
# Some of them can be iterated over, and hold no policies.
_ONE = (str, bytes, Mapping, Policy, NamedPolicy)


@lru_cache(maxsize=4096)
def _parse(text: str, name: str | None, policy_type: PolicyType | None) -> Policy:
    return parse_policy(text, source=name, policy_type=policy_type)


def as_policy(
    policy: PolicyLike, name: str, policy_type: PolicyType | None = None, managed: Managed | None = None
) -> NamedPolicy:
    """Take a policy: parsed, a JSON text, a mapping, or the ARN of a managed one.

    Raises:
        PolicySyntaxError: a text or mapping that is no policy.
        RequestError: an ARN where none can be looked up, or something else.

    """
    if isinstance(policy, NamedPolicy):
        return policy
    if isinstance(policy, Policy):
        return NamedPolicy(name, policy)
    if isinstance(policy, Mapping):
        document = policy.get("document")
        if isinstance(document, Mapping) and set(policy) <= {"name", "document"}:
            return as_policy(document, str(policy.get("name", name)), policy_type)
        return NamedPolicy(name, parse_policy(policy, policy_type=policy_type))
    if isinstance(policy, str):
        if policy.startswith("arn:"):
            if managed is None:
                raise RequestError([Diagnostic(f"`{policy}` cannot be looked up here", "give the document itself")])
            return _of_iam(managed(policy), policy)
        return NamedPolicy(name, _parse(policy, None, policy_type))
    message = f"a policy is a document, not {type(policy).__name__}"
    raise RequestError([Diagnostic(message)])


def _of_iam(found: NamedPolicy, arn: str) -> NamedPolicy:
    """See that a managed policy is one of IAM: those of AWS Organizations limit accounts, and no sessions."""
    fields = split_arn(arn)
    if fields is None or fields.service != "iam":
        raise RequestError([Diagnostic(f"`{arn}` is no policy of IAM", "name one, or give the document itself")])
    return found


def as_policies(
    policies: Iterable[PolicyLike], name: str, policy_type: PolicyType, managed: Managed | None = None
) -> tuple[NamedPolicy, ...]:
    """Take a list of policies; each is named by its number.

    Raises:
        PolicySyntaxError: one of them is no policy.
        RequestError: it is no list.

    """
    if isinstance(policies, _ONE) or not isinstance(policies, Iterable):
        message = f"a list of policies belongs there ({name} 1, …), not {type(policies).__name__}"
        raise RequestError([Diagnostic(message, "put a single one in a list")])
    return tuple(
        as_policy(policy, f"{name} {number}", policy_type, managed) for number, policy in enumerate(policies, 1)
    )


def session_policies(policies: Iterable[PolicyLike], managed: Managed | None = None) -> tuple[NamedPolicy, ...]:
    """Take a session's policies; raises as `as_policies` does."""
    return as_policies(policies, "session policy", PolicyType.SESSION, managed)


def as_saved(policy: NamedPolicy, arn: Arn | None) -> NamedPolicy:
    """Give a policy as the service of the resource that it is attached to saves it.

    API Gateway writes the API's ARN for `execute-api:` before a path ("API Gateway resource policy examples").
    """
    if arn is None or arn.service != "execute-api":
        return policy
    api = arn._replace(resource=governing(arn.service, arn.account, arn.resource) or arn.resource)
    statements = (replace(each, resource=_of_api(each.resource, str(api))) for each in policy.policy.statements)
    return replace(policy, policy=replace(policy.policy, statements=tuple(statements)))


def of_gateway(policy: NamedPolicy) -> NamedPolicy:
    """Give the policy of a gateway endpoint as AWS reads it: an account that an Allow names is its root user alone.

    Everybody else is let in by `*` with a condition. Source: AWS PrivateLink guide, "Control access to VPC endpoints
    using endpoint policies", principals for gateway endpoints.
    """
    statements = tuple(_to_root_user(each) for each in policy.policy.statements)
    return replace(policy, policy=replace(policy.policy, statements=statements))


def _to_root_user(statement: Statement) -> Statement:
    element = statement.principal
    if statement.effect != "Allow" or element is None or any(value.value == "*" for value in element.values):
        return statement
    accounts = tuple(v for v in element.values if is_account_id(v.value) or v.value.endswith(":root"))
    roots = tuple(f"arn:*:iam::{v.value}:root" if is_account_id(v.value) else v.value for v in accounts)
    own = (Condition("ArnEquals", "aws:PrincipalArn", roots),) if roots else ()
    return replace(statement, principal=replace(element, values=accounts), conditions=(*statement.conditions, *own))


def _of_api(element: Element | None, api: str) -> Element | None:
    if element is None:
        return None
    short = "execute-api:/"
    values = (api + value[len(short) - 1 :] if value.startswith(short) else value for value in element.values)
    return replace(element, values=tuple(values))
