"""Celery's side of the kernel: answers to programs are forgotten after a day."""

from celery import shared_task

from shout.api import repeats


@shared_task(name="shout.forget_answers")
def forget_answers() -> None:
    """Drop the answers that nobody may ask for any more."""
    repeats.forget()
