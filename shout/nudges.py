"""The doorbell: the only place that tells a worker that an account has work.

A nudge may be lost, late or repeated: the work is rows in PostgreSQL, and a sweep finds what no nudge announced.
"""

import logging
from functools import partial

from celery import Task
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_HUSH_SECONDS = 2


def nudge(task: Task, account_id: int) -> None:
    """Ring for `account_id` once this transaction has committed; many rings before the worker comes are one."""
    transaction.on_commit(partial(_ring, task, account_id))


def answered(task: Task, account_id: int) -> None:
    """The worker has come: from here on a nudge rings again. Call it before looking for work."""
    try:
        cache.delete(_key(task, account_id))
    except RedisError:
        log.warning("redis is away; %s for account %s goes on without it", task.name, account_id)


def _ring(task: Task, account_id: int) -> None:
    try:
        if cache.add(_key(task, account_id), 1, timeout=_HUSH_SECONDS):
            task.apply_async(kwargs={"account_id": account_id}, retry=False)
    except (RedisError, OperationalError):
        log.warning("redis is away; the sweep will find the work of %s for account %s", task.name, account_id)


def _key(task: Task, account_id: int) -> str:
    return f"nudge:{task.name}:{account_id}"
