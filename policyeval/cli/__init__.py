"""The command line: one file a command, and the only floor that prints or exits."""

import os

# Pydantic looks for plugins in every installed distribution, which no command here is worth. It reads
# the variable when it is imported, so this stands before all else.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from policyeval.cli.app import main

__all__ = ["main"]
