"""What would have to change for a denied request to be allowed; every proposal is tried.

A change is a real statement, compiled and put into a copy of the case, or a Deny left out of it.
The smallest sets that turn the decision are kept; nothing is proposed that was not decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import decide, explicit_denies
from policyeval.authorizer.grants import MatchedGrant
from policyeval.evaluator.context import Value
from policyeval.evaluator.layers import BoundStatement, Candidates, Compiler, LevelStack, PolicyLayer
from policyeval.evaluator.principals import Door
from policyeval.model.decision import Layer
from policyeval.model.grant import Grant
from policyeval.model.policy import (
    CURRENT_VERSION,
    Element,
    NamedPolicy,
    Policy,
    PolicyType,
    PrincipalElement,
    PrincipalValue,
    Statement,
)

# Alternatives of one size that are worth a reader's time.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change.

    `text` says it; `layer` is where. Either `statement` is to be added (at `level` for SCPs and
    RCPs), or `removed` must not match, or `grant` is to be created.
    """

    text: str
    layer: Layer
    statement: Statement | None = None
    level: int = 0
    removed: BoundStatement | None = field(default=None, compare=False)
    grant: Grant | None = None


def smallest_changes(case: Case) -> list[tuple[Change, ...]]:
    """Give the smallest sets of changes that allow a denied request, likely ones first; none if none do.

    One more Allow never takes anything away. So what all candidates together do not allow, no set of them allows; and a
    candidate without which the others do not suffice is in every set. That settles most of them, such as the up to
    fourteen levels of an organization; only the few that are left are tried in every combination.
    """
    must_go = tuple(_removal(statement) for statement in explicit_denies(case))
    candidates = list(_candidates(case))
    every = range(len(candidates))

    def allows(chosen: Iterable[int]) -> bool:
        changes = (*must_go, *(candidates[number] for number in chosen))
        return decide(apply(case, changes)).reason == "allowed"

    if not allows(every):
        return []
    needed = [number for number in every if not allows(other for other in every if other != number)]
    left = [number for number in every if number not in needed]
    sizes = ([sorted((*needed, *more)) for more in combinations(left, size)] for size in range(len(left) + 1))
    found = next(ways for sets in sizes if (ways := [chosen for chosen in sets if allows(chosen)]))
    return [(*must_go, *(candidates[number] for number in chosen)) for chosen in sorted(found)[:_SHOWN]]


def without_denies(case: Case) -> Case:
    """Give the case as it would be if no Deny matched."""
    return apply(case, [_removal(statement) for statement in explicit_denies(case)])


def _removal(statement: BoundStatement) -> Change:
    return Change(f"{statement.ref()} must not deny it", statement.layer, removed=statement)


def _candidates(case: Case) -> Iterator[Change]:
    """Propose an Allow for every layer that has a say, and a grant for a key."""
    action = case.action.kms.name if case.action.kms is not None else case.action.name
    caller, target = case.caller, case.target
    arn = target.arn
    who = _who(case)
    for layer, stack, owner, paths, principal in (
        (Layer.RCP, case.rcps, target.account, target.keys.get("aws:resourceorgpaths"), _everyone()),
        (Layer.SCP, caller.scps, caller.account, caller.keys.get("aws:principalorgpaths"), None),
    ):
        for number, named in enumerate(_levels(layer, stack, owner, paths)):
            yield Change(f"{named} must allow {action}", layer, _statement(action, "*", principal), number)
    if case.endpoint is not None:
        text = f"the policy of the VPC endpoint must allow {action} on {arn} to {who}"
        yield Change(text, Layer.ENDPOINT, _statement(action, arn, _everyone()))
    # The service alone settles what its service-linked role may (IAM user guide, "Service-linked roles").
    if caller.identity is not None and not caller.service_linked:
        text = f"account {caller.account} must add an identity policy that allows {action} on {arn} to {caller.label}"
        yield Change(text, Layer.IDENTITY, _statement(action, arn, None))
    if caller.boundary is not None:
        text = f"the permissions boundary of {caller.label} must allow {action} on {arn}"
        yield Change(text, Layer.BOUNDARY, _statement(action, arn, None))
    if case.session is not None:
        text = f"a session policy of the session must allow {action} on {arn}"
        yield Change(text, Layer.SESSION, _statement(action, arn, None))
    yield from _resource_side(case, action, who)


