"""The project and the kernel that every other app stands on."""

from shout.celery import app as celery_app

__all__ = ["celery_app"]
