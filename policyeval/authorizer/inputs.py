"""What a request cannot be, before anything is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from policyeval.authorizer.actions import ASSUME_ROOT, ActionFacts
from policyeval.errors import RequestError
from policyeval.model.arn import Arn
from policyeval.model.request import Request, Session
from policyeval.model.source import Diagnostic

_TYPES: Mapping[str, tuple[type, ...]] = {
    "principal": (str,),
    "action": (str,),
    "resource": (str,),
    "context": (Mapping, type(None)),
    "encryption_context": (Mapping, type(None)),
    "session": (Session, type(None)),
    "grant_tokens": (list, tuple, set, frozenset),
    "via_service": (str, type(None)),
    "vpc_endpoint": (str, type(None)),
    "resource_account": (str, type(None)),
    "at": (datetime, type(None)),
}
# Nothing that derives from `str`, as a member of an enumeration: conditions know texts by their class.
_TEXT: tuple[type, ...] = (str, type(None))
# GetFederationToken with tags asks TagSession on the federated user.
_ALSO_ON: Mapping[str, tuple[str, ...]] = {"sts:tagsession": ("sts:federated-user/",)}


def type_faults(request: Request) -> list[Diagnostic]:
    """Tell which facts of a request are of no type they can be."""
    faults = [
        Diagnostic(f"`{name}` of a request is of type {type(value).__name__}", f"give {_names(types)}")
        for name, types in _TYPES.items()
        if not isinstance(value := getattr(request, name), types)
    ]
    for name, pairs in (("context", request.context), ("encryption_context", request.encryption_context)):
        faults += [
            Diagnostic(f"`{name}` has a key of type {type(key).__name__}", "keys are strings")
            for key in (pairs if isinstance(pairs, Mapping) else ())
            if not isinstance(key, str)
        ]
    tokens = request.grant_tokens
    faults += [
        Diagnostic(f"`grant_tokens` has one of type {type(token).__name__}", "tokens and ids of grants are strings")
        for token in (tokens if isinstance(tokens, _TYPES["grant_tokens"]) else ())
        if not isinstance(token, str)
    ]
    return faults


def session_faults(session: Session) -> list[Diagnostic]:
    """Tell which facts of a session are no text: they would be no value of a condition key."""
    tags = session.tags
    if type(session.name) in _TEXT and type(session.source_identity) in _TEXT and (tags == {} or _holds_texts(tags)):
        return []
    faults = [
        Diagnostic(f"`{name}` of a session is of type {type(value).__name__}", f"give {_names(_TEXT)}")
        for name in ("name", "source_identity")
        if type(value := getattr(session, name)) not in _TEXT
    ]
    if not isinstance(tags, Mapping):
        return [*faults, Diagnostic(f"`tags` of a session is of type {type(tags).__name__}", "give Mapping")]
    return faults + [
        Diagnostic(f"tag `{name}` of a session is of type {type(text).__name__}", "tags are strings")
        for name, value in tags.items()
        for text in (name, value)
        if type(text) is not str
    ]


def _holds_texts(tags: object) -> bool:
    return isinstance(tags, Mapping) and {*map(type, tags), *map(type, tags.values())} <= {str}


def _names(types: tuple[type, ...]) -> str:
    return " or ".join("nothing" if each is type(None) else each.__name__ for each in types)


def must_name(action: ActionFacts, arn: str, parts: Arn | None) -> None:
    """Refuse a resource of a kind that an action is never asked on; no policy of its own would guard it.

    Raises:
        RequestError: a KMS action on something that is no key, or assuming something that is no role.

    """
    if parts is None and action.kms is not None and "none" in action.kms.asked_on:
        return
    kind = f"{parts.service}:{parts.resource}" if parts is not None else arn
    if action.service == "kms" and not action.identity_only and not kind.startswith(("kms:key/", "kms:alias/")):
        message, hint = f"`{action.name}` is asked on a key, not on `{arn}`", "give the key's ARN, or its alias's"
    elif action.on_role and not kind.startswith(("iam:role/", *_ALSO_ON.get(action.folded, ()))):
        message, hint = f"`{action.name}` is asked on a role, not on `{arn}`", "give the role's ARN"
    elif action.folded == ASSUME_ROOT and kind != "iam:root":
        message, hint = f"`{action.name}` is asked on a root user, not on `{arn}`", "give `arn:aws:iam::ACCOUNT:root`"
    else:
        return
    raise RequestError([Diagnostic(message, hint)])
