"""Who gets through, over every context: certain, conditional or not at all.

Each question is decided twice: once with every doubt in the caller's favour, once against it.
What the strict answer allows is certain; what the generous one denies cannot be; between the two
it depends on conditions, which are then named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, Literal, NamedTuple

from policyeval.authorizer.callers import calls_as_provider, is_service
from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import decide
from policyeval.authorizer.derived import organization_keys
from policyeval.authorizer.doubts import standing
from policyeval.authorizer.hinges import hinges
from policyeval.authorizer.inputs import must_name
from policyeval.authorizer.nameless import of_region
from policyeval.authorizer.profiles import Caller
from policyeval.authorizer.situation import Situation
from policyeval.authorizer.unasked import unasked
from policyeval.errors import RequestError, UnknownEntityError
from policyeval.evaluator.context import Value
from policyeval.evaluator.principals import Door
from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.model.decision import Access
from policyeval.model.grant import Grant
from policyeval.model.policy import PrincipalValue
from policyeval.model.records import PrincipalRecord
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic

DoorState = Literal["open", "conditional", "closed"]

_NOBODYS: Final = "000000000000"  # AWS gives no account this id
_WILD: Final = frozenset("*?")
_PLAIN: Final = str.maketrans("*?", "xx")


class AccountAccess(NamedTuple):
    """How a resource stands towards an account.

    `door` tells whether the resource's own side (its policy, its grants, its organization's RCPs)
    lets the account in: `open` for the account as a whole, `conditional` for some of its
    principals or under conditions, `closed`. `principals` is None when the account is not described;
    that an organization's tree names it is no description. `conditions` name what a conditional door
    depends on: whom it may open to, and under what.
    """

    door: DoorState
    principals: tuple[Access, ...] | None
    conditions: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Give the fields of the contract."""
        principals = self.principals
        return {
            "door": self.door,
            "principals": None if principals is None else [_access_json(access) for access in principals],
            "conditions": list(self.conditions),
        }


def _access_json(access: Access) -> dict[str, object]:
    return {"principal": access.principal, "verdict": access.verdict, "conditions": list(access.conditions)}


class Query(NamedTuple):
    """Asks, over every context, who may do an action on a resource.

    `generous` decides with every doubt in the caller's favour, `strict` with every doubt against it.
    """

    generous: Situation
    strict: Situation
    action: str
    resource: str

    @property
    def _on_no_resource(self) -> bool:
        """Whether it is asked on no resource: then there is no side but the caller's own."""
        return self.resource == "*"

    def of_principals(self, principals: Iterable[PrincipalRecord]) -> tuple[Access, ...]:
        """Ask it of every principal."""
        return tuple(self._of_principal(record.arn) for record in principals)

    def _of_principal(self, principal: str) -> Access:
        request = Request(principal, self.action, self.resource)
        best = self.generous.case(request)
        if decide(best).reason != "allowed":
            return Access(principal, "deny")
        worst = self.strict.case(request)
        elements = (each.statement.compiled.statement.resource for each in standing(of_region(worst), worst))
        elsewhere = (f"not Resource = {value}" for each in elements if each is not None for value in each.values)
        besides = (*(each.condition for each in unasked(best)), *elsewhere)
        if decide(worst).reason == "allowed":
            return Access(principal, "conditional" if besides else "allow", besides)
        return Access(principal, "conditional", (*hinges(best), *besides))

    def of_services(self) -> tuple[Access, ...]:
        """Ask it of every service, and every identity provider, that the resource's policy or grants name."""
        if self._on_no_resource:
            return ()
        case = self._case(self.generous, self._anyone(_NOBODYS))
        return tuple(self._of_principal(name) for name in sorted(set(_services(case, self.generous))))

    def of_account(self, account: str) -> AccountAccess:
        """Ask it of an account."""
        if not is_account_id(account):
            raise RequestError([Diagnostic(f"`{account}` is no account id", "an account id has 12 digits")])
        source = self.generous.source
        try:
            principals = list(source.principals(source.account(account).id))
        except UnknownEntityError:
            if self._on_no_resource:
                must_name(self.generous.action(self.action), self.resource, None)
                return AccountAccess("open", None)
            door, conditions = self._door(account)
            return AccountAccess(door, None, conditions)
        accesses = self.of_principals(principals)
        door, conditions = self._door(account)
        if door == "closed" and any(access.verdict != "deny" for access in accesses):
            door = "conditional"  # a principal that is named by its unique id
        # Every account has its root user: of one without principals the tree alone is known.
        return AccountAccess(door, accesses or None, conditions)

    def undescribed(self) -> tuple[str, ...]:
        """Give the accounts of which no user or role is described and whom the resource's own side lets in, or could.

        Those that its policy or grants name, and `*` when it could be any, of whatever organization.
        """
        if self._on_no_resource:
            return ()
        case = self._case(self.generous, self._anyone(_NOBODYS))
        texts = [*_named(case, self.generous), *_in_conditions(case)]
        named = {account for account in map(_account_of, texts) if is_account_id(account)} - {_NOBODYS}
        unknown = (account for account in sorted(named) if not self._is_described(account))
        let_in = [account for account in unknown if self._door(account)[0] != "closed"]
        strangers = (self._stranger(name) for name in ("role/anyone", *filter(None, map(_of_any, texts))))
        anyone = any(self._lets_in(self.generous, stranger) for stranger in strangers)
        return ("*", *let_in) if anyone else tuple(let_in)

    def _is_described(self, account: str) -> bool:
        """Tell whether an account's principals are known: beside its root user, which it has if anything is."""
        return any(each.kind != "root" for each in self.generous.source.principals(account))

    def _door(self, account: str) -> tuple[DoorState, tuple[str, ...]]:
        """Look at the resource's side alone: first for anyone of the account, then for those it names.

        Give also what a conditional door depends on.
        """
        case = self._case(self.generous, self._anyone(account))
        besides = tuple(each.condition for each in unasked(case))
        if self._lets_in(self.strict, self._anyone(account)):
            return ("conditional", besides) if besides else ("open", ())
        names: list[str] = []
        cases = [case] if decide(case).reason == "allowed" else []
        for arn in sorted(_named_principals(case, self.generous, account)):
            named = self._case(self.generous, _going_by(self._anyone(account), arn))
            if decide(named).reason == "allowed":
                cases.append(named)
                names += [f"Principal = {arn}"] if arn != case.caller.account_arn else []
        if not cases:
            linked = self._case(self.generous, self._service_linked(account))
            if decide(linked).reason != "allowed":
                return "closed", ()
            cases.append(linked)
            names.append(f"Principal = arn:{case.caller.partition}:iam::{account}:role/aws-service-role/*")
        conditions = (condition for each in cases for condition in hinges(each))
        return "conditional", tuple(dict.fromkeys([*names, *conditions, *besides]))

    def _lets_in(self, situation: Situation, caller: Caller) -> bool:
        return decide(self._case(situation, caller)).reason == "allowed"

    def _case(self, situation: Situation, caller: Caller) -> Case:
        return situation.case_of(caller, self.action, self.resource)

    # Whom it is asked of

    def _anyone(self, account: str) -> Caller:
        """Make up a principal of an account whose own half allows everything, and of whom nothing else is known.

        An account that is not described is one of the resource's partition: no other could be let in.
        """
        keys: dict[str, Value] = {"aws:principalaccount": account, "aws:principalisawsservice": "false"}
        caller = Caller(f"anyone in {account}", "AWS", keys)
        caller.account, caller.has_everything = account, True
        caller.described, caller.organization_known = False, False
        parts = split_arn(self.resource)
        caller.partition = parts.partition if parts is not None else caller.partition
        with suppress(UnknownEntityError):
            record = self.generous.source.account(account)
            caller.partition, caller.organization_known = record.partition, record.organization_known
            keys |= organization_keys(record, "principal")
        caller.account_arn = root_arn(account, caller.partition)
        caller.grantees = ((caller.account_arn, Door.ACCOUNT),)
        return caller

    def _service_linked(self, account: str) -> Caller:
        """Make up a service-linked role, which RCPs do not bind (S3)."""
        caller = self._anyone(account)
        caller.service_linked = True
        return caller

    def _stranger(self, name: str) -> Caller:
        """Make up somebody of an account that is nobody's and in no organization."""
        caller = self._anyone(_NOBODYS)
        caller.organization_known = True
        return _going_by(caller, f"arn:{caller.partition}:iam::{_NOBODYS}:{name}")


