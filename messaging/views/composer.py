"""The composer: the only place that offers to text a person, from the numbers that may."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from contacts.models import Contact
from contacts.views.profile import Outlet, outlets
from messaging.forms import TextForm


@dataclass(frozen=True)
class Composer:
    """The numbers, the chosen one, and the form that texts from it; `key` makes its second submission a repetition."""

    outlets: Sequence[Outlet]
    chosen: Outlet | None
    form: TextForm
    keeps_draft: bool
    key: UUID = field(default_factory=uuid4)

    @property
    def usable(self) -> list[Outlet]:
        """The numbers that may text this person."""
        return [outlet for outlet in self.outlets if outlet.may_text]


def composer(
    contact: Contact,
    *,
    asked: Sequence[Outlet] | None = None,
    number_id: int | None = None,
    form: TextForm | None = None,
    keeps_draft: bool = False,
) -> Composer:
    """The composer with the number `number_id` chosen, or else the one that the conversation last used.

    `asked` is the permission of each number where it is known already. A composer that `keeps_draft` takes over what
    has been typed into the one whose place it takes on the page.
    """
    choice = outlets(contact.account, contact) if asked is None else asked
    chosen = _choose(choice, number_id or _last_used(contact))
    form = form or TextForm(contact.account)
    if keeps_draft:
        form.fields["body"].widget.attrs["hx-preserve"] = "true"
    return Composer(choice, chosen, form, keeps_draft)


def _choose(choice: Sequence[Outlet], wanted: int | None) -> Outlet | None:
    by_number = {outlet.number.pk: outlet for outlet in choice}
    first_open = next((outlet for outlet in choice if outlet.may_text), None)
    return by_number.get(wanted or 0) or first_open or next(iter(choice), None)


def _last_used(contact: Contact) -> int | None:
    texts = contact.account.messages.filter(phone=contact.phone)
    return texts.order_by("-id").values_list("number_id", flat=True).first()
