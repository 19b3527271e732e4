"""A pytest plugin: every case of a `*.scenario.yaml` or `*.scenario.json` is a test.

Every pytest run of its users imports this, so what it needs is imported when a scenario is met.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policyeval.scenarios import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policyeval.authorizer import Authorizer
    from policyeval.scenarios.loader import Case


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioCollector | None:
    """Take scenario files."""
    if not file_path.name.endswith(SUFFIXES):
        return None
    collector: ScenarioCollector = ScenarioCollector.from_parent(parent, path=file_path)
    return collector


class ScenarioWarning(UserWarning):
    """A case may hold for a reason that nobody meant."""


class ScenarioFailedError(Exception):
    """A case did not go as its file expects."""


class ScenarioCollector(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Give its cases; a file that cannot be read is an error of collection with every fault in it."""
        from policyeval.authorizer import Authorizer  # noqa: PLC0415 - see the module's docstring
        from policyeval.errors import PolicyEvalError  # noqa: PLC0415
        from policyeval.scenarios.loader import load_scenarios  # noqa: PLC0415

        try:
            scenarios = load_scenarios(_shown(self.path))
        except PolicyEvalError as error:
            raise self.CollectError(str(error)) from None
        authorizer = Authorizer(scenarios.entities)
        for case in scenarios.cases:
            name = " ".join(case.name.split())
            yield ScenarioItem.from_parent(self, name=name, case=case, authorizer=authorizer)


class ScenarioItem(pytest.Item):
    """One case, named by its sentence."""

    def __init__(self, *, case: Case, authorizer: Authorizer, **kwargs: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**kwargs)
        self._case = case
        self._authorizer = authorizer

    def runtest(self) -> None:
        """Decide the request. Raises `ScenarioFailedError` when the decision is not as expected."""
        from policyeval.scenarios.runner import run_case  # noqa: PLC0415 - see the module's docstring

        result = run_case(self._case, self._authorizer)
        for warning in result.warnings:
            self.warn(ScenarioWarning(warning.render()))
        if not result.passed:
            raise ScenarioFailedError(result.report())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """Show the report alone: where a decision was made in our code helps nobody."""
        if isinstance(excinfo.value, ScenarioFailedError | ScenarioWarning):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Point at the case in its file; pytest counts lines from 0."""
        return self.path, (self._case.place.line or 1) - 1, self.name


def _shown(path: Path) -> str:
    """Name a file from where the person stands, when it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
