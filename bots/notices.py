"""Telling the team: the only place that mails what bots want people to know."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.timezone import now

from bots.models import Notice
from shout.models import Account, Role
from shout.tenancy import tenant

BATCH = 50


def mail(*, account_id: int) -> bool:
    """Mail the account's notices to everybody on the team who may answer; whether there may be more.

    A notice is marked once its mail has been handed over. Whatever goes wrong, the sweep tries again.
    """
    with tenant(account_id):
        waiting = Notice.objects.filter(account_id=account_id, emailed_at=None).select_for_update(skip_locked=True, of=("self",))
        notices = list(waiting.select_related("contact", "bot").order_by("id")[:BATCH])
        if not notices:
            return False
        account = Account.objects.get(pk=account_id)
        seats = account.memberships.exclude(role=Role.VIEWER).select_related("user")
        team = [seat.user.email for seat in seats]
        get_connection().send_messages([_mail(account, notice, team) for notice in notices if team])
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(emailed_at=now())
    return len(notices) == BATCH


def _mail(account: Account, notice: Notice, team: Sequence[str]) -> EmailMessage:
    who = str(notice.contact) if notice.contact else "Somebody"
    address = f"{settings.PUBLIC_BASE_URL}/contacts/{notice.contact_id}/" if notice.contact_id else ""
    bot = f"The bot “{notice.bot.name}”" if notice.bot else account.name
    body = f"{notice.get_kind_display()}: {who}\n\n{notice.body}\n\n{bot}, {account.name}\n{address}"
    return EmailMessage(subject=f"{notice.get_kind_display()}: {who}", body=body, bcc=list(team))
