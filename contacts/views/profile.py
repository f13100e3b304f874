"""What the fragments of a contact's profile show: permission by number, lists, labels, and who it is."""

from dataclasses import dataclass
from typing import Any

from contacts import bulk
from contacts.models import Contact, Number, OptOut
from contacts.models.consent import Source
from shout.models import Account
from shout.templatetags.ui import brief_time

_STATES = {None: "open", "opted_out": "stopped", "blocked": "blocked"}
_WAYS: dict[str, str] = {
    Source.KEYWORD: "Texted{words}",
    Source.UNIVERSAL_KEYWORD: "Texted{words}",
    Source.PHRASE: "Wrote{words}",
    Source.STAFF: "Recorded by your team{words}",
    Source.IMPORT: "Imported{words}",
    Source.API: "By the API{words}",
    Source.WEB_FORM: "By a web form{words}",
    Source.CARRIER: "Reported by the carrier",
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """One number of the account, and whether it may text the contact."""

    number: Number
    state: str
    opt_out: OptOut | None

    @property
    def reason(self) -> str:
        """By which words it was stopped, and when; empty while it is not."""
        if self.opt_out is None:
            return ""
        words = f" “{self.opt_out.words}”" if self.opt_out.words else ""
        how = _WAYS[self.opt_out.source].format(words=words)
        return f"{how}, {brief_time(self.opt_out.opted_out_at)}"


def profile_context(account: Account, contact: Contact) -> dict[str, Any]:
    """The context of contacts/_identity.html, _permission_panel.html, _lists.html and _tags.html, in eight queries."""
    memberships = contact.groupmembership_set.select_related("group").order_by("group__name_key")
    joined = [membership.group_id for membership in memberships]
    tags = list(contact.tags.all())
    return {
        "contact": contact,
        "outlets": outlets(account, contact),
        "blocking": account.blocks.filter(phone=contact.phone).select_related("blocked_by").first(),
        "memberships": memberships,
        "other_groups": account.groups.exclude(pk__in=joined),
        "tags": tags,
        "other_tags": account.tags.exclude(pk__in=[tag.pk for tag in tags]),
    }


def outlets(account: Account, contact: Contact) -> list[Outlet]:
    """Each number of the account, with whether it may text this contact."""
    numbers = list(account.numbers.all())
    said = bulk.standings((number.pk, contact.phone) for number in numbers)
    in_force = account.opt_outs.filter(phone=contact.phone).in_force()
    opt_outs = {opt_out.number_id: opt_out for opt_out in in_force}
    return [
        Outlet(number, _STATES[said[number.pk, contact.phone].refusal], opt_outs.get(number.pk)) for number in numbers
    ]
