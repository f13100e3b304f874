"""What a number is for: a change opens nothing to anybody (P4), asks before it closes, and rewrites no past (P12)."""

from datetime import timedelta
from html import unescape
from itertools import product

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts import bulk, erasure, ledger, permissions, purposes, reviews, scopes
from contacts.evidence import as_pdf, entries, packs
from contacts.models import Contact, Number, ScopePolicy
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.reach.bulk import Turn, shifts
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build
from tests.outside import OutsideClient

SAID = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
DOUBT = Evidence(source=Source.PHRASE, words="wrong number", rule="en.wrong-number", reference="SM2")
MARKETING, SERVICE = Number.Kind.MARKETING, Number.Kind.CUSTOMER_SERVICE
PHONES = [f"+1415555810{n}" for n in range(6)]


@pytest.fixture
def by_purpose(account: Account, owner: User) -> ScopePolicy:
    """An opt-out closes all numbers of its purpose."""
    return scopes.set_scope(account=account, scope="purpose", starts_at=now(), by=owner)


@pytest.fixture
def helpdesk(account: Account) -> Number:
    """A customer service number."""
    return build.number(account, kind=SERVICE, label="Help", e164="+14155550101")


@pytest.fixture
def promo(account: Account) -> Number:
    """A marketing number."""
    return build.number(account, kind=MARKETING, label="Promo", e164="+14155550102")


def turn(number: Number, kind: str, by: User, *, may_close: bool = True) -> bool:
    return purposes.change(number=number, kind=kind, by=by, may_close=may_close)


def kind_of(number: Number) -> str:
    return str(Number.objects.get(pk=number.pk).kind)


def lines(account: Account) -> int:
    return account.consent_events.filter(kind="purpose").count()


def test_a_purpose_that_has_closed_a_number_is_not_changed_back_to_open_it(
    by_purpose: ScopePolicy, helpdesk: Number, promo: Number, ana: Contact, owner: User, account: Account
) -> None:
    permissions.opt_out(number=helpdesk, phone=ana.phone, evidence=SAID)
    assert turn(helpdesk, MARKETING, owner)
    assert permissions.refusal(promo, ana.phone) == "opted_out"
    with pytest.raises(purposes.WouldOpen, match="open Promo to 1 person, although they have stopped") as refused:
        turn(helpdesk, SERVICE, owner)
    assert "Keep marketing as its purpose, or add another number for customer service." in str(refused.value)
    assert permissions.refusal(promo, ana.phone) == "opted_out"
    assert (kind_of(helpdesk), lines(account)) == ("marketing", 1)


def test_a_purpose_is_kept_that_closes_the_number_itself(
    by_purpose: ScopePolicy, account: Account, promo: Number, owner: User
) -> None:
    other = build.number(account, kind=MARKETING, label="Deals")
    for phone in PHONES[:3]:
        permissions.opt_out(number=promo, phone=phone, evidence=SAID)
    permissions.opt_out(number=other, phone=PHONES[0], evidence=SAID)
    with pytest.raises(purposes.WouldOpen, match="open Deals to 2 people, "):
        turn(other, SERVICE, owner)
    with pytest.raises(purposes.WouldOpen, match="open Deals to 2 people, "):
        turn(promo, SERVICE, owner)
    permissions.opt_in(number=other, phone=PHONES[1], evidence=SAID)
    permissions.opt_in(number=other, phone=PHONES[2], evidence=SAID)
    assert turn(promo, SERVICE, owner)


def test_what_an_erased_person_has_stopped_stays_closed_to_them(
    by_purpose: ScopePolicy, account: Account, helpdesk: Number, promo: Number, ana: Contact, owner: User
) -> None:
    other = build.number(account, kind=MARKETING, label="Deals")
    permissions.opt_out(number=promo, phone=ana.phone, evidence=SAID)
    erasure.erase(contact=ana, by=owner)
    with pytest.raises(purposes.WouldOpen, match="open Deals to 1 person, "):
        turn(promo, SERVICE, owner)
    build.contact(account, phone="+14155550142")
    assert permissions.refusal(other, "+14155550142") == "opted_out"


