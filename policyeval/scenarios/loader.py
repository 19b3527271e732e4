"""Reads scenario files: the entities in them, and each case as a `Request` with what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from policyeval.entities.build import build, collector_paused, parts_of
from policyeval.entities.changes import listed
from policyeval.entities.entities import Entities
from policyeval.entities.loader import AnyPath, read_file, read_first
from policyeval.entities.mistyped import unknown_action, unknown_key, unknown_via, unsuited_resource
from policyeval.entities.parts import Building
from policyeval.entities.policies import PolicyReader, ReadFile
from policyeval.entities.reading import Document, Format, Spot, read_document
from policyeval.model.arn import root_arn
from policyeval.model.policy import PolicyType
from policyeval.model.request import Request, Session
from policyeval.model.source import Diagnostic, Place
from policyeval.scenarios.schema import CaseModel, ScenarioModel, SessionModel


@dataclass(frozen=True, slots=True)
class Case:
    """One request and what is expected; an expectation that is None was not written.

    `warnings` tell of what was probably mistyped, so that the case proves little: an action that no service has, a
    resource that it is not asked on, a condition key that no request has, or a service that does not call KMS.
    `account`, where it is given, is asked about in place of the request, which is then its root user's.
    `facts` are the numbers of the facts that the case exercises: docs/semantics.md is made from them.
    """

    name: str
    request: Request
    expect: str
    reason: str | None
    layer: str | None
    rule: str | None
    determined_by: tuple[str, ...] | None
    facts: tuple[str, ...]
    place: Place
    warnings: tuple[Diagnostic, ...] = ()
    account: str | None = None


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario file that was read."""

    path: str | None
    title: str | None
    entities: Entities
    cases: tuple[Case, ...]


def load_scenarios(path: AnyPath) -> ScenarioFile:
    """Read a scenario file and every file it names; an entities file is one without cases.

    Raises `EntitiesError` with every fault of all of them.
    """
    name = str(path)
    return scenarios_from_text(read_first(name), name=name, read_file=read_file)


def scenarios_from_text(
    text: str, *, name: str | None = None, form: Format | None = None, read_file: ReadFile | None = None
) -> ScenarioFile:
    """Read a scenario file from a text; arguments as in `Entities.from_text`.

    Raises `EntitiesError` with every fault.
    """
    reader = PolicyReader(read_file)
    cases: tuple[Case, ...] = ()
    with collector_paused():
        document = read_document(text, name, form, ScenarioModel, reader)
        building = build(document, reader) if document is not None else None
    if document is not None and building is not None:
        cases = tuple(_cases(document, building))
    entities = Entities(parts_of(building, reader))
    return ScenarioFile(name, document.model.title if document is not None else None, entities, cases)


def _cases(document: Document[ScenarioModel], building: Building) -> Iterator[Case]:
    for index, model in enumerate(document.model.tests):
        spot = document.spot("tests", index)
        # A case's name is what a report and `pytest -k` know it by.
        building.claim(("test", model.name), f"test `{model.name}`", spot.at("name"))
        yield Case(
            name=model.name,
            request=_request(model, building, spot),
            expect=model.expect,
            reason=model.reason,
            layer=model.layer,
            rule=model.rule,
            determined_by=model.determined_by,
            facts=model.facts,
            place=spot.place(),
            warnings=tuple(_warnings(model, spot)),
            account=model.account,
        )


def _warnings(model: CaseModel, spot: Spot) -> Iterator[Diagnostic]:
    # To look for a place takes longer than to know an action.
    if (warning := unknown_action(model.action)) is not None:
        yield replace(warning, place=spot.at("action").place())
    if (warning := unsuited_resource(model.action, model.resource)) is not None:
        yield replace(warning, place=spot.at("resource").place())
    if (warning := unknown_via(model.via_service, model.action)) is not None:
        yield replace(warning, place=spot.at("via_service").place())
    for key in model.context:
        if (warning := unknown_key(key)) is not None:
            yield replace(warning, place=spot.at("context", key).place())


def _request(model: CaseModel, building: Building, spot: Spot) -> Request:
    return Request(
        model.principal if model.principal is not None else root_arn(model.account or ""),
        model.action,
        model.resource,
        context=model.context or None,
        encryption_context=model.encryption_context,
        session=_session(model.session, building, spot.at("session")) if model.session is not None else None,
        grant_tokens=model.grant_tokens,
        via_service=model.via_service,
        vpc_endpoint=model.vpc_endpoint,
        resource_account=model.resource_account,
        at=model.at,
    )


def _session(model: SessionModel, building: Building, spot: Spot) -> Session:
    given = listed(model.policies, spot.at("policies"))
    policies = building.attached(given, PolicyType.IDENTITY, "session policy {}")
    if model.policy is not None:
        policy = building.reader.read(model.policy, PolicyType.IDENTITY, "session policy", spot.at("policy"))
        policies = (policy,) if policy is not None else ()
    return Session(model.name, policies, model.tags, model.source_identity)
