"""Actions in questions that were probably mistyped: nobody may do what there is not, so a deny would say nothing.

They are decided all the same: AWS adds actions, and the data about services is of one day.
"""

from __future__ import annotations

from policyeval.catalog.kms import OPERATIONS
from policyeval.catalog.service_data import service_data
from policyeval.catalog.unlisted import RETIRED_SERVICES, UNLISTED_ACTIONS
from policyeval.entities.suggest import did_you_mean
from policyeval.model.source import Diagnostic, Place
from policyeval.syntax.faults import ticked


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
