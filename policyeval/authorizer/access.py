"""Who gets through, over every context: certain, conditional or not at all.

Each question is decided twice: once with every doubt in the caller's favour, once against it.
What the strict answer allows is certain; what the generous one denies cannot be; between the two
it hangs on conditions, which are then named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, Literal, NamedTuple

from policyeval.authorizer.actions import CREATE_GRANT
from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import decide
from policyeval.authorizer.derived import organization_keys
from policyeval.authorizer.doubts import unasked
from policyeval.authorizer.inputs import must_name
from policyeval.authorizer.profiles import Caller
from policyeval.authorizer.report import every_layer
from policyeval.authorizer.situation import Situation
from policyeval.errors import RequestError, UnknownEntityError
from policyeval.evaluator.context import EvaluationContext, Value
from policyeval.evaluator.partial import knows, undecided
from policyeval.evaluator.principals import Door as Opening
from policyeval.evaluator.principals import session_prefix
from policyeval.evaluator.statements import CompiledStatement
from policyeval.model.arn import is_account_id, root_arn, split_arn
from policyeval.model.decision import Access
from policyeval.model.grant import Grant
from policyeval.model.records import PrincipalRecord
from policyeval.model.request import Request
from policyeval.model.source import Diagnostic

Door = Literal["open", "conditional", "closed"]

_NOBODYS: Final = "000000000000"  # AWS gives no account this id
_WILD: Final = frozenset("*?")
_PLAIN: Final = str.maketrans("*?", "xx")


class AccountAccess(NamedTuple):
    """How a resource stands towards an account.

    `door` tells whether the resource's own side (its policy, its grants, its organization's RCPs)
    lets the account in: `open` for the account as a whole, `conditional` for some of its
    principals or under conditions, `closed`. `principals` is None when the account is not described;
    that an organization's tree names it is no description. `conditions` name what a conditional door
    hangs on: whom it may open to, and under what.
    """

    door: Door
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


def who_can(
    generous: Situation, strict: Situation, principals: Iterable[PrincipalRecord], action: str, resource: str
) -> tuple[Access, ...]:
    """Ask it of every principal."""
    return tuple(_access(generous, strict, record.arn, action, resource) for record in principals)


def _access(generous: Situation, strict: Situation, principal: str, action: str, resource: str) -> Access:
    request = Request(principal, action, resource)
    best = generous.case(request)
    if decide(best).reason != "allowed":
        return Access(principal, "deny")
    besides = tuple(each.condition for each in unasked(best))
    if decide(strict.case(request)).reason == "allowed":
        return Access(principal, "conditional" if besides else "allow", besides)
    return Access(principal, "conditional", (*_conditions(best), *besides))


def _conditions(case: Case) -> tuple[str, ...]:
    """Name what the answer hangs on: what is unknown of the statements and grants that could match."""
    found: list[str] = []
    for layer in every_layer(case):
        for statement in (s for group in layer.candidates(case.action.folded) for s in group):
            found += _of_statement(statement.compiled, case.context)
    for grant in (*case.grants, *(case.retirable or ())):
        found += _of_grant(grant.grant, case)
    return tuple(dict.fromkeys(found))


def _of_statement(compiled: CompiledStatement, context: EvaluationContext) -> Iterator[str]:
    """Tell what a statement that names the caller, or one of its sessions, hangs on."""
    possible, certain = compiled.possible_names, compiled.certain_names
    if possible is not None and not possible(context):
        return
    principal, prefix = compiled.statement.principal, session_prefix(context.caller.name)
    if certain is not None and not certain(context) and principal is not None and prefix is not None:
        # Who is named lets itself in, or is spared.
        must = "" if compiled.allow is not principal.negated else "not "
        yield from (f"{must}Principal = {each.value}" for each in principal.values if each.value.startswith(prefix))
    effect = "" if compiled.allow else "not "
    resource = compiled.statement.resource
    if resource is not None and not all(knows(context, key) for key in compiled.resource_keys):
        name = "NotResource" if resource.negated else "Resource"
        yield from (f"{effect}{name} = {value}" for value in resource.values)
    yield from (f"{effect}{each.condition}" for each in undecided(compiled, context))


def _of_grant(grant: Grant, case: Case) -> Iterator[str]:
    """Tell what a grant hangs on: which session calls, its constraints, and for CreateGrant what is granted (G4)."""
    prefix = session_prefix(case.caller.name)
    holders = (grant.grantee_principal, grant.retiring_principal)
    if prefix is not None:
        yield from (f"Principal = {each}" for each in holders if each is not None and each.startswith(prefix))
    if case.retirable is not None:  # constraints do not bind it (G3)
        return
    if case.action.folded == CREATE_GRANT:
        yield f"GrantOperations within [{', '.join(sorted(grant.operations))}]"
    if case.action.takes_encryption_context:
        for kind, pairs in (("Equals", grant.context_equals), ("Subset", grant.context_subset)):
            yield from (f"EncryptionContext{kind} {name} = {value}" for name, value in (pairs or {}).items())
        if grant.context_equals == {}:
            yield "EncryptionContextEquals = {}"
    if grant.source_arn is not None:
        yield f"SourceArn = {grant.source_arn}"


def account_access(generous: Situation, strict: Situation, account: str, action: str, resource: str) -> AccountAccess:
    """Ask it of an account."""
    if not is_account_id(account):
        raise RequestError([Diagnostic(f"`{account}` is no account id", "an account id has 12 digits")])
    source = generous.source
    try:
        principals = list(source.principals(source.account(account).id))
    except UnknownEntityError:
        if resource == "*":  # what is asked on no resource has no side but the caller's own
            must_name(generous.action(action), resource, None)
            return AccountAccess("open", None)
        door, conditions = _door(generous, strict, account, action, resource)
        return AccountAccess(door, None, conditions)
    accesses = who_can(generous, strict, principals, action, resource)
    door, conditions = _door(generous, strict, account, action, resource)
    if door == "closed" and any(access.verdict != "deny" for access in accesses):
        door = "conditional"  # a principal that is named by its unique id
    # Every account has its root user: of one without principals the tree alone is known.
    return AccountAccess(door, accesses or None, conditions)


def undescribed(generous: Situation, strict: Situation, action: str, resource: str) -> tuple[str, ...]:
    """Give the accounts that nobody describes and whom the resource's own side lets in, or could.

    Those that its policy or grants name, and `*` when it could be any, of whatever organization.
    """
    if resource == "*":  # what is asked on no resource has no side but the caller's own
        return ()
    case = generous.case_of(_anyone(generous, _NOBODYS, resource), action, resource)
    texts = [*_named(case, generous), *_in_conditions(case)]
    named = {account for account in map(_account_of, texts) if is_account_id(account)} - {_NOBODYS}
    unknown = (account for account in sorted(named) if not _is_described(generous, account))
    let_in = [account for account in unknown if _door(generous, strict, account, action, resource)[0] != "closed"]
    strangers = (_stranger(generous, resource, name) for name in ("role/anyone", *filter(None, map(_of_any, texts))))
    anyone = any(_decides_for(generous, stranger, action, resource) for stranger in strangers)
    return ("*", *let_in) if anyone else tuple(let_in)


def _stranger(situation: Situation, resource: str, name: str) -> Caller:
    """Make up somebody of an account that is nobody's and in no organization."""
    caller = _anyone(situation, _NOBODYS, resource)
    caller.organization_known = True
    return _going_by(caller, f"arn:{caller.partition}:iam::{_NOBODYS}:{name}")


