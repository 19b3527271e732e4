"""One statement: from a node to the model, with everything that is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from policyeval.model.policy import Effect, Element, PolicyType, PrincipalElement, Statement
from policyeval.syntax.conditions import read_conditions
from policyeval.syntax.elements import read_actions, read_principals, read_resources
from policyeval.syntax.faults import Kind, ticked
from policyeval.syntax.objects import DAMAGED, is_unreadable, members, read_text, report_type
from policyeval.syntax.tree import CHOICE, Mapping, Node, Unknown

if TYPE_CHECKING:
    from policyeval.syntax.faults import Faults

ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
# IAM's and Organizations' own policies; services' resource policies allow more (S36).
_STRICT_SIDS: Final = frozenset({PolicyType.IDENTITY, PolicyType.SCP, PolicyType.RCP, PolicyType.TRUST})
_STRICT_SID: Final = re.compile(r"[0-9A-Za-z]*")
# A key policy's statement without Resource is inert (S23), a trust policy's may have none, and of a policy
# whose type is not told it is not known.
_NO_RESOURCE_NEEDED: Final = frozenset({PolicyType.TRUST, PolicyType.KEY, PolicyType.RESOURCE, None})


class Dialect(NamedTuple):
    """What a statement's reading depends on besides its text."""

    policy_type: PolicyType | None
    variables: bool


def read_statement(node: Node, dialect: Dialect, faults: Faults, pointer: str) -> Statement | None:
    """Read one statement; None where there is none to speak of. Faults are added, never raised."""
    if not isinstance(node, Mapping):
        report_type(node, "a statement", "an object", faults, pointer)
        return None
    found = members(node, ELEMENTS, "a statement", faults, pointer)
    principal = _principal(node, found, dialect, faults, pointer)
    action = _action(node, found, dialect, faults, pointer)
    resource = _resource(node, found, dialect, faults, pointer)
    effect = _effect(node, found, faults, pointer)
    condition = found.get("Condition")
    conditions = (
        read_conditions(condition, faults, f"{pointer}/Condition", variables=dialect.variables)
        if condition is not None
        else ()
    )
    sid = _sid(found, dialect, faults, pointer)
    return Statement(effect, sid, principal, action, resource, conditions, node.place(pointer))


def _sid(found: dict[str, Node], dialect: Dialect, faults: Faults, pointer: str) -> str | None:
    node = found.get("Sid")
    if node is None:
        return None
    at = f"{pointer}/Sid"
    sid = read_text(node, "`Sid`", faults, at)
    if sid is not None and dialect.policy_type in _STRICT_SIDS and not _STRICT_SID.fullmatch(sid):
        message = f"the Sid {ticked(sid)} has characters other than letters and digits"
        faults.add(node, at, message, kind=Kind.INVALID_SID)
    return sid


def _effect(node: Mapping, found: dict[str, Node], faults: Faults, pointer: str) -> Effect:
    value = found.get("Effect")
    if value is None:
        add = '`"Effect": "Allow"` or `"Effect": "Deny"`'
        _missing(node, found, faults, pointer, what="`Effect`", add=add, kind=Kind.MISSING_EFFECT)
        return "Deny"  # never seen: a policy with faults is not given out
    at = f"{pointer}/Effect"
    effect = read_text(value, "`Effect`", faults, at)
    if effect == "Allow":
        return "Allow"
    if effect is not None and effect != "Deny":
        proper = effect.strip().capitalize()
        hint = f"write `{proper}`" if proper in {"Allow", "Deny"} else None
        faults.add(
            value, at, f"the effect {ticked(effect)} is neither `Allow` nor `Deny`", hint, kind=Kind.INVALID_EFFECT
        )
    return "Deny"


_Pair = Literal["Principal", "Action", "Resource"]


