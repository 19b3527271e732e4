"""An event as a CloudTrail record.

Sources, read 2026-11-25: "CloudTrail record contents" (awscloudtrail/latest/userguide/
cloudtrail-event-reference-record-contents.html, version 1.11), "CloudTrail userIdentity element"
(cloudtrail-event-reference-user-identity.html), and the KMS guide's examples (see shown.py). What
this project adds stands in `additionalEventData`, which CloudTrail leaves to each service (docs/trail.md).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from policyeval.kms.records import Key
from policyeval.kms.trail.event import INTERNAL, LARGEST_PARAMETERS, LONGEST_MESSAGE, Event, Who
from policyeval.kms.trail.members import VALUE, camel, show, shown_value
from policyeval.kms.trail.shown import ACTS, NOTHING, SHOWN, Shown
from policyeval.model.arn import Arn, split_arn

__all__ = ["event_time", "record"]

_VERSION = "1.11"
_SYMMETRIC = "SYMMETRIC_DEFAULT"
# What KMS tells CloudTrail of an error where that is not the API's own code: so records of AWS's have it.
_CODES = {"AccessDeniedException": "AccessDenied"}


def record(event: Event) -> dict[str, object]:
    """Give the whole record, but for its place in the chain."""
    internal = event.who.principal == INTERNAL
    row = SHOWN.get(event.operation, NOTHING)
    return {
        "eventVersion": _VERSION,
        "userIdentity": _identity(event.who),
        "eventTime": event_time(event.time),
        "eventSource": row.source,
        "eventName": event.operation,
        "awsRegion": event.region,
        **_origin(event.who),
        **_error(event),
        "requestParameters": None if internal else _parameters(event, row),
        "responseElements": _response_elements(event, row),
        "additionalEventData": {
            **_additional(event, row),
            "keys": [_key_facts(key) for key in event.keys],
            "decisions": [decided.to_json() for decided in event.decisions],
        },
        "requestID": event.request_id,
        "eventID": event.event_id,
        "readOnly": row.read_only,
        "resources": [_resource(key) for key in event.keys],
        **_end_section(event.who, event.keys),
        **({"serviceEventDetails": _details(event)} if internal else {}),
    }


def event_time(time: datetime) -> str:
    """Write the time of an event: UTC, to the second."""
    return (time if time.tzinfo is UTC else time.astimezone(UTC)).isoformat()[:19] + "Z"


def _origin(who: Who) -> dict[str, object]:
    """Give from where a call came."""
    # A service that calls, in its own name or another's, stands for an address.
    stand_in = who.via_service or (who.principal if split_arn(who.principal) is None and not who.account else None)
    if who.principal == INTERNAL:
        stand_in = INTERNAL
    return {
        "sourceIPAddress": who.source_ip or (None if stand_in == "anonymous" else stand_in),
        "userAgent": who.user_agent or (None if stand_in == "anonymous" else stand_in),
    }


def _parameters(event: Event, row: Shown) -> dict[str, object] | None:
    """Give what is shown of a request: nothing of a refused one that has too much."""
    shown = show(row.request, event.parameters)
    if event.error is not None and len(json.dumps(shown, separators=(",", ":"))) > LARGEST_PARAMETERS:
        return None
    return shown or None


def _response_elements(event: Event, row: Shown) -> dict[str, object] | None:
    """Give what is shown of the answer: nothing of reading, of cryptography, and of what failed."""
    if event.error is not None:
        return None
    shown = show(row.response, event.response or {})
    if row.names_key and event.keys:
        shown["keyId"] = event.keys[row.key].arn
    return shown or None


def _additional(event: Event, row: Shown) -> dict[str, object]:
    """Give what AWS itself puts into `additionalEventData`: ids of key material and grants."""
    if event.error is not None:
        return {}
    if row.material:
        found = _material_of(event.keys)
        return {"keyMaterialId": found} if found is not None else {}
    response = event.response or {}
    values = ((name, response.get(name)) for name in row.extra)
    return {camel(name): value for name, value in values if isinstance(value, str)}


def _material_of(keys: Sequence[Key]) -> str | None:
    """Give the id of a symmetric key's current material, None for other keys."""
    return keys[0].material_id if keys and keys[0].spec == _SYMMETRIC else None


