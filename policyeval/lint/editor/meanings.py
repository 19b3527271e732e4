"""What actions, condition keys and operators mean, in Markdown."""

from __future__ import annotations

from string import digits
from typing import TYPE_CHECKING, Final

from policyeval.catalog.keys import ConditionKey, lookup
from policyeval.catalog.service_data import service_data
from policyeval.evaluator.conditions import split_operator
from policyeval.evaluator.operators import NULL, OPERATORS
from policyeval.lint.patterns import has_wildcard, matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policyeval.catalog.service_data import Action, Service, ServiceKey

# How many actions that a wildcard covers are named, and how many keys of an action.
_SHOWN: Final = 20

# AWS: reference_policies_elements_condition_operators.html.
OPERATOR_MEANINGS: Final[Mapping[str, str]] = {
    "StringEquals": "The text is the same, case and all.",
    "StringNotEquals": "The text is another, case and all.",
    "StringEqualsIgnoreCase": "The text is the same, whatever its case.",
    "StringNotEqualsIgnoreCase": "The text is another, whatever its case.",
    "StringLike": "The text matches, case and all; `*` stands for any text, `?` for one character.",
    "StringNotLike": "The text does not match; `*` stands for any text, `?` for one character.",
    "ArnEquals": "The ARN matches, part by part; `*` and `?` stay within a part. The same as `ArnLike`.",
    "ArnLike": "The ARN matches, part by part; `*` and `?` stay within a part. The same as `ArnEquals`.",
    "ArnNotEquals": "The ARN does not match, part by part. The same as `ArnNotLike`.",
    "ArnNotLike": "The ARN does not match, part by part. The same as `ArnNotEquals`.",
    "NumericEquals": "The numbers are equal.",
    "NumericNotEquals": "The numbers differ.",
    "NumericLessThan": "The request's number is less.",
    "NumericLessThanEquals": "The request's number is less or equal.",
    "NumericGreaterThan": "The request's number is greater.",
    "NumericGreaterThanEquals": "The request's number is greater or equal.",
    "DateEquals": "The times are the same.",
    "DateNotEquals": "The times differ.",
    "DateLessThan": "The request's time is before.",
    "DateLessThanEquals": "The request's time is before or the same.",
    "DateGreaterThan": "The request's time is after.",
    "DateGreaterThanEquals": "The request's time is after or the same.",
    "Bool": "The key is `true`, or `false`, as written.",
    "BinaryEquals": "The bytes are the same; the policy has them in Base64.",
    "IpAddress": "The address is in the range.",
    "NotIpAddress": "The address is outside of the range.",
    "Null": "With `true` the request has no such key, with `false` it has one with a value.",
}
_NEGATED_MISSING: Final = "Holds too when the request has no such key."
_PLAIN_MISSING: Final = "Does not hold when the request has no such key."
_IF_EXISTS: Final = "`…IfExists`: holds too when the request has no such key."
_IF_EXISTS_OF_ANY: Final = "`…IfExists` changes nothing here: does not hold when the request has no such key."
_SETS: Final = {
    "ForAllValues:": "`ForAllValues:` every value of the request must match; holds too when there is none.",
    "ForAnyValue:": "`ForAnyValue:` at least one value of the request must match.",
}


def operator_text(written: str) -> str | None:
    """Say what an operator does; None for what is no operator."""
    quantifier, base, if_exists = split_operator(written)
    meaning = OPERATOR_MEANINGS.get(base)
    if meaning is None:
        return None
    lines = [f"**{written}**: {meaning}"]
    if quantifier:
        lines.append(_SETS[quantifier])
    if if_exists:
        lines.append(_IF_EXISTS_OF_ANY if quantifier == "ForAnyValue:" else _IF_EXISTS)
    elif not quantifier and base != NULL:
        lines.append(_NEGATED_MISSING if OPERATORS[base].negated else _PLAIN_MISSING)
    return "\n\n".join(lines)


