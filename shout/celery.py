"""The Celery application: workers are nudged through it, PostgreSQL holds the work itself."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shout.settings")

app = Celery("shout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
