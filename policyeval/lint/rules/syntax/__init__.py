"""Syntax (S): JSON, the elements of policies and statements, their types and quotas."""
