"""An endpoint for tests: in this process, in memory, with credentials of any principal that is described."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from policyeval.entities import Entities
from policyeval.entities.fields import SESSION_NAME, SESSION_NAMES
from policyeval.errors import MissingExtraError, UnknownEntityError
from policyeval.kms.storage import system
from policyeval.kms.sts.identity import Identity
from policyeval.kms.sts.names import arn_of
from policyeval.model.arn import Arn, role_session_arn, split_arn
from policyeval.model.source import Diagnostic
from policyeval.server.journal import Journal
from policyeval.server.services import Services
from policyeval.server.starter import ADMINISTRATOR, starter

__all__ = ["AccessKeyPair", "LocalEndpoint", "serving"]

_ACCOUNT: Final = "111122223333"
_SESSION: Final = "pytest"
_NAMED: Final = f"the name of {SESSION_NAMES}"
# pytest shows with a failed test what was logged at this level; others hear of it where they have set up logging.
_LOG: Final = logging.getLogger("policyeval")


class AccessKeyPair(NamedTuple):
    """Credentials, by the names that boto3 gives them."""

    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str | None = None


class LocalEndpoint:
    """KMS and STS, served.

    Attributes:
        url: where, `http://127.0.0.1:PORT`.
        services: both of them, to look inside.
        region: what clients call unless told otherwise.

    """

    def __init__(self, url: str, services: Services, region: str, administrator: str | None) -> None:
        self.url = url
        self.services = services
        self.region = region
        self._administrator = administrator
        self._keys: dict[str, Identity] = {}  # by their ids
        self._users: dict[str, Identity] = {}  # the same, by whose they are
        self._numbers = count(1)

    def credentials(self, as_: str | None = None) -> AccessKeyPair:
        """Give credentials of a principal that is described; no policy is asked.

        Args:
            as_: the ARN of a user, of an account's root user, of a role, or of a role's session
                (`arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME`). A role's own ARN stands for a session named
                `pytest`. With None the administrator of the account that was made up.

        Raises:
            UnknownEntityError: it is not described.
            ValueError: nobody is named, and the accounts are yours.

        """
        principal = as_ if as_ is not None else self._administrator
        if principal is None:
            message = 'say who calls: as_="arn:aws:iam::…"'
            raise ValueError(message)
        arn = split_arn(principal)
        if arn is None or not arn.resource.startswith(("role/", "assumed-role/")):
            return self._of_user(principal)
        role, name = (principal, _SESSION) if arn.service != "sts" else self._role_and_name(principal, arn)
        return AccessKeyPair(*self.services.sts.session_of(role, name))

    def client(self, service: str = "kms", as_: str | None = None, **more: Any) -> Any:  # noqa: ANN401 - boto3's own
        """Make a boto3 client of `kms` or `sts`.

        Args:
            service: which.
            as_: who calls, as in `credentials`.
            more: further arguments of `boto3.client`, such as `region_name`.

        Raises:
            MissingExtraError: boto3 is not installed.

        """
        try:
            boto3 = import_module("boto3")  # tests bring it along
        except ImportError:
            raise MissingExtraError(
                [Diagnostic("there is no boto3 to make a client of", "pip install boto3")]
            ) from None
        named = {"region_name": self.region, "endpoint_url": self.url, **self.credentials(as_)._asdict()}
        # The proxy that the environment names knows nothing of this process.
        own = import_module("botocore.config").Config(proxies={})
        given = more.get("config")
        return boto3.client(service, **named | more | {"config": own if given is None else own.merge(given)})

    def environment(self, as_: str | None = None) -> dict[str, str]:
        """Give the environment variables that point the AWS CLI and SDKs here."""
        key = self.credentials(as_)
        return {
            "AWS_ACCESS_KEY_ID": key.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.aws_secret_access_key,
            # Empty where there is none: that of whoever runs the tests would go with the key.
            "AWS_SESSION_TOKEN": key.aws_session_token or "",
            "AWS_ENDPOINT_URL": self.url,
            # Whoever runs the tests may have said others, which would go before it: of one service, or AWS's own.
            "AWS_ENDPOINT_URL_KMS": self.url,
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            # The AWS CLI and boto3 read the second, the SDKs for JavaScript and Java the first alone.
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    # What the endpoint asks

    def find(self, access_key_id: str, token: str | None) -> Identity | None:
        """Give who an access key belongs to: one made here, or one that STS knows."""
        found = self._keys.get(access_key_id) if token is None else None
        return found if found is not None else self.services.sts.find(access_key_id, token)

    def _role_and_name(self, session: str, arn: Arn) -> tuple[str, str]:
        """Give the ARN of a session's role, and the session's name. Raises `UnknownEntityError`."""
        _, _, role_and_name = arn.resource.partition("/")
        role_name, _, name = role_and_name.partition("/")
        if re.fullmatch(SESSION_NAME, name) is None:
            message = f"`{session}` is no session of a role"
            raise UnknownEntityError([Diagnostic(message, f"its ARN ends in `assumed-role/ROLE/NAME`, {_NAMED}")])
        role = self.services.sts.iam.role(arn.account, role_name).arn
        own = role_session_arn(arn_of(role), name)
        if own != session:
            message = f"no role of the session `{session}` is described"
            raise UnknownEntityError([Diagnostic(message, f"did you mean `{own}`?")])
        return role, name

    def _of_user(self, arn: str) -> AccessKeyPair:
        record = self.services.sts.iam.principal(arn)
        known = self._users.get(record.arn)
        if known is None:  # another thread that asks meanwhile gets another number
            known = Identity(f"AKIAPYTEST{next(self._numbers):010}", system.entropy(20).hex(), record.arn)
            self._keys[known.access_key_id] = known
            known = self._users.setdefault(record.arn, known)
        return AccessKeyPair(known.access_key_id, known.secret)


@contextmanager
def serving(
    entities: str | Path | Mapping[str, object] | Entities | None = None, *, region: str = "us-east-1"
) -> Iterator[LocalEndpoint]:
    """Serve KMS and STS on a free port of this machine for the length of the block.

    What is refused, and why, goes to the logger `policyeval`, at the level `INFO`: to hear less, set its level.

    Args:
        entities: who there is: a file's name, the same as a mapping, or `Entities`; one account with None.
        region: what clients call unless told otherwise.

    Raises:
        EntitiesError: the entities cannot be used.
        MissingExtraError: the extra `server` is not installed.

    """
    try:
        from policyeval.server.build import build  # noqa: PLC0415 - an extra
        from policyeval.server.listening import listen, running, url_of  # noqa: PLC0415 - likewise
    except ImportError as error:
        message = f"an endpoint needs {error.name}"
        raise MissingExtraError([Diagnostic(message, "pip install 'policyeval[server]'")]) from None

    described = _described(entities)
    services = Services.open(described, region=region, clock=system.now_in_tests)
    administrator = f"arn:aws:iam::{_ACCOUNT}:user/{ADMINISTRATOR}" if entities is None else None
    with listen("127.0.0.1", 0) as opened:
        url = url_of(opened, "127.0.0.1", secure=False)
        endpoint = LocalEndpoint(url, services, region, administrator)
        if _LOG.level == logging.NOTSET:
            _LOG.setLevel(logging.INFO)
        journal = Journal(lambda line: _LOG.info("%s", line.rstrip()), "text", system.now)
        app = build(services, journal=journal, credentials=endpoint, clock=system.now_in_tests, explain=True)
        with running(app, opened):
            yield endpoint


def _described(entities: str | Path | Mapping[str, object] | Entities | None) -> Entities:
    match entities:
        case None:
            return Entities.from_text(starter(_ACCOUNT, system.entropy))
        case Entities():
            return entities
        case Mapping():
            return Entities.from_mapping(entities)
        case _:
            return Entities.load(entities)
