"""Which grants of a key let a caller do an action (G1–G6).

Grants are found by grantee, then by operation, and those with an encryption context constraint
by what they demand; nothing scans the grants of a key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from policyeval.authorizer.actions import CREATE_GRANT, DESCRIBE_KEY, ActionFacts
from policyeval.authorizer.profiles import Caller
from policyeval.catalog.kms import GRANT_OPERATIONS
from policyeval.evaluator.context import EvaluationContext
from policyeval.evaluator.principals import Door, session_prefix
from policyeval.model.arn import is_account_id, split_arn
from policyeval.model.decision import Layer, StatementRef
from policyeval.model.grant import Grant


class MatchedGrant(NamedTuple):
    """A grant that lets the caller in, and how its grantee names the caller."""

    grant: Grant
    door: Door

    def ref(self) -> StatementRef:
        """Name the grant."""
        return StatementRef(Layer.GRANT, self.grant.name, None, None, self.grant.grant_id, self.grant.place)


class _Operation:
    """One grantee's grants for one operation, by what they demand of the encryption context."""

    __slots__ = ("bound_to_sources", "equals", "free", "subset")

    def __init__(self, grants: Sequence[Grant]) -> None:
        self.bound_to_sources = any(grant.source_arn is not None for grant in grants)
        self.free: list[Grant] = []
        self.equals: dict[frozenset[tuple[str, str]], list[Grant]] = {}
        self.subset: dict[tuple[str, str], list[Grant]] = {}
        # A grant stands under its rarest pair: what all grants share tells none of them apart.
        shared = Counter(pair for grant in grants for pair in (grant.context_subset or {}).items())
        for grant in grants:
            if grant.context_equals is not None:
                # Of two constraints, which AWS takes from nobody, both must hold.
                if _is_subset(grant.context_subset or {}, grant.context_equals):
                    self.equals.setdefault(frozenset(grant.context_equals.items()), []).append(grant)
            elif grant.context_subset:
                rarest = min(grant.context_subset.items(), key=lambda pair: (shared[pair], pair))
                self.subset.setdefault(rarest, []).append(grant)
            else:
                self.free.append(grant)

    def all(self) -> Iterable[Grant]:
        yield from self.free
        for grants in (*self.equals.values(), *self.subset.values()):
            yield from grants

    def meeting(self, context: Mapping[str, str]) -> list[Grant]:
        """Give the grants whose constraint an encryption context meets; names and values exactly (G3)."""
        return [*self.free, *self.constrained(context)]

    def constrained(self, context: Mapping[str, str]) -> list[Grant]:
        """Give those among them that have a constraint."""
        found = [*self.equals.get(frozenset(context.items()), ())] if self.equals else []
        if self.subset:
            for pair in context.items():
                alike = self.subset.get(pair)
                if alike is not None:
                    found += [grant for grant in alike if _is_subset(grant.context_subset, context)]
        return found


def _is_subset(pairs: Mapping[str, str] | None, context: Mapping[str, str]) -> bool:
    return pairs is not None and pairs.items() <= context.items()


