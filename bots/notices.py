"""Telling the team: the only place that writes, mails and settles what bots want people to know."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import now

from bots.models import Notice
from contacts.models import Contact, Number
from shout.models import Account, Role, User
from shout.nudges import nudge
from shout.tenancy import tenant

Limit = Literal["hour", "unseen"]
# How many hours' worth of automatic replies somebody gets before a person of the team has to look into them.
UNSEEN_HOURS = 10
BATCH = 50
_MAIL_SECONDS = 10
_MAIL_TRIED_FOR = timedelta(days=1)

log = logging.getLogger(__name__)


def write(account_id: int, notices: Sequence[Notice]) -> None:
    """Write notices, and have them mailed; that a number has reached its limit is said once until it is seen to."""
    loops = [notice.contact_id for notice in notices if notice.kind == Notice.Kind.LOOP]
    known: set[tuple[int | None, str]] = set()
    if loops:
        open_ones = Notice.objects.filter(account_id=account_id, kind=Notice.Kind.LOOP, done_at=None)
        known = set(open_ones.filter(contact__in=loops).values_list("contact_id", "body"))
    fresh = [each for each in notices if each.kind != Notice.Kind.LOOP or (each.contact_id, each.body) not in known]
    Notice.objects.bulk_create(fresh)
    if fresh:
        nudge("bots.mail_notices", account_id)


def room(number: Number, *, within_hour: int, unseen: int) -> tuple[int, Limit]:
    """How many automatic replies somebody may still get from a number, and the limit that says so (B11).

    The hour stops two machines that answer at once. Machines that wait before they answer never reach it, so that
    there is a limit to replies that nobody of the team has seen to, too.
    """
    left: dict[Limit, int] = {
        "hour": number.bot_replies_per_hour - within_hour,
        "unseen": number.bot_replies_per_hour * UNSEEN_HOURS - unseen,
    }
    nearest = min(left, key=left.__getitem__)
    return max(0, left[nearest]), nearest


def about_limit(number: Number, limit: Limit) -> str:
    """What the team is told when a number may send somebody no more automatic replies for now (B11)."""
    hourly = number.bot_replies_per_hour
    if limit == "hour":
        said = f"{_texts(hourly)} within an hour, as many as it may, and sends no more until the hour is over"
        person = "write to them yourself, or raise the limit of the number"
    else:
        said = f"{_texts(hourly * UNSEEN_HOURS)} that nobody of you has looked into, and sends no more until you do"
        person = "press “Done” here or write to them yourself, and bots answer them again"
    return (
        f"{number.label} has sent them {said}. If a machine answers there, block it or pause the bot."
        f" If it is a person, {person}."
    )


def _texts(count: int) -> str:
    return f"{count} automatic {'text' if count == 1 else 'texts'}"


def done(notices: QuerySet[Notice], *, by: User) -> int:
    """Somebody has seen to these notices; how many were open."""
    return notices.filter(done_at=None).update(done_at=now(), done_by=by.email)


def taken_over(contact: Contact, *, by: User) -> None:
    """Somebody has written to a person whom a bot had handed over to the team."""
    done(contact.notices.filter(kind=Notice.Kind.HAND_OVER), by=by)


def mail(*, account_id: int) -> bool:
    """Mail the account's notices, a batch in one mail, to everybody on the team who may answer; whether there may be
    more.

    A notice is marked once its mail has been handed over. Whatever goes wrong, the sweep tries again for a day; from
    then on the notice stands in the app alone.
    """
    with tenant(account_id):
        waiting = Notice.objects.filter(account_id=account_id, emailed_at=None)
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        notices = list(waiting.select_related("contact", "bot").order_by("id")[:BATCH])
        if not notices:
            return False
        account = Account.objects.get(pk=account_id)
        seats = account.memberships.exclude(role=Role.VIEWER).select_related("user")
        settled = notices
        if team := [seat.user.email for seat in seats]:
            try:
                get_connection(timeout=_MAIL_SECONDS).send_messages([_mail(account, notices, team)])
            except (OSError, ValueError):
                settled = [notice for notice in notices if notice.created_at < now() - _MAIL_TRIED_FOR]
                if not settled:
                    raise
                log.exception("gave up mailing %s notices of account %s", len(settled), account_id)
        Notice.objects.filter(pk__in=[notice.pk for notice in settled]).update(emailed_at=now())
    return len(settled) == BATCH


def _mail(account: Account, notices: Sequence[Notice], team: Iterable[str]) -> EmailMessage:
    # To all of them at once and hidden from one another: one address that is wrong holds up none of the others.
    first = notices[0]
    subject = f"{first.get_kind_display()}: {_who(first)}" if len(notices) == 1 else f"{len(notices)} notices"
    # A name may hold a line break, which no header may.
    subject = " ".join(subject.split())
    parts = [_paragraph(notice) for notice in notices]
    parts.append(f"All notices of {account.name}:\n{settings.PUBLIC_BASE_URL}{reverse('bots:notice_list')}")
    undisclosed = {"To": "undisclosed-recipients:;"}
    return EmailMessage(subject=subject, body="\n\n".join(parts), bcc=list(team), headers=undisclosed)


def _paragraph(notice: Notice) -> str:
    lines = [f"{notice.get_kind_display()}: {_who(notice)}", notice.body]
    if notice.bot:
        lines.append(f"The bot “{notice.bot.name}”")
    if notice.contact:
        lines.append(f"{settings.PUBLIC_BASE_URL}{reverse('messaging:conversation', args=[notice.contact_id])}")
    return "\n".join(lines)


def _who(notice: Notice) -> str:
    return str(notice.contact) if notice.contact else "somebody"
