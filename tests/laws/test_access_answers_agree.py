"""`who_can` and `account_access` against `authorize`: what is certain holds in every context tried,
and what is denied is denied in every one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from policyeval import Authorizer
from policyeval.model.records import PrincipalRecord
from policyeval.model.request import ContextValue, Request, Session
from tests.laws.changes import Lived, lives


def _asked_by(life: Lived, person: PrincipalRecord) -> Iterator[Request]:
    """Ask the same of a person in several contexts; a role in several sessions too."""
    asked, endpoints = life.request, [endpoint.id for endpoint in life.world.endpoints]  # whose policies are not asked
    given = {
        key: value
        for key, value in (asked.context or {}).items()
        if key != "aws:TokenIssueTime" and value not in endpoints
    }
    sessions: list[Session | None] = [None]
    if person.kind == "user" and asked.action.lower().partition(":")[0] not in {"iam", "sts"}:
        sessions.append(Session())  # GetSessionToken, whose credentials are not for those (S35)
    if person.kind == "role":
        sessions += [Session("s1"), Session("alice", tags={"team": "blue", "Project": "red"}, source_identity="boss")]
    contexts: list[dict[str, ContextValue]] = [given, {}]
    for session in sessions:
        for context in contexts:
            for pairs in (asked.encryption_context, None):
                yield asked.replace(
                    principal=person.arn,
                    session=session,
                    context=context,
                    encryption_context=pairs,
                    vpc_endpoint=None,
                    grant_tokens=(),
                    via_service=asked.via_service if context else None,
                )


def test_who_can_says_what_authorize_does() -> None:
    seen: Counter[str] = Counter()
    for life in lives(7):
        authorizer = Authorizer(life.world)
        verdicts = {one.principal: one for one in authorizer.who_can(life.request.action, life.request.resource)}
        assert verdicts.keys() == {person.arn for person in life.world.people}
        for person in life.world.people:
            access = verdicts[person.arn]
            seen[access.verdict] += 1
            if access.verdict == "conditional":
                continue
            for request in _asked_by(life, person):
                allowed = authorizer.authorize(request).allowed
                assert allowed is (access.verdict == "allow"), f"seed {life.seed}: {access} but {request}"
    assert min(seen["allow"], seen["conditional"], seen["deny"]) > 100, seen


def test_account_access_says_what_who_can_does() -> None:
    doors: Counter[str] = Counter()
    for life in lives(8):
        authorizer = Authorizer(life.world)
        action, resource = life.request.action, life.request.resource
        everyone = {one.principal: one for one in authorizer.who_can(action, resource)}
        for account in life.world.accounts:
            access = authorizer.account_access(account.id, action, resource)
            people = [person for person in life.world.people if person.account is account]
            assert access.principals is not None
            assert {one.principal: one for one in access.principals} == {one.arn: everyone[one.arn] for one in people}
            doors[access.door] += 1
            if access.door == "closed":
                assert {one.verdict for one in access.principals} == {"deny"}, f"seed {life.seed}: {access}"
            if access.door == "open":
                root = next(one for one in access.principals if one.principal.endswith(":root"))
                decision = authorizer.authorize(Request(root.principal, action, resource, at=life.request.at))
                barred = decision.layer == "service_control_policy" or decision.rule == "S35"  # by no door's doing
                assert decision.allowed or barred, f"seed {life.seed}: {access}"
    assert min(doors["open"], doors["conditional"], doors["closed"]) > 50, doors
