"""`manage.py verify_ledger`: whether every account's consent ledger is as it was written, for operators."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError

from contacts import ledger
from contacts.evidence.bulk import unverified_ledgers
from shout.models import Account
from shout.tenancy import tenant

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Exit code 1 when a ledger is broken or not obeyed; what was found is kept beside the nightly checks."""

    help = "Work out the chain of each account's consent ledger anew, and compare with it who is stopped and blocked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the operator says."""
        parser.add_argument("--account", type=int, metavar="ID", help="verify the ledger of this account only")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        """A line for each account, then the verdict."""
        wanted = options["account"]
        accounts = unverified_ledgers(_END_OF_TIME) if wanted is None else [wanted]
        troubled = [account_id for account_id in accounts if not self._holds(account_id)]
        if troubled:
            raise CommandError(f"Broken or not obeyed: the ledger of account {', '.join(map(str, troubled))}.")

    def _holds(self, account_id: int) -> bool:
        with tenant(account_id):
            account = Account.objects.filter(pk=account_id).first()
            if account is None:
                raise CommandError(f"There is no account {account_id}.")
            check = ledger.verify(account)
        head = bytes(check.head).hex() or "none"
        found = "whole" if check.broken_seq is None else f"BROKEN at line {check.broken_seq}"
        self.stdout.write(f"Account {account_id} ({account.name}): {check.lines} lines, {found}, head {head}")
        if check.differences:
            self.stdout.write(
                f"  {check.differences} opt-outs or blocks are not as it says: see the account's Ledger page."
            )
        return check.broken_seq is None and not check.differences
