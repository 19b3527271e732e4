"""The trails that transcripts look at: `python -m tests.cli.trail_files` writes them anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from policyeval.kms.trail.chain import Head, Link
from policyeval.kms.trail.event import Decided, Event, Who
from policyeval.kms.trail.heads import Known, head_text
from tests.kms.trail.samples import APP, ARN, DENIED, KEY, SECRET, event, lines_of

FOLDER = Path(__file__).with_name("files") / "trails"
_ADMIN = Who("arn:aws:iam::111122223333:user/admin", "111122223333", source_ip="192.0.2.1")
_SIGNING = replace(KEY, arn=f"{ARN[:-4]}cdef", spec="RSA_4096")


def _events() -> list[Event]:
    def at(day: int, operation: str, **facts: object) -> Event:
        return event(operation, day, time=datetime(2030, 1, day, tzinfo=UTC), **facts)

    allowed = Decided("kms:Sign", _SIGNING.arn, "allow", "allowed")
    metadata = {"Arn": ARN, "AWSAccountId": KEY.account, "KeyId": KEY.key_id, "KeyManager": "CUSTOMER"}
    return [
        at(1, "CreateKey", who=_ADMIN, parameters={}, response={"KeyMetadata": metadata}, decisions=()),
        at(2, "Encrypt"),
        at(3, "Decrypt", decisions=(DENIED,), error="AccessDeniedException", error_message="no"),
        at(4, "Sign", who=APP, parameters={"KeyId": _SIGNING.arn}, keys=(_SIGNING,), decisions=(allowed,)),
        at(5, "RotateKeyOnDemand", who=_ADMIN, parameters={"KeyId": ARN}),
    ]


def files() -> dict[str, bytes]:
    """Give the files by name."""
    made: dict[str, bytes] = {"trail.key": SECRET.hex().encode() + b"\n"}
    lines, head = lines_of(_events(), None)

    def put(name: str, lines: list[bytes], head: Head, key: bytes | None = None) -> None:
        made[name] = b"".join(lines)
        size = sum(map(len, lines[: head.sequence]))
        made[f"{name}.head"] = head_text(Known(head, size), Link.keyed_by(key)).encode()

    put("trail.jsonl", lines, head)
    put("damaged.jsonl", [lines[0].replace(b"admin", b"alice"), lines[1], lines[3]], head)
    put("crashed.jsonl", [*lines[:4], lines[4][:500]], lines_of(_events()[:3], None)[1])
    put("empty.jsonl", [], Head())
    put("keyed.jsonl", *lines_of(_events(), SECRET), SECRET)
    made["headless.jsonl"] = made["trail.jsonl"]
    return made


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)
