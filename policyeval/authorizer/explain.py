"""stub"""

from policyeval.authorizer.case import Case
from policyeval.authorizer.decide import Outcome


def explain(case: Case, outcome: Outcome) -> str:
    return ""
