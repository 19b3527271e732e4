"""Entities from files: accounts, organizations, principals, keys, grants, and AWS's own exports."""

from policyeval.entities.entities import Entities
from policyeval.entities.values import AccessKey

__all__ = ["AccessKey", "Entities"]
