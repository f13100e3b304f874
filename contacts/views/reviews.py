"""The review queue: texts that may ask for no more texts, and what was decided about them (P8)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from contacts import bulk, phrases, reviews
from contacts.models import ConsentEvent, Contact, Review
from contacts.models.consent import Source
from contacts.reviews import Overtaken
from contacts.views import pages
from shout import phones
from shout.accounts import AccountRequest, member
from shout.models import Account, Role, User

_DECIDED_BY = {
    Source.KEYWORD: "They texted “{event.words}”",
    Source.UNIVERSAL_KEYWORD: "They texted “{event.words}”",
    Source.STAFF: "Recorded by {event.actor}",
    Source.CARRIER: "Reported by the carrier",
    Source.API: "By the API",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A text in the queue, with what helps to decide, or how it was decided; `obstacle` says why that is final."""

    review: Review
    contact: Contact | None
    held: int = 0
    event: ConsentEvent | None = None
    obstacle: str = ""

    @property
    def who(self) -> str:
        """Who wrote it."""
        return str(self.contact or phones.show(self.review.phone))

    @property
    def explanation(self) -> str:
        """Why Shout read a request into it; empty when the rule is not known any more."""
        known = {rule.id: rule for rule in phrases.RULES}
        return known[self.review.rule].explanation if self.review.rule in known else ""

    @property
    def is_wrong_number(self) -> bool:
        """Whether it says that the phone belongs to somebody else."""
        return ".wrong-number" in self.review.rule

    @property
    def how(self) -> str:
        """Who or what decided."""
        if self.review.decided_by:
            return f"By {self.review.decided_by}"
        if self.event is None or self.event.source == Source.PHRASE:
            return "Automatically, by the rule"
        return _DECIDED_BY.get(Source(self.event.source), "By a later decision").format(event=self.event)


@require_safe
@member()
def review_list(request: AccountRequest) -> HttpResponse:
    """What waits for a decision, the most urgent first, and below it what has been decided, newest first."""
    rows = request.account.reviews.select_related("number", "decided_by")
    waiting = rows.filter(decision="").order_by("due_on", "id")
    page = pages.page(rows.exclude(decision=""), request.GET)
    context = {
        "count": waiting.count(),
        "waiting": _waiting(request.account, waiting[: pages.SIZE]),
        "decided": _decided(request.account, page.rows),
        "page": page,
    }
    return render(request, "contacts/review_list.html", context)


@require_POST
@member(Role.AGENT)
def review_confirm(request: AccountRequest, review_id: int) -> HttpResponse:
    """It was a request: stop the number."""
    return _decide(request, review_id, act=reviews.confirm, done="{number} will not text {who} any more.")


@require_POST
@member(Role.AGENT)
def review_dismiss(request: AccountRequest, review_id: int) -> HttpResponse:
    """It was none: let what was held leave."""
    return _decide(request, review_id, act=reviews.dismiss, done="{number} may text {who} as before.")


@require_POST
@member(Role.AGENT)
def review_undo(request: AccountRequest, review_id: int) -> HttpResponse:
    """Open it again, held."""
    done = "Marketing from {number} to {who} is held again until you decide."
    return _decide(request, review_id, act=reviews.undo, done=done)


def _decide(request: AccountRequest, review_id: int, *, act: Callable[..., bool], done: str) -> HttpResponse:
    review = get_object_or_404(request.account.reviews.select_related("number"), pk=review_id)
    by: User = request.user
    try:
        if act(review=review, by=by):
            who = Item(review, _people(request.account, [review]).get(review.phone)).who
            messages.success(request, done.format(number=review.number.label, who=who))
        else:
            messages.info(request, "That was decided already.")
    except Overtaken as error:
        messages.error(request, str(error))
    return redirect("contacts:review_list")


def _waiting(account: Account, rows: Iterable[Review]) -> list[Item]:
    rows = list(rows)
    people, reach = _people(account, rows), bulk.reach()
    held = account.messages.filter(direction="out", status="held", phone__in=[review.phone for review in rows])
    counted = held.values_list("phone", "number_id").annotate(count=Count("pk"))
    by_pair = {(phone, number): count for phone, number, count in counted}
    return [
        Item(
            review,
            people.get(review.phone),
            held=sum(by_pair.get((review.phone, number), 0) for number in reach[review.number_id]),
        )
        for review in rows
    ]


def _decided(account: Account, rows: Sequence[Review]) -> list[Item]:
    people, obstacles = _people(account, rows), reviews.obstacles(rows)
    lines = account.consent_events.filter(seq__in=[row.decision_seq for row in rows if row.decision_seq])
    events = {line.seq: line for line in lines}
    return [
        Item(row, people.get(row.phone), event=events.get(row.decision_seq or 0), obstacle=obstacles[row.pk])
        for row in rows
    ]


def _people(account: Account, rows: Iterable[Review]) -> dict[str, Contact]:
    known = account.contacts.filter(phone__in={review.phone for review in rows})
    return {contact.phone: contact for contact in known}
