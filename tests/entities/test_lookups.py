"""What loaded entities answer: the contract of `PolicySource`."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from policyeval.entities import Entities
from policyeval.entities.policies import aws_managed
from policyeval.errors import EntitiesError, UnknownEntityError
from policyeval.model.records import PolicySource

A, B = "111122223333", "444455556666"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:us-east-1:{A}:key/{KEY_ID}"
ALIAS = f"arn:aws:kms:us-east-1:{A}:alias/app"
APP = f"arn:aws:iam::{A}:role/svc/app"
ALICE = f"arn:aws:iam::{A}:user/alice"
STATEMENT = '{Effect: Allow, Action: "kms:*", Resource: "*"}'
DOCUMENT = f"{{Version: 2012-10-17, Statement: {STATEMENT}}}"
TRUST = '{Version: 2012-10-17, Statement: {Effect: Allow, Principal: {AWS: "*"}, Action: "sts:AssumeRole"}}'
ENDPOINT = '{Version: 2012-10-17, Statement: {Effect: Allow, Principal: "*", Action: "*", Resource: "*"}}'
JSON = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}'
TEXT = f"""\
policyeval: 1
accounts:
  - id: {A}
    policies:
      - {{name: DecryptShared, path: /team/, document: {DOCUMENT}}}
    access_keys: [{{id: AKIAROOT, secret: s3cr3t-of-root}}]
    users:
      - name: alice
        unique_id: AIDAALICE
        groups: [ops]
        identity_policies: ["arn:aws:iam::{A}:policy/team/DecryptShared"]
        access_keys: [{{id: AKIAALICE, secret: s3cr3t-of-alice}}]
    groups: [{{name: ops, identity_policies: [{DOCUMENT}]}}]
    roles:
      - name: app
        path: /svc/
        tags: {{year: 2026, ready: no}}
        trust_policy: {TRUST}
        identity_policies: [{{name: own, document: '{JSON}'}}]
        permissions_boundary: "arn:aws:iam::aws:policy/AdministratorAccess"
    keys:
      - {{id: {KEY_ID}, region: us-east-1, aliases: [alias/app]}}
      - {{id: mrk-1, region: us-east-1, multi_region_type: REPLICA}}
      - {{id: k-rsa, region: us-east-1, spec: ECC_NIST_P256, state: Disabled}}
      - {{id: k-aws, region: us-east-1, manager: AWS, aliases: [alias/aws/s3]}}
    resources: [{{arn: "arn:aws:s3:::bucket", tags: {{a: b}}}}]
    vpc_endpoints: [{{id: vpce-1, vpc: vpc-1, policy: {ENDPOINT}}}]