def _of_any(text: str) -> str:
    """Give a name that a pattern of ARNs has for somebody of whatever account, "" when it is of one account."""
    parts = split_arn(text)
    return parts.resource.translate(_PLAIN) if parts is not None and _WILD.intersection(parts.account) else ""


def _is_described(situation: Situation, account: str) -> bool:
    """Tell whether an account's principals are known; it has its root user if any."""
    return next(iter(situation.source.principals(account)), None) is not None


def _account_of(text: str) -> str:
    parts = split_arn(text)
    return parts.account if parts is not None else text


def _in_conditions(case: Case) -> Iterator[str]:
    """Give what the conditions compare to under which the resource's policy lets somebody in."""
    policy = case.resource_policy
    for statement in policy.candidates(case.action.folded)[1] if policy is not None else ():
        yield from (value for each in statement.compiled.conditions for value in each.condition.values)


def _door(
    generous: Situation, strict: Situation, account: str, action: str, resource: str
) -> tuple[Door, tuple[str, ...]]:
    """Look at the resource's side alone: first for anyone of the account, then for those it names.

    Give also what a conditional door hangs on.
    """
    case = generous.case_of(_anyone(generous, account, resource), action, resource)
    besides = tuple(each.condition for each in unasked(case))
    if _decides_for(strict, _anyone(strict, account, resource), action, resource):
        return ("conditional", besides) if besides else ("open", ())
    names: list[str] = []
    cases = [case] if decide(case).reason == "allowed" else []
    for arn in sorted(_named_principals(case, generous, account)):
        named = generous.case_of(_going_by(_anyone(generous, account, resource), arn), action, resource)
        if decide(named).reason == "allowed":
            cases.append(named)
            names += [f"Principal = {arn}"] if arn != case.caller.account_arn else []
    if not cases:
        linked = generous.case_of(_service_linked(generous, account, resource), action, resource)
        if decide(linked).reason != "allowed":
            return "closed", ()
        cases.append(linked)
        names.append(f"Principal = arn:{case.caller.partition}:iam::{account}:role/aws-service-role/*")
    conditions = (condition for each in cases for condition in _conditions(each))
    return "conditional", tuple(dict.fromkeys([*names, *conditions, *besides]))


