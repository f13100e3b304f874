"""Which database role a process may run as, tried on real processes."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from redis import Redis

from shout import checks, database
from shout import settings as product

ACT_AS = """
import runpy, sys
from django.conf import settings
settings.DATABASES["default"] |= {{"NAME": {name!r}, "USER": {role!r}, "OPTIONS": {{}}}}
sys.argv = {argv!r}
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""
WEB = ["shout.wsgi"]
WORKER = ["celery", "-A", "shout", "worker", "--pool", "solo", "-Q", "bulk", "--without-gossip", "--without-mingle"]


def run_as(role: str, argv: list[str], *, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Start one of Shout's processes whose database connection acts as `role`."""
    code = ACT_AS.format(name=connection.settings_dict["NAME"], role=role, argv=argv, module=argv[0])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, check=False)


@pytest.mark.parametrize("role", [database.OWNER, database.OPS])
def test_a_role_that_row_level_security_does_not_bind_is_refused(db: None, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    with pytest.raises(ImproperlyConfigured, match=f"{role}.*log in as {database.APP}"):
        database.refuse_dangerous_role()


def test_the_applications_role_is_accepted_with_a_warning_when_it_was_taken_on(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        database.refuse_dangerous_role()
    assert [record.args for record in caplog.records] == [(database.OWNER, database.APP)]


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="only the embedded server is known to let its superuser in")
@pytest.mark.parametrize("argv", [WEB, WORKER], ids=["web", "worker"])
def test_web_and_worker_do_not_start_as_superuser(db: None, argv: list[str]) -> None:
    ended = run_as("postgres", argv)
    assert ended.returncode != 0
    assert "Shout runs as the database role postgres" in ended.stderr


def test_web_starts_as_the_application(db: None) -> None:
    ended = run_as(database.APP, WEB)
    assert ended.returncode == 0, ended.stderr


def test_a_url_of_somebody_mightier_is_used_in_the_applications_role() -> None:
    mightier = product.database("postgres://postgres:secret@db/shout", database.APP)
    assert mightier["OPTIONS"] == {"options": "-c role=shout_app"}
    assert "OPTIONS" not in product.database("postgres://shout_app:secret@db/shout", database.APP)


def test_psycopg_3_beside_psycopg2_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.one_database_driver(app_configs=None) == []
    (tmp_path / "psycopg.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert [error.hint for error in checks.one_database_driver(app_configs=None)] == ["Uninstall psycopg."]


def test_a_worker_warns_when_redis_may_throw_work_away(caplog: pytest.LogCaptureFixture) -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    checks.warn_if_redis_forgets()
    assert not caplog.records
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        checks.warn_if_redis_forgets()
    finally:
        redis.config_set("maxmemory-policy", "noeviction")
    assert "noeviction" in caplog.text
