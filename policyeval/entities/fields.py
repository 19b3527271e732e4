"""The field types of entities and scenario files: what a scalar may look like, and its JSON Schema.

YAML scalars come as text, so a flag, a number or a date is read from text too; a field that is
text takes nothing but text, so that `012345670123` or `no` never changes on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from policyeval.catalog.kms import GRANT_OPERATIONS
from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.catalog.regions import PARTITIONS
from policyeval.entities.suggest import did_you_mean
from policyeval.model.policy import PolicyType
from policyeval.syntax.faults import ticked

_USAGES: Final = ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE")
_ORIGINS: Final = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
_ROLE_SESSIONS: Final = range(3600, 43201)
"""What a role's maximum session duration can be, in seconds (IAM API reference, CreateRole)."""
_STATES: Final = (
    "Creating",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
)

REGION: Final = r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}"
"""The form of a Region's name: AWS opens new ones."""
REGIONS: Final = "a Region, such as us-east-1"
SESSION_NAME: Final = r"[A-Za-z0-9_+=,.@-]{2,64}"
"""What STS takes as the name of a session (STS API reference, AssumeRole, RoleSessionName)."""
SESSION_NAMES: Final = "2 to 64 letters, digits and `_+=,.@-`, as STS takes them"


@dataclass(frozen=True, slots=True)
class PolicyMark:
    """Marks a field that holds a policy: its value stays a node, for the policy language to read.

    `kind` is None where an ARN beside it tells; `attached` ones may be the ARN of a managed policy.
    """

    kind: PolicyType | None
    attached: bool = False

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Name the definition; `jsonschema.schema_of` makes a reference of it."""
        return {"policyeval": "AttachedPolicy" if self.attached else "PolicyInput"}


def fault(message: str, hint: str | None = None) -> PydanticCustomError:
    """Make an error that carries our own sentence and hint past pydantic."""
    # The texts go through the context: a brace in a user's text is no placeholder.
    return PydanticCustomError("policyeval", "{message}", {"message": message, "hint": hint or ""})


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that a pattern matches from end to end; `wanted` finishes "`x` is not …"."""

    pattern: str
    wanted: str
    hint: str | None = None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check after pydantic saw that it is text."""
        matches = re.compile(self.pattern).fullmatch

        def check(text: str) -> str:
            if matches(text) is None:
                message = f"{ticked(text)} is not {self.wanted}"
                raise fault(message, self.hint)
            return text

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors the same pattern."""
        return {"type": "string", "pattern": f"^{self.pattern}$"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """Text out of a list; `noun` finishes "`x` is not …", `also` is what people call some of the names."""

    noun: str
    names: tuple[str, ...]
    also: tuple[tuple[str, str], ...] = ()

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check after pydantic saw that it is text."""
        known = frozenset(self.names)

        def check(text: str) -> str:
            if text not in known:
                message = f"{ticked(text)} is not {self.noun}"
                meant = next((name for called, name in self.also if called == text.lower()), text)
                raise fault(message, did_you_mean(meant, self.names) or f"one of {', '.join(self.names)}")
            return text

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors the same list."""
        return {"type": "string", "enum": list(self.names)}


def _flag(value: object) -> bool:
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    message = (
        f"{ticked(value)} is neither `true` nor `false`" if isinstance(value, str) else "neither `true` nor `false`"
    )
    raise fault(message)


def _version(value: object) -> int:
    if value == "1" or (value == 1 and value is not True):
        return 1
    message = f"version {ticked(str(value))} of the file format is unknown"
    raise fault(message, "this policyeval reads version 1: write `policyeval: 1`")


def _moment(value: object) -> datetime:
    """Read ISO 8601 or epoch seconds, as the AWS CLI prints either; naive times are UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
                return datetime.fromtimestamp(float(value), UTC)
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    message = f"{ticked(str(value))} is not a date" if isinstance(value, str | int | float) else "not a date"
    raise fault(message, "ISO 8601, such as 2026-01-31T12:00:00Z, or seconds since 1970")


def _seconds(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value in _ROLE_SESSIONS:
        return value
    shown = f"{ticked(str(value))} is" if isinstance(value, str | int | float) else "this is"
    message = f"{shown} not how long a role's sessions can last"
    raise fault(message, f"seconds, from {_ROLE_SESSIONS.start} to {_ROLE_SESSIONS.stop - 1}")


Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"enum": [True, False, "true", "false"]})]
SessionDuration = Annotated[
    int,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {"type": ["integer", "string"], "minimum": _ROLE_SESSIONS.start, "maximum": _ROLE_SESSIONS.stop - 1}
    ),
]
FormatVersion = Annotated[int, BeforeValidator(_version), WithJsonSchema({"enum": [1, "1"]})]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": ["string", "number"]})]

AccountId = Annotated[str, Matching(r"[0-9]{12}", "an account id: 12 digits")]
RegionName = Annotated[str, Matching(REGION, REGIONS)]
KeyId = Annotated[str, Matching(r"[A-Za-z0-9-]{1,256}", "a key id: letters, digits and `-`")]
AliasName = Annotated[
    str, Matching(r"alias/[A-Za-z0-9/_-]{1,250}", "an alias name: `alias/`, then letters, digits, `/`, `_`, `-`")
]
IamName = Annotated[str, Matching(r"[A-Za-z0-9_+=,.@-]{1,128}", "an IAM name: letters, digits and `_+=,.@-`")]
IamPath = Annotated[str, Matching(r"/([!-~]{0,510}/)?", "an IAM path: it starts and ends with `/`")]
SessionName = Annotated[str, Matching(SESSION_NAME, "a session name", SESSION_NAMES)]
UniqueId = Annotated[str, Matching(r"[A-Za-z0-9_]{1,128}", "a unique id, such as AROAEXAMPLE")]
ArnText = Annotated[str, Matching(r"arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:\S+", "an ARN")]
Partition = Annotated[str, OneOf("a partition", PARTITIONS)]
KeySpec = Annotated[str, OneOf("a key spec", tuple(KEY_SPECS))]
KeyUsage = Annotated[str, OneOf("a key usage", _USAGES)]
Origin = Annotated[str, OneOf("a key origin", _ORIGINS)]
KeyState = Annotated[str, OneOf("a key state", _STATES)]
GrantOperation = Annotated[str, OneOf("a grant operation", tuple(sorted(GRANT_OPERATIONS)))]

IdentityPolicy = Annotated[Any, PolicyMark(PolicyType.IDENTITY, attached=True)]
ServiceControlPolicy = Annotated[Any, PolicyMark(PolicyType.SCP, attached=True)]
ResourceControlPolicy = Annotated[Any, PolicyMark(PolicyType.RCP, attached=True)]
InlinePolicy = Annotated[Any, PolicyMark(PolicyType.IDENTITY)]
TrustPolicy = Annotated[Any, PolicyMark(PolicyType.TRUST)]
KeyPolicy = Annotated[Any, PolicyMark(PolicyType.KEY)]
ResourcePolicy = Annotated[Any, PolicyMark(PolicyType.RESOURCE)]
EndpointPolicy = Annotated[Any, PolicyMark(PolicyType.VPC_ENDPOINT)]
ManagedDocument = Annotated[Any, PolicyMark(None)]
ChangedPolicy = Annotated[Any, PolicyMark(None)]