class GrantIndex:
    """The grants of one key to one grantee, by operation; made for one tuple of grants."""

    __slots__ = ("grants", "operations")

    def __init__(self, grants: Sequence[Grant]) -> None:
        self.grants = grants
        by_operation: dict[str, list[Grant]] = {}
        for grant in grants:
            for name in grant.operations & GRANT_OPERATIONS.keys():
                by_operation.setdefault(GRANT_OPERATIONS[name], []).append(grant)
        self.operations = {folded: _Operation(found) for folded, found in by_operation.items()}

    def possible(self, action: ActionFacts) -> Iterable[Grant]:
        """Give the grants that allow an action in some context."""
        found = self.operations.get(action.folded)
        return found.all() if found is not None else ()

    def certain(self, action: ActionFacts) -> Iterable[Grant]:
        """Give the grants that allow an action in every context."""
        found = self.operations.get(action.folded)
        if found is None or action.folded == CREATE_GRANT:
            return ()
        grants = found.all() if action.folded == DESCRIBE_KEY else found.free
        return (grant for grant in grants if grant.source_arn is None)

    def matching(self, action: ActionFacts, context: EvaluationContext) -> list[Grant]:
        """Give the grants that allow an action in a context."""
        found = self.operations.get(action.folded)
        if found is None:
            return []
        candidates: Iterable[Grant]
        if action.folded == CREATE_GRANT:
            candidates = [grant for grant in found.all() if _may_make_child(grant, context)]
        elif action.takes_encryption_context:
            candidates = found.meeting(context.pairs)
        elif action.folded == DESCRIBE_KEY:  # constraints do not bind it (G3)
            candidates = found.all()
        else:
            candidates = found.free
        return [grant for grant in candidates if grant.source_arn is None or _from_source(grant, context)]


def _from_source(grant: Grant, context: EvaluationContext) -> bool:
    """Tell whether a SourceArn constraint is met: it is looked at when a service makes the request.

    It binds every operation but RetireGrant, which is not asked here (G3).
    """
    source = context.given.get("aws:sourcearn")
    by_service = context.caller.caller_type == "Service" or context.via_service is not None
    return source == grant.source_arn or (source is None and not by_service)


def _may_make_child(parent: Grant, context: EvaluationContext) -> bool:
    """Tell whether the grant that the request creates stays within its parent (G4)."""
    operations = context.given.get("kms:grantoperations")
    if not operations:
        context.fault(
            "`kms:GrantOperations` is not given: whether the new grant stays within its parent cannot be told"
        )
        return False
    if not set(operations) <= parent.operations:  # a multi-valued key: never one text
        return False
    if parent.source_arn is not None and context.given.get("kms:grantconstraintsourcearn") != parent.source_arn:
        return False
    kind, pairs = context.given.get("kms:grantconstrainttype"), context.pairs
    if parent.context_equals is not None:
        return kind == "EncryptionContextEquals" and dict(pairs) == dict(parent.context_equals)
    if parent.context_subset:
        within = kind in {"EncryptionContextEquals", "EncryptionContextSubset"}
        return within and parent.context_subset.items() <= pairs.items()
    return True


class GrantSearch:
    """The grants of a key to one caller for one action, as far as they can be told before a request is made.

    `always` match whatever a request says, as long as no others do; `varies` tells whether others may.
    """

    __slots__ = ("_action", "_delay", "_indexes", "_operations", "always", "needs_context", "varies")

    def __init__(self, indexes: Iterable[tuple[GrantIndex, Door]], action: ActionFacts, delay: timedelta) -> None:
        self._action, self._delay = action, delay
        self._indexes = [(index, door) for index, door in indexes if action.folded in index.operations]
        operations = [index.operations[action.folded] for index, _ in self._indexes]
        # Time, the request's own keys and who makes the request have a say (G3, G4, G6).
        self.needs_context = bool(operations) and bool(
            delay or action.folded == CREATE_GRANT or any(operation.bound_to_sources for operation in operations)
        )
        constrained = any(operation.equals or operation.subset for operation in operations)
        self.varies = self.needs_context or (action.takes_encryption_context and constrained)
        self._operations: list[tuple[_Operation, Door, list[MatchedGrant]]] = []
        self.always: Sequence[MatchedGrant] = ()
        if not self.needs_context:
            unbound = action.folded == DESCRIBE_KEY  # constraints do not bind it (G3)
            for index, door in self._indexes:
                operation = index.operations[action.folded]
                free = [MatchedGrant(grant, door) for grant in (operation.all() if unbound else operation.free)]
                self._operations.append((operation, door, free))
            self.always = tuple(grant for _, _, free in self._operations for grant in free)

    @property
    def indexes(self) -> Sequence[GrantIndex]:
        """Those of the grants that have the action."""
        return [index for index, _ in self._indexes]

    def find(self, pairs: Mapping[str, str]) -> Sequence[MatchedGrant]:
        """Give the grants that an encryption context opens; `always` itself when it opens no others."""
        found: list[MatchedGrant] = []
        for operation, door, free in self._operations:
            found += free
            for grant in operation.constrained(pairs):
                found.append(MatchedGrant(grant, door))
        return found if len(found) > len(self.always) else self.always

    def find_in(self, context: EvaluationContext, tokens: Sequence[str]) -> Sequence[MatchedGrant]:
        """Give the grants that a whole request opens."""
        return [
            MatchedGrant(grant, door)
            for index, door in self._indexes
            for grant in visible(index.matching(self._action, context), self._delay, tokens, context)
        ]


