"""ListGrants and ListRetirableGrants (KMS 19, 20)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from heapq import merge
from itertools import islice
from typing import Final, TypeAlias

from policyeval.kms.call import Call, Response
from policyeval.kms.errors import KmsError
from policyeval.kms.operations.grant_rules import existing, is_service, one_of
from policyeval.kms.paging import at_hand, page
from policyeval.kms.principals import check_principal, names_of
from policyeval.model.arn import split_arn
from policyeval.model.grant import Grant

_PAGE: Final = 50

# Gives up to so many grants after a grant's id.
Fetch: TypeAlias = Callable[[str, int], Sequence[Grant]]


def list_grants(call: Call) -> Response:
    """List a key's grants."""
    params = call.params
    if "GranteeServicePrincipal" in params:
        if "GranteePrincipal" in params:
            raise KmsError(
                "ValidationException",
                "You can specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
            )
        _check_service(call, "GranteeServicePrincipal")
    found = call.find(params["KeyId"], "kms:ListGrants")
    call.ask("kms:ListGrants", found)
    return _page(call, found.key.arn, _filtered(call, found.key.arn))


def _filtered(call: Call, key_arn: str) -> Fetch:
    """Give the grants that the filters leave."""
    params, reading = call.params, call.reading
    grantee = params.get("GranteePrincipal") or params.get("GranteeServicePrincipal")
    names = names_of(grantee, call.core.iam) if grantee is not None else set()
    if "GrantId" in params:
        grant = existing(key_arn, params["GrantId"], reading)
        own = {grant.grantee_principal, grant.grantee_service_principal}
        found = [grant] if not names or names & own else []
    elif names:
        found = sorted((grant for name in names for grant in reading.grants_to(key_arn, name)), key=_by_id)
    else:
        return lambda after, limit: reading.grants_after(key_arn, after, limit)
    return at_hand(found, _by_id)


def _by_id(grant: Grant) -> str:
    return grant.grant_id


def list_retirable_grants(call: Call) -> Response:
    """List the grants that a principal may retire, on whatever account's keys in the Region called.

    The principal is one of the caller's account, or the service that calls.
    """
    params = call.params
    one_of(params, "RetiringPrincipal", "RetiringServicePrincipal")
    if "RetiringServicePrincipal" in params:
        retirer = params["RetiringServicePrincipal"]
        _check_service(call, "RetiringServicePrincipal")
        if retirer != call.caller.principal:
            raise KmsError("ValidationException", "RetiringServicePrincipal can be only the service that calls.")
    else:
        retirer = params["RetiringPrincipal"]
        _check_own(call, retirer)
        # The ARN of a principal tells no Region.
        call.ask_on(retirer, "kms:ListRetirableGrants", {"aws:RequestedRegion": call.region})
    return _page(call, retirer, lambda after, limit: list(islice(_retirable(call, retirer, after), limit)))


def _check_own(call: Call, principal: str) -> None:
    arn = split_arn(principal)
    if arn is None or arn.account != call.caller.account:
        raise KmsError("InvalidArnException", f"{principal} is not a principal of account {call.caller.account}")
    check_principal(principal, call.caller.partition, call.core.iam)


def _check_service(call: Call, parameter: str) -> None:
    if not is_service(call.caller):
        raise KmsError("ValidationException", f"{parameter} can be used only by service principals.")


def _retirable(call: Call, retirer: str, after: str) -> Iterator[Grant]:
    return merge(*(_retirable_by(call, name, after) for name in names_of(retirer, call.core.iam)), key=_by_id)


def _retirable_by(call: Call, retirer: str, after: str) -> Iterator[Grant]:
    while grants := call.reading.retirable(retirer, after, _PAGE):
        for grant in grants:
            key = call.reading.key(grant.key_arn)
            if key is not None and key.region == call.region and call.present(key) is not None:
                yield grant
        after = grants[-1].grant_id


def _page(call: Call, of: str, fetch: Fetch) -> Response:
    return page(
        call,
        member="Grants",
        default=_PAGE,
        fetch=fetch,
        order=_by_id,
        show=partial(_show, call.core.names.shown),
        of=of,
    )


def _show(name: Callable[[str], str], grant: Grant) -> Response:
    """Give a grant as listings do; what it does not have is left out, but a name is shown as empty."""
    constraints = _present(
        EncryptionContextSubset=_copied(grant.context_subset),
        EncryptionContextEquals=_copied(grant.context_equals),
        SourceArn=grant.source_arn,
    )
    return _present(
        KeyId=grant.key_arn,
        GrantId=grant.grant_id,
        Name=grant.name or "",
        CreationDate=grant.creation_date,
        GranteePrincipal=_party(grant.grantee_principal, name),
        GranteeServicePrincipal=grant.grantee_service_principal,
        RetiringPrincipal=_party(grant.retiring_principal, name),
        RetiringServicePrincipal=grant.retiring_service_principal,
        IssuingAccount=grant.issuing_account,
        Operations=sorted(grant.operations),
        Constraints=constraints or None,
    )


def _party(principal: str | None, name: Callable[[str], str]) -> str | None:
    return name(principal) if principal is not None else None


def _copied(pairs: Mapping[str, str] | None) -> dict[str, str] | None:
    return dict(pairs) if pairs is not None else None


def _present(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