def _levels(layer: Layer, stack: LevelStack | None, owner: str, paths: Value) -> list[str]:
    """Name the levels of an account's policies by what they are attached to, where its way down the tree is known."""
    levels = len(stack.levels) if stack is not None else 0
    path = paths[0] if isinstance(paths, tuple) else ""
    units = path.split("/")[1:-1]  # of `o-…/r-…/ou-…/`, from the root on
    if levels == len(units) + 1:
        return [f"the {_NAMES[layer]} of {name}" for name in (*units, f"account {owner}")]
    return [f"level {number} of the {_NAMES[layer]} of account {owner}" for number in range(1, levels + 1)]


def _resource_side(case: Case, action: str, who: str) -> Iterator[Change]:
    target = case.target
    managed = target.key is not None and target.key.manager == "AWS"
    if managed or target.parts is None or (case.action.on_alias and not target.is_key):
        return  # nobody can change that policy, or there is none (K4, K10)
    if case.retirable is None and _has_policy(case):
        resource = None if target.is_role else "*" if target.is_key else target.arn
        where = target.arn if target.is_role or not target.is_key else f"account {target.account}"
        text = f"{where} must let {who} in: a statement of the {_own_policy(case)} that allows {action}"
        yield Change(text, case.theirs.layer, _statement(action, resource, _naming(case)))
    if target.is_key:
        grant = _grant(case, action)
        if grant is not None:
            text = f"account {target.account} must create a grant of {min(grant.operations)} to {who}"
            if case.retirable is not None:
                which = "the grant that the request names" if case.request.grant_tokens else "a grant"
                text = f"{which} must name {who} as its retiring principal"
            yield Change(text, Layer.GRANT, grant=grant)


def _own_policy(case: Case) -> str:
    if case.theirs.layer is Layer.TRUST:
        return "trust policy"
    return "key policy" if case.target.is_key else "resource policy"


def _has_policy(case: Case) -> bool:
    """Tell whether the resource can have a policy of its own that the action asks.

    The only kind of IAM's is a role's trust policy. Source: IAM user guide, "AWS JSON policy elements: Principal".
    """
    if case.action.identity_only:
        return False
    parts = case.target.parts
    if parts is None or parts.service not in {"iam", "sts"}:
        return True
    return case.target.is_role and case.action.service == "sts"


_NAMES = {Layer.RCP: "resource control policies", Layer.SCP: "service control policies"}


def _who(case: Case) -> str:
    """Name whom a policy or grant should name: a role for its sessions, but a federated session itself."""
    return case.caller.label if case.caller.is_role else case.label


def _statement(action: str, resource: str | None, principal: PrincipalElement | None) -> Statement:
    element = Element((resource,)) if resource is not None else None
    return Statement("Allow", principal=principal, action=Element((action,)), resource=element)


def _everyone() -> PrincipalElement:
    return PrincipalElement((PrincipalValue("AWS", "*"),))


def _naming(case: Case) -> PrincipalElement:
    caller = case.caller
    if not caller.caller_type:
        return _everyone()
    return PrincipalElement((PrincipalValue(caller.caller_type, _who(case)),))


def _grant(case: Case, action: str) -> Grant | None:
    """Make up the grant that would do, where grants reach."""
    _, name = action.split(":")
    if not case.caller.caller_type:
        return None
    if case.retirable is not None:
        return Grant(case.target.arn, "proposed", frozenset({"DescribeKey"}), retiring_principal=_who(case))
    grantable = case.action.kms is not None and case.action.kms.grantable
    if not grantable or name == "CreateGrant":
        return None
    return Grant(case.target.arn, "proposed", frozenset({name}), grantee_principal=_who(case))


