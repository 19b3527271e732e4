"""Runs cases: decides each request and compares the decision with what the file expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policyeval.authorizer import Authorizer
from policyeval.errors import PolicyEvalError
from policyeval.model.source import Diagnostic, escaped
from policyeval.scenarios.schema import NO_LAYER

if TYPE_CHECKING:
    from policyeval.authorizer import AccountAccess, Decision
    from policyeval.model.decision import StatementRef
    from policyeval.scenarios.loader import Case, ScenarioFile


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went: the decision, or what an account has, or the error where the request itself is bad input."""

    case: Case
    decision: Decision | None = None
    error: PolicyEvalError | None = None
    differences: tuple[str, ...] = ()
    access: AccountAccess | None = None

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Why what passed may prove less than it seems: nobody has the action, or sends such a request."""
        doubts = self.decision.doubts if self.decision is not None else ()
        found = (Diagnostic(one.message, one.hint, place=self.case.place) for one in doubts)
        return (*self.case.warnings, *found)

    @property
    def explanation(self) -> str:
        """What was decided and why, or what is wrong with the request."""
        if self.access is not None:
            head = f"{self.access.door.upper()}  to account {self.case.account}"
            return "\n".join([head, *(f"  if {escaped(condition)}" for condition in self.access.conditions)])
        return self.decision.explain() if self.decision is not None else str(self.error)

    def report(self) -> str:
        """Say where the case stands, what differed and why it was decided so."""
        head = f"{self.case.place}: {escaped(self.case.name)}"
        return "\n".join([head, *map(escaped, self.differences), "", self.explanation])

    def to_json(self) -> dict[str, object]:
        """Give the fields that machines read."""
        place = self.case.place
        faults = self.error.diagnostics if self.error is not None else ()
        return {
            "name": self.case.name,
            "passed": self.passed,
            "differences": list(self.differences),
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "decision": self.decision.to_json() if self.decision is not None else None,
            "access": self.access.to_json() if self.access is not None else None,
            "diagnostics": [one.to_json() for one in (*self.warnings, *faults)],
        }


def run(scenarios: ScenarioFile) -> list[CaseResult]:
    """Run every case of a file. A case whose request is bad input failed; nothing is raised."""
    authorizer = Authorizer(scenarios.entities)
    return [run_case(case, authorizer) for case in scenarios.cases]


def run_case(case: Case, authorizer: Authorizer) -> CaseResult:
    """Run one case."""
    try:
        if case.account is not None:
            return _of_account(case, case.account, authorizer)
        decision = authorizer.authorize(case.request)
    except PolicyEvalError as error:
        return CaseResult(case, error=error, differences=(f"expected {case.expect}, but the request is bad input",))
    return CaseResult(case, decision, differences=tuple(_differences(case, decision)))


def _of_account(case: Case, account: str, authorizer: Authorizer) -> CaseResult:
    access = authorizer.account_access(account, case.request.action, case.request.resource)
    same = access.door == case.expect
    return CaseResult(case, access=access, differences=() if same else (f"expected {case.expect}, got {access.door}",))


def _differences(case: Case, decision: Decision) -> list[str]:
    found = []
    layer = str(decision.layer) if decision.layer is not None else NO_LAYER
    if case.expect != decision.decision:
        found.append(f"expected {case.expect}, got {decision.decision}")
    for what, expected, actual in (
        ("reason", case.reason, decision.reason),
        ("layer", case.layer, layer),
        ("rule", case.rule, decision.rule or "none"),
    ):
        if expected not in {None, actual}:
            found.append(f"expected {what} {expected}, got {actual}")
    return [*found, *_undetermined(case, decision)]


def _undetermined(case: Case, decision: Decision) -> Iterator[str]:
    """Tell what was expected to decide and did not; an empty list expects that nothing does."""
    if case.determined_by is None:
        return
    shown = ", ".join(map(str, decision.determining_statements)) or "none"
    if not case.determined_by and decision.determining_statements:
        yield f"expected no determining statements, got {shown}"
    names = {name for statement in decision.determining_statements for name in _names(statement)}
    yield from (
        f"`{name}` is not among the determining statements: {shown}" for name in case.determined_by if name not in names
    )


def _names(statement: StatementRef) -> set[str | None]:
    index = str(statement.index) if statement.index is not None else None
    return {statement.sid, index, statement.grant_id} - {None}
