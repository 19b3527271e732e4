"""What a request must look like: AWS's refusals, word for word where they are known (KMS 6, 11, 14, 26)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from time import process_time
from types import MappingProxyType
from typing import Any

import pytest

from policyeval.kms.errors import KmsError
from policyeval.kms.validation import validate

ONE = "1 validation error detected: "
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
NULL = "failed to satisfy constraint: Member must not be null"
SHORT = "failed to satisfy constraint: Member must have length greater than or equal to"
LONG = "failed to satisfy constraint: Member must have length less than or equal to"
LOW = "failed to satisfy constraint: Member must have value greater than or equal to"
HIGH = "failed to satisfy constraint: Member must have value less than or equal to"
ENUM = "failed to satisfy constraint: Member must satisfy enum value set:"
PATTERN = "failed to satisfy constraint: Member must satisfy regular expression pattern:"
EACH = "failed to satisfy constraint: Member must satisfy constraint:"

ARN_PATTERN = "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$"


def grant_for(source: str) -> dict[str, Any]:
    return {"KeyId": KEY, "GranteePrincipal": "a", "Operations": ["Decrypt"], "Constraints": {"SourceArn": source}}


INVALID = [
    # What is missing
    ("a key must be named", "DescribeKey", {}, f"{ONE}Value null at 'keyId' {NULL}"),
    ("null is missing", "DescribeKey", {"KeyId": None}, f"{ONE}Value null at 'keyId' {NULL}"),
    ("all that is missing is told, in the model's order", "Encrypt", {},
     f"2 validation errors detected: Value null at 'keyId' {NULL}; Value null at 'plaintext' {NULL}"),
    ("a tag needs both halves", "TagResource", {"KeyId": KEY, "Tags": [{"TagKey": "a"}]},
     f"{ONE}Value null at 'tags.1.member.tagValue' {NULL}"),
    ("Decrypt needs a ciphertext", "Decrypt", {"KeyId": KEY}, f"{ONE}Value null at 'ciphertextBlob' {NULL}"),
    ("ReEncrypt too", "ReEncrypt", {"DestinationKeyId": KEY}, f"{ONE}Value null at 'ciphertextBlob' {NULL}"),
    ("a dry run alone needs it as well", "Decrypt", {"DryRun": True}, f"{ONE}Value null at 'ciphertextBlob' {NULL}"),
    ("the modifier alone is of no dry run", "Decrypt", {"DryRunModifiers": ["IGNORE_CIPHERTEXT"]},
     f"{ONE}Value null at 'ciphertextBlob' {NULL}"),
    ("the modifier counts for nothing when DryRun is false", "Decrypt", {"DryRun": False, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]},
     f"{ONE}Value null at 'ciphertextBlob' {NULL}"),
    ("a ciphertext left out rightly leaves the rest to be good", "Decrypt",
     {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"], "KeyId": ""}, f"{ONE}Value '' at 'keyId' {SHORT} 1"),
    ("a null in an encryption context is not left out", "Encrypt",
     {"KeyId": KEY, "Plaintext": b"x", "EncryptionContext": {"tenant": "blue", "case": None}},
     f"{ONE}Value '{{tenant=blue, case=null}}' at 'encryptionContext' failed to satisfy constraint: Map value must satisfy constraint: [Member must not be null]"),
    # Lengths
    ("a key's name has a character", "DescribeKey", {"KeyId": ""}, f"{ONE}Value '' at 'keyId' {SHORT} 1"),
    ("a plaintext has a byte", "Encrypt", {"KeyId": KEY, "Plaintext": b""}, f"{ONE}Value at 'plaintext' {SHORT} 1"),
    ("a plaintext has 4096 bytes", "Encrypt", {"KeyId": KEY, "Plaintext": bytes(4097)}, f"{ONE}Value at 'plaintext' {LONG} 4096"),
    ("a ciphertext has 6144 bytes", "Decrypt", {"CiphertextBlob": bytes(6145)}, f"{ONE}Value at 'ciphertextBlob' {LONG} 6144"),
    ("a name is printed whole", "TagResource", {"KeyId": KEY, "Tags": [{"TagKey": "k" * 129, "TagValue": ""}]},
     f"{ONE}Value '{'k' * 129}' at 'tags.1.member.tagKey' {LONG} 128"),
    ("elements are counted from one", "TagResource",
     {"KeyId": KEY, "Tags": [{"TagKey": "k", "TagValue": ""}, {"TagKey": "", "TagValue": "v" * 257}]},
     f"2 validation errors detected: Value '' at 'tags.2.member.tagKey' {SHORT} 1; Value '{'v' * 257}' at 'tags.2.member.tagValue' {LONG} 256"),
    ("a list has its length", "DescribeKey", {"KeyId": KEY, "GrantTokens": ["t"] * 11},
     f"{ONE}Value '[{', '.join('t' * 11)}]' at 'grantTokens' {LONG} 10"),
    ("an empty list can be too short", "ListKeys", {"ResourceOwners": []}, f"{ONE}Value '[]' at 'resourceOwners' {SHORT} 1"),
    ("a grant is for some operation", "CreateGrant", {"KeyId": KEY, "GranteePrincipal": "a", "Operations": []},
     f"{ONE}Value '[]' at 'operations' {SHORT} 1"),
    ("some tag is put on a key", "TagResource", {"KeyId": KEY, "Tags": []}, f"{ONE}Value at 'tags' {SHORT} 1"),
    ("some tag is taken from one", "UntagResource", {"KeyId": KEY, "TagKeys": []}, f"{ONE}Value '[]' at 'tagKeys' {SHORT} 1"),
    ("a list of strings answers for its elements, with all that each must satisfy", "UntagResource", {"KeyId": KEY, "TagKeys": ["a", ""]},
     f"{ONE}Value '[a, ]' at 'tagKeys' {EACH} [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"),
    ("several faults of one list's elements are one", "UntagResource", {"KeyId": KEY, "TagKeys": ["", ""]},
     f"{ONE}Value '[, ]' at 'tagKeys' {EACH} [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"),
    # Values
    ("a page has an item", "ListKeys", {"Limit": 0}, f"{ONE}Value '0' at 'limit' {LOW} 1"),
    ("ListKeys gives 1000 at most", "ListKeys", {"Limit": 1001}, f"{ONE}Value '1001' at 'limit' {HIGH} 1000"),
    ("ListAliases gives 100", "ListAliases", {"Limit": 101}, f"{ONE}Value '101' at 'limit' {HIGH} 100"),
    ("ListGrants gives 100", "ListGrants", {"KeyId": KEY, "Limit": 101}, f"{ONE}Value '101' at 'limit' {HIGH} 100"),
    ("ListRetirableGrants gives 100", "ListRetirableGrants", {"RetiringPrincipal": "a", "Limit": 101}, f"{ONE}Value '101' at 'limit' {HIGH} 100"),
    ("ListResourceTags gives 50", "ListResourceTags", {"KeyId": KEY, "Limit": 51}, f"{ONE}Value '51' at 'limit' {HIGH} 50"),
    ("a key waits seven days for its end", "ScheduleKeyDeletion", {"KeyId": KEY, "PendingWindowInDays": 6}, f"{ONE}Value '6' at 'pendingWindowInDays' {LOW} 7"),
    ("it waits thirty at most", "ScheduleKeyDeletion", {"KeyId": KEY, "PendingWindowInDays": 31}, f"{ONE}Value '31' at 'pendingWindowInDays' {HIGH} 30"),
    ("a random has a byte", "GenerateRandom", {"NumberOfBytes": 0}, f"{ONE}Value '0' at 'numberOfBytes' {LOW} 1"),
    ("it has 1024 at most", "GenerateRandom", {"NumberOfBytes": 1025}, f"{ONE}Value '1025' at 'numberOfBytes' {HIGH} 1024"),
    # Enums and patterns
    ("a data key has one of two specs", "GenerateDataKey", {"KeyId": KEY, "KeySpec": "AES-256"},
     f"{ONE}Value 'AES-256' at 'keySpec' {ENUM} [AES_256, AES_128]"),
    ("case counts in enums", "Sign", {"KeyId": KEY, "Message": b"m", "MessageType": "raw", "SigningAlgorithm": "ECDSA_SHA_256"},
     f"{ONE}Value 'raw' at 'messageType' {ENUM} [RAW, DIGEST, EXTERNAL_MU]"),
    ("enums in a list", "Decrypt", {"CiphertextBlob": b"c", "DryRunModifiers": ["NONE"]},
     f"{ONE}Value '[NONE]' at 'dryRunModifiers' {EACH} [Member must satisfy enum value set: [IGNORE_CIPHERTEXT]]"),
    ("enums further in", "Decrypt", {"CiphertextBlob": b"c", "Recipient": {"KeyEncryptionAlgorithm": "RSA", "AttestationDocument": b""}},
     f"2 validation errors detected: Value 'RSA' at 'recipient.keyEncryptionAlgorithm' {ENUM} [RSAES_OAEP_SHA_256]; Value at 'recipient.attestationDocument' {SHORT} 1"),
    ("an alias is of a few characters", "CreateAlias", {"AliasName": "alias/a b", "TargetKeyId": KEY},
     f"{ONE}Value 'alias/a b' at 'aliasName' {PATTERN} ^[a-zA-Z0-9:/_-]+$"),
    ("length is told before pattern", "CreateAlias", {"AliasName": "", "TargetKeyId": KEY},
     f"2 validation errors detected: Value '' at 'aliasName' {SHORT} 1; Value '' at 'aliasName' {PATTERN} ^[a-zA-Z0-9:/_-]+$"),
    ("a pattern matches to the last character, an end of line included", "DeleteAlias", {"AliasName": "alias/a\n"},
     f"{ONE}Value 'alias/a\n' at 'aliasName' {PATTERN} ^[a-zA-Z0-9:/_-]+$"),
    ("a pattern without anchors matches all of it too", "GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default!"},
     f"{ONE}Value 'default!' at 'policyName' {PATTERN} [\\w]+"),
    ("letters are ASCII's", "GetKeyPolicy", {"KeyId": KEY, "PolicyName": "défaut"},
     f"{ONE}Value 'défaut' at 'policyName' {PATTERN} [\\w]+"),
    ("digits are ASCII's", "UpdatePrimaryRegion", {"KeyId": KEY, "PrimaryRegion": "eu-west-٣"},
     f"{ONE}Value 'eu-west-٣' at 'primaryRegion' {PATTERN} ^([a-z]+-){{2,3}}\\d+$"),
    ("a policy is Latin-1", "PutKeyPolicy", {"KeyId": KEY, "Policy": "{}…"},
     f"{ONE}Value '{{}}…' at 'policy' {PATTERN} [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"),
    ("a dot takes no end of line as Java knows them", "CreateGrant", grant_for("arn:aws:s3:us-east-1:123456789012:a\u2028b"),
     f"{ONE}Value 'arn:aws:s3:us-east-1:123456789012:a\u2028b' at 'constraints.sourceArn' {PATTERN} {ARN_PATTERN}"),
    # What is secret
    ("a short password is not printed", "CreateCustomKeyStore", {"CustomKeyStoreName": "s", "KeyStorePassword": "hush"},
     f"{ONE}Value at 'keyStorePassword' {SHORT} 7"),
    ("a proxy's secrets are not printed", "CreateCustomKeyStore",
     {"CustomKeyStoreName": "s", "XksProxyAuthenticationCredential": {"AccessKeyId": "a" * 20, "RawSecretAccessKey": "s" * 42}},
     f"2 validation errors detected: Value at 'xksProxyAuthenticationCredential.accessKeyId' {PATTERN} ^[A-Z2-7]+$; Value at 'xksProxyAuthenticationCredential.rawSecretAccessKey' {SHORT} 43"),
    # What the server asks of the whole
    ("a data key has a length", "GenerateDataKey", {"KeyId": KEY}, "Please specify either number of bytes or key spec."),
    ("it has one only", "GenerateDataKey", {"KeyId": KEY, "KeySpec": "AES_256", "NumberOfBytes": 32}, "Please specify either number of bytes or key spec."),
    ("so it is without plaintext", "GenerateDataKeyWithoutPlaintext", {"KeyId": KEY}, "Please specify either number of bytes or key spec."),
    ("a random has a length", "GenerateRandom", {}, "NumberOfBytes is required."),
    ("constraints come before what is asked of the whole", "GenerateDataKey", {"KeyId": ""}, f"{ONE}Value '' at 'keyId' {SHORT} 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "params", "message"), [row[1:] for row in INVALID], ids=[row[0].replace(" ", "-") for row in INVALID]
)
def test_a_request_that_is_not_as_the_model_has_it(operation: str, params: dict[str, Any], message: str) -> None:
    with pytest.raises(KmsError) as refused:
        validate(operation, params)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


MISTYPED = [
    ("a number for a string", "DescribeKey", {"KeyId": 1}, "NUMBER_VALUE can not be converted to a String"),
    ("a decimal for a string", "DescribeKey", {"KeyId": 1.5}, "NUMBER_VALUE can not be converted to a String"),
    ("true for a string", "DescribeKey", {"KeyId": True}, "TRUE_VALUE can not be converted to a String"),
    ("false for a string", "DescribeKey", {"KeyId": False}, "FALSE_VALUE can not be converted to a String"),
    ("a list for a string", "DescribeKey", {"KeyId": []}, "Start of list found where not expected"),
    ("an object for a string", "DescribeKey", {"KeyId": {}}, "Start of structure or map found where not expected."),
    ("bytes for a string", "DescribeKey", {"KeyId": b"k"}, "Unexpected field type"),
    ("a string for a number", "ListKeys", {"Limit": "10"}, "STRING_VALUE can not be converted to an Integer"),
    ("true is no number", "ListKeys", {"Limit": True}, "TRUE_VALUE can not be converted to an Integer"),
    ("a decimal is no integer", "ListKeys", {"Limit": 10.0}, "NUMBER_VALUE can not be converted to an Integer"),
    ("a number of more than 32 bits", "ListKeys", {"Limit": 2**31}, "NUMBER_VALUE can not be converted to an Integer"),
    ("a number of more digits than Python prints", "ListKeys", {"Limit": 10**5000}, "NUMBER_VALUE can not be converted to an Integer"),
    ("a string for a boolean", "CreateKey", {"MultiRegion": "true"}, "STRING_VALUE can not be converted to a Boolean"),
    ("a number for a boolean", "CreateKey", {"MultiRegion": 1}, "NUMBER_VALUE can not be converted to a Boolean"),
    ("text for bytes", "Encrypt", {"KeyId": KEY, "Plaintext": "aGVsbG8="}, "STRING_VALUE can not be converted to a Blob"),
    ("a number for bytes", "Encrypt", {"KeyId": KEY, "Plaintext": 7}, "NUMBER_VALUE can not be converted to a Blob"),
    ("text for a time", "ImportKeyMaterial", {"KeyId": KEY, "ValidTo": "2027-01-01"}, "STRING_VALUE can not be converted to milliseconds since epoch"),
    ("true is no time", "ImportKeyMaterial", {"KeyId": KEY, "ValidTo": True}, "TRUE_VALUE can not be converted to milliseconds since epoch"),
    ("a time that is no number", "ImportKeyMaterial", {"KeyId": KEY, "ValidTo": float("nan")}, "NUMBER_VALUE can not be converted to milliseconds since epoch"),
    ("a time beyond all years", "ImportKeyMaterial", {"KeyId": KEY, "ValidTo": 10**400}, "NUMBER_VALUE can not be converted to milliseconds since epoch"),
    ("a scalar for a list", "UntagResource", {"KeyId": KEY, "TagKeys": "a"}, "Expected list or null"),
    ("an object for a list", "UntagResource", {"KeyId": KEY, "TagKeys": {}}, "Start of structure or map found where not expected."),
    ("a set is no list", "UntagResource", {"KeyId": KEY, "TagKeys": {"a"}}, "Unexpected field type"),
    ("a scalar for a map", "Decrypt", {"CiphertextBlob": b"c", "EncryptionContext": "a=b"}, "Expected map or null"),
    ("a list for a map", "Decrypt", {"CiphertextBlob": b"c", "EncryptionContext": []}, "Start of list found where not expected"),
    ("a scalar for a structure", "Decrypt", {"CiphertextBlob": b"c", "Recipient": "r"}, "Expected null"),
    ("a list for a structure", "TagResource", {"KeyId": KEY, "Tags": [[]]}, "Start of list found where not expected"),
    ("a wrong type in a list", "UntagResource", {"KeyId": KEY, "TagKeys": ["a", 1]}, "NUMBER_VALUE can not be converted to a String"),
    ("a wrong type in a map", "Decrypt", {"CiphertextBlob": b"c", "EncryptionContext": {"a": 1}}, "NUMBER_VALUE can not be converted to a String"),
    ("a wrong type for a map's key", "Decrypt", {"CiphertextBlob": b"c", "EncryptionContext": {1: "a"}}, "NUMBER_VALUE can not be converted to a String"),
    ("a wrong type ends it, whatever else is wrong", "Encrypt", {"KeyId": "", "Plaintext": 7}, "NUMBER_VALUE can not be converted to a Blob"),
    ("a list for the request", "ListKeys", [], "Start of list found where not expected"),
    ("a scalar for the request", "ListKeys", 1, "Expected null"),
    ("a list where Decrypt's request belongs", "Decrypt", [], "Start of list found where not expected"),
    ("a wrong type among a dry run's modifiers", "Decrypt", {"DryRun": True, "DryRunModifiers": "IGNORE_CIPHERTEXT"}, "Expected list or null"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [row[1:] for row in MISTYPED],
    ids=[row[0].replace(" ", "-") for row in MISTYPED],
)
def test_a_value_of_another_type(operation: str, params: Any, message: str) -> None:
    with pytest.raises(KmsError) as refused:
        validate(operation, params)
    assert (refused.value.code, refused.value.message) == ("SerializationException", message)


class Spec(StrEnum):
    AES = "AES_256"


class Size(IntEnum):
    PAGE = 10


class Name(str):
    """A string that is more than one."""

    __slots__ = ()

    def __str__(self) -> str:
        return "another"


ACCEPTED = [
    ("a plain request is taken as it is", "Encrypt", {"KeyId": KEY, "Plaintext": b"p", "EncryptionContext": {"a": ""}},
     {"KeyId": KEY, "Plaintext": b"p", "EncryptionContext": {"a": ""}}),
    ("what the model does not know is left out", "DescribeKey", {"KeyId": KEY, "More": 1, "keyId": 2}, {"KeyId": KEY}),
    ("null is left out", "DescribeKey", {"KeyId": KEY, "GrantTokens": None}, {"KeyId": KEY}),
    ("null and the unknown are left out further in", "Decrypt", {"CiphertextBlob": b"c", "Recipient": {"KeyEncryptionAlgorithm": None, "More": 1}},
     {"CiphertextBlob": b"c", "Recipient": {}}),
    ("null in a list is left out", "UntagResource", {"KeyId": KEY, "TagKeys": ["a", None, "b"]}, {"KeyId": KEY, "TagKeys": ["a", "b"]}),
    ("an operation may want nothing", "ListKeys", {}, {}),
    ("an empty map is one", "Decrypt", {"CiphertextBlob": b"c", "EncryptionContext": {}}, {"CiphertextBlob": b"c", "EncryptionContext": {}}),
    ("ten grant tokens", "DescribeKey", {"KeyId": KEY, "GrantTokens": ["t"] * 10}, {"KeyId": KEY, "GrantTokens": ["t"] * 10}),
    ("a tuple is a list", "DescribeKey", {"KeyId": KEY, "GrantTokens": ("t",)}, {"KeyId": KEY, "GrantTokens": ["t"]}),
    ("a mapping is one of any kind", "Decrypt", MappingProxyType({"CiphertextBlob": b"c", "EncryptionContext": MappingProxyType({"a": "b"})}),
     {"CiphertextBlob": b"c", "EncryptionContext": {"a": "b"}}),
    ("bytes are bytes of any kind", "Encrypt", {"KeyId": KEY, "Plaintext": bytearray(b"p")}, {"KeyId": KEY, "Plaintext": b"p"}),
    ("a view is as long as its bytes", "Encrypt", {"KeyId": KEY, "Plaintext": memoryview(bytes(4096)).cast("q")}, {"KeyId": KEY, "Plaintext": bytes(4096)}),
    ("a number of a class of its own is the number", "ListKeys", {"Limit": Size.PAGE}, {"Limit": 10}),
    ("a string of a class of its own is the string", "GenerateDataKey", {"KeyId": Name(KEY), "KeySpec": Spec.AES}, {"KeyId": KEY, "KeySpec": "AES_256"}),
    ("seconds are a time", "ImportKeyMaterial", {"KeyId": KEY, "ImportToken": b"t", "EncryptedKeyMaterial": b"m", "ValidTo": 1.5},
     {"KeyId": KEY, "ImportToken": b"t", "EncryptedKeyMaterial": b"m", "ValidTo": datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)}),
    ("a data key of so many bytes", "GenerateDataKey", {"KeyId": KEY, "NumberOfBytes": 64}, {"KeyId": KEY, "NumberOfBytes": 64}),
    ("a key waits seven days for its end", "ScheduleKeyDeletion", {"KeyId": KEY, "PendingWindowInDays": 7}, {"KeyId": KEY, "PendingWindowInDays": 7}),
    ("or thirty", "ScheduleKeyDeletion", {"KeyId": KEY, "PendingWindowInDays": 30}, {"KeyId": KEY, "PendingWindowInDays": 30}),
    ("a dry run may ignore the ciphertext", "Decrypt", {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"], "KeyId": KEY},
     {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"], "KeyId": KEY}),
    ("ReEncrypt's too", "ReEncrypt", {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"], "DestinationKeyId": KEY},
     {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"], "DestinationKeyId": KEY}),
    ("a source ARN may hold anything at its end", "CreateGrant", grant_for("arn:aws:s3:us-east-1:123456789012:a.b/c d"), grant_for("arn:aws:s3:us-east-1:123456789012:a.b/c d")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "params", "accepted"),
    [row[1:] for row in ACCEPTED],
    ids=[row[0].replace(" ", "-") for row in ACCEPTED],
)
def test_a_request_that_is_as_the_model_has_it(
    operation: str, params: Mapping[str, Any], accepted: dict[str, Any]
) -> None:
    found = validate(operation, params)
    assert found == accepted
    assert _classes(found) == _classes(accepted)


def _classes(value: object) -> object:
    match value:
        case dict():
            return {key: _classes(item) for key, item in value.items()}
        case list():
            return [_classes(item) for item in value]
        case _:
            return type(value)


@pytest.mark.parametrize(
    "given",
    [
        datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(2027, 1, 1),  # noqa: DTZ001 - one without an offset is the case
        1_798_761_600,
    ],
)
def test_a_time_comes_out_in_utc(given: object) -> None:
    params = {"KeyId": KEY, "ImportToken": b"t", "EncryptedKeyMaterial": b"m", "ValidTo": given}
    found = validate("ImportKeyMaterial", params)["ValidTo"]
    assert isinstance(found, datetime)
    assert (found, found.tzinfo) == (datetime(2027, 1, 1, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "given",
    [
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_time_that_utc_does_not_have_is_refused(given: datetime) -> None:
    with pytest.raises(KmsError) as refused:
        validate("ImportKeyMaterial", {"KeyId": KEY, "ValidTo": given})
    assert refused.value.code == "SerializationException"


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_what_comes_out_is_nobody_elses(kind: type[bytes | bytearray]) -> None:
    params: dict[str, Any] = {"KeyId": KEY, "Plaintext": kind(b"p"), "EncryptionContext": {"a": "b"}}
    encrypt = validate("Encrypt", params)
    params["Plaintext"] += b"changed"
    params["EncryptionContext"]["c"] = "d"
    params["DryRun"] = True
    assert encrypt == {"KeyId": KEY, "Plaintext": b"p", "EncryptionContext": {"a": "b"}}


def test_lists_and_what_they_hold_are_nobody_elses() -> None:
    tags = [{"TagKey": "k", "TagValue": "v"}]
    tag = validate("TagResource", {"KeyId": KEY, "Tags": tags})
    tags[0]["TagKey"] = "changed"
    tags.append({})
    assert tag == {"KeyId": KEY, "Tags": [{"TagKey": "k", "TagValue": "v"}]}


@pytest.mark.parametrize("pairs", [{"a": "b" * 65_536}, {f"{n:04}": "b" * 252 for n in range(257)}])
def test_an_encryption_context_without_end_is_refused(pairs: dict[str, str]) -> None:
    largest = {**pairs}
    largest.popitem()
    for operation in ("Encrypt", "Decrypt"):
        params = {"KeyId": "k", "Plaintext": b"x", "CiphertextBlob": b"x"}
        assert validate(operation, {**params, "EncryptionContext": largest})["EncryptionContext"] == largest
        with pytest.raises(KmsError, match=r"Value at 'encryptionContext' .* have at most 65536 characters"):
            validate(operation, {**params, "EncryptionContext": pairs})
    constraint = {"KeyId": "k", "GranteePrincipal": "p", "Operations": ["Decrypt"]}
    with pytest.raises(KmsError, match=r"Value at 'constraints.encryptionContextSubset' .* have at most"):
        validate("CreateGrant", {**constraint, "Constraints": {"EncryptionContextSubset": pairs}})


MANY: list[tuple[str, dict[str, Any], int]] = [
    ("TagResource", {"KeyId": "k", "Tags": [{"TagKey": "", "TagValue": ""}] * 100_000}, 1_000),
    ("Encrypt", {"KeyId": "k", "Plaintext": b"x", "GrantTokens": [""] * 100_000}, 2),
    ("CreateGrant", {"KeyId": "k", "GranteePrincipal": "p", "Operations": ["x"] * 100_000}, 1),
]


@pytest.mark.parametrize(("operation", "params", "faults"), MANY, ids=[row[0] for row in MANY])
def test_of_ever_so_many_elements_it_is_said_of_a_thousand_what_is_wrong(
    operation: str, params: dict[str, Any], faults: int
) -> None:
    begun = process_time()
    with pytest.raises(KmsError) as refused:
        validate(operation, params)
    assert refused.value.message.startswith(f"{faults} validation error")
    assert process_time() - begun < 1


@pytest.mark.parametrize("operation", ["", "encrypt", "ReEncryptFrom", "GenerateKey"])
def test_an_operation_that_there_is_not(operation: str) -> None:
    with pytest.raises(KmsError) as refused:
        validate(operation, {})
    assert (refused.value.code, refused.value.message) == ("UnknownOperationException", "")