def apply(case: Case, changes: Sequence[Change]) -> Case:
    """Give the case as it would be after the changes."""
    changed = case.copy()
    changed.caller, changed.target = case.caller.copy(), case.target.copy()
    for change in changes:
        if change.grant is not None:
            _add_grant(changed, change.grant)
        else:
            _change_policies(changed, change)
    changed.own = changed.caller.side(case.action.folded)
    changed.theirs = changed.target.side(case.action)
    return changed


def _add_grant(case: Case, grant: Grant) -> None:
    door = Door.LIMITED if case.caller.is_role else Door.DIRECT
    if case.retirable is not None:
        case.retirable = [*case.retirable, MatchedGrant(grant, door)]
    else:
        case.grants = [*case.grants, MatchedGrant(grant, door)]


def _change_policies(case: Case, change: Change) -> None:
    caller, target = case.caller, case.target
    if change.layer is Layer.RCP:
        target.rcps = _edited_stack(target.rcps, change, PolicyType.RCP)
    elif change.layer is Layer.SCP:
        caller.scps = _edited_stack(caller.scps, change, PolicyType.SCP)
    elif change.layer is Layer.ENDPOINT:
        case.endpoint = _edited(case.endpoint, change, PolicyType.VPC_ENDPOINT)
    elif change.layer is Layer.IDENTITY:
        caller.identity = _edited(caller.identity, change, PolicyType.IDENTITY)
    elif change.layer is Layer.BOUNDARY:
        caller.boundary = _edited(caller.boundary, change, PolicyType.IDENTITY)
    elif change.layer is Layer.SESSION:
        case.session = _edited(case.session, change, PolicyType.SESSION)
    else:
        policy_type = PolicyType.TRUST if target.is_role else PolicyType.RESOURCE
        target.policy = _edited(target.policy, change, policy_type)


class _EditedLayer(PolicyLayer):
    """A layer without some statements, and with others."""

    __slots__ = ("added", "base", "removed")

    def __init__(
        self,
        base: PolicyLayer | None,
        layer: Layer,
        removed: frozenset[tuple[int, int]],
        added: tuple[PolicyLayer, ...],
    ) -> None:
        super().__init__(layer, (), PolicyType.IDENTITY, Compiler())  # it has no policies of its own
        self.base = base
        self.removed = removed
        self.added = added

    def candidates(self, action: str) -> Candidates:
        denies, allows = self.base.candidates(action) if self.base is not None else ((), ())
        if self.removed:
            denies = tuple(statement for statement in denies if _identity(statement) not in self.removed)
        return denies, (*allows, *(statement for layer in self.added for statement in layer.candidates(action)[1]))


def _identity(statement: BoundStatement) -> tuple[int, int]:
    """Tell a statement from all others of the case, which holds their policies."""
    return id(statement.policy), statement.index


def _edited(base: PolicyLayer | None, change: Change, policy_type: PolicyType) -> PolicyLayer:
    """Make a change in a layer. Changes do not stand in each other: there may be more than calls can."""
    edited = base if isinstance(base, _EditedLayer) else _EditedLayer(base, change.layer, frozenset(), ())
    removed, added = edited.removed, edited.added
    if change.removed is not None:
        removed |= {_identity(change.removed)}
    if change.statement is not None:
        proposed = NamedPolicy("proposed", Policy((change.statement,), CURRENT_VERSION))
        added = (*added, PolicyLayer(change.layer, [proposed], policy_type, Compiler()))
    return _EditedLayer(edited.base, change.layer, removed, added)


def _edited_stack(base: LevelStack | None, change: Change, policy_type: PolicyType) -> LevelStack:
    levels: list[PolicyLayer] = []
    for number, level in enumerate(base.levels if base is not None else ()):
        concerned = change.removed is not None or number == change.level
        levels.append(_edited(level, change, policy_type) if concerned else level)
    return LevelStack(levels)