def visible(
    grants: Iterable[Grant], delay: timedelta, tokens: Sequence[str], context: EvaluationContext
) -> Iterable[Grant]:
    """Leave out the grants that are not in effect yet."""
    if not delay:
        return grants
    now = context.time()
    return [grant for grant in grants if _is_visible(grant, delay, tokens, now)]


def is_shown(grant: Grant, tokens: Collection[str]) -> bool:
    """Tell whether a grant's id or token is among those that a request shows.

    Raises:
        TypeError: they are one text, in which parts of it would be found.

    """
    if isinstance(tokens, str):
        raise TypeError
    return grant.grant_id in tokens or not grant.tokens.isdisjoint(tokens)


def _is_visible(grant: Grant, delay: timedelta, tokens: Sequence[str], now: datetime) -> bool:
    """Tell whether a grant is in effect: it has spread, or its token is at hand (G6)."""
    if grant.creation_date is None:
        return True
    created = grant.creation_date
    created = created if created.tzinfo is not None else created.replace(tzinfo=UTC)
    return created + delay <= now or is_shown(grant, tokens)


def retiring_doors(grants: Iterable[Grant], caller: Caller, grantees: Iterable[tuple[str, Door]]) -> list[MatchedGrant]:
    """Give the grants that a caller may retire by the grant's own word (G5).

    The right belongs to the retiring principal, to the grantee where RetireGrant is among the
    operations, and to the account in which the grant was created. An account that has the right
    delegates it (Door.ACCOUNT). Constraints do not bind RetireGrant (G3).
    """
    doors = dict(grantees)
    found = []
    for grant in grants:
        door = max((_door(holder, doors, caller) for holder in _holders(grant)), default=Door.NONE)
        if door < Door.LIMITED and caller.account and _account_of(grant.issuing_account) == caller.account:
            door = doors[caller.account_arn]
        if door is not Door.NONE:
            found.append(MatchedGrant(grant, door))
    return found


def sessions_doors(grants: Iterable[Grant], role_arn: str) -> list[MatchedGrant]:
    """Give the grants that some session of a role may retire by its own name."""
    prefix = session_prefix(role_arn)
    if prefix is None:
        return []
    named = (grant for grant in grants if any(holder.startswith(prefix) for holder in _holders(grant)))
    return [MatchedGrant(grant, Door.DIRECT) for grant in named]


def _holders(grant: Grant) -> list[str]:
    """Give whom a grant names as one that may retire it (G5)."""
    holders = [grant.retiring_principal, grant.retiring_service_principal]
    if "RetireGrant" in grant.operations:
        holders += [grant.grantee_principal, grant.grantee_service_principal]
    return [holder for holder in holders if holder]


def _door(holder: str, doors: Mapping[str, Door], caller: Caller) -> Door:
    if holder in doors:
        return doors[holder]
    return doors[caller.account_arn] if holder == caller.account else Door.NONE


def _account_of(issuer: str | None) -> str | None:
    if issuer is None or is_account_id(issuer):
        return issuer
    arn = split_arn(issuer)
    return arn.account if arn is not None and arn.resource == "root" else None
