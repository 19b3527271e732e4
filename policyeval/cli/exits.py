"""How a command ends: one table for all of them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell is told."""

    YES = 0  # allow, clean, passed, verified
    NO = 1  # deny, findings, failed
    BAD_INPUT = 2  # bad input, or it cannot run
    NOTHING = 3  # nothing there to check
    INTERRUPTED = 130  # Ctrl-C, or the reader of the output went away
