"""The page where a business decides how far an opt-out reaches (P15)."""

from datetime import timedelta
from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from time_machine import travel

from contacts import permissions, scopes
from contacts.models import Contact, Number, ScopePolicy
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, Role, User
from tests import build
from tests.outside import OutsideClient

SCOPE, NEW = reverse("contacts:scope"), reverse("contacts:scope_new")
NOTICE = "a STOP has to close all your numbers"
BEFORE_THE_RULE = travel("2026-11-23T12:00Z", tick=True)


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def cancel(policy: ScopePolicy) -> str:
    return reverse("contacts:scope_cancel", args=[policy.pk])


@pytest.fixture
def stopped(account: Account, marketing: Number, service: Number, ana: Contact) -> Number:
    """The marketing number, which Ana has stopped; the service number is open to her."""
    evidence = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=evidence)
    return marketing


def test_the_page_says_what_holds_and_what_each_scope_means(browser: OutsideClient) -> None:
    text = shown(browser.get(SCOPE))
    assert "That number only" in text
    assert "Since you began with Shout." in text
    assert "Your other numbers may still text them." in text
    assert "customer service numbers stay open" in text
    assert "none of your numbers texts them" in text


def test_who_changes_is_shown_before_anything_does(
    browser: OutsideClient, stopped: Number, service: Number, ana: Contact, account: Account
) -> None:
    text = shown(browser.get(NEW, {"scope": "account"}))
    assert "Service closes for 1 phone" in text
    assert "Ana Ruiz" in text
    assert "Nothing has changed yet." in text
    assert not account.scope_policies.exists()
    assert permissions.refusal(service, ana.phone) is None


def test_a_change_holds_at_once_and_back_again(
    browser: OutsideClient, stopped: Number, service: Number, ana: Contact, owner: User
) -> None:
    text = shown(browser.post(NEW, {"scope": "account"}, follow=True))
    assert "A STOP closes: all your numbers, from now on." in text
    assert f"decided by {owner}" in text
    assert permissions.refusal(service, ana.phone) == "opted_out"
    assert "Service opens again for 1 phone" in shown(browser.get(NEW, {"scope": "number"}))
    browser.post(NEW, {"scope": "number"})
    assert permissions.refusal(service, ana.phone) is None
    assert permissions.refusal(stopped, ana.phone) == "opted_out"


def test_a_repeated_change_changes_nothing(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, {"scope": "purpose"})
    assert "That is what holds then already." in shown(browser.post(NEW, {"scope": "purpose"}), 422)
    assert account.scope_policies.count() == account.consent_events.filter(kind="scope").count() == 1


def test_a_change_can_be_planned_and_taken_back(browser: OutsideClient, account: Account) -> None:
    day = (now() + timedelta(days=30)).date()
    browser.post(NEW, {"scope": "account", "starts_on": day.isoformat()})
    policy = account.scope_policies.get()
    assert scopes.in_force(account) == "number"
    assert cancel(policy) in shown(browser.get(SCOPE))
    assert "All your numbers, from" in shown(browser.get(reverse("contacts:permission")))
    assert "Take back" in shown(browser.get(cancel(policy)))
    for _ in range(2):
        assert browser.post(cancel(policy))["Location"] == SCOPE
    assert "The planned change is taken back." in shown(browser.get(SCOPE))
    assert account.consent_events.filter(kind="scope").count() == 2
    assert cancel(policy) not in shown(browser.get(SCOPE))


def test_a_day_has_one_planned_change(browser: OutsideClient, account: Account, owner: User) -> None:
    day = (now() + timedelta(days=30)).date().isoformat()
    browser.post(NEW, {"scope": "account", "starts_on": day})
    remedy = "“All your numbers” is planned for this day already. Take that plan back first"
    assert remedy in shown(browser.post(NEW, {"scope": "purpose", "starts_on": day}), 422)
    assert remedy in shown(browser.get(NEW, {"scope": "purpose", "starts_on": day}), 422)
    first = account.scope_policies.get()
    with pytest.raises(scopes.Planned):
        scopes.set_scope(account=account, scope="purpose", starts_at=first.starts_at, by=owner)
    assert account.consent_events.filter(kind="scope").count() == 1
    browser.post(NEW, {"scope": "purpose", "starts_on": ""})
    scopes.cancel(policy=first, by=owner)
    browser.post(NEW, {"scope": "account", "starts_on": day})
    assert account.scope_policies.filter(canceled_at=None).count() == 2


