"""Statements that meet a request, and statements that miss it by one field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from policyeval.model.policy import (
    CURRENT_VERSION,
    OLD_VERSION,
    Condition,
    Effect,
    Element,
    NamedPolicy,
    Policy,
    PrincipalElement,
    PrincipalValue,
    Statement,
)
from tests.differential.dice import Dice, chance, pick, shuffled, weighted
from tests.differential.wording import condition, variable, wild
from tests.reference.callers import Caller, Way
from tests.reference.statements import Asked, PolicyKind

Aim = Literal["fit", "miss"]
EVERYONE = PrincipalElement((PrincipalValue("AWS", "*"),))
FULL_ACCESS = NamedPolicy(
    "FullAWSAccess", Policy((Statement("Allow", None, None, Element(("*",)), Element(("*",))),), CURRENT_VERSION)
)
RCP_FULL_ACCESS = NamedPolicy(
    "RCPFullAWSAccess", Policy((Statement("Allow", None, EVERYONE, Element(("*",)), Element(("*",))),), CURRENT_VERSION)
)
_OTHER_ACTIONS = ("kms:ListKeys", "s3:PutObject", "kms:Re*", "iam:?etUser", "sqs:Purge*", "sts:AssumeRoleWith*")
_OTHER_RESOURCES = (
    "arn:aws:kms:us-east-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
    "arn:aws:kms:eu-*:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:sqs:*:444455556666:*",
    "arn:aws:s3:::bucket/none/${aws:username}",
    "arn:aws:iam::*:role/other*",
    "arn:aws:kms:us-east-1:*/*",
    "*${aws:PrincipalTag/none, ''}",  # no variable so early (S22), so nothing ends like it
)


@dataclass(frozen=True)
class Drafting:
    """What a policy is written around."""

    asked: Asked
    kind: PolicyKind
    version: str | None = CURRENT_VERSION


def policy(dice: Dice, drafting: Drafting, name: str, wanted: list[tuple[Effect, Aim]]) -> NamedPolicy:
    """Write a policy with the wanted statements and some that only look like them."""
    drafting = replace(drafting, version=weighted(dice, {CURRENT_VERSION: 85, None: 8, OLD_VERSION: 7}))
    noise: list[tuple[Effect, Aim]] = [
        ("Deny" if chance(dice, 40) else "Allow", "miss") for _ in range(weighted(dice, {0: 55, 1: 30, 2: 15}))
    ]
    made = [
        statement(dice, drafting, effect, aim, str(number)) for number, (effect, aim) in enumerate([*wanted, *noise])
    ]
    return NamedPolicy(name, Policy(tuple(shuffled(dice, made)), drafting.version))


def statement(  # noqa: PLR0913 - what a statement is made of
    dice: Dice, drafting: Drafting, effect: Effect, aim: Aim, sid: str, *, way: Way | None = None
) -> Statement:
    """Write a statement that meets the request, or misses it by one field."""
    kind, asked = drafting.kind, drafting.asked
    made = Statement(
        effect,
        f"S{sid}" if chance(dice, 80) else None,
        _principal(dice, drafting, effect, way),
        _action(dice, asked.action),
        None if kind == "trust" or (kind == "resource" and chance(dice, 8)) else _resource(dice, asked),
        _conditions(dice, drafting, weighted(dice, {0: 55, 1: 30, 2: 15})),
    )
    return made if aim == "fit" else _miss(dice, drafting, made)


def all_but_a_stranger(dice: Dice, drafting: Drafting) -> Statement:
    """Write an Allow that would let in everyone but one stranger, were it not that nothing does (S13)."""
    made = statement(dice, drafting, "Allow", "fit", "others")
    return replace(made, principal=PrincipalElement((_stranger(dice, drafting.asked.caller),), negated=True))


def _conditions(dice: Dice, drafting: Drafting, count: int) -> tuple[Condition, ...]:
    found: dict[tuple[str, str], Condition] = {}
    for _ in range(count):
        made = condition(
            dice, drafting.asked.facts, drafting.version, wanted=True, in_key_policy=drafting.kind == "key"
        )
        found.setdefault((made.operator, made.key.lower()), made)
    return tuple(found.values())


def _miss(dice: Dice, drafting: Drafting, made: Statement) -> Statement:
    """Put one field off."""
    fields = {"action": 20, "condition": 45}
    if drafting.kind != "trust":
        fields["resource"] = 20
    if drafting.kind in {"key", "resource", "trust", "endpoint"} and made.principal and not made.principal.negated:
        fields["principal"] = 20
    field = weighted(dice, fields)
    if chance(dice, 2):
        return _emptied(dice, made)
    if field == "resource":
        return replace(made, resource=_other_resource(dice, drafting))
    if field == "action":
        other = pick(dice, _OTHER_ACTIONS)
        return replace(
            made, action=Element((drafting.asked.action,), negated=True) if chance(dice, 30) else Element((other,))
        )
    if field == "principal":
        return replace(made, principal=PrincipalElement((_stranger(dice, drafting.asked.caller),)))
    wanted = weighted(dice, {False: 75, None: 25})
    off = condition(dice, drafting.asked.facts, drafting.version, wanted=wanted, in_key_policy=drafting.kind == "key")
    kept = tuple(one for one in made.conditions if (one.operator, one.key.lower()) != (off.operator, off.key.lower()))
    return replace(made, conditions=(*kept, off))


def _other_resource(dice: Dice, drafting: Drafting) -> Element | None:
    if chance(dice, 30):
        return Element((drafting.asked.resource,), negated=True)
    if drafting.kind == "key" and chance(dice, 40):
        return None  # S23
    return Element((pick(dice, _OTHER_RESOURCES),))


def _emptied(dice: Dice, made: Statement) -> Statement:
    """Leave an element without values."""
    nothing = Element((), negated=chance(dice, 50))
    changes = [replace(made, action=nothing), replace(made, resource=made.resource and nothing)]
    if made.principal is not None:
        changes.append(replace(made, principal=PrincipalElement((), made.principal.negated)))
    if made.conditions:
        changes.append(replace(made, conditions=(replace(made.conditions[0], values=()), *made.conditions[1:])))
    return pick(dice, changes)


def _action(dice: Dice, action: str) -> Element:
    service, name = action.split(":")
    at = 1 + dice.below(len(name) - 1)
    fitting = [
        action,
        f"{service}:*",
        "*",
        f"{service}:{name[:at]}*",
        f"{service}:{name[:at]}?{name[at + 1 :]}",
        action.upper(),
        f"{service[0]}*:*{name[at:]}",
    ]
    if chance(dice, 6):
        return Element((pick(dice, _OTHER_ACTIONS),), negated=True)
    values = [pick(dice, fitting) if chance(dice, 70) else action]
    if chance(dice, 20):
        values.append(pick(dice, _OTHER_ACTIONS))
    return Element(tuple(values))


def _resource(dice: Dice, asked: Asked) -> Element:
    arn = asked.resource
    if chance(dice, 5):
        return Element((pick(dice, _OTHER_RESOURCES),), negated=True)
    if arn == "*" or chance(dice, 45):
        return Element(("*",))
    fields = arn.split(":", 5)
    head, tail = ":".join(fields[:5]), fields[5]
    fitting = [
        arn,
        f"{head}:*",
        f"{head}:{wild(dice, tail)}",
        ":".join(["arn:aws", fields[2], "*", "*", tail]),
        ":".join(["arn:aws", fields[2], "us-*", tail]),
        f"arn:aws:{fields[2]}:*",
        f"arn:aws:{fields[2]}",
        wild(dice, arn),
        f"{head}:{variable(dice, tail, asked.facts)}",
    ]
    values = [pick(dice, fitting)]
    if chance(dice, 20):
        values.append(pick(dice, _OTHER_RESOURCES))
    return Element(tuple(values))


def _principal(dice: Dice, drafting: Drafting, effect: Effect, way: Way | None) -> PrincipalElement | None:
    caller = drafting.asked.caller
    if drafting.kind not in {"key", "resource", "trust", "endpoint"}:
        return EVERYONE if drafting.kind == "rcp" else None
    names = names_of(caller)
    if way is None and drafting.kind in {"key", "resource"} and chance(dice, 10 if effect == "Deny" else 5):
        listed = [value for values in names.values() for value in values if value.value != "*" and chance(dice, 85)]
        return PrincipalElement(tuple(listed) or (_stranger(dice, caller),), negated=True)
    fitting = names.get(way, []) if way else names[pick(dice, sorted(names))]
    values = [pick(dice, fitting)] if fitting else [_stranger(dice, caller)]
    if chance(dice, 20):
        values.append(_stranger(dice, caller))
    return PrincipalElement(tuple(values))


def names_of(caller: Caller) -> dict[Way, list[PrincipalValue]]:
    """Give the ways to name a caller, and the texts that do."""
    names: dict[Way, list[str]] = {"everyone": ["*"]}
    if caller.account is not None:
        names["account"] = [caller.account.id, f"arn:{caller.account.partition}:iam::{caller.account.id}:root"]
    record = caller.record
    if record is not None and record.kind != "root":
        way: Way = "user" if caller.kind == "user" else "role"
        names[way] = [record.arn, *([record.unique_id] if record.unique_id else [])]
    if caller.kind in {"role", "federated"} and caller.arn is not None:
        names["session"] = [caller.arn]
    found = {way: [PrincipalValue("AWS", text) for text in texts] for way, texts in names.items()}
    if caller.kind == "service" and caller.arn is not None:
        found["service"] = [PrincipalValue("Service", caller.arn)]
    if caller.kind == "provider" and caller.arn is not None:
        found["provider"] = [PrincipalValue("Federated", caller.arn)]
    return found


def _stranger(dice: Dice, caller: Caller) -> PrincipalValue:
    own = caller.account.id if caller.account is not None else "111122223333"
    away = "444455556666" if own == "111122223333" else "111122223333"
    kind, value = pick(
        dice,
        [
            ("AWS", away),
            ("AWS", f"arn:aws:iam::{own}:role/App"),
            ("AWS", f"arn:aws:iam::{own}:user/nobody"),
            ("AWS", f"arn:aws:sts::{own}:assumed-role/app/other"),
            ("AWS", f"arn:aws:sts::{own}:federated-user/other"),
            ("AWS", "AROAGONEGONEGONE"),
            ("AWS", f"arn:aws:iam::{own}:group/everyone"),
            ("AWS", f"arn:aws-us-gov:iam::{own}:root"),
            ("CanonicalUser", "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
            ("Service", "ses.amazonaws.com"),
            ("Federated", "arn:aws:iam::111122223333:saml-provider/old"),
        ],
    )
    return PrincipalValue(kind, value)
