"""The catalog's tables agree with each other and with the rules of SEMANTICS they serve."""

import json

import pytest

from policyeval.catalog import keys, kms, policies, services

K3 = """
kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext
kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext kms:Sign kms:Verify kms:GenerateMac kms:VerifyMac
kms:DeriveSharedSecret kms:Encapsulate kms:Decapsulate kms:GetPublicKey kms:DescribeKey kms:CreateGrant kms:ListGrants
kms:RevokeGrant kms:RetireGrant kms:GetKeyRotationStatus
""".lower().split()

IDENTITY_ONLY = """
kms:CreateKey kms:ListKeys kms:ListAliases kms:GenerateRandom kms:ListRetirableGrants kms:ConnectCustomKeyStore
kms:CreateCustomKeyStore kms:DeleteCustomKeyStore kms:DescribeCustomKeyStores kms:DisconnectCustomKeyStore
kms:UpdateCustomKeyStore
""".lower().split()

SYMMETRIC = """
kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext
kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext
""".lower().split()

every_action = pytest.mark.parametrize("action", kms.OPERATIONS.values(), ids=lambda action: action.name)


def test_fifty_six_operations_are_fifty_seven_actions_because_reencrypt_is_two() -> None:
    assert len(kms.OPERATIONS) == 57
    assert "kms:reencrypt" not in kms.OPERATIONS


@every_action
def test_an_action_is_found_under_its_own_name_in_lower_case(action: kms.KmsAction) -> None:
    assert kms.OPERATIONS[action.name.lower()] is action
    assert action.name.startswith("kms:")


@every_action
def test_every_condition_key_an_action_names_is_described(action: kms.KmsAction) -> None:
    known = keys.CONDITION_KEYS.keys() | keys.PREFIX_KEYS.keys()
    assert action.condition_keys <= known


@every_action
def test_a_default_is_for_a_key_that_the_action_carries(action: kms.KmsAction) -> None:
    assert action.defaults.keys() <= action.condition_keys


@every_action
def test_the_old_names_of_spec_and_usage_go_where_the_new_ones_go(action: kms.KmsAction) -> None:
    for old, new in (
        ("kms:customermasterkeyspec", "kms:keyspec"),
        ("kms:customermasterkeyusage", "kms:keyusage"),
    ):
        assert (old in action.condition_keys) == (new in action.condition_keys)
        assert action.defaults.get(old) == action.defaults.get(new)


@every_action
def test_only_symmetric_operations_and_grants_carry_an_encryption_context(action: kms.KmsAction) -> None:
    carries = "kms:encryptioncontext:" in action.condition_keys
    assert carries == ("kms:encryptioncontextkeys" in action.condition_keys)
    grants = {"kms:CreateGrant", "kms:RetireGrant"}
    assert carries == (action.symmetric_cryptographic or action.name in grants)


@every_action
def test_the_request_alias_exists_for_cryptographic_operations_describe_and_get_public_key(
    action: kms.KmsAction,
) -> None:
    others = {"kms:DescribeKey", "kms:GetPublicKey"}
    assert ("kms:requestalias" in action.condition_keys) == (action.cryptographic or action.name in others)


@every_action
def test_an_action_asked_on_no_key_is_neither_cross_account_nor_grantable(action: kms.KmsAction) -> None:
    if "key" not in action.asked_on:
        assert not action.cross_account
        assert not action.grantable
        assert "kms:resourcealiases" not in action.condition_keys


@every_action
def test_an_action_asked_on_a_key_carries_the_aliases_and_tags_of_that_key(action: kms.KmsAction) -> None:
    if "key" in action.asked_on:
        assert action.condition_keys >= kms.IAM_POLICY_ONLY_KEYS


@every_action
def test_what_a_grant_can_give_works_across_accounts_too(action: kms.KmsAction) -> None:
    if action.grantable:
        assert action.cross_account


def test_exactly_the_actions_of_k3_work_across_accounts() -> None:
    assert set(K3) == kms.CROSS_ACCOUNT_ACTIONS


def test_exactly_the_actions_of_k3_are_left_to_identity_policies() -> None:
    assert set(IDENTITY_ONLY) == kms.IDENTITY_ONLY_ACTIONS


