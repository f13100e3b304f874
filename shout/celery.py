"""The Celery application: workers are nudged through it, PostgreSQL holds the work itself."""

import os

from celery import Celery, bootsteps

from shout import checks, database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shout.settings")


class SafeStart(bootsteps.Step):
    """A worker's first step: an error here ends the worker."""

    def __init__(self, worker: object, **options: object) -> None:
        super().__init__(worker, **options)
        database.refuse_dangerous_role()
        checks.warn_if_redis_forgets()


app = Celery("shout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(SafeStart)