"""


@pytest.fixture(scope="module")
def entities() -> Entities:
    return Entities.from_text(TEXT, name="accounts.yaml")


def test_entities_are_a_policy_source(entities: Entities) -> None:
    source: PolicySource = entities
    assert source.account(A).id == A


@pytest.mark.parametrize(
    ("arn", "kind", "name", "path"),
    [
        (f"arn:aws:iam::{A}:root", "root", "root", "/"),
        (ALICE, "user", "alice", "/"),
        (APP, "role", "app", "/svc/"),
    ],
    ids=["the root user is always there", "a user by ARN", "a role by ARN, path and all"],
)
def test_principals(entities: Entities, arn: str, kind: str, name: str, path: str) -> None:
    found = entities.principal(arn)
    assert (found.arn, found.kind, found.name, found.path) == (arn, kind, name, path)
    assert found is entities.principal(arn)


def test_roles_and_users_by_name_are_the_same_records(entities: Entities) -> None:
    assert entities.role(A, "app") is entities.principal(APP)
    assert entities.user(A, "alice") is entities.principal(ALICE)
    assert entities.user(A, "bob") is None


def test_policies_have_telling_names(entities: Entities) -> None:
    names = [policy.name for policy in entities.principal(ALICE).identity_policies]
    assert names == ["DecryptShared", "inline policy 1 of group ops"]
    app = entities.principal(APP)
    assert [policy.name for policy in app.identity_policies] == ["own"]
    assert app.permissions_boundary is not None
    assert app.permissions_boundary.name == "AdministratorAccess"


def test_of_managed_policies_that_are_made_up_little_is_kept() -> None:
    for number in range(2000):
        assert aws_managed(f"arn:aws:iam::aws:policy/made-up-{number}") is None
        assert aws_managed(f"arn:aws-{number}:iam::aws:policy/AdministratorAccess") is not None
    assert aws_managed.cache_info().currsize < 2000


def test_a_role_is_also_a_resource_with_its_trust_policy(entities: Entities) -> None:
    found = entities.resource(APP)
    assert found is not None
    assert found.policy is not None
    assert found.policy.name == "trust policy of app"


def test_scalars_are_taken_as_written(entities: Entities) -> None:
    assert entities.principal(APP).tags == {"year": "2026", "ready": "no"}


def test_an_alias_leads_to_its_key(entities: Entities) -> None:
    assert entities.resource(ALIAS) is entities.resource(KEY)


@pytest.mark.parametrize(
    ("key_id", "fact", "value"),
    [
        (KEY_ID, "usage", "ENCRYPT_DECRYPT"),
        (KEY_ID, "aliases", ("alias/app",)),
        (KEY_ID, "multi_region_type", None),
        ("mrk-1", "multi_region", True),
        ("mrk-1", "multi_region_type", "REPLICA"),
        ("k-rsa", "usage", "SIGN_VERIFY"),
        ("k-rsa", "state", "Disabled"),
        ("k-aws", "manager", "AWS"),
    ],
)
def test_key_facts(entities: Entities, key_id: str, fact: str, value: object) -> None:
    found = entities.resource(f"arn:aws:kms:us-east-1:{A}:key/{key_id}")
    assert getattr(found.key, fact) == value


def test_a_key_without_a_policy_has_the_default_one(entities: Entities) -> None:
    policy = entities.resource(KEY).policy
    assert policy.policy.id == "key-default-1"
    assert policy.policy.statements[0].sid == "Enable IAM User Permissions"


def test_an_aws_managed_key_has_its_fixed_policy(entities: Entities) -> None:
    policy = entities.resource(f"arn:aws:kms:us-east-1:{A}:key/k-aws").policy
    assert policy.policy.id == "auto-s3-2"


def test_policies_carry_their_places(entities: Entities) -> None:
    place = entities.principal(APP).identity_policies[0].policy.place
    assert place.file == "accounts.yaml#/accounts/0/roles/0/identity_policies/0/document"
    trust = entities.resource(APP).policy.policy.place
    assert (trust.file, trust.line, trust.pointer) == ("accounts.yaml", 18, "/accounts/0/roles/0/trust_policy")


def test_endpoints_and_managed_policies(entities: Entities) -> None:
    endpoint = entities.endpoint("vpce-1")
    assert (endpoint.vpc, endpoint.account_id, endpoint.policy.name) == ("vpc-1", A, "endpoint policy of vpce-1")
    assert entities.managed_policy(f"arn:aws:iam::{A}:policy/team/DecryptShared").name == "DecryptShared"
    assert entities.managed_policy("arn:aws:iam::aws:policy/AdministratorAccess").name == "AdministratorAccess"


def test_of_an_account_with_its_root_user_alone_it_is_said_that_no_other_is_described() -> None:
    bare = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A}]})
    for asked in (lambda: bare.principal(f"arn:aws:iam::{A}:role/root"), lambda: bare.role(A, "root")):
        with pytest.raises(UnknownEntityError) as raised:
            asked()
        assert [each.hint for each in raised.value.diagnostics] == [
            f"no user or role of account {A} is described: `account-access` tells whether a resource lets it in"
        ]


@pytest.mark.parametrize(
    ("ask", "message", "hint"),
    [
        (
            lambda e: e.principal(f"arn:aws:iam::{A}:role/app"),
            f"no principal `arn:aws:iam::{A}:role/app` is described",
            f"did you mean `{APP}`?",
        ),
        (
            lambda e: e.principal("arn:aws:iam::777788889999:role/partner"),
            "no principal `arn:aws:iam::777788889999:role/partner` is described",
            "account 777788889999 is not described: `account-access` tells whether a resource lets it in",
        ),
        (
            lambda e: e.principal("arn:aws:iam::222233334444:role/svc/ap"),
            "no principal `arn:aws:iam::222233334444:role/svc/ap` is described",
            "account 222233334444 is not described: `account-access` tells whether a resource lets it in",
        ),
        (
            lambda e: e.principal("arn:aws:iam::111122223334:role/svc/app"),
            "no principal `arn:aws:iam::111122223334:role/svc/app` is described",
            f"did you mean `{APP}`?",
        ),
        (
            lambda e: e.role("777788889999", "partner"),
            "no role `partner` is described in account `777788889999`",
            "account 777788889999 is not described: `account-access` tells whether a resource lets it in",
        ),
        (lambda e: e.account("111122223334"), "no account `111122223334` is described", f"did you mean `{A}`?"),
        (
            lambda e: e.role(A, "svc/app"),
            f"no role `svc/app` is described in account `{A}`",
            "sessions name their role without its path (S14): `app`",
        ),
        (lambda e: e.role(A, "App"), f"no role `App` is described in account `{A}`", "did you mean `app`?"),
        (lambda e: e.resource(KEY[:-1] + "c"), f"no key `{KEY[:-1]}c` is described", f"did you mean `{KEY}`?"),
        (lambda e: e.resource(f"{ALIAS}s"), f"no alias `{ALIAS}s` is described", f"did you mean `{ALIAS}`?"),
        (lambda e: e.endpoint("vpce-2"), "no VPC endpoint `vpce-2` is described", "did you mean `vpce-1`?"),
        (lambda e: e.managed_policy("zzz"), "no managed policy `zzz` is described", None),
        (lambda e: e.without_grant(KEY, "g"), "no grant `g` is described", None),
    ],
    ids=[
        "principal",
        "one of an account outside",
        "one of nearly the same name",
        "one with a mistyped account",
        "a role of it",
        "account",
        "role with its path",
        "role",
        "key",
        "alias",
        "endpoint",
        "managed policy",
        "grant",
    ],
)
def test_what_is_not_described_gets_the_nearest_name(
    entities: Entities, ask: Callable[[Entities], object], message: str, hint: str | None
) -> None:
    with pytest.raises(UnknownEntityError) as caught:
        ask(entities)
    (fault,) = caught.value.diagnostics
    assert (fault.message, fault.hint) == (message, hint)


def test_a_resource_without_a_description_is_not_an_error(entities: Entities) -> None:
    assert entities.resource("arn:aws:s3:::other") is None
    assert entities.resource("arn:aws:s3:::bucket").tags == {"a": "b"}


def test_everybody_is_listed_root_users_included(entities: Entities) -> None:
    assert {p.arn for p in entities.principals()} == {f"arn:aws:iam::{A}:root", ALICE, APP}
    assert list(entities.principals(B)) == []


def test_secrets_never_show(entities: Entities) -> None:
    key = entities.access_key("AKIAALICE")
    assert (key.principal_arn, key.secret) == (ALICE, "s3cr3t-of-alice")
    assert entities.access_key("AKIAROOT").principal_arn == f"arn:aws:iam::{A}:root"
    assert "s3cr3t" not in f"{key!r} {entities!r}"


def test_secrets_do_not_show_in_messages_either(refused: Callable[..., str]) -> None:
    said = refused(
        """\
        policyeval: 1
        accounts:
          - id: "111122223333"
            access_keys:
              - {id: AKIA, secret: s3cr3t, secrets: none}
              - id: AKIB
                secret:
                  value: s3cr3t
        """
    )
    assert "              - {id: AKIA, secret: ******, secrets: none}".strip() in said
    assert "s3cr3t" not in said


def test_entities_survive_pickling(entities: Entities) -> None:
    again = pickle.loads(pickle.dumps(entities))  # noqa: S301 - our own bytes
    assert again.resource(ALIAS).policy == entities.resource(ALIAS).policy


def test_a_file_adds_to_the_file_it_starts_from(load: Callable[..., Entities]) -> None:
    found = load(
        f"""\
        policyeval: 1
        entities: estates/base.yaml
        accounts:
          - id: "{A}"
            users: [{{name: bob, groups: [ops]}}]
        """,
        **{
            "estates/base.yaml": f"""\
                policyeval: 1
                accounts:
                  - id: "{A}"
                    groups: [{{name: ops, identity_policies: [{{file: ops.json}}]}}]
                """,
            "estates/ops.json": JSON,
        },
    )
    (policy,) = found.user(A, "bob").identity_policies
    assert policy.name == "estates/ops.json"
    assert policy.policy.place.file == "estates/ops.json"


def test_one_policy_file_is_read_once(load: Callable[..., Entities]) -> None:
    found = load(
        f"""\
        policyeval: 1
        accounts:
          - id: "{A}"
            roles:
              - {{name: a, identity_policies: [{{file: p.json}}]}}
              - {{name: b, identity_policies: [{{name: mine, file: p.json}}]}}
        """,
        **{"p.json": JSON},
    )
    first, second = found.role(A, "a").identity_policies[0], found.role(A, "b").identity_policies[0]
    assert first.policy is second.policy
    assert (first.name, second.name) == ("p.json", "mine")


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_keys_region_tells_the_partition(region: str, partition: str) -> None:
    found = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "roles": [{"name": "app"}], "keys": [{"id": "k", "region": region}]}]}
    )
    assert found.resource(f"arn:{partition}:kms:{region}:{A}:key/k") is not None
    assert found.principal(f"arn:{partition}:iam::{A}:role/app").account.partition == partition
    principal = found.resource(f"arn:{partition}:kms:{region}:{A}:key/k").policy.policy.statements[0].principal
    assert principal.values[0].value == f"arn:{partition}:iam::{A}:root"


def test_an_account_that_shows_no_partition_is_where_the_others_are() -> None:
    accounts = [{"id": A, "keys": [{"id": "k", "region": "cn-north-1"}]}, {"id": B, "roles": [{"name": "app"}]}]
    found = Entities.from_mapping({"policyeval": 1, "accounts": accounts})
    assert found.principal(f"arn:aws-cn:iam::{B}:role/app").name == "app"


def test_a_resources_arn_tells_the_partition() -> None:
    resources = [{"arn": "arn:aws-cn:s3:::bucket"}]
    found = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "roles": [{"name": "app"}], "resources": resources}]}
    )
    assert found.principal(f"arn:aws-cn:iam::{A}:role/app").name == "app"


def test_an_account_may_say_its_partition() -> None:
    found = Entities.from_mapping(
        {"policyeval": 1, "accounts": [{"id": A, "partition": "aws-cn", "roles": [{"name": "app"}]}]}
    )
    assert found.principal(f"arn:aws-cn:iam::{A}:role/app").name == "app"


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ([{"id": "k", "region": "us-east-1"}] * 2, f"key `arn:aws:kms:us-east-1:{A}:key/k`"),
        (
            [{"id": name, "region": "us-east-1", "aliases": ["alias/a"]} for name in "kl"],
            f"alias `arn:aws:kms:us-east-1:{A}:alias/a`",
        ),
    ],
    ids=["a key", "an alias"],
)
def test_what_is_one_in_a_region_is_not_described_twice(keys: list[object], what: str) -> None:
    with pytest.raises(EntitiesError, match="is described twice") as caught:
        Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "keys": keys}]})
    (fault,) = caught.value.diagnostics
    assert fault.message == f"{what} is described twice"
    assert fault.hint is not None
    assert fault.hint.startswith("first at /accounts/0/keys/0/")


def test_a_multi_region_key_has_one_id_in_two_regions() -> None:
    keys = [{"id": "mrk-1", "region": region} for region in ("us-east-1", "eu-west-1")]
    found = Entities.from_mapping({"policyeval": 1, "accounts": [{"id": A, "keys": keys}]})
    assert len(list(found.keys())) == 2


def test_a_scenario_file_is_an_entities_file_too() -> None:
    assert (
        Entities.from_mapping({"policyeval": 1, "tests": [{"name": "x"}], "accounts": [{"id": A}]}).account(A).id == A
    )
