"""What a statement reaches: which actions it covers, and whether a condition narrows it down.

What is unknown narrows: a rule that says a statement reaches too far is silent about it.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.evaluator.values import network
from policyeval.syntax.tree import Mapping, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from policyeval.lint.view import Condition, Element, PolicyView, Statement, Value

_FOR_ALL: Final = "ForAllValues"

EVERY_ACTION: Final = frozenset({"*", "*:*"})
"""The values of Action that are all actions of all services."""

_EVERY_ARN: Final = re.compile(r"\*|arn(:aws[a-z*-]*)?(:\*)+")

CALLER_KEYS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "elasticfilesystem:accessedviamounttarget",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Keys, in lower case, that say who calls, from where, or for what: they narrow down a principal of `*`.

Tags of principals do not: everybody tags their own.
"""

# Keys whose patterns may name something of anybody's.
_NAMING: Final = frozenset(
    {
        "aws:principalarn",
        "aws:sourcearn",
        "aws:userid",
        "kms:calleraccount",
        "kms:encryptioncontext:aws:",
        "s3:dataaccesspointarn",
    }
)
# Such patterns: of an account's id or a name of any beginning, and of ARNs whose account is not written out. Of an ARN
# too short to have one, a star stands for the rest (S21). The buckets of Amazon S3 have names of one's own.
_OF_ANYBODY: Final = re.compile(
    r"""\d{0,11}[*?].*
    | arn(?=.*\*)(?!.*:\d{12})[^:]*(:[^:]*){0,4}
    | arn:[^:]*:(?!s3:)[^:]*:[^:]*:\d{0,11}[*?].*
    | arn:[^:]*:s3:[^:]*:[*?]*:([*?]|accesspoint/).*""",
    re.DOTALL | re.VERBOSE,
)

_PATTERNS: Final = frozenset({"ArnEquals", "ArnLike", "StringLike"})
_OF_ADDRESSES: Final = frozenset({"IpAddress", "NotIpAddress"})
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html: /8 of v4, /32 of v6.
_NARROW_ENOUGH: Final = MappingProxyType({4: 0xFF << 24, 6: 0xFFFF_FFFF << 96})
_PRIVATE_V6: Final = network("fc00::/7")[1]


def values_covering(statement: Statement, action: str) -> Sequence[Value]:
    """Give the values of Action (not NotAction) that cover an action, which is given in lower case."""
    element = statement.action
    return () if element is None or element.negated else element.covering(action)


def covers_action(statement: Statement, action: str) -> bool:
    """Tell whether a statement is about an action, given in lower case; false where that is not known."""
    element = statement.action
    if element is None:
        return False
    if element.negated:
        return element.complete and not element.covering(action)
    return bool(element.covering(action))


def covers_each(wide: Element, narrow: Element, covering: Callable[[str, str], bool]) -> bool:
    """Tell whether each value of one element is covered by a value of another."""
    return all(any(covering(pattern.text, value.text) for pattern in wide.values) for value in narrow.values)


def allows_are_known(policy: PolicyView) -> bool:
    """Tell whether everything that a policy allows could be read: what is not there then is not allowed."""
    return policy.complete and all(
        statement.complete and statement.effect is not None and (statement.action is None or statement.action.complete)
        for statement in policy.statements
    )


def named_actions(statement: Statement, service: str) -> Sequence[tuple[Value, str]]:
    """Give the actions of a service that a statement names in full, each with its text in lower case."""
    element = statement.action
    return () if element is None or element.negated else element.named(service)


def whole(element: Element) -> Value | None:
    """Give the value of an element that stands for everything by itself: `*`."""
    return next((value for value in element.values if value.text == "*"), None)


def every_resource(element: Element) -> Value | None:
    """Give the value of Resource that is everything, or every ARN of a partition."""
    return next((value for value in element.values if _EVERY_ARN.fullmatch(value.text)), None)


def is_everything(action: Value) -> bool:
    """Tell whether an action is every action on every resource, of which W207 says enough."""
    element = action.statement.resource
    everywhere = element is not None and not element.negated and every_resource(element) is not None
    return everywhere and action.text in EVERY_ACTION


def unconditional(statement: Statement) -> bool:
    """Tell whether a statement certainly has no conditions."""
    return not statement.conditions and not conditions_unknown(statement)


