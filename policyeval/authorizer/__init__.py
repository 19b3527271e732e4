"""Combines what every layer says into one decision with its reasons."""

from policyeval.authorizer.access import AccountAccess
from policyeval.authorizer.authorizer import Authorizer
from policyeval.authorizer.decision import Decision
from policyeval.authorizer.prepared import PreparedRequest
from policyeval.authorizer.simulate import PolicySet, simulate

__all__ = ["AccountAccess", "Authorizer", "Decision", "PolicySet", "PreparedRequest", "simulate"]
