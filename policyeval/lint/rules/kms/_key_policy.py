"""What the rules of this family ask of a key policy: whose key it is, whom it lets in, whether it is a whole one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policyeval.lint.patterns import covers
from policyeval.lint.reach import conditions_unknown, covers_action, is_positive
from policyeval.model.arn import is_account_id, split_arn
from policyeval.syntax.tree import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.lint.view import Condition, PolicyView, Statement, Value

PUT_KEY_POLICY: Final = "kms:putkeypolicy"
_MANAGING: Final = (PUT_KEY_POLICY, "kms:schedulekeydeletion")
# How the Ids of the policies begin that AWS gives its own keys.
_OF_AWS: Final = "auto-"


class Named(NamedTuple):
    """A principal of type AWS: its account, and whether it is the whole account (S10)."""

    account: str
    whole: bool


def named(text: str) -> Named | None:
    """Read a principal; None for `*`, unique ids and what is no principal."""
    if is_account_id(text):
        return Named(text, whole=True)
    arn = split_arn(text)
    if arn is None or not is_account_id(arn.account):
        return None
    return Named(arn.account, arn.resource == "root")


def principals(statement: Statement, kind: str = "AWS") -> Iterator[Value]:
    """Give the values of Principal (not NotPrincipal) of a kind."""
    for element in statement.principals:
        if element.kind == kind and not element.negated:
            yield from element.values


def reaches_the_key(statement: Statement) -> bool:
    """Tell whether a statement of a key policy may be about its key; without Resource it is inert (S23)."""
    element = statement.resource
    if element is None:
        return "Resource" in statement.entries or "NotResource" in statement.entries
    arn = statement.policy.key.arn
    if element.negated or not element.complete or arn is None:
        return True
    return any(value.text == "*" or covers(value.text, str(arn)) for value in element.values)


def is_known(policy: PolicyView) -> bool:
    """Tell whether everything that a key policy's Allows depend on could be read."""
    return policy.complete and all(_is_known(statement) for statement in policy.statements)


def _is_known(statement: Statement) -> bool:
    elements = [element for element in (statement.action, *statement.principals) if element is not None]
    return (
        statement.complete
        and statement.effect is not None
        and not conditions_unknown(statement)
        and all(element.complete for element in elements)
        and (statement.action is not None or not {"Action", "NotAction"} & statement.entries.keys())
    )


def is_whole(policy: PolicyView) -> bool:
    """Tell whether a policy is a customer's key's whole one rather than a statement of one, as guides show them.

    It is if somebody says that it is a key policy; otherwise if it has an Id, or several statements of which one is
    about managing the key. The fixed policies of AWS managed keys are nobody's to change (K10).
    """
    _, node = policy.entries.get("Id", (None, None))
    if policy.key.manager == "AWS" or (isinstance(node, Text) and node.value.startswith(_OF_AWS)):
        return False
    return (
        policy.type_given or node is not None or (len(policy.statements) > 1 and any(map(_manages, policy.statements)))
    )


def _manages(statement: Statement) -> bool:
    element = statement.action
    if not statement.allows or element is None or element.negated:
        return False
    return any(covers(value.text.lower(), action) for value in element.values for action in _MANAGING)


def allowing(policy: PolicyView, action: str) -> Iterator[Statement]:
    """Give the Allows of a key policy that may be about an action on its key."""
    for statement in policy.statements:
        if statement.allows and covers_action(statement, action) and reaches_the_key(statement):
            yield statement


def keepers(policy: PolicyView) -> Iterator[Value]:
    """Give the principals that may put the key policy, which works in the key's own account only (K3)."""
    key = policy.key.arn
    for statement in allowing(policy, PUT_KEY_POLICY):
        for value in principals(statement):
            who = named(value.text)
            if key is None or who is None or who.account == key.account:
                yield value


def home_account(policy: PolicyView) -> str | None:
    """Name the account of the key: its ARN's, else the one account that may put the key policy (K1)."""
    if policy.key.arn is not None:
        return policy.key.arn.account
    found = {
        principal.account
        for statement in allowing(policy, PUT_KEY_POLICY)
        for principal in map(named, (value.text for value in principals(statement)))
        if principal is not None
    }
    return found.pop() if len(found) == 1 else None


def wanted_of_services(statement: Statement, key: str) -> Iterator[Condition]:
    """Give the conditions of an Allow to services, and to nobody else, that want a key to have some value."""
    others = any(element.kind != "Service" or element.negated for element in statement.principals)
    if statement.allows and not others and any(principals(statement, "Service")):
        yield from positive_on(statement, key)


def positive_on(statement: Statement, key: str) -> Iterator[Condition]:
    """Give the conditions that want a key, in lower case, to have some value."""
    yield from (each for each in statement.conditions if each.folded == key and is_positive(each))
