"""AssumeRole: who may, for how long, and what goes on from session to session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.kms.estate import START, A, B, allow, deny, policy
from tests.kms.sts.estate import (
    ALICE,
    ASSUMING,
    KINDS,
    NEXT,
    ROLE,
    SESSION,
    Tokens,
    described,
    tags,
    text,
    trust,
    trusting,
)

NO_TRUST = "because no role trust policy allows the sts:AssumeRole action"
NO_IDENTITY = "because no identity-based policy allows the sts:AssumeRole action"


def words(action: str = "sts:AssumeRole", who: str = ALICE, role: str = ROLE) -> str:
    return f"User: {who} is not authorized to perform: {action} on resource: {role}"


def test_the_answer_names_the_session_and_its_credentials() -> None:
    response = Tokens().call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1")
    assert response["AssumedRoleUser"] == {"AssumedRoleId": "AROAAPP:s1", "Arn": SESSION}
    credentials = response["Credentials"]
    assert set(credentials) == {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert credentials["Expiration"] == START + timedelta(hours=1)
    assert response["SessionTokenSize"] == len(credentials["SessionToken"])
    assert response["SessionTokenUtilization"] == -(-response["SessionTokenSize"] * 100 // 4096)
    assert "PackedPolicySize" not in response
    assert "SourceIdentity" not in response


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        pytest.param({}, None, id="both accounts agree"),
        pytest.param({"alice": ()}, NO_IDENTITY, id="the trust policy names the account, and alice has no permission"),
        pytest.param({"app_trusts": trusting(B)}, NO_TRUST, id="another account is trusted"),
        pytest.param(
            {"alice": (), "app_trusts": trusting(ALICE)},
            NO_IDENTITY,
            id="across accounts being named is not enough",
        ),
        pytest.param(
            {"alice": (allow("sts:*"), deny("sts:AssumeRole"))},
            "with an explicit deny in an identity-based policy",
            id="alice is denied",
        ),
        pytest.param(
            {"app_trusts": policy(trust(A), {**trust(ALICE), "Effect": "Deny"})},
            "with an explicit deny in the role trust policy",
            id="the role denies alice",
        ),
        pytest.param(
            {"alice": (allow("sts:AssumeRole", resource=f"arn:aws:iam::{B}:role/other"),)},
            NO_IDENTITY,
            id="alice may assume another role only",
        ),
    ],
)
def test_both_sides_are_asked(facts: dict[str, Any], refusal: str | None) -> None:
    tokens = Tokens(**facts)
    if refusal is None:
        assert tokens.assume().arn == SESSION
    else:
        assert tokens.not_assumed() == ("AccessDenied", f"{words()} {refusal}")


@pytest.mark.parametrize(
    "role", [f"arn:aws:iam::{B}:role/nobody", f"arn:aws:iam::{B}:role/app", "arn:aws:iam::999999999999:role/nobody"]
)
def test_a_role_that_is_not_there_looks_like_one_that_trusts_nobody(role: str) -> None:
    for statements, refusal in (
        ([allow("sts:*")], NO_TRUST),
        ([], NO_TRUST),
        ([deny("*")], "with an explicit deny in an identity-based policy"),
    ):
        missing = Tokens(alice=statements).not_assumed(role=role)
        mute = Tokens(alice=statements, app_trusts=trusting("999999999999")).not_assumed()
        assert missing == ("AccessDenied", f"{words(role=role)} {refusal}")
        assert mute == ("AccessDenied", f"{words()} {refusal}")


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringEquals": {"aws:ResourceTag/team": "red"}}, id="a tag"),
        pytest.param({"StringLike": {"iam:ResourceTag/kind": "r*"}}, id="a tag by its other name"),
        pytest.param({"Null": {"aws:ResourceTag/team": "true"}}, id="that a tag is missing"),
    ],
)
def test_who_denies_himself_a_role_by_its_tags_learns_none(condition: dict[str, Any]) -> None:
    alice = [allow("sts:*"), {**deny("sts:AssumeRole"), "Condition": condition}]
    missing = Tokens(alice=alice).not_assumed(role=f"arn:aws:iam::{B}:role/nobody")
    mute = Tokens(alice=alice, app_trusts=trusting("999999999999")).not_assumed()
    assert mute[1].removeprefix(words()) == missing[1].removeprefix(words(role=f"arn:aws:iam::{B}:role/nobody"))
    denying = Tokens(alice=alice, app_trusts=policy(trust(A), {**trust(ALICE), "Effect": "Deny"}))
    assert denying.not_assumed()[1].startswith(f"{words()} with an explicit deny in")


def condition(operator: str, key: str, value: Any, actions: Any = ASSUMING) -> dict[str, Any]:
    return {"app_trusts": trusting(A, actions=actions, Condition={operator: {key: value}})}


TAGGED = {"Tags": tags(team="blue")}


@pytest.mark.parametrize(
    ("facts", "right", "wrong"),
    [
        pytest.param(condition("StringEquals", "sts:ExternalId", "42"), {"ExternalId": "42"}, {}, id="an external id"),
        pytest.param(
            condition("StringEquals", "sts:RoleSessionName", "${aws:username}"),
            {"name": "alice"},
            {"name": "bob"},
            id="the session's name",
        ),
        pytest.param(
            condition("StringLike", "sts:SourceIdentity", "al*", ["sts:AssumeRole", "sts:SetSourceIdentity"]),
            {"SourceIdentity": "alice"},
            {"SourceIdentity": "bob"},
            id="the source identity",
        ),
        pytest.param(condition("Null", "sts:SourceIdentity", "true"), {}, {"SourceIdentity": "al"}, id="none of them"),
        pytest.param(
            condition("StringEquals", "aws:RequestTag/Team", "blue"), TAGGED, {"Tags": tags(team="red")}, id="a tag"
        ),
        pytest.param(
            condition("ForAllValues:StringEquals", "aws:TagKeys", ["team"]),
            TAGGED,
            {"Tags": tags(team="blue", other="x")},
            id="the keys of tags",
        ),
        pytest.param(
            condition("ForAnyValue:StringEquals", "sts:TransitiveTagKeys", "team"),
            {**TAGGED, "TransitiveTagKeys": ["team"]},
            TAGGED,
            id="what is transitive",
        ),
        pytest.param(
            condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
            {"request": {"source_ip": "10.1.2.3"}},
            {"request": {"source_ip": "192.0.2.1"}},
            id="where the call comes from",
        ),
        pytest.param(
            condition("StringEquals", "aws:RequestedRegion", "eu-west-1"),
            {"request": {"region": "eu-west-1"}},
            {},
            id="the Region called",
        ),
        pytest.param(
            condition("StringEquals", "aws:PrincipalTag/team", "blue"),
            {},
            {"by": "AKIAPLAIN"},
            id="the caller's own tags",
        ),
        pytest.param(
            {"alice": [allow("sts:*", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}})]},
            {},
            {"role": NEXT},
            id="the role's tags",
        ),
        pytest.param(
            {"alice": [allow("sts:*", Condition={"StringEquals": {"iam:ResourceTag/Team": "red"}})]},
            {},
            {"role": NEXT},
            id="the role's tags, by IAM's own name",
        ),
        pytest.param(
            condition("Bool", "aws:MultiFactorAuthPresent", "false"),
            {"by": "a session"},
            {},
            id="MFA, which long-term keys say nothing of",
        ),
    ],
)
def test_conditions_see_the_request(facts: dict[str, Any], right: dict[str, Any], wrong: dict[str, Any]) -> None:
    tokens = Tokens(**facts)

    def of(params: dict[str, Any]) -> dict[str, Any]:
        by = params.get("by")
        if by == "a session":
            return {**params, "by": tokens.of(tokens.call("GetSessionToken"))}
        return {**params, "by": tokens.find(by)} if by else params

    assert tokens.assume(**of(right))
    assert tokens.not_assumed(**of(wrong))[0] == "AccessDenied"


def test_mfa_is_required_by_many_policies_and_nobody_here_has_it() -> None:
    tokens = Tokens(**condition("Bool", "aws:MultiFactorAuthPresent", "true"))
    assert tokens.not_assumed()[0] == "AccessDenied"
    assert tokens.not_assumed(tokens.of(tokens.call("GetSessionToken")))[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"SerialNumber": f"arn:aws:iam::{A}:mfa/alice"}, "must provide both MFA serial number and one time pass code"),
        ({"TokenCode": "123456"}, "must provide both MFA serial number and one time pass code"),
        ({"SerialNumber": f"arn:aws:iam::{A}:mfa/alice", "TokenCode": "123456"}, "unable to validate MFA code"),
    ],
)
def test_a_code_of_a_device_is_refused_because_there_are_none(params: dict[str, str], refusal: str) -> None:
    for operation, more in (("GetSessionToken", {}), ("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s1"})):
        code, said = Tokens().refused(operation, **params, **more)
        assert code == "AccessDenied"
        assert said.startswith(f"MultiFactorAuthentication failed, {refusal}")


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity"])
@pytest.mark.parametrize("side", ["alice", "role"])
def test_tags_and_a_source_identity_are_asked_for_on_both_sides(action: str, side: str) -> None:
    params: dict[str, Any] = TAGGED if action == "sts:TagSession" else {"SourceIdentity": "alice"}
    facts: dict[str, Any] = (
        {"alice": [allow("sts:AssumeRole")]}
        if side == "alice"
        else {"app_trusts": trusting(A, actions=["sts:AssumeRole"])}
    )
    tokens = Tokens(**facts)
    assert tokens.assume()
    layer = "identity-based" if side == "alice" else "role trust"
    refusal = f"{words(action)} because no {layer} policy allows the {action} action"
    assert tokens.not_assumed(**params) == ("AccessDenied", refusal)


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("user", None),
        ("user with a session token", None),
        ("role", None),
        ("root user", "Roles may not be assumed by root accounts."),
        ("root user with a session token", "Roles may not be assumed by root accounts."),
        ("federated user", words(who=f"arn:aws:sts::{A}:federated-user/bob")),
        ("federated root user", words(who=f"arn:aws:sts::{A}:federated-user/bob")),
    ],
)
def test_some_callers_may_assume_no_role_whatever_policies_say(kind: str, refusal: str | None) -> None:
    tokens = Tokens(app_trusts=trusting("*"), app=[allow("sts:*")])
    by = KINDS[kind](tokens)
    if refusal is None:
        assert tokens.assume(by)
    else:
        assert tokens.not_assumed(by) == ("AccessDenied", refusal)


@pytest.mark.parametrize(
    ("by", "seconds", "refusal"),
    [
        ("user", None, None),
        ("user", 900, None),
        ("user", 7200, None),
        ("user", 7201, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
        ("role", 3600, None),
        (
            "role",
            3601,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
        (
            "user with a session token",
            3601,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
    ],
)
def test_a_session_lasts_as_long_as_role_and_chain_let_it(by: str, seconds: int | None, refusal: str | None) -> None:
    tokens = Tokens(app_trusts=trusting(A, B))
    params = {} if seconds is None else {"DurationSeconds": seconds}
    if refusal is None:
        assert tokens.assume(KINDS[by](tokens), **params).expires == START + timedelta(seconds=seconds or 3600)
    else:
        assert tokens.not_assumed(KINDS[by](tokens), **params) == ("ValidationError", refusal)


def test_who_may_not_assume_a_role_learns_nothing_of_how_long_it_could_last() -> None:
    assert Tokens(alice=()).not_assumed(DurationSeconds=43200)[0] == "AccessDenied"


def test_a_role_without_a_maximum_lasts_an_hour() -> None:
    tokens = Tokens(next_trusts=trusting(A))
    assert tokens.assume(role=NEXT, DurationSeconds=3600)
    assert tokens.not_assumed(role=NEXT, DurationSeconds=3601)[0] == "ValidationError"


# Chains


def test_transitive_tags_go_on_and_the_others_do_not() -> None:
    tokens = Tokens()
    first = tokens.assume(Tags=tags(Team="blue", Stage="x"), TransitiveTagKeys=["team"])
    assert first.session is not None
    assert first.session.tags == {"Team": "blue", "Stage": "x"}
    second = tokens.assume(first, role=NEXT, Tags=tags(own="y"))
    assert second.session is not None
    assert second.session.tags == {"Team": "blue", "own": "y"}


def test_what_is_inherited_goes_on_to_the_end_of_the_chain() -> None:
    tokens = Tokens(next_trusts=trusting(ROLE, NEXT))
    tokens.sts.describe(described(next_trusts=trusting(ROLE, f"arn:aws:sts::{B}:assumed-role/next/s1")))
    first = tokens.assume(Tags=tags(Team="blue"), TransitiveTagKeys=["Team"])
    third = tokens.assume(tokens.assume(first, role=NEXT), role=NEXT, name="s2")
    assert third.session is not None
    assert third.session.tags == {"Team": "blue"}


def test_an_inherited_tag_is_not_overridden() -> None:
    tokens = Tokens()
    first = tokens.assume(Tags=tags(Team="blue"), TransitiveTagKeys=["Team"])
    code, said = tokens.not_assumed(first, role=NEXT, Tags=tags(TEAM="red"))
    assert code == "InvalidParameterValue"
    assert "conflicts with a transitive tag key from the calling session" in said


def test_inherited_tags_need_the_right_to_tag_on_the_next_role() -> None:
    tokens = Tokens(next_trusts=trusting(ROLE, actions=["sts:AssumeRole"]))
    assert tokens.assume(tokens.assume(Tags=tags(a="b")), role=NEXT)
    first = tokens.assume(Tags=tags(a="b"), TransitiveTagKeys=["a"])
    assert "sts:TagSession" in tokens.not_assumed(first, role=NEXT)[1]


def test_a_source_identity_goes_on_and_is_never_another() -> None:
    tokens = Tokens()
    first = tokens.assume(SourceIdentity="alice")
    again = tokens.call("AssumeRole", first, RoleArn=NEXT, RoleSessionName="s2")
    assert again["SourceIdentity"] == "alice"
    assert tokens.of(again).session == tokens.assume(first, NEXT, "s2", SourceIdentity="alice").session
    assert tokens.not_assumed(first, NEXT, SourceIdentity="bob") == (
        "AccessDenied",
        words("sts:SetSourceIdentity", SESSION, NEXT),
    )


def test_a_source_identity_needs_the_right_to_set_it_on_the_next_role() -> None:
    tokens = Tokens(next_trusts=trusting(ROLE, actions=["sts:AssumeRole"]))
    assert tokens.assume(tokens.assume(), role=NEXT)
    assert "sts:SetSourceIdentity" in tokens.not_assumed(tokens.assume(SourceIdentity="alice"), role=NEXT)[1]


def test_a_session_policy_limits_which_roles_come_next() -> None:
    tokens = Tokens()
    assert tokens.assume(tokens.assume(Policy=text(allow("sts:*"))), role=NEXT)
    kept = tokens.assume(Policy=text(allow("kms:*")))
    # The next role trusts the role by name, which a session policy still limits (S8).
    assert "because no session policy allows" in tokens.not_assumed(kept, role=NEXT)[1]


# What is malformed


@pytest.mark.parametrize(
    ("params", "code", "said"),
    [
        pytest.param({"role": "arn:aws:iam::1:role/app00"}, "ValidationError", "is invalid", id="no account"),
        pytest.param({"role": f"arn:aws:iam::{B}:user/app"}, "ValidationError", "is invalid", id="no role"),
        pytest.param({"role": f"arn:aws:iam::{B}:role/"}, "ValidationError", "is invalid", id="a role without a name"),
        pytest.param({"role": f"arn:aws:s3:::{B}:role/app"}, "ValidationError", "is invalid", id="another service"),
        pytest.param(
            {"role": f"arn:aws:iam:us-east-1:{B}:role/app"}, "ValidationError", "is invalid", id="a role in a Region"
        ),
        pytest.param({"role": "not an ARN at all, this"}, "ValidationError", "is invalid", id="no ARN"),
        pytest.param({"name": "a b"}, "ValidationError", "'roleSessionName'", id="a name with a space"),
        pytest.param({"name": "x"}, "ValidationError", "greater than or equal to 2", id="a name of one letter"),
        pytest.param({"DurationSeconds": 899}, "ValidationError", "or equal to 900", id="too short"),
        pytest.param({"DurationSeconds": 43201}, "ValidationError", "or equal to 43200", id="too long"),
        pytest.param({"DurationSeconds": "3600"}, "MalformedInput", "Integer", id="a duration of text"),
        pytest.param({"Policy": "{"}, "MalformedPolicyDocument", "", id="a policy that is no JSON"),
        pytest.param({"Policy": "arn:aws:iam::aws:policy/X"}, "MalformedPolicyDocument", "", id="an ARN for a policy"),
        pytest.param(
            {"Policy": text({**allow("kms:*"), "Principal": "*"})},
            "MalformedPolicyDocument",
            "Principal",
            id="a session policy with a principal",
        ),
        pytest.param(
            {"PolicyArns": [{"arn": f"arn:aws:iam::{B}:policy/none"}]},
            "MalformedPolicyDocument",
            "policy/none",
            id="a managed policy that is not there",
        ),
        pytest.param(
            {"PolicyArns": [{"arn": f"arn:aws:iam::{A}:policy/shared"}]},
            "MalformedPolicyDocument",
            "policy/shared",
            id="a managed policy of another account than the role's",
        ),
        pytest.param(
            {"PolicyArns": [{"arn": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"}]},
            "MalformedPolicyDocument",
            "p-FullAWSAccess",
            id="a service control policy",
        ),
        pytest.param(
            {"PolicyArns": [{"arn": "arn:aws-cn:iam::aws:policy/AdministratorAccess"}]},
            "MalformedPolicyDocument",
            "arn:aws-cn:",
            id="a managed policy of another partition",
        ),
        pytest.param(
            {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}] * 11},
            "ValidationError",
            "10",
            id="more than ten managed policies",
        ),
        pytest.param(
            {"Tags": tags(a="1", A="2")}, "InvalidParameterValue", "case insensitive", id="two tags of one key"
        ),
        pytest.param({"Tags": [{"Key": "AWS:x", "Value": ""}]}, "InvalidParameterValue", "aws:", id="AWS's own tag"),
        pytest.param({"Tags": [{"Key": "a?", "Value": ""}]}, "ValidationError", "tags.1.member.key", id="a bad key"),
        pytest.param(
            {"Tags": [{"Key": f"k{i}", "Value": ""} for i in range(51)]}, "ValidationError", "50", id="51 tags"
        ),
        pytest.param(
            {"TransitiveTagKeys": ["a"]},
            "InvalidParameterValue",
            "must be included in the requested tags",
            id="a transitive key without its tag",
        ),
        pytest.param({"SourceIdentity": "aws:x"}, "ValidationError", "sourceIdentity", id="AWS's own source identity"),
        pytest.param({"ProvidedContexts": [{}]}, "InvalidContextAssertion", "", id="a context assertion"),
    ],
)
def test_what_is_malformed_is_refused(params: dict[str, Any], code: str, said: str) -> None:
    managed = [{"name": "shared", "document": policy(allow("kms:*"))}]
    found, words_ = Tokens(policies=managed).not_assumed(**params)
    assert found == code
    assert said in words_


@pytest.mark.parametrize("operation", ["AssumeRole", "GetFederationToken"])
def test_who_may_not_ask_learns_of_no_managed_policy(operation: str) -> None:
    tokens = Tokens(alice=[], policies=[{"name": "shared", "document": policy(allow("kms:*"))}])
    who = {"RoleArn": ROLE, "RoleSessionName": "s1"} if operation == "AssumeRole" else {"Name": "bob"}
    account = B if operation == "AssumeRole" else A
    refusals = {
        tokens.refused(operation, **who, PolicyArns=[{"arn": f"arn:aws:iam::{account}:policy/{name}"}])
        for name in ("shared", "none")
    }
    assert [code for code, _ in refusals] == ["AccessDenied"]


def test_a_missing_member_is_named() -> None:
    assert Tokens().refused("AssumeRole", RoleArn=ROLE) == (
        "ValidationError",
        "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: "
        "Member must not be null",
    )


# Sizes


@pytest.mark.parametrize("least", [0, 1, 500, 4095, 4096])
def test_a_token_is_as_long_as_one_asks_at_least(least: int) -> None:
    tokens = Tokens()
    response = tokens.call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1", MinimumSessionTokenSize=least)
    assert least <= len(response["Credentials"]["SessionToken"]) <= max(least + 1, 400)
    assert tokens.of(response).arn == SESSION


def test_a_session_that_does_not_fit_into_a_token_is_refused() -> None:
    odd = "".join(f"{number:x}".encode().hex() for number in range(900))  # which nothing makes much smaller
    statements = [allow("kms:Decrypt", resource=f"arn:aws:kms:us-east-1:{A}:key/{odd}")]
    everything = [{"Key": f"k{number}", "Value": (str(number * 7919**9) * 9)[:256]} for number in range(50)]
    code, said = Tokens().not_assumed(Policy=text(*statements), Tags=everything)
    assert code == "PackedPolicyTooLarge"
    assert said.endswith("exceeds the maximum allowed size of 4096 bytes.")


@pytest.mark.parametrize(("length", "refusal"), [(10_240, None), (10_241, "PackedPolicyTooLarge")])
def test_a_policy_is_no_longer_than_one_reads_however_well_it_packs(length: int, refusal: str | None) -> None:
    document = text(allow("kms:*"))
    params = {"Policy": document + " " * (length - len(document))}
    if refusal is None:
        assert Tokens().assume(**params)
    else:
        assert Tokens().not_assumed(**params)[0] == refusal


def test_the_share_that_policies_and_tags_take_is_told() -> None:
    response = Tokens().call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1", Tags=tags(a="b"))
    assert response["PackedPolicySize"] == response["SessionTokenUtilization"] > 0
