"""The entities file, version 1, as models: what may be written, not what it means.

A key that no model names is refused. Fields that hold a policy keep the node they were read
from (`fields.PolicyMark`); names that point elsewhere are checked by the builders, not here.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policyeval.catalog.kms_specs import KEY_SPECS
from policyeval.entities.fields import (
    AccountId,
    AliasName,
    ArnText,
    ChangedPolicy,
    EndpointPolicy,
    Flag,
    FormatVersion,
    GrantOperation,
    IamName,
    IamPath,
    IdentityPolicy,
    KeyId,
    KeyPolicy,
    KeySpec,
    KeyState,
    KeyUsage,
    ManagedDocument,
    Moment,
    Origin,
    Partition,
    RegionName,
    ResourceControlPolicy,
    ResourcePolicy,
    ServiceControlPolicy,
    SessionDuration,
    TrustPolicy,
    UniqueId,
    fault,
)
from policyeval.syntax.faults import ticked

Tags = dict[str, str]


class Model(BaseModel):
    """What every part of a file has in common; `noun` names the part in messages."""

    # Deferred: only the file's model is ever validated, and it compiles what it holds.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)
    noun: ClassVar[str] = "file"


class AccessKeyModel(Model):
    """An access key of a user or of the root user; its secret never shows."""

    noun = "access key"
    secret_key: ClassVar[str] = "secret"  # noqa: S105 - the name of the field that holds one
    id: Annotated[str, Field(min_length=1)]
    secret: Annotated[str, Field(min_length=1, repr=False)]


class ManagedPolicyModel(Model):
    """A customer managed policy, or with `arn` one of AWS's own that comes with an import."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["name"]}, {"required": ["arn"]}]})
    noun = "managed policy"
    name: IamName | None = None
    path: IamPath = "/"
    arn: ArnText | None = None
    document: ManagedDocument

    @model_validator(mode="after")
    def _named(self) -> ManagedPolicyModel:
        if self.name is None and self.arn is None:
            message = "a managed policy has a `name` or, when it is AWS's own, an `arn`"
            raise fault(message)
        return self


class UserModel(Model):
    """An IAM user."""

    noun = "user"
    name: IamName
    path: IamPath = "/"
    unique_id: UniqueId | None = None
    tags: Tags = Field(default_factory=dict)
    groups: tuple[str, ...] = ()
    identity_policies: tuple[IdentityPolicy, ...] = ()
    permissions_boundary: IdentityPolicy = None
    access_keys: tuple[AccessKeyModel, ...] = ()


class GroupModel(Model):
    """A group of users: its policies are theirs."""

    noun = "group"
    name: IamName
    path: IamPath = "/"
    identity_policies: tuple[IdentityPolicy, ...] = ()


class RoleModel(Model):
    """A role; its trust policy is the resource policy of its own ARN."""

    noun = "role"
    name: IamName
    path: IamPath = "/"
    unique_id: UniqueId | None = None
    tags: Tags = Field(default_factory=dict)
    max_session_duration: SessionDuration = 3600
    trust_policy: TrustPolicy = None
    identity_policies: tuple[IdentityPolicy, ...] = ()
    permissions_boundary: IdentityPolicy = None


class GrantConstraintsModel(Model):
    """What the encryption context and the source of a request must be (G3)."""

    noun = "grant's constraints"
    EncryptionContextEquals: dict[str, str] | None = None
    EncryptionContextSubset: dict[str, str] | None = None
    SourceArn: str | None = None


class GrantModel(Model):
    """A grant as `aws kms list-grants` prints it; who writes one by hand may leave out what AWS fills in."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["GranteePrincipal"]}, {"required": ["GranteeServicePrincipal"]}]}
    )
    noun = "grant"
    GrantId: Annotated[str, Field(min_length=1)] | None = None
    KeyId: str | None = None
    Name: str | None = None
    GranteePrincipal: Annotated[str, Field(min_length=1)] | None = None
    GranteeServicePrincipal: Annotated[str, Field(min_length=1)] | None = None
    RetiringPrincipal: str | None = None
    RetiringServicePrincipal: str | None = None
    IssuingAccount: str | None = None
    Operations: Annotated[tuple[GrantOperation, ...], Field(min_length=1)]
    Constraints: GrantConstraintsModel | None = None
    CreationDate: Moment | None = None
    GrantToken: str | None = None

    @model_validator(mode="after")
    def _one_grantee(self) -> GrantModel:
        if (self.GranteePrincipal is None) == (self.GranteeServicePrincipal is None):
            message = "a grant has either a `GranteePrincipal` or a `GranteeServicePrincipal`"
            raise fault(message)
        return self


class KeyModel(Model):
    """A KMS key, with the API's own values."""

    noun = "key"
    id: KeyId
    region: RegionName
    spec: KeySpec = "SYMMETRIC_DEFAULT"
    usage: KeyUsage | None = None
    origin: Origin = "AWS_KMS"
    manager: Literal["CUSTOMER", "AWS"] = "CUSTOMER"
    multi_region: Flag | None = None
    multi_region_type: Literal["PRIMARY", "REPLICA"] | None = None
    state: KeyState = "Enabled"
    description: str = ""
    aliases: tuple[AliasName, ...] = ()
    tags: Tags = Field(default_factory=dict)
    policy: KeyPolicy = None
    grants: tuple[GrantModel, ...] = ()

    @model_validator(mode="after")
    def _usable(self) -> KeyModel:
        usages = KEY_SPECS[self.spec].usages
        if self.usage is not None and self.usage not in usages:
            message = f"usage `{self.usage}` does not go with spec `{self.spec}`"
            raise fault(message, f"a {self.spec} key takes {' or '.join(usages)}")
        if self.multi_region_type is not None and not self.is_multi_region:
            message = "`multi_region_type` is given, but the key is no multi-Region key"
            raise fault(message, "say `multi_region: true`")
        return self

    @property
    def is_multi_region(self) -> bool:
        """Whether it says so, or its id does (`mrk-…`)."""
        return self.id.startswith("mrk-") if self.multi_region is None else self.multi_region


