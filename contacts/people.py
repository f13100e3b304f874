"""What the team does in its address book by hand: adding people, naming labels, deleting lists and labels."""

from django.db import transaction
from django.db.models import RestrictedError

from contacts import permissions
from contacts.models import Contact, Group, Tag
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