def _either(found: dict[str, Node], name: _Pair, faults: Faults, pointer: str) -> tuple[str, Node] | None:
    """Give the element or its Not… form; say when a statement has both."""
    plain, negated = found.get(name), found.get(f"Not{name}")
    if plain is not None and negated is not None and not (_is_choice(plain) or _is_choice(negated)):
        # The later of the two; without a source, where both start at 0, the negated one.
        at, node = (name, plain) if plain.start > negated.start else (f"Not{name}", negated)
        message = f"a statement has both `{name}` and `Not{name}`"
        hint = "keep one, or make two statements of it"
        faults.add(node, f"{pointer}/{at}", message, hint, kind=Kind.BOTH_FORMS)
    if plain is not None:
        return name, plain
    return (f"Not{name}", negated) if negated is not None else None


def _is_choice(node: Node) -> bool:
    """Tell whether a template chooses what is there, which may be nothing; each of its choices is read by itself."""
    return isinstance(node, Unknown) and node.why == CHOICE


def _missing(  # noqa: PLR0913 - the parts of one sentence
    node: Mapping, found: dict[str, Node], faults: Faults, pointer: str, *, what: str, add: str, kind: Kind
) -> None:
    if DAMAGED not in found:
        faults.add(node, pointer, f"a statement has no {what}", f"add {add}", kind=kind)


def _principal(
    node: Mapping, found: dict[str, Node], dialect: Dialect, faults: Faults, pointer: str
) -> PrincipalElement | None:
    chosen = _either(found, "Principal", faults, pointer)
    policy_type = dialect.policy_type
    if chosen is None:
        if policy_type is not None and policy_type.names_principals:
            _missing(
                node,
                found,
                faults,
                pointer,
                what="`Principal`",
                add=f"whom it is about; {_CALLED[policy_type]} names principals",
                kind=Kind.MISSING_PRINCIPAL,
            )
        return None
    name, value = chosen
    at = f"{pointer}/{name}"
    if policy_type is not None and not policy_type.names_principals:
        faults.add(
            value,
            at,
            f"{_CALLED[policy_type]} may not have `{name}`",
            "leave it out: the policy is about whoever it is attached to",
            kind=Kind.PRINCIPAL_NOT_ALLOWED,
        )
        return None
    if policy_type is PolicyType.TRUST and name == "NotPrincipal":
        message = "a role's trust policy may not have `NotPrincipal`"
        faults.add(value, at, message, kind=Kind.TRUST_NOT_PRINCIPAL)
    return None if is_unreadable(value) else read_principals(name, value, faults, at)


def _action(node: Mapping, found: dict[str, Node], dialect: Dialect, faults: Faults, pointer: str) -> Element | None:
    chosen = _either(found, "Action", faults, pointer)
    if chosen is None:
        # KMS takes such a statement, and it does nothing; IAM refuses it.
        if dialect.policy_type is not PolicyType.KEY:
            add = "`Action` or `NotAction`"
            _missing(node, found, faults, pointer, what="`Action`", add=add, kind=Kind.MISSING_ACTION)
        return None
    name, value = chosen
    return read_actions(name, value, faults, f"{pointer}/{name}")


def _resource(node: Mapping, found: dict[str, Node], dialect: Dialect, faults: Faults, pointer: str) -> Element | None:
    chosen = _either(found, "Resource", faults, pointer)
    if chosen is None:
        if dialect.policy_type not in _NO_RESOURCE_NEEDED:
            add = '`"Resource": "*"` or what it is about'
            _missing(node, found, faults, pointer, what="`Resource`", add=add, kind=Kind.MISSING_RESOURCE)
        return None
    name, value = chosen
    at = f"{pointer}/{name}"
    if dialect.policy_type is PolicyType.TRUST:
        message, hint = f"a role's trust policy may not have `{name}`", "leave it out: the role is the resource"
        faults.add(value, at, message, hint, kind=Kind.TRUST_RESOURCE)
        return None
    return read_resources(name, value, faults, at, variables=dialect.variables)


_CALLED: Final = {
    PolicyType.IDENTITY: "an identity policy",
    PolicyType.SESSION: "a session policy",
    PolicyType.RESOURCE: "a resource policy",
    PolicyType.KEY: "a key policy",
    PolicyType.TRUST: "a role's trust policy",
    PolicyType.SCP: "a service control policy",
    PolicyType.RCP: "a resource control policy",
    PolicyType.VPC_ENDPOINT: "a VPC endpoint policy",
}