def _service_linked(situation: Situation, account: str, resource: str) -> Caller:
    """Make up a service-linked role, which RCPs do not bind (S3)."""
    caller = _anyone(situation, account, resource)
    caller.service_linked = True
    return caller


def _decides_for(situation: Situation, caller: Caller, action: str, resource: str) -> bool:
    return decide(situation.case_of(caller, action, resource)).reason == "allowed"


def _anyone(situation: Situation, account: str, resource: str) -> Caller:
    """Make up a principal of an account whose own half allows everything, and of whom nothing else is known.

    An account that is not described is one of the resource's partition: no other could be let in.
    """
    keys: dict[str, Value] = {"aws:principalaccount": account, "aws:principalisawsservice": "false"}
    caller = Caller(f"anyone in {account}", "AWS", keys)
    caller.account, caller.has_everything = account, True
    caller.described, caller.organization_known = False, False
    parts = split_arn(resource)
    caller.partition = parts.partition if parts is not None else caller.partition
    with suppress(UnknownEntityError):
        record = situation.source.account(account)
        caller.partition, caller.organization_known = record.partition, record.organization_known
        keys |= organization_keys(record, "principal")
    caller.account_arn = root_arn(account, caller.partition)
    caller.grantees = ((caller.account_arn, Opening.ACCOUNT),)
    return caller


def _going_by(caller: Caller, arn: str) -> Caller:
    """Let somebody made up go by a name."""
    caller.name = "" if arn == caller.account_arn else arn
    if ":assumed-role/" not in arn:  # a session's is its role's, whose path is not known (S14)
        caller.keys = {**caller.keys, "aws:principalarn": arn}
    caller.grantees = ((arn, Opening.DIRECT), *caller.grantees)
    return caller


def _named_principals(case: Case, situation: Situation, account: str) -> set[str]:
    """Collect the account's principals that the resource's policy or grants name."""
    named = {case.caller.account_arn, *_named(case, situation)}
    return {arn for arn in named if (parts := split_arn(arn)) is not None and parts.account == account}


def _named(case: Case, situation: Situation) -> Iterator[str]:
    """Give whom the resource's policy or grants name."""
    policy = case.resource_policy
    for statements in policy.candidates(case.action.folded) if policy is not None else ():
        for statement in statements:
            principal = statement.compiled.statement.principal
            # Who is named lets itself in, or is spared.
            if principal is not None and principal.negated is not statement.allow:
                yield from (value.value for value in principal.values)
    if case.target.is_key:
        for grant in situation.source.retirable_grants(case.target.arn):
            yield from (holder for holder in (grant.grantee_principal, grant.retiring_principal) if holder is not None)
