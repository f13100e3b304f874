"""Celery's side of bots: what they tell the team and call, and the sweeps that find what no nudge announced."""

from celery import shared_task

from bots import bulk, calls, notices
from shout.nudges import answered, nudge


@shared_task(name="bots.mail_notices")
def mail_notices(*, account_id: int) -> None:
    """Mail what bots tell the team."""
    answered("bots.mail_notices", account_id)
    while notices.mail(account_id=account_id):
        pass


@shared_task(name="bots.make_calls")
def make_calls(*, account_id: int) -> None:
    """Call the webhooks that bots name: one batch, so that slow ones leave the worker to others in between."""
    answered("bots.make_calls", account_id)
    if calls.make(account_id=account_id):
        nudge("bots.make_calls", account_id)


@shared_task(name="bots.sweep_runs")
def sweep_runs() -> None:
    """Ring for every account with a run whose wait is over."""
    _sweep("runs", "messaging.process")


@shared_task(name="bots.sweep_calls")
def sweep_calls() -> None:
    """Ring for every account with a webhook to call."""
    _sweep("calls", "bots.make_calls")


@shared_task(name="bots.sweep_notices")
def sweep_notices() -> None:
    """Ring for every account with a notice to mail."""
    _sweep("notices", "bots.mail_notices")


def _sweep(work: str, task: str) -> None:
    for account_id in bulk.accounts_with_work(work):
        nudge(task, account_id)
