"""A server that answers the same to everything, at once: what a client can reach at most. Prints its port."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from typing import Final

# As Encrypt of 1 KiB is answered: a client takes that apart, whoever sent it.
_BODY: Final = json.dumps(
    {
        "CiphertextBlob": base64.b64encode(bytes(1100)).decode("ascii"),
        "KeyId": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    },
    separators=(",", ":"),
).encode("ascii")
_HEAD: Final = b"""\
HTTP/1.1 200 OK\r
Date: Thu, 01 Jan 2026 00:00:00 GMT\r
x-amzn-RequestId: 1234abcd-12ab-34cd-56ef-1234567890ab\r
Content-Type: application/x-amz-json-1.1\r
Content-Length: %d\r
Cache-Control: no-cache, no-store, must-revalidate, private\r
Expires: 0\r
Pragma: no-cache\r
\r
"""
_ANSWER: Final = _HEAD % len(_BODY) + _BODY
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Constant(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, end, body = self._seen.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length is not None else 0):
            self._seen = b""
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