def _of_any(text: str) -> str:
    """Make up a name that a pattern of ARNs fits in any account, "" where the pattern names the account."""
    parts = split_arn(text)
    return parts.resource.translate(_PLAIN) if parts is not None and _WILD.intersection(parts.account) else ""


def _account_of(text: str) -> str:
    parts = split_arn(text)
    return parts.account if parts is not None else text


def _in_conditions(case: Case) -> Iterator[str]:
    """Give what the conditions compare to under which the resource's policy lets somebody in."""
    policy = case.resource_policy
    for statement in policy.candidates(case.action.folded)[1] if policy is not None else ():
        yield from (value for each in statement.compiled.conditions for value in each.condition.values)


def _going_by(caller: Caller, arn: str) -> Caller:
    """Let somebody made up go by a name."""
    caller.name = "" if arn == caller.account_arn else arn
    if ":assumed-role/" not in arn:  # a session's is its role's, whose path is not known (S14)
        caller.keys = {**caller.keys, "aws:principalarn": arn}
    caller.grantees = ((arn, Door.DIRECT), *caller.grantees)
    return caller


def _named_principals(case: Case, situation: Situation, account: str) -> set[str]:
    """Collect the account's principals that the resource's policy or grants name."""
    named = {case.caller.account_arn, *_named(case, situation)}
    return {arn for arn in named if (parts := split_arn(arn)) is not None and parts.account == account}


def _named(case: Case, situation: Situation) -> Iterator[str]:
    """Give whom the resource's policy or grants name."""
    yield from (value.value for value in _principals(case))
    for grant in _grants(case, situation):
        yield from (holder for holder in (grant.grantee_principal, grant.retiring_principal) if holder is not None)


def _services(case: Case, situation: Situation) -> Iterator[str]:
    """Give services and identity providers among them; of grants AWS prints services in either field (G2)."""
    yield from (value.value for value in _principals(case) if value.kind == "Service" and is_service(value.value))
    federated = (value.value for value in _principals(case) if value.kind == "Federated")
    yield from (name for name in federated if calls_as_provider(name, case.action))
    for grant in _grants(case, situation):
        holders = (grant.grantee_principal, grant.retiring_principal)
        yield from (holder for holder in holders if holder is not None and is_service(holder))
        services = (grant.grantee_service_principal, grant.retiring_service_principal)
        yield from (service for service in services if service is not None)


def _principals(case: Case) -> Iterator[PrincipalValue]:
    policy = case.resource_policy
    for statements in policy.candidates(case.action.folded) if policy is not None else ():
        for statement in statements:
            principal = statement.compiled.statement.principal
            # Who is named lets itself in, or is spared.
            if principal is not None and principal.negated is not statement.allow:
                yield from principal.values


def _grants(case: Case, situation: Situation) -> Iterable[Grant]:
    return situation.source.retirable_grants(case.target.arn) if case.target.is_key else ()
