"""Actions, resources, condition keys and services in questions that were probably mistyped.

Nobody may do what does not exist, so a deny would prove nothing. No statement looks at a key that does not exist: a
Deny that the right key would have met lets the request through. And an action on a resource that AWS never asks it on
is allowed by statements that no request meets. All are decided all the same: AWS adds actions and keys, and the data
about services is of one day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from policyeval.catalog.keys import CONDITION_KEYS, lookup
from policyeval.catalog.kms import OPERATIONS
from policyeval.catalog.regions import regions
from policyeval.catalog.service_data import service_data
from policyeval.catalog.services import governing
from policyeval.catalog.unlisted import ON_UNLISTED_RESOURCES, RETIRED_SERVICES, UNLISTED_ACTIONS
from policyeval.entities.suggest import did_you_mean
from policyeval.model.source import Diagnostic, Place
from policyeval.syntax.faults import ticked

_GLOBAL: Final = "aws:"
# For these the authorizer itself refuses a resource of another kind (K3, S35).
_CHECKED: Final = frozenset({"kms", "sts"})
# In these, what lies in a resource is a type of its own.
_APART: Final = frozenset({"dynamodb", "s3"})
_FIELDS: Final = 6  # of an ARN
_VARIABLES: Final = re.compile(r"\$\{[^}]*\}")
_LABELS: Final = 4  # s3.us-east-1.amazonaws.com
# Keys that some services' requests have, and that the page about global ones does not list.
_UNLISTED_KEYS: Final = frozenset({"aws:arn", "aws:sourceowner"})


def unknown_action(action: str, place: Place | None = None) -> Diagnostic | None:
    """Say that no service has an action, None when one has it; what is no action at all is for others to refuse."""
    folded = action.lower()
    prefix, _, name = folded.partition(":")
    if not (prefix and name) or folded in OPERATIONS or folded in UNLISTED_ACTIONS or prefix in RETIRED_SERVICES:
        return None
    data = service_data()
    service = data.service(prefix)
    if service is None:
        like = did_you_mean(prefix, data.services)
        message = f"there is no service {ticked(prefix)}"
    elif name not in service.action_names:
        like = did_you_mean(action, [f"{prefix}:{known}" for known in service.action_names.values()])
        message = f"{ticked(prefix)} has no action {ticked(action.partition(':')[2])}"
    else:
        return None
    return Diagnostic(message, like or f"none in the data of {data.date}; a newer one is decided all the same", place)


def wildcard_in(action: str, resource: str) -> Diagnostic | None:
    """Say that a question is about one resource, where a pattern of a policy was put into it."""
    if resource == "*" or not ("*" in resource or "?" in resource):
        return None
    if action.lower() == "kms:tagresource" and resource.endswith(":key/*"):
        return None  # what a key is created with is asked on all keys (K5)
    message = f"{ticked(resource)} has a wildcard in it, which stands for itself in a question"
    return Diagnostic(message, "ask about one resource: what denies some that it covers in a policy is not met")


def unsuited_resource(action: str, resource: str) -> Diagnostic | None:
    """Say that AWS asks an action on something else, None where it may ask it on that."""
    prefix, _, name = action.lower().partition(":")
    service = service_data().service(prefix) if prefix not in _CHECKED else None
    found = service.action(name) if service is not None else None
    if service is None or found is None or action.lower() in ON_UNLISTED_RESOURCES:
        return None
    kinds = [kind for each in found.resources if (kind := service.resource_types.get(each.type)) is not None]
    arns = [arn for kind in kinds for arn in kind.arns]
    if resource == "*":
        suits = not any(each.required for each in found.resources)
    else:
        suits = any(_may_be(resource, arn) for arn in arns) or len(kinds) < len(found.resources)
    if suits:
        return None
    hint = f"give what looks like {ticked(min(arns, key=len))}" if arns else "it is asked on no resource: give `*`"
    return Diagnostic(f"{ticked(action)} is not asked on {ticked(resource)}", hint)


def _may_be(resource: str, arn: str) -> bool:
    """Tell whether a resource's ARN is one of a type, written as `arn:${Partition}:…`."""
    parts, kind = resource.split(":", 5), arn.split(":", 5)
    apart = len(parts) == _FIELDS and parts[2] in _APART
    if apart and _lies_in_another(parts) is not _lies_in_another(kind):
        return False  # a bucket is no object, and the other way round
    return _pattern(arn).fullmatch(resource) is not None


def _lies_in_another(parts: Sequence[str]) -> bool:
    return governing(parts[2], parts[4], parts[5]) is not None


@cache
def _pattern(arn: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _VARIABLES.split(arn))), re.DOTALL)


def unknown_key(key: str, place: Place | None = None) -> Diagnostic | None:
    """Say that no request has a condition key, None when one may; what identity providers claim is theirs to name."""
    folded = key.lower()
    if lookup(folded) is not None or folded in _UNLISTED_KEYS or "." in folded.rpartition(":")[0]:
        return None
    prefix, _, name = folded.partition(":")
    if not (prefix and name):
        hint = did_you_mean(f"{_GLOBAL}{key}", _global_names()) or "a key is `service:Name`, such as `aws:SourceIp`"
        return Diagnostic(f"{ticked(key)} is no condition key", hint, place)
    if folded.startswith(_GLOBAL):
        hint = did_you_mean(key, _global_names()) or "none is known here; a newer one is told all the same"
        return Diagnostic(f"there is no global condition key {ticked(key)}", hint, place)
    return _unknown_of_service(key, place)


def unknown_via(service: str | None, action: str, place: Place | None = None) -> Diagnostic | None:
    """Say that no service calls KMS under a name: kms:ViaService names the Region, too (K7). None when one may."""
    if service is None or not action.lower().startswith("kms:"):
        return None
    labels = service.split(".")
    if len(labels) >= _LABELS and any(label in names for names in regions().values() for label in labels[1:]):
        return None
    message = f"{ticked(service)} is no service in a Region, which is what `kms:ViaService` tells"
    return Diagnostic(message, "such as `s3.us-east-1.amazonaws.com`", place)


def _unknown_of_service(key: str, place: Place | None) -> Diagnostic | None:
    data = service_data()
    folded = key.lower()
    prefix, homes = folded.partition(":")[0], data.key_homes(folded)
    head, slash, _ = folded.partition("/")
    # The service authorization reference writes some families as `s3:ExistingObjectTag/<key>`.
    if data.key(folded) or (slash and data.key(f"{head}/<key>")):
        return None
    if homes:
        described = data.service(homes[0])
        message = f"{ticked(prefix)} has no condition key {ticked(key)}"
        like = did_you_mean(key, (known.name for known in described.keys.values())) if described is not None else None
        return Diagnostic(message, like or f"none in the data of {data.date}; a newer one is told all the same", place)
    # Whose keys nobody describes may have any; only what looks like another one is doubted.
    like = did_you_mean(key, _global_names()) or did_you_mean(prefix, data.services)
    return Diagnostic(f"there is no service {ticked(prefix)}", like, place) if like is not None else None


def _global_names() -> Iterable[str]:
    return (key.name for key in CONDITION_KEYS.values() if key.name.startswith(_GLOBAL))
