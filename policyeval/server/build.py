"""Puts a server together: services, their speakers, the endpoint, and what runs beside it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from typing import Final

from policyeval import __version__
from policyeval.kms.storage import system
from policyeval.kms.sts.identity import Credentials
from policyeval.server.app import App
from policyeval.server.endpoint import Endpoint
from policyeval.server.entities_file import EntitiesFile
from policyeval.server.front_door import MOST_BODY
from policyeval.server.journal import Journal
from policyeval.server.kms_speaker import KmsSpeaker
from policyeval.server.metrics import Metrics
from policyeval.server.monitors import monitors
from policyeval.server.services import Services
from policyeval.server.sts_speaker import StsSpeaker
from policyeval.server.upkeep import Pace, Upkeep

__all__ = ["build"]

# Slow requests wait for a disk, or for RSA outside of the interpreter's lock.
_THREADS: Final = 8
# Who makes keys of RSA waits for processors alone.
_MAKERS: Final = 4
_USUAL: Final = Pace()


def build(  # noqa: PLR0913 - settings, all by name
    services: Services,
    *,
    journal: Journal,
    file: EntitiesFile | None = None,
    credentials: Credentials | None = None,
    clock: Callable[[], datetime] = system.now,
    access_log: bool = False,
    explain: bool = False,
    most_body: int = MOST_BODY,
    pace: Pace = _USUAL,
) -> App:
    """Make what connections need. It closes the services when it ends.

    Args:
        services: what answers.
        journal: what is told of what happens.
        file: the entities file to follow.
        credentials: who knows access keys; STS when None.
        clock: gives the time, aware.
        access_log: whether the journal is told of every request, not only of those that were refused.
        explain: whether it is told of refusals what each layer said and what would allow the request.
        most_body: how many bytes a request's body may have.
        pace: how often the file is looked at, and how often what is due to keys.

    """
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="policyeval")
    makers = ThreadPoolExecutor(_MAKERS, thread_name_prefix="policyeval-makers")
    metrics = Metrics(__version__, clock().timestamp())
    endpoint = Endpoint(
        kms=KmsSpeaker(services.kms),
        sts=StsSpeaker(services.sts),
        credentials=credentials if credentials is not None else services.sts,
        ids=_ids(),
        clock=clock,
        most_body=most_body,
    )
    upkeep = Upkeep(services, file=file, pool=pool, journal=journal, metrics=metrics, pace=pace)
    beside = monitors(metrics, services.check, upkeep.running)
    return App(
        endpoint,
        beside=beside,
        pool=pool,
        makers=makers,
        metrics=metrics,
        journal=journal,
        access_log=access_log,
        explain=explain,
    )


def _ids() -> Callable[[], str]:
    """Give request ids: UUIDs whose last part counts, because random ones cost more than they tell."""
    start, numbers = system.new_id()[:24], count(1)
    return lambda: f"{start}{next(numbers):012x}"
