"""The phone page: handsets of people who text the account's numbers on the carrier simulator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from contacts.models import Contact, Number
from messaging import handsets, provisioning
from messaging.carriers import CarrierError
from messaging.forms import HandsetForm, HandsetTextForm
from messaging.handsets import Thread
from messaging.simulator.client import SimulatorError
from shout.accounts import AccountRequest, member
from shout.models import Role
from shout.tenancy import tenant

PEOPLE = {"+14155550142": "Ana", "+14155550143": "Ben", "+14155550144": "Chloe"}
_MOST_ADDED = 3
_SESSION_KEY = "handsets"


@dataclass(frozen=True)
class Handset:
    """One phone on the page; `contact` is its owner, once the account knows them."""

    phone: str
    contact: Contact | None
    thread: Thread
    form: HandsetTextForm

    @property
    def name(self) -> str:
        """What its owner is called, as far as anybody knows."""
        return (self.contact and self.contact.name) or PEOPLE.get(self.phone, "")

    @property
    def id(self) -> str:
        """What tells its thread on the page from those of the others."""
        return self.phone.removeprefix("+")

    @property
    def is_added(self) -> bool:
        """Whether it may be put away."""
        return self.phone not in PEOPLE


@dataclass(frozen=True)
class Table:
    """All handsets side by side; `trouble` says why they show nothing."""

    handsets: list[Handset]
    trouble: str

    @property
    def version(self) -> str:
        """Changes whenever a handset shows something new."""
        shown = [(handset.phone, handset.name, handset.thread) for handset in self.handsets]
        return blake2b(repr((shown, self.trouble)).encode(), digest_size=8).hexdigest()


@require_safe
@member(calls_out=True)
def phone(request: AccountRequest) -> HttpResponse:
    """The handsets, as long as the account has numbers on the simulator."""
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT, all_may_look=True, calls_out=True)
def phone_texts(request: AccountRequest) -> HttpResponse:
    """POST a text from a handset; GET what is new on all of them since the version that was seen."""
    if request.method == "POST":
        return _text(request)
    table = _table(request)
    if table.version == request.GET.get("seen"):
        return HttpResponse(status=204)
    with tenant(request.account.pk):
        return render(request, "messaging/_phone_news.html", {"table": table})


@require_POST
@member()
def phone_handsets(request: AccountRequest) -> HttpResponse:
    """Lay another handset beside the others, or put one away; each browser has its own."""
    added = _added(request)
    if (unwanted := request.POST.get("remove")) in added:
        request.session[_SESSION_KEY] = [number for number in added if number != unwanted]
        return redirect("messaging:phone")
    form = HandsetForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["phone"][0]))
    elif form.cleaned_data["phone"] not in (*PEOPLE, *added):
        request.session[_SESSION_KEY] = [*added, form.cleaned_data["phone"]][-_MOST_ADDED:]
    return redirect("messaging:phone")


def _text(request: AccountRequest) -> HttpResponse:
    with tenant(request.account.pk):
        form = HandsetTextForm(request.account, request.POST)
        form.full_clean()
    if "phone" in form.errors:
        raise BadRequest("This text is from no handset. Load the page again.")
    if form.is_valid():
        try:
            handsets.text(**form.cleaned_data)
        except CarrierError as error:
            form.add_error(None, provisioning.explain(error))
        except SimulatorError as error:
            form.add_error(None, str(error))
    if form.errors:
        return _page(request, typed=form) if not request.htmx else _composer(request, form, status=422)
    fresh = HandsetTextForm(request.account, phone=form.cleaned_data["phone"], number=form.cleaned_data["number"].pk)
    fresh.fields["body"].widget.attrs["autofocus"] = True
    return _composer(request, fresh) if request.htmx else redirect("messaging:phone")


def _composer(request: AccountRequest, form: HandsetTextForm, *, status: int = 200) -> HttpResponse:
    with tenant(request.account.pk):
        response = render(request, "messaging/_handset_composer.html", {"form": form}, status=status)
    return trigger_client_event(response, "texts-changed")


def _page(request: AccountRequest, *, typed: HandsetTextForm | None = None) -> HttpResponse:
    table = _table(request, typed=typed)
    with tenant(request.account.pk):
        context = {"table": table, "form": HandsetForm(), "has_numbers": request.account.numbers.exists()}
        return render(request, "messaging/phone.html", context, status=422 if typed else 200)


def _table(request: AccountRequest, *, typed: HandsetTextForm | None = None) -> Table:
    """The handsets as they are now; none while the account has no number on the simulator."""
    laid_out = [*PEOPLE, *_added(request)]
    with tenant(request.account.pk):
        numbers = list(request.account.numbers.filter(carrier=Number.Carrier.SIMULATOR))
        owners = {contact.phone: contact for contact in request.account.contacts.filter(phone__in=laid_out)}
    if not numbers:
        return Table([], "")
    threads, trouble = _threads(laid_out, numbers)
    forms = {
        phone: HandsetTextForm(request.account, phone=phone, number=threads[phone].last_number or numbers[0].pk)
        for phone in laid_out
    }
    if typed:
        forms[typed.cleaned_data["phone"]] = typed
    return Table([Handset(phone, owners.get(phone), threads[phone], forms[phone]) for phone in laid_out], trouble)


def _threads(phones: Iterable[str], numbers: Sequence[Number]) -> tuple[dict[str, Thread], str]:
    try:
        return {phone: handsets.thread(phone, numbers) for phone in phones}, ""
    except SimulatorError as error:
        return {phone: Thread() for phone in phones}, str(error)


def _added(request: AccountRequest) -> list[str]:
    added: list[str] = request.session.get(_SESSION_KEY, [])
    return added
