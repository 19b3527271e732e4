"""Faults that only the linter knows: of files that hold no text, and of suppressions."""

from enum import StrEnum


class FileKind(StrEnum):
    """What sort of fault a diagnostic of the linter's own tells of, as `syntax.faults.Kind` does of the parser's."""

    UNREADABLE_FILE = "unreadable-file"
    FILE_TOO_LARGE = "file-too-large"
    NOT_TEXT = "not-text"
    UNRENDERED_TEMPLATE = "unrendered-template"
    UNUSED_SUPPRESSION = "unused-suppression"
    EXPIRED_SUPPRESSION = "expired-suppression"
