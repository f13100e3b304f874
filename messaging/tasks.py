"""Celery's side of messaging: each task is a nudge for one account, each sweep finds what nudges missed."""

from celery import shared_task
from django.db import connection

from messaging import delivery, drift, inbound, outbound
from shout.nudges import answered, nudge
from shout.tenancy import tenant


@shared_task(name="messaging.process")
def process(*, account_id: int) -> None:
    """Act on the texts people wrote to this account."""
    answered("messaging.process", account_id)
    inbound.process(account_id=account_id)


@shared_task(name="messaging.deliver")
def deliver(*, account_id: int) -> None:
    """Send what this account may send now."""
    answered("messaging.deliver", account_id)
    delivery.deliver(account_id=account_id)


@shared_task(name="messaging.reconcile")
def reconcile(*, account_id: int) -> None:
    """Find out about this account's texts whose answer was lost."""
    answered("messaging.reconcile", account_id)
    delivery.reconcile(account_id=account_id)


@shared_task(name="messaging.fan_out")
def fan_out(*, account_id: int) -> None:
    """Write the texts of this account's broadcasts."""
    answered("messaging.fan_out", account_id)
    more = True
    while more:
        with tenant(account_id):
            more = outbound.fan_out(account_id=account_id)


@shared_task(name="messaging.check_carrier")
def check_carrier(*, account_id: int) -> None:
    """Compare what this account's carriers hold with what we hold."""
    answered("messaging.check_carrier", account_id)
    drift.check_account(account_id=account_id)


@shared_task(name="messaging.sweep_carriers")
def sweep_carriers() -> None:
    """Ring for every account with a number whose carrier was not asked lately."""
    _sweep("carrier", "messaging.check_carrier")


@shared_task(name="messaging.sweep_inbound")
def sweep_inbound() -> None:
    """Ring for every account with unread texts."""
    _sweep("inbound", "messaging.process")


@shared_task(name="messaging.sweep_outbound")
def sweep_outbound() -> None:
    """Ring for every account with texts that may leave now."""
    _sweep("outbound", "messaging.deliver")


@shared_task(name="messaging.sweep_unknown")
def sweep_unknown() -> None:
    """Ring for every account with texts nobody knows about."""
    _sweep("unknown", "messaging.reconcile")


@shared_task(name="messaging.sweep_broadcasts")
def sweep_broadcasts() -> None:
    """Ring for every account with a broadcast being written."""
    _sweep("broadcasts", "messaging.fan_out")


def _sweep(work: str, task: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_with_work(%s)", [work])
        accounts = [account_id for (account_id,) in cursor.fetchall()]
    for account_id in accounts:
        nudge(task, account_id)