def test_marketing_that_waits_for_a_decision_goes_on_waiting(
    by_purpose: ScopePolicy, account: Account, promo: Number, owner: User
) -> None:
    build.number(account, kind=MARKETING, label="Deals")
    review = permissions.hold(number=promo, phone=PHONES[0], evidence=DOUBT)
    with pytest.raises(purposes.WouldOpen, match="end the hold of marketing from Deals to 1 person, "):
        turn(promo, SERVICE, owner)
    assert review
    reviews.dismiss(review=review, by=owner)
    assert turn(promo, SERVICE, owner)


def test_a_scope_that_is_only_planned_keeps_a_purpose_too(
    account: Account, helpdesk: Number, promo: Number, owner: User
) -> None:
    policy = scopes.set_scope(account=account, scope="purpose", starts_at=now() + timedelta(days=9), by=owner)
    permissions.opt_out(number=helpdesk, phone=PHONES[0], evidence=SAID)
    with pytest.raises(purposes.WouldClose):
        turn(helpdesk, MARKETING, owner, may_close=False)
    turn(helpdesk, MARKETING, owner)
    with pytest.raises(purposes.WouldOpen):
        turn(helpdesk, SERVICE, owner)
    scopes.cancel(policy=policy, by=owner)
    assert turn(helpdesk, SERVICE, owner)


@pytest.mark.parametrize("scope", ["number", "account"])
def test_where_no_purpose_counts_it_is_changed_without_a_question(
    scope: str, account: Account, helpdesk: Number, promo: Number, owner: User
) -> None:
    scopes.set_scope(account=account, scope=scope, starts_at=now(), by=owner)
    permissions.opt_out(number=helpdesk, phone=PHONES[0], evidence=SAID)
    assert turn(helpdesk, MARKETING, owner, may_close=False)
    assert turn(helpdesk, SERVICE, owner, may_close=False)
    assert not turn(helpdesk, SERVICE, owner, may_close=False)
    assert lines(account) == 2


@pytest.mark.parametrize("kind", [MARKETING, SERVICE])
@pytest.mark.parametrize("turned", [0, 1, 2])
def test_the_question_names_exactly_who_changes(
    turned: int, kind: str, by_purpose: ScopePolicy, account: Account, helpdesk: Number, promo: Number
) -> None:
    numbers = [promo, build.number(account, kind=MARKETING), helpdesk]
    first, second, service = numbers
    for phone in PHONES[:4]:
        permissions.opt_out(number=first, phone=phone, evidence=SAID)
    permissions.opt_in(number=first, phone=PHONES[1], evidence=SAID)
    permissions.opt_in(number=second, phone=PHONES[2], evidence=SAID)
    permissions.opt_out(number=service, phone=PHONES[3], evidence=SAID)
    permissions.opt_in(number=service, phone=PHONES[3], evidence=SAID)
    permissions.opt_out(number=service, phone=PHONES[4], evidence=SAID)

    def stopped() -> set[tuple[int, str]]:
        said = bulk.standings((number.pk, phone) for number in numbers for phone in PHONES)
        return {pair for pair, standing in said.items() if standing.is_stopped}

    number = numbers[turned]
    was, found = stopped(), shifts("purpose", "purpose", turn=Turn(number.pk, kind))
    Number.objects.filter(pk=number.pk).update(kind=kind)
    will_be = stopped()
    said = {(shift.closes, shift.number_id, phone) for shift in found for phone in shift.phones}
    assert said == {(True, *pair) for pair in will_be - was} | {(False, *pair) for pair in was - will_be}
    assert kind == number.kind or found


def test_each_change_is_a_line_that_reads_as_a_sentence(
    account: Account, helpdesk: Number, ana: Contact, owner: User
) -> None:
    turn(helpdesk, MARKETING, owner)
    line = account.consent_events.get()
    assert (line.kind, line.phone, line.number_ref, line.number_e164) == ("purpose", "", helpdesk.pk, "+14155550101")
    assert (line.rule, line.words, line.actor, line.source) == ("customer_service", "marketing", owner.email, "staff")
    said = f"{owner.email} changed the purpose of Help from “Customer service” to “Marketing”."
    assert entries.tell(account, [line])[0].sentence == said
    assert bulk.broken_ledger_line() is None
    assert as_pdf.render(packs.about_period(account, now().date(), now().date(), by=owner)).startswith(b"%PDF-")