def action_text(written: str) -> str | None:
    """Describe an action, or say which actions a pattern covers; None for what there is no such thing as."""
    if written == "*":
        return "**\\***: every action of every service"
    prefix, colon, name = written.lower().partition(":")
    service = service_data().service(prefix)
    if service is None:
        return None
    if not colon or not name:
        return f"**{prefix}**: {service.name}, {len(service.action_names)} actions"
    if has_wildcard(name):
        return _covered(written, service, name)
    action = service.action(name)
    return _described(service, action) if action is not None else None


def _covered(written: str, service: Service, pattern: str) -> str:
    matches = matcher(pattern)
    names = [name for folded, name in service.action_names.items() if matches(folded)]
    heading = f"**{_literal(written)}**: {len(names)} of {len(service.action_names)} actions of {service.name}"
    shown = [f"- `{service.prefix}:{name}`" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        shown.append(f"- and {len(names) - _SHOWN} more")
    return "\n".join([heading, "", *shown])


def _described(service: Service, action: Action) -> str:
    lines = [f"**{service.prefix}:{action.name}** ({service.name})", "", f"Access level: {action.access_level}"]
    if action.resources:
        required = {resource.type: resource.required for resource in action.resources}
        types = ", ".join(f"{name} (required)" if needed else name for name, needed in required.items())
        lines += ["", f"Resource types: {types}"]
    else:
        lines += ["", "Resource types: none, it can be allowed on `*` only"]
    keys = _numbered(
        {name for resource in action.resources for name in resource.condition_keys} | {*action.condition_keys}
    )
    if keys:
        more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        lines += ["", f"Condition keys: {', '.join(f'`{key}`' for key in keys[:_SHOWN])}{more}"]
    return "\n".join(lines)


def _numbered(names: Iterable[str]) -> list[str]:
    """Write keys that only differ by their number as one: `kms:RecipientAttestation:PCR…`."""
    alike: dict[str, list[str]] = {}
    for name in sorted(names):
        alike.setdefault(name.rstrip(digits), []).append(name)
    return [group[0] if len(group) == 1 else f"{stem}…" for stem, group in alike.items()]


def key_text(written: str) -> str | None:
    """Describe a condition key; None where nobody describes it."""
    folded = written.lower()
    key = lookup(folded)
    home = "a global key" if folded.startswith("aws:") else None
    if key is None and not folded.startswith("aws:"):
        defined = service_data().key(folded)
        key = ConditionKey(defined.name, defined.type, defined.multivalued) if defined is not None else None
    if key is None:
        return None
    if home is None:
        services = filter(None, map(service_data().service, service_data().key_homes(folded)))
        home = "a key of " + (", ".join(service.name for service in services) or folded.partition(":")[0])
    types = " or ".join((key.type, *key.also))
    several = ", several values: needs `ForAllValues:` or `ForAnyValue:`" if key.multivalued else ""
    return f"**{key.name}**: {home}\n\nType: {types}{several}"


def supported_keys(actions: Iterable[str]) -> frozenset[str]:
    """Name the keys that requests for some of these actions have, as the services spell them."""
    found: set[str] = set()
    for service, action in _named(actions):
        found.update(action.condition_keys)
        for resource in action.resources:
            found.update(resource.condition_keys)
            kind = service.resource_types.get(resource.type)
            found.update(kind.condition_keys if kind is not None else ())
    return frozenset(found)


def services_of(actions: Iterable[str]) -> list[Service]:
    """Give the services of actions, each once."""
    prefixes = dict.fromkeys(action.lower().partition(":")[0] for action in actions)
    return [service for service in map(service_data().service, prefixes) if service is not None]


def service_keys(service: Service) -> list[ServiceKey]:
    """Give the condition keys of a service, and the families of keys that it has."""
    return [*service.keys.values(), *(key for _, key in service.key_families)]


def _named(actions: Iterable[str]) -> Iterable[tuple[Service, Action]]:
    for written in actions:
        prefix, _, name = written.lower().partition(":")
        service = service_data().service(prefix)
        if service is None:
            continue
        matches = matcher(name)
        for folded in service.action_names if has_wildcard(name) else (name,):
            action = service.action(folded) if matches(folded) else None
            if action is not None:
                yield service, action


def _literal(text: str) -> str:
    return text.replace("*", "\\*").replace("_", "\\_")
