"""`make bench`: the only place that decides what is measured. BENCH_SCALE=0.1 measures a tenth of the work."""

import os
import sys

import django
from django.core.management import call_command

from shout.dev import testing

# Real servers of its own, on disk: a benchmark must neither fill nor be slowed by an installation's database.
for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL"):
    os.environ.pop(name, None)
HOME = testing.private_home()
os.environ |= {"DJANGO_SETTINGS_MODULE": "shout.settings", "PUBLIC_BASE_URL": "http://127.0.0.1", "LOG_LEVEL": "ERROR"}
django.setup()

from bench import accept, broadcasts, files, replies, sends  # noqa: E402
from bench.measure import table  # noqa: E402

BENCHES = {"accept": accept, "replies": replies, "sends": sends, "broadcasts": broadcasts, "files": files}


def main(*names: str) -> None:
    """Measure the named benches, or all of them, and print one table."""
    scale = float(os.environ.get("BENCH_SCALE") or 1)
    stop = testing.start(HOME, durable=True)
    try:
        call_command("prepare_database", verbosity=0)
        print(table([BENCHES[name].measure(scale) for name in names or BENCHES]))  # noqa: T201
    finally:
        stop()


main(*sys.argv[1:])