def _resource(key: Key) -> dict[str, object]:
    """Give an element of `resources`."""
    return {"accountId": key.account, "type": "AWS::KMS::Key", "ARN": key.arn}


def _key_facts(key: Key) -> dict[str, object]:
    """Give what prices a request: an element of `additionalEventData.keys`, in the order of `resources`."""
    return {"spec": key.spec, "manager": key.manager}


def _end_section(who: Who, keys: Sequence[Key]) -> dict[str, object]:
    """Give what comes after the resources."""
    # A service has no account to receive the record; the key's owner does.
    recipient = who.account or (keys[0].account if keys else "")
    return {
        "eventType": "AwsServiceEvent" if who.principal == INTERNAL else "AwsApiCall",
        "managementEvent": True,
        **({"recipientAccountId": recipient} if recipient else {}),
        **({"vpcEndpointId": who.vpc_endpoint} if who.vpc_endpoint is not None else {}),
        "eventCategory": "Management",
    }


def _details(event: Event) -> dict[str, object]:
    """Give `serviceEventDetails` of what KMS did by itself."""
    names = ACTS.get(event.operation, ())
    values = ((name, shown_value(VALUE, event.parameters.get(name))) for name in names)
    return {name: value for name, value in values if value is not None}


def _error(event: Event) -> dict[str, object]:
    if event.error is None:
        return {}
    code = _CODES.get(event.error, event.error)
    message = event.error_message[:LONGEST_MESSAGE]
    return {"errorCode": code, **({"errorMessage": message} if message else {})}


def _identity(who: Who) -> dict[str, object]:
    arn = split_arn(who.principal)
    if arn is None:
        identity = _nameless(who)
    else:
        identity = {
            **_named(who, arn),
            "arn": who.principal,
            "accountId": who.account,
            "accessKeyId": who.access_key,
            **_session(who, arn),
        }
        identity = {name: value for name, value in identity.items() if value is not None}
    return identity | ({"invokedBy": who.via_service} if who.via_service is not None else {})


def _nameless(who: Who) -> dict[str, object]:
    if who.principal == INTERNAL:
        return {"accountId": who.account, "invokedBy": INTERNAL}
    if who.principal == "anonymous":
        return {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    return {"type": "AWSService", "invokedBy": who.principal}


def _named(who: Who, arn: Arn) -> dict[str, object]:
    kind, _, rest = arn.resource.partition("/")
    last = rest.rpartition("/")[2]
    match arn.service, kind:
        case "iam", "root":
            return {"type": "Root", "principalId": arn.account}
        case "iam", "user":
            return {"type": "IAMUser", "principalId": who.unique_id, "userName": last}
        case "iam", "role":
            return {"type": "Role", "principalId": who.unique_id, "userName": last}
        case "sts", "assumed-role":
            return {"type": "AssumedRole", "principalId": f"{who.unique_id}:{last}" if who.unique_id else None}
        case "sts", "federated-user":
            return {"type": "FederatedUser", "principalId": f"{arn.account}:{last}"}
        case _:
            return {"type": "Unknown"}


def _session(who: Who, arn: Arn) -> dict[str, object]:
    issuer = split_arn(who.issuer) if who.issuer is not None else None
    if arn.service != "sts" or issuer is None:
        return {}
    kind, _, rest = issuer.resource.partition("/")
    types = {"role": "Role", "user": "IAMUser", "root": "Root"}
    about = {
        "type": types.get(kind, "Unknown"),
        "principalId": who.unique_id,
        "arn": who.issuer,
        "accountId": issuer.account,
        "userName": rest.rpartition("/")[2] or None,
    }
    return {"sessionContext": {"sessionIssuer": {name: value for name, value in about.items() if value is not None}}}
