"""The doorbell: the only place that tells a worker that an account has work.

A nudge may be lost, late or repeated: the work is rows in PostgreSQL, and a sweep finds what no nudge announced.
"""

import logging
from functools import cache, partial

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from shout.celery import app

log = logging.getLogger(__name__)

_HUSH_SECONDS = 2


def nudge(task: str, account_id: int) -> None:
    """Ring the task of that name once this transaction has committed; many rings before the worker comes are one."""
    transaction.on_commit(partial(_ring, task, account_id))


def answered(task: str, account_id: int) -> None:
    """The worker has come: from here on a nudge rings again. Call it before looking for work."""
    try:
        _redis().delete(_key(task, account_id))
    except RedisError:
        log.warning("redis is away; %s for account %s goes on without it", task, account_id)


def _ring(task: str, account_id: int) -> None:
    try:
        if _redis().set(_key(task, account_id), 1, ex=_HUSH_SECONDS, nx=True):
            app.send_task(task, kwargs={"account_id": account_id}, retry=False)
    except (RedisError, OperationalError):
        log.warning("redis is away; the sweep will find the work of %s for account %s", task, account_id)


@cache
def _redis() -> Redis:
    """Spoken to directly: Django's cache makes a client for each call, and every text that comes in rings."""
    return Redis.from_url(settings.CACHES["default"]["LOCATION"])


def _key(task: str, account_id: int) -> str:
    return f"nudge:{task}:{account_id}"
