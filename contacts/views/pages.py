"""What the pages here share: long lists cut into pages, forms carried out, questions asked before an act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from contacts.models import Contact

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a long list, and the addresses of the pages before and after it (empty at the ends)."""

    rows: list[Row]
    previous: str
    next: str


def page(rows: QuerySet[Row], query: QueryDict, *, by: str = "pk") -> Page[Row]:
    """The page that `?before=ID` or `?after=ID` asks for, newest first; it costs the same however long the list is.

    `by` names the growing number that serves as ID.
    """
    after, before = _id(query.get("after", "")), _id(query.get("before", ""))
    if after:
        found = list(rows.filter(**{f"{by}__gt": after}).order_by(by)[: SIZE + 1])
        has_newer, has_older = len(found) > SIZE, True
        found = found[:SIZE][::-1]
    else:
        found = list((rows.filter(**{f"{by}__lt": before}) if before else rows).order_by(f"-{by}")[: SIZE + 1])
        has_newer, has_older = bool(before), len(found) > SIZE
        found = found[:SIZE]
    return Page(
        rows=found,
        previous=_address(query, "after", getattr(found[0], by)) if found and has_newer else "",
        next=_address(query, "before", getattr(found[-1], by)) if found and has_older else "",
    )


def _id(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 19 else None


def _address(query: QueryDict, direction: str, place: int) -> str:
    there = query.copy()
    for name in ("after", "before"):
        there.pop(name, None)
    there[direction] = str(place)
    return f"?{there.urlencode()}"


def carried_out(form: BaseForm, act: Callable[[], object]) -> bool:
    """Do `act` if the form is valid; what somebody else has taken in the meantime becomes an error in the form."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        form.full_clean()
        if not form.errors:
            raise
        return False
    return True


def show_form(request: HttpRequest, template: str, form: BaseForm, **context: object) -> HttpResponse:
    """A page with a form: 422 when it comes back with errors."""
    return render(request, template, {"form": form} | context, status=422 if form.errors else 200)


def show_record_form(
    request: HttpRequest, contact: Contact, form: BaseForm, *, title: str, action: str, text: str = "", kind: str = ""
) -> HttpResponse:
    """A page that records one thing about a contact; `kind` is that of its button."""
    words = {"contact": contact, "title": title, "action": action, "text": text, "kind": kind}
    return show_form(request, "contacts/record_form.html", form, **words)


def ask(request: HttpRequest, *, title: str, text: str, action: str, cancel_url: str) -> HttpResponse:
    """The page that asks before an act, for browsers without JavaScript."""
    return render(
        request, "ui/confirm.html", {"title": title, "text": text, "action": action, "cancel_url": cancel_url}
    )


def profile_url(contact: Contact) -> str:
    """The address of a contact's own page."""
    return reverse("messaging:conversation", args=[contact.pk])
