"""What the team does in its address book by hand: adding people, naming labels, deleting lists and labels."""

from datetime import datetime

from django.db import transaction
from django.db.models import RestrictedError

from contacts import bulk, permissions
from contacts.models import ConsentEvent, Contact, Group, Tag
from contacts.permissions import Evidence
from shout import text
from shout.models import Account, User


class InUse(Exception):
    """Something still refers to what was to be deleted; the message names it and says how to mend it."""


def add(*, contact: Contact, by: User, group: Group | None = None, words: str = "") -> None:
    """Save a new contact, and put it on a list that it has agreed to in these words."""
    with transaction.atomic():
        contact.save()
        if group:
            permissions.join(group=group, contacts=[contact], evidence=Evidence.staff(by, words=words))


def leaving(group: Group, phone: str) -> ConsentEvent | None:
    """The line by which this phone left the list, if that was its last word on it: only newer consent puts it back."""
    words = ConsentEvent.objects.filter(account_id=group.account_id, phone=phone, group_ref=group.pk)
    last = words.order_by("-seq").first()
    return last if last and last.kind == ConsentEvent.Kind.LEFT else None


def stopped(account: Account, phone: str) -> dict[int, datetime]:
    """The ids of the numbers that are stopped for this phone, with when that was last asked for: older consent lifts
    nothing. Where the scope is wide it may have been asked of another number."""
    said = bulk.standings((number_id, phone) for number_id in account.numbers.values_list("pk", flat=True))
    rows = {row.event_seq: row for row in account.opt_outs.filter(phone=phone)}
    asked_at = {row.number_id: row.opted_out_at for row in rows.values()}
    for line in account.consent_events.filter(seq__in=rows):
        asked_at[rows[line.seq].number_id] = line.since
    reach = bulk.reach()
    return {
        number_id: max(at for other, at in asked_at.items() if number_id in reach[other])
        for (number_id, _), standing in said.items()
        if standing.is_stopped
    }


def tag_named(account: Account, name: str) -> Tag:
    """The tag of that name, made if there is none."""
    tag, _ = Tag.objects.get_or_create(account=account, name_key=text.fold(name), defaults={"name": name})
    return tag


def delete(named: Group | Tag, *, by: User) -> None:
    """Delete a list, which its members leave, or a label; raises `InUse` with nothing changed."""
    try:
        with transaction.atomic():
            if isinstance(named, Group):
                evidence = Evidence.staff(by, words="The group was deleted")
                permissions.leave(group=named, contacts=named.contacts.all(), evidence=evidence)
            named.delete()
    except RestrictedError as error:
        # A bot's action goes by the name of its bot.
        users = {getattr(user, "bot", user) for user in error.restricted_objects}
        names = ", ".join(sorted(f"the {user._meta.verbose_name} “{user}”" for user in users))
        raise InUse(f"“{named}” is used by {names}. Change that first, then delete it.") from error