def test_what_holds_already_is_changed_and_not_taken_back(
    browser: OutsideClient, account: Account, owner: User
) -> None:
    policy = scopes.set_scope(account=account, scope="purpose", starts_at=now(), by=owner)
    assert "This has begun to hold." in shown(browser.post(cancel(policy), follow=True))
    policy.refresh_from_db()
    assert policy.canceled_at is None


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [
        ({}, "Choose how far an opt-out reaches."),
        ({"scope": "planet"}, "Choose one of the three."),
        ({"scope": "number"}, "That is what holds then already."),
        ({"scope": "account", "starts_on": "soon"}, "Enter a day like 2027-01-31."),
        ({"scope": "account", "starts_on": "2020-01-31"}, "This day is over."),
        ({"scope": "account", "starts_on": "2999-01-31"}, "within the next five years"),
    ],
)
def test_a_wrong_choice_says_how_to_mend_it(
    asked: dict[str, str], remedy: str, browser: OutsideClient, account: Account
) -> None:
    assert remedy in shown(browser.post(NEW, asked), 422)
    assert not asked or remedy in shown(browser.get(NEW, asked), 422)
    assert not account.scope_policies.exists()


@BEFORE_THE_RULE
def test_the_rule_to_come_is_announced_until_a_scope_covers_its_day(
    client: OutsideClient, stopped: Number, service: Number, owner: User
) -> None:
    client.force_login(owner)
    text = shown(client.get(SCOPE))
    assert f"From January 31, 2027 on {NOTICE}" in text
    assert "47 CFR 64.1200(a)(10)" in text
    assert "DA 26-12" in text
    assert "If it began now: Service closes for 1 phone." in text
    assert NOTICE not in shown(client.post(NEW, {"scope": "account", "starts_on": "2027-01-31"}, follow=True))
    policy = ScopePolicy.objects.get()
    assert policy.starts_at == scopes.REVOKE_ALL_AT
    client.post(cancel(policy))
    assert NOTICE in shown(client.get(SCOPE))


@BEFORE_THE_RULE
def test_a_scope_that_starts_too_late_does_not_silence_the_notice(
    client: OutsideClient, account: Account, owner: User
) -> None:
    client.force_login(owner)
    client.post(NEW, {"scope": "account", "starts_on": "2027-02-01"})
    assert NOTICE in shown(client.get(SCOPE))


@travel("2027-03-01T12:00Z", tick=True)
def test_once_the_rule_holds_the_notice_offers_to_follow_it_at_once(
    client: OutsideClient, account: Account, owner: User
) -> None:
    client.force_login(owner)
    text = shown(client.get(SCOPE))
    assert f"Since January 31, 2027 {NOTICE}" in text
    assert "Do it now" in text
    assert NOTICE not in shown(client.post(NEW, {"scope": "account", "starts_on": ""}, follow=True))


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER])
def test_only_admins_change_the_scope(role: Role, client: OutsideClient, account: Account, owner: User) -> None:
    planned = scopes.set_scope(account=account, scope="account", starts_at=now() + timedelta(days=9), by=owner)
    client.force_login(build.member(account, role))
    text = shown(client.get(SCOPE))
    assert "Only admins and owners may change this." in text
    assert NEW not in text
    assert cancel(planned) not in text
    assert client.post(NEW, {"scope": "purpose"}).status_code == 403
    assert client.post(cancel(planned)).status_code == 403
    assert account.scope_policies.count() == 1


def test_a_stranger_finds_no_policy_of_ours(strangers_browser: OutsideClient, account: Account, owner: User) -> None:
    planned = scopes.set_scope(account=account, scope="account", starts_at=now() + timedelta(days=9), by=owner)
    assert strangers_browser.get(cancel(planned)).status_code == 404
    assert strangers_browser.post(cancel(planned)).status_code == 404
    planned.refresh_from_db()
    assert planned.canceled_at is None