def test_the_state_of_a_past_day_stays_what_it_was(committed: None) -> None:
    owner = build.user()
    account = build.account(owner=owner)
    helpdesk, promo = (build.number(account, kind=kind) for kind in (SERVICE, MARKETING))
    moments = []

    def states() -> list[str | None]:
        with tenant(account.pk), transaction.atomic():
            return [
                ledger.state_on(number, PHONES[0], at).refusal for at, number in product(moments, (helpdesk, promo))
            ]

    with tenant(account.pk):
        scopes.set_scope(account=account, scope="purpose", starts_at=now(), by=owner)
    with tenant(account.pk):
        permissions.opt_out(number=helpdesk, phone=PHONES[0], evidence=SAID)
    moments.append(now())
    assert states() == ["opted_out", None]
    with tenant(account.pk):
        turn(helpdesk, MARKETING, owner)
    moments.append(now())
    assert states() == ["opted_out", None, "opted_out", "opted_out"]
    with tenant(account.pk):
        scopes.set_scope(account=account, scope="number", starts_at=now(), by=owner)
    with tenant(account.pk):
        turn(helpdesk, SERVICE, owner)
    moments.append(now())
    assert states() == ["opted_out", None, "opted_out", "opted_out", "opted_out", None]


FORM = {
    "label": "Help",
    "kind": "customer_service",
    "line": "local",
    "carrier": "simulator",
    "confirmed_by": "carrier",
    "segments_per_second": "1",
    "burst": "10",
    "bot_replies_per_hour": "20",
}


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def edit(number: Number) -> str:
    return reverse("contacts:number_edit", args=[number.pk])


def test_the_form_asks_before_it_closes_and_refuses_to_open(
    browser: OutsideClient, by_purpose: ScopePolicy, helpdesk: Number, promo: Number, ana: Contact
) -> None:
    permissions.opt_out(number=helpdesk, phone=ana.phone, evidence=SAID)
    asked = shown(browser.post(edit(helpdesk), FORM | {"kind": "marketing", "label": "Hotline"}))
    assert "Promo closes for 1 phone" in asked
    assert "Ana Ruiz" in asked
    assert "Nothing is saved yet" in asked
    assert 'name="closes" value="marketing"' in asked
    helpdesk.refresh_from_db()
    assert (helpdesk.kind, helpdesk.label, permissions.refusal(promo, ana.phone)) == ("customer_service", "Help", None)
    agreed = {"kind": "marketing", "label": "Hotline", "closes": "marketing"}
    assert browser.post(edit(helpdesk), FORM | agreed).status_code == 302
    assert permissions.refusal(promo, ana.phone) == "opted_out"
    refused = shown(browser.post(edit(helpdesk), FORM | {"closes": "customer_service"}), 422)
    assert "This would open Promo to 1 person" in refused
    assert permissions.refusal(promo, ana.phone) == "opted_out"
    helpdesk.refresh_from_db()
    assert (helpdesk.kind, helpdesk.label) == ("marketing", "Hotline")


def test_the_form_says_that_a_token_has_to_be_typed_again(
    browser: OutsideClient, by_purpose: ScopePolicy, helpdesk: Number, promo: Number, ana: Contact
) -> None:
    permissions.opt_out(number=helpdesk, phone=ana.phone, evidence=SAID)
    typed = {"carrier": "twilio", "carrier_account_sid": "AC" + "0" * 32, "carrier_auth_token": "a-secret"}
    asked = shown(browser.post(edit(helpdesk), FORM | typed | {"kind": "marketing"}))
    assert "Enter the auth token again" in asked
    assert "a-secret" not in asked


def test_consent_to_close_for_one_purpose_is_none_for_another(
    browser: OutsideClient, by_purpose: ScopePolicy, helpdesk: Number, promo: Number, ana: Contact
) -> None:
    permissions.opt_out(number=helpdesk, phone=ana.phone, evidence=SAID)
    asked = shown(browser.post(edit(helpdesk), FORM | {"kind": "marketing", "closes": "shout_to_shout"}))
    assert "Promo closes for 1 phone" in asked
    assert kind_of(helpdesk) == "customer_service"
