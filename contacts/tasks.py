"""Celery's side of contacts: every night each account's ledger is verified."""

import logging

from celery import shared_task
from django.utils.timezone import now

from contacts import ledger
from contacts.evidence.bulk import unverified_ledgers
from shout.models import Account
from shout.nudges import answered, nudge
from shout.tenancy import tenant

log = logging.getLogger(__name__)


@shared_task(name="contacts.verify_ledger")
def verify_ledger(*, account_id: int) -> None:
    """Verify this account's ledger, unless that was done tonight."""
    answered("contacts.verify_ledger", account_id)
    with tenant(account_id):
        check = ledger.verify_tonight(Account.objects.get(pk=account_id), at=now())
    if check and check.broken_seq is not None:
        log.error("the consent ledger of account %s is broken at line %s", account_id, check.broken_seq)
    if check and check.differences:
        log.error("%s opt-outs or blocks of account %s are not as its ledger says", check.differences, account_id)


@shared_task(name="contacts.sweep_ledgers")
def sweep_ledgers() -> None:
    """Ring for every account whose ledger has not been verified since the night began."""
    for account_id in unverified_ledgers(ledger.night(now())):
        nudge("contacts.verify_ledger", account_id)