def test_every_cryptographic_action_can_be_granted() -> None:
    cryptographic = {folded for folded, action in kms.OPERATIONS.items() if action.cryptographic}
    assert cryptographic <= set(kms.GRANT_OPERATIONS.values())
    assert set(SYMMETRIC) == {folded for folded, action in kms.OPERATIONS.items() if action.symmetric_cryptographic}


def test_a_grant_names_its_operations_as_the_api_spells_them() -> None:
    assert kms.GRANT_OPERATIONS["ReEncryptFrom"] == "kms:reencryptfrom"
    assert kms.GRANT_OPERATIONS["RetireGrant"] == "kms:retiregrant"
    assert "ReEncrypt" not in kms.GRANT_OPERATIONS
    assert "RevokeGrant" not in kms.GRANT_OPERATIONS
    assert len(kms.GRANT_OPERATIONS) == 19


def test_the_three_alias_actions_are_asked_on_alias_and_key() -> None:
    assert {"kms:createalias", "kms:updatealias", "kms:deletealias"} == kms.ALIAS_ACTIONS
    for folded in kms.ALIAS_ACTIONS:
        assert kms.OPERATIONS[folded].asked_on == ("alias", "key")


@pytest.mark.parametrize(
    ("action", "key", "value"),
    [
        ("kms:decrypt", "kms:encryptionalgorithm", "SYMMETRIC_DEFAULT"),
        ("kms:generatedatakeypair", "kms:encryptionalgorithm", "SYMMETRIC_DEFAULT"),
        ("kms:sign", "kms:messagetype", "RAW"),
        ("kms:createkey", "kms:keyspec", "SYMMETRIC_DEFAULT"),
        ("kms:decapsulate", "kms:encapsulationalgorithm", None),
        ("kms:putkeypolicy", "kms:bypasspolicylockoutsafetycheck", None),
        ("kms:importkeymaterial", "kms:expirationmodel", None),
    ],
)
def test_a_default_counts_as_given_except_where_aws_tests_the_omitted_parameter_with_null(
    action: str, key: str, value: str | None
) -> None:
    found = kms.OPERATIONS.get(action)
    assert (found.defaults.get(key) if found else None) == value


def test_a_condition_key_is_found_under_its_own_name_in_lower_case() -> None:
    for folded, key in {**keys.CONDITION_KEYS, **keys.PREFIX_KEYS}.items():
        assert folded == key.name.lower()
        assert key.type not in key.also


@pytest.mark.parametrize(
    ("folded", "name"),
    [
        ("aws:resourcetag/team", "aws:ResourceTag/"),
        ("kms:encryptioncontext:tenant", "kms:EncryptionContext:"),
        ("kms:encryptioncontextkeys", "kms:EncryptionContextKeys"),
        ("kms:recipientattestation:pcr0", "kms:RecipientAttestation:"),
        ("aws:principalarn", "aws:PrincipalArn"),
    ],
)
def test_lookup_finds_fixed_keys_and_families(folded: str, name: str) -> None:
    found = keys.lookup(folded)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("folded", ["aws:nosuchkey", "aws:resourcetag/", "aws:resourcetag", "AWS:PrincipalArn", ""])
def test_lookup_finds_nothing_for_an_unknown_a_bare_or_an_unfolded_key(folded: str) -> None:
    assert keys.lookup(folded) is None


def test_the_keys_that_hold_lists_are_those_aws_calls_multivalued() -> None:
    multivalued = {folded for folded, key in keys.CONDITION_KEYS.items() if key.multivalued}
    assert multivalued == {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "kms:resourcealiases",
        "sts:identitytokenaudience",
        "sts:requestcontextproviders",
        "sts:transitivetagkeys",
    }
    assert not any(key.multivalued for key in keys.PREFIX_KEYS.values())


def test_sensitive_keys_are_described_and_hold_one_string() -> None:
    for folded in keys.SENSITIVE_KEYS:
        key = keys.CONDITION_KEYS[folded]
        assert (key.type, key.multivalued) == ("String", False)


def test_resource_control_policies_bind_kms_but_never_retire_grant() -> None:
    assert {"kms", "s3", "sts", "sqs", "secretsmanager", "dynamodb", "logs", "ecr"} <= services.RCP_SERVICES
    assert "iam" not in services.RCP_SERVICES
    for action in services.RCP_EXEMPT_ACTIONS:
        assert action.partition(":")[0] in services.RCP_SERVICES
        assert action in kms.OPERATIONS


