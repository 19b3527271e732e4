"""Scenario files: cases that must hold of some entities, run from Python, the command line and pytest."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policyeval.scenarios.junit import junit_xml
    from policyeval.scenarios.loader import Case, ScenarioFile, load_scenarios, scenarios_from_text
    from policyeval.scenarios.runner import CaseResult, run

SUFFIXES: Final = (".scenario.yaml", ".scenario.yml", ".scenario.json")
"""What the name of a scenario file ends with, where files are looked for."""

_HOMES = {
    "Case": "loader",
    "CaseResult": "runner",
    "ScenarioFile": "loader",
    "junit_xml": "junit",
    "load_scenarios": "loader",
    "run": "runner",
    "scenarios_from_text": "loader",
}

__all__ = [
    "SUFFIXES",
    "Case",
    "CaseResult",
    "ScenarioFile",
    "junit_xml",
    "load_scenarios",
    "run",
    "scenarios_from_text",
]


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        # pytest imports this package in every run of its users: nothing heavy until it is asked for.
        home = _HOMES.get(name)
        if home is None:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(f"policyeval.scenarios.{home}"), name)