class ResourceModel(Model):
    """Any other resource with a policy or tags of its own."""

    noun = "resource"
    arn: ArnText
    policy: ResourcePolicy = None
    tags: Tags = Field(default_factory=dict)


class EndpointModel(Model):
    """A VPC endpoint."""

    noun = "VPC endpoint"
    id: Annotated[str, Field(min_length=1)]
    vpc: str | None = None
    type: Literal["Gateway", "Interface"] = "Interface"
    policy: EndpointPolicy = None


class AccountModel(Model):
    """An account and everything in it."""

    noun = "account"
    id: AccountId
    name: str | None = None
    partition: Partition | None = None
    service_control_policies: tuple[ServiceControlPolicy, ...] = ()
    resource_control_policies: tuple[ResourceControlPolicy, ...] = ()
    policies: tuple[ManagedPolicyModel, ...] = ()
    access_keys: tuple[AccessKeyModel, ...] = ()
    users: tuple[UserModel, ...] = ()
    groups: tuple[GroupModel, ...] = ()
    roles: tuple[RoleModel, ...] = ()
    keys: tuple[KeyModel, ...] = ()
    resources: tuple[ResourceModel, ...] = ()
    vpc_endpoints: tuple[EndpointModel, ...] = ()


class UnitModel(Model):
    """An organizational unit, or the root of the organization."""

    noun = "organizational unit"
    id: Annotated[str, Field(min_length=1)]
    name: str | None = None
    service_control_policies: tuple[ServiceControlPolicy, ...] = ()
    resource_control_policies: tuple[ResourceControlPolicy, ...] = ()
    accounts: tuple[AccountId, ...] = ()
    units: tuple[UnitModel, ...] = ()


class OrganizationModel(Model):
    """An organization: one management account, one tree."""

    noun = "organization"
    id: Annotated[str, Field(min_length=1)]
    management_account: AccountId | None = None
    root: UnitModel


class AdditionsModel(Model):
    """What comes to lists that stay as they are described."""

    noun = "addition"
    identity_policies: Annotated[tuple[IdentityPolicy, ...], Field(min_length=1)] = ()
    grants: Annotated[tuple[GrantModel, ...], Field(min_length=1)] = ()
    service_control_policies: Annotated[tuple[ServiceControlPolicy, ...], Field(min_length=1)] = ()
    resource_control_policies: Annotated[tuple[ResourceControlPolicy, ...], Field(min_length=1)] = ()


class ChangeModel(Model):
    """What would be otherwise of one thing that is described: each field that is given stands instead of its own."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})
    noun = "change"
    of: Annotated[str, Field(min_length=1)]
    policy: ChangedPolicy = None
    trust_policy: TrustPolicy = None
    document: ManagedDocument = None
    permissions_boundary: IdentityPolicy = None
    identity_policies: tuple[IdentityPolicy, ...] = ()
    grants: tuple[GrantModel, ...] = ()
    service_control_policies: tuple[ServiceControlPolicy, ...] = ()
    resource_control_policies: tuple[ResourceControlPolicy, ...] = ()
    add: AdditionsModel = Field(default_factory=AdditionsModel)
    remove: Annotated[tuple[Literal["permissions_boundary", "policy"], ...], Field(min_length=1)] = ()
    revoke: Annotated[tuple[str, ...], Field(min_length=1)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> ChangeModel:
        if not (self.model_fields_set - {"of", "add"} or self.add.model_fields_set):
            message = f"nothing of {ticked(self.of)} is changed"
            raise fault(message, "write how it would be: a `policy`, for example")
        return self


class EntitiesModel(Model):
    """An entities file."""

    noun = "entities file"
    policyeval: FormatVersion
    title: str | None = None
    entities: Annotated[str, Field(min_length=1)] | None = None
    organization: OrganizationModel | None = None
    accounts: tuple[AccountModel, ...] = ()
    changes: tuple[ChangeModel, ...] = ()
    # A scenario file is an entities file too; its cases are read where they are run.
    tests: tuple[Any, ...] = ()
