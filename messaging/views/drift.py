"""The report of what carriers held and we did not, number by number."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from contacts.models import ConsentEvent, Contact, Number
from contacts.models.consent import Source
from messaging import drift
from messaging.carriers import errors
from messaging.models import CarrierCheck, Message
from shout.accounts import AccountRequest, member
from shout.models import Account, Role
from shout.nudges import nudge

_SHOWN = 50
_OUTCOMES = {
    "overtaken": "No effect: they have said something else since",
    "phrase": "Stopped the number",
    "review": "Waits for your decision",
    "blocked": "Kept: they are blocked",
    "parked": "Could not be processed",
}
_WORDS = {"stop": "Stopped the number", "start": "Opened the number", "help": "Asked for help"}


@dataclass(frozen=True, slots=True)
class Report:
    """One number: the last look at its texts and at its Messaging Service, and what all looks have found."""

    number: Number
    texts: CarrierCheck | None
    service: CarrierCheck | None
    missed: int
    stops: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Late:
    """A text that came by the carrier's log."""

    text: Message

    @property
    def outcome(self) -> str:
        """What it did, in words."""
        trace = self.text.trace
        if trace.get("outcome") in _OUTCOMES:
            return _OUTCOMES[trace["outcome"]]
        if self.text.universal:
            return _WORDS[self.text.universal]
        if trace.get("outcome") == "bot":
            return f"Started {trace['bot']}"
        return "Taken in"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An opt-out of which the carrier told by refusing a text, and the contact if there is one."""

    line: ConsentEvent
    contact: Contact | None


@require_safe
@member()
def carrier_check_list(request: AccountRequest) -> HttpResponse:
    """Whether the carriers' logs and ours agree, and what was taken in late."""
    account = request.account
    context = {
        "reports": _reports(account),
        "late": _late(account),
        "refusals": _refusals(account),
        "opted_out_code": errors.OPTED_OUT,
        "may_check": request.membership.may(Role.AGENT),
    }
    return render(request, "messaging/carrier_check_list.html", context)


@require_POST
@member(Role.AGENT)
def carrier_check_new(request: AccountRequest) -> HttpResponse:
    """Have a worker compare all numbers with their carriers now."""
    nudge("messaging.check_carrier", request.account.pk)
    messages.success(
        request, "Shout is reading your carrier’s log. Load this page again in a moment to see the result."
    )
    return redirect("messaging:carrier_check_list")


def _reported_by_carrier(account: Account) -> QuerySet[ConsentEvent]:
    return account.consent_events.filter(source=Source.CARRIER, kind=ConsentEvent.Kind.OPTED_OUT)


def _reports(account: Account) -> list[Report]:
    checks = account.carrier_checks.order_by("number_id", "subject", "-checked_at", "-id")
    last = {(check.number_id, check.subject): check for check in checks.distinct("number_id", "subject")}
    sums = account.carrier_checks.order_by().values("number_id").annotate(m=Sum("missed"), s=Sum("stops"))
    found = {row["number_id"]: (row["m"], row["s"]) for row in sums}
    counted = _reported_by_carrier(account).order_by().values("number_ref").annotate(n=Count("id"))
    told = {row["number_ref"]: row["n"] for row in counted}
    return [
        Report(
            number,
            last.get((number.pk, CarrierCheck.Subject.TEXTS)),
            last.get((number.pk, CarrierCheck.Subject.SERVICE)),
            *found.get(number.pk, (0, 0)),
            refusals=told.get(number.pk, 0),
        )
        for number in drift.connected(account)
    ]


def _late(account: Account) -> list[Late]:
    """The latest texts that were taken in late, newest first."""
    ids: list[int] = []
    for check in account.carrier_checks.filter(missed__gt=0)[:_SHOWN]:
        ids += check.texts[::-1][:_SHOWN]
    texts = account.messages.filter(pk__in=ids[:_SHOWN]).select_related("contact", "number").order_by("-pk")
    return [Late(text) for text in texts]


def _refusals(account: Account) -> list[Refusal]:
    lines = _reported_by_carrier(account).order_by("-seq")[:_SHOWN]
    people = {person.phone: person for person in account.contacts.filter(phone__in=[line.phone for line in lines])}
    return [Refusal(line, people.get(line.phone)) for line in lines]