def unlimited(statement: Statement) -> bool:
    """Tell whether a statement certainly has no conditions but such as everybody meets."""
    return not conditions_unknown(statement) and all(map(_is_met_by_everybody, statement.conditions))


def _is_met_by_everybody(condition: Condition) -> bool:
    """Tell whether nobody need be refused for a condition: with TLS and an address every client calls."""
    if condition.folded == "aws:securetransport":
        return condition.base == "Bool" and any(value.text.lower() == "true" for value in condition.values)
    if condition.folded == "aws:sourceip":
        return condition.base == "IpAddress" and takes_anybody(condition)
    return _fits_without_key(condition) and condition.base in _PATTERNS and takes_all(condition)


def _fits_without_key(condition: Condition) -> bool:
    """Tell whether ForAllValues or IfExists lets a missing key pass; under ForAnyValue nothing does (S32)."""
    return condition.quantifier == _FOR_ALL or (condition.if_exists and not condition.quantifier)


def conditions_unknown(statement: Statement) -> bool:
    """Tell whether a statement has conditions that nobody can see."""
    node = statement.get("Condition")
    if node is None:
        return not statement.complete
    if not isinstance(node, Mapping):
        return isinstance(node, Unknown)
    return any(
        isinstance(keys, Unknown) or (isinstance(keys, Mapping) and any(not key.value for key, _ in keys.entries))
        for _, keys in node.entries
    )


def is_positive(condition: Condition) -> bool:
    """Tell whether a condition wants its key to be there and to have one of the values."""
    operator = OPERATORS.get(condition.base)
    return operator is not None and not operator.negated and not _fits_without_key(condition)


def is_negated(condition: Condition) -> bool:
    """Tell whether a condition wants its key to have none of the values."""
    operator = OPERATORS.get(condition.base)
    return operator is not None and operator.negated


def is_null_check(condition: Condition) -> bool:
    """Tell whether a condition asks only whether its key is there."""
    return condition.base == NULL


def ensures_key(condition: Condition) -> bool:
    """Tell whether a condition holds only where its key is there."""
    if is_null_check(condition):
        return [value.text.lower() for value in condition.values] == ["false"]
    return is_positive(condition)


def narrowed_by(statement: Statement, keys: Collection[str]) -> bool:
    """Tell whether a condition wants one of these keys, in lower case, to have a value other than any.

    A key that ends in `:` or `/` stands for all that begin with it.
    """
    return _narrowed(statement, keys, takes_all)


def narrowed_to_somebody(statement: Statement, keys: Collection[str]) -> bool:
    """Tell whether a condition wants one of these keys to have a value that not everybody can have.

    To `arn:aws:iam::*:role/admin` anybody can call a role.
    """
    return _narrowed(statement, keys, takes_anybody)


def _narrowed(statement: Statement, keys: Collection[str], takes: Callable[[Condition], bool]) -> bool:
    return conditions_unknown(statement) or any(
        is_positive(condition) and is_one_of(condition.folded, keys) and not takes(condition)
        for condition in statement.conditions
    )


def is_one_of(folded: str, keys: Collection[str]) -> bool:
    """Tell whether a key, in lower case, is among keys of which some end in `:` or `/` and stand for a family."""
    return folded in keys or any(key[-1] in ":/" and folded.startswith(key) for key in keys)


def takes_all(condition: Condition) -> bool:
    """Tell whether a value of a condition is nothing but stars, and they stand for anything."""
    return OPERATORS[condition.base].wildcards and any(not value.text.strip("*") for value in condition.values)


def takes_anybody(condition: Condition) -> bool:
    """Tell whether a value of a condition is one that everybody can have."""
    if condition.folded == "aws:sourceip" and condition.base in _OF_ADDRESSES:
        return any(_is_anywhere(value.text) for value in condition.values)
    return takes_all(condition) or (
        OPERATORS[condition.base].wildcards
        and is_one_of(condition.folded, _NAMING)
        and any(_OF_ANYBODY.fullmatch(value.text) for value in condition.values)
    )


def _is_anywhere(text: str) -> bool:
    """Tell whether a range has addresses of anybody's: to Amazon S3 one is public that is broader than these."""
    try:
        version, first, mask = network(text)
    except ValueError:
        return False
    return mask < _NARROW_ENOUGH[version] and first != _PRIVATE_V6