@pytest.mark.parametrize(
    ("action", "service", "resource", "required"),
    [
        ("kms:decrypt", "kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("kms:createalias", "kms", "alias/app", False),
        ("sts:assumerole", "iam", "role/svc/app", True),
        ("iam:getrole", "iam", "role/svc/app", False),
        ("s3:getobject", "s3", "bucket/key", False),
    ],
)
def test_keys_and_the_assuming_of_roles_need_their_own_policy(
    action: str, service: str, resource: str, *, required: bool
) -> None:
    assert services.own_policy_required(action, service, resource) is required


@pytest.mark.parametrize(
    ("service", "account", "resource", "whole"),
    [
        ("s3", "", "bucket/a/b", "bucket"),
        ("s3", "", "bucket", None),
        ("s3", "", "accesspoint/a/object/b", "accesspoint"),
        ("s3", "111122223333", "accesspoint/a/object/b/c", "accesspoint/a"),
        ("s3", "111122223333", "accesspoint/a", None),
        ("dynamodb", "111122223333", "table/orders/index/by-day", "table/orders"),
        ("dynamodb", "111122223333", "table/orders/stream/2026-11-29T00:00:00.000", None),
        ("dynamodb", "111122223333", "table/orders", None),
        ("es", "111122223333", "domain/logs/today/_search", "domain/logs"),
        ("es", "111122223333", "domain/logs", None),
        ("execute-api", "111122223333", "a1b2c3d4e5/prod/GET/pets/1", "a1b2c3d4e5"),
        ("execute-api", "111122223333", "a1b2c3d4e5", None),
        ("s3-outposts", "111122223333", "outpost/op-1/bucket/b/object/x/y", "outpost/op-1/bucket/b"),
        ("s3-outposts", "111122223333", "outpost/op-1/accesspoint/p/object/x", "outpost/op-1/accesspoint/p"),
        ("s3-outposts", "111122223333", "outpost/op-1/bucket/b", None),
        ("s3tables", "111122223333", "bucket/b/table/t", "bucket/b"),
        ("s3tables", "111122223333", "bucket/b", None),
        ("s3vectors", "111122223333", "bucket/b/index/i", "bucket/b"),
        ("sns", "111122223333", "topic/a", None),
    ],
)
def test_a_resources_policy_governs_what_lies_in_it(
    service: str, account: str, resource: str, whole: str | None
) -> None:
    assert services.governing(service, account, resource) == whole


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_a_managed_policy_is_found_in_every_partition(partition: str) -> None:
    for arn, document in policies.AWS_MANAGED_POLICIES.items():
        assert policies.managed_policy(arn.replace("arn:aws:", f"arn:{partition}:")) is document


@pytest.mark.parametrize("arn", ["arn:aws:iam::111122223333:policy/AdministratorAccess", "AdministratorAccess", ""])
def test_what_aws_does_not_manage_is_not_found(arn: str) -> None:
    assert policies.managed_policy(arn) is None


def test_every_document_is_a_policy_of_the_current_language() -> None:
    documents = [
        *policies.AWS_MANAGED_POLICIES.values(),
        policies.default_key_policy("aws-cn", "111122223333"),
        policies.aws_managed_key_policy("aws", "s3", "eu-west-1", "111122223333"),
    ]
    for document in documents:
        assert json.loads(json.dumps(document)) == document
        assert document["Version"] == "2012-10-17"


def test_the_default_key_policy_lets_in_the_account_and_nobody_else() -> None:
    (statement,) = json.loads(json.dumps(policies.default_key_policy("aws", "111122223333")))["Statement"]
    assert statement == {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


@pytest.mark.parametrize(
    ("service", "via", "grants"),
    [("s3", "s3.eu-west-1.amazonaws.com", False), ("ebs", "ec2.eu-west-1.amazonaws.com", True)],
)
def test_an_aws_managed_key_answers_to_its_service_in_its_own_account(service: str, via: str, *, grants: bool) -> None:
    document = policies.aws_managed_key_policy("aws", service, "eu-west-1", "111122223333")
    through, direct = json.loads(json.dumps(document))["Statement"]
    assert through["Condition"]["StringEquals"] == {"kms:ViaService": via, "kms:CallerAccount": "111122223333"}
    assert ("kms:CreateGrant" in through["Action"]) is grants
    assert direct["Action"] == ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
