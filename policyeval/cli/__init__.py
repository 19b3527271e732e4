"""The command line: one file a command, and the only floor that prints or exits."""

from policyeval.cli.app import main

__all__ = ["main"]
