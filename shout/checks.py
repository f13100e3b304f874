"""What Shout looks at before it starts: the only place for refusing to run in a way that would lose or show data."""

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from redis import Redis, RedisError

log = logging.getLogger(__name__)


def one_database_driver(*, app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ANN401
    """Refuse psycopg 3 beside psycopg2: Django would take it in silence, and Shout's bulk SQL speaks to psycopg2."""
    if find_spec("psycopg") is None:
        return []
    return [Error("psycopg 3 is installed, and Django prefers it.", hint="Uninstall psycopg.", id="shout.E001")]


def warn_if_redis_forgets() -> None:
    """Log a warning when Redis may throw queued nudges away to make room; nothing is lost by it, but work waits."""
    try:
        policy = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2).config_get("maxmemory-policy")
    except RedisError as error:
        log.warning("redis did not say what it does when it is full: %s", type(error).__name__)
        return
    if policy.get("maxmemory-policy", "noeviction") != "noeviction":
        log.warning("redis throws keys away when it is full; set its maxmemory-policy to noeviction")
