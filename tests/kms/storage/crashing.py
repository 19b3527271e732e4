"""A program that writes to a store until it is killed: `python crashing.py FILE`.

It prints a number when the transaction of that number is committed, and is then in the midst of another one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from policyeval.kms.storage.sqlite import SqliteStore
from tests.kms.storage.samples import alias, arn_of, grant, key, material


def main(path: Path) -> None:
    store = SqliteStore(path)
    number = 0
    while True:
        name = f"k{number:05}"
        with store.transaction() as writing:
            writing.put_key(key(name))
            writing.put_material(material(arn_of(name)))
            if number:
                before = arn_of(f"k{number - 1:05}")
                writing.put_grant(grant(f"g{number}", before))
                writing.put_alias(alias("alias/newest", arn_of(name)))
            writing.put_setting("committed", str(number).encode())
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
