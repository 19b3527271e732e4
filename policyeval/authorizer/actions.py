"""What there is to know of an action before any policy is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from policyeval.catalog.kms import ALIAS_ACTIONS, CROSS_ACCOUNT_ACTIONS, IDENTITY_ONLY_ACTIONS, OPERATIONS, KmsAction
from policyeval.catalog.lacking import lacking
from policyeval.catalog.services import RCP_EXEMPT_ACTIONS, RCP_SERVICES
from policyeval.errors import RequestError
from policyeval.model.source import Diagnostic

# As policies have them (grammar/action.lark): what only looks like an action, no Deny of that action would meet.
_ACTION = re.compile(r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+")
_NO_DEFAULTS: Mapping[str, str] = MappingProxyType({})
RETIRE_GRANT = "kms:retiregrant"
CREATE_GRANT = "kms:creategrant"
CREATE_SERVICE_LINKED_ROLE = "iam:createservicelinkedrole"
DESCRIBE_KEY = "kms:describekey"
ASSUME_ROLE = "sts:assumerole"
ASSUME_ROOT = "sts:assumeroot"
PASS_ROLE = "iam:passrole"  # noqa: S105 - no password
SERVICE_BEARER_TOKEN = "sts:getservicebearertoken"  # noqa: S105 - no password
SET_CONTEXT = "sts:setcontext"
ASSUME_ROLE_WITH_SAML = "sts:assumerolewithsaml"
# Federated callers have no AWS credentials: the trust policy alone decides (S35).
WEB_IDENTITY_ACTIONS = frozenset({ASSUME_ROLE_WITH_SAML, "sts:assumerolewithwebidentity"})
# What goes with becoming a role, by whatever call.
ROLE_EXTRAS = frozenset({"sts:setsourceidentity", "sts:tagsession"})
# They are asked on a role, and its trust policy answers (S35).
_ON_ROLES = ROLE_EXTRAS | WEB_IDENTITY_ACTIONS | {ASSUME_ROLE}


class ActionFacts:
    """An action, folded, with the rules that depend on it."""

    __slots__ = (
        "carried",
        "crosses_accounts",
        "defaults",
        "folded",
        "identity_only",
        "kms",
        "lacks",
        "name",
        "on_alias",
        "on_role",
        "rcps_bind",
        "service",
        "tags_on_creation",
        "takes_encryption_context",
    )

    def __init__(self, name: str) -> None:
        """Look an action up.

        Raises:
            RequestError: it is not `service:Name`, or it has wildcards.

        """
        if _ACTION.fullmatch(name) is None:
            message = f"`{name}` is no action"
            raise RequestError([Diagnostic(message, "an action is `service:Name`, such as `kms:Decrypt`")])
        self.name = name
        self.folded = name.lower()
        self.service = self.folded.partition(":")[0]
        self.kms: KmsAction | None = OPERATIONS.get(self.folded)
        self.crosses_accounts = self.service != "kms" or self.folded in CROSS_ACCOUNT_ACTIONS
        self.identity_only = self.folded in IDENTITY_ONLY_ACTIONS
        self.on_alias = self.folded in ALIAS_ACTIONS
        # What a key is created with needs a permission that covers all keys of the account and Region (K5).
        self.tags_on_creation = self.kms is not None and {"key", "none"} <= {*self.kms.asked_on}
        self.on_role = self.folded in _ON_ROLES
        # RCPs bind actions that are asked on a resource (S3).
        self.rcps_bind = (
            self.service in RCP_SERVICES and self.folded not in RCP_EXEMPT_ACTIONS and not self.identity_only
        )
        self.defaults = self.kms.defaults if self.kms is not None else _NO_DEFAULTS
        self.lacks = lacking(self.folded)
        # kms: keys that the operation's requests carry; None when nothing is known of it (K9).
        self.carried = self.kms.condition_keys if self.kms is not None else None
        # Symmetric operations carry one, and what concerns a grant's constraint (K8).
        self.takes_encryption_context = self.carried is not None and "kms:encryptioncontext:" in self.carried

    def carries(self, key: str) -> bool:
        """Tell whether requests for the action can hold a folded kms: key."""
        if self.carried is None or key in self.carried:
            return True
        return any(key.startswith(family) for family in self.carried if family.endswith(":"))
