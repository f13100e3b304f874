"""What a contact's own page says of permission: number by number, list by list, and why."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts import people, permissions, phrases, scopes, wording
from contacts.models import Contact, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.views.profile import profile_context
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop.")


def url(name: str, contact: Contact, *more: int) -> str:
    return reverse(f"contacts:{name}", args=[contact.pk, *more])


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def minute(ago: timedelta = timedelta()) -> str:
    return (now() - ago).strftime("%Y-%m-%dT%H:%M")


def phrase(rule: str = "en.stop-texting-me", words: str = "please stop texting me") -> Evidence:
    return Evidence(source=Source.PHRASE, words=words, rule=rule)


def page(browser: OutsideClient, contact: Contact) -> str:
    return shown(browser.get(reverse("messaging:conversation", args=[contact.pk])))


def reason(account: Account, contact: Contact, number: Number) -> str:
    return next(each.reason for each in profile_context(account, contact)["outlets"] if each.number == number)


def test_the_profile_says_in_a_word_how_many_numbers_may_text(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    assert "Yes, from every number." in page(browser, ana)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    assert "Yes, from 1 of 2 numbers." in page(browser, ana)
    permissions.block(contact=ana, by=owner)
    assert "No, from none of your numbers." in page(browser, ana)


def test_the_first_words_that_stopped_a_number_are_shown_however_often_they_are_repeated(
    account: Account, ana: Contact, marketing: Number
) -> None:
    for words in ("Stop.", "STOP!!!"):
        permissions.opt_out(
            number=marketing, phone=ana.phone, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD, words=words)
        )
    assert reason(account, ana, marketing).startswith("Texted “Stop.”, ")


def test_a_phrase_is_shown_with_what_its_rule_took_it_for(account: Account, ana: Contact, marketing: Number) -> None:
    rule = phrases.RULES[0]
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=phrase(rule.id))
    assert reason(account, ana, marketing).startswith("Wrote “please stop texting me” (")
    assert wording.explanation(rule.id)[1:] in reason(account, ana, marketing)


def test_a_rule_that_there_is_no_more_is_passed_over(account: Account, ana: Contact, marketing: Number) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=phrase("en.gone"))
    assert reason(account, ana, marketing).startswith("Wrote “please stop texting me”, ")


def test_a_held_number_says_so_and_asks_for_a_decision(
    browser: OutsideClient, account: Account, ana: Contact, marketing: Number
) -> None:
    permissions.hold(number=marketing, phone=ana.phone, evidence=phrase())
    outlet = profile_context(account, ana)["outlets"][0]
    assert (outlet.state, outlet.may_text) == ("held", True)
    assert "Held" in page(browser, ana)
    assert f'href="{reverse("contacts:review_list")}"' in page(browser, ana)


@pytest.mark.parametrize(
    ("scope", "covers"), [("purpose", "all numbers of that purpose"), ("account", "all your numbers")]
)
def test_a_number_closed_through_another_names_that_one_and_the_scope(
    scope: str, covers: str, account: Account, ana: Contact, marketing: Number, owner: User
) -> None:
    other = build.number(account, kind=Number.Kind.MARKETING, label="Offers")
    scopes.set_scope(account=account, scope=scope, starts_at=now(), by=owner)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    words = reason(account, ana, other)
    assert words.startswith("They stopped Marketing: texted “Stop.”")
    assert words.endswith(f"Your opt-out scope covers {covers}")


def test_consent_opens_a_number_that_is_closed_through_another_and_no_other(
    browser: OutsideClient, account: Account, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    form = {"numbers": service.pk, "reference": "Signed form", "words": "Yes", "asked_at": minute()}
    old = form | {"asked_at": minute(ago=timedelta(days=1))}
    assert "They stopped Service after that" in shown(browser.post(url("contact_opt_in", ana), old), 422)
    assert browser.post(url("contact_opt_in", ana), form).status_code == 302
    assert permissions.refusal(service, ana.phone) is None
    assert permissions.refusal(marketing, ana.phone) == "opted_out"


def test_consent_from_before_a_repeated_stop_lifts_nothing(
    browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    OptOut.objects.update(opted_out_at=now() - timedelta(days=9))
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    form = {
        "numbers": marketing.pk,
        "reference": "Form",
        "words": "Yes",
        "asked_at": minute(ago=timedelta(days=2)),
    }
    assert "Only consent given since then opens it." in shown(browser.post(url("contact_opt_in", ana), form), 422)
    assert permissions.refusal(marketing, ana.phone) == "opted_out"


def test_a_number_opened_again_says_when_and_by_which_words(account: Account, ana: Contact, marketing: Number) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.opt_in(
        number=marketing, phone=ana.phone, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD, words="start")
    )
    assert reason(account, ana, marketing).startswith("Opted in: texted “start”, ")


def test_lists_say_how_they_were_joined_and_left_even_when_they_are_gone(
    browser: OutsideClient, account: Account, ana: Contact, owner: User
) -> None:
    vip, club = build.group(account, "VIP"), build.group(account, "Club")
    for group in (vip, club):
        permissions.join(group=group, contacts=[ana], evidence=Evidence(source=Source.KEYWORD, words=group.name))
    permissions.leave(group=club, contacts=[ana], evidence=Evidence(source=Source.KEYWORD, words="NOCLUB"))
    assert "texted “VIP”" in page(browser, ana)
    assert "texted “NOCLUB”" in page(browser, ana)
    people.delete(club, by=owner)
    assert "texted “NOCLUB”" in page(browser, ana)


def test_the_profile_says_for_each_number_whether_and_since_when_it_is_stopped(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    text = shown(browser.get(reverse("messaging:conversation", args=[ana.pk])))
    assert "Texted “Stop.”, " in text
    assert f"{url('contact_opt_in', ana)}?number={marketing.pk}" in text
    assert f"{url('contact_opt_out', ana)}?number={service.pk}" in text


def test_the_profile_shows_a_block_as_a_block_and_the_opt_out_beneath_it(
    account: Account, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.block(contact=ana, by=owner)
    context = profile_context(account, ana)
    assert [(outlet.state, bool(outlet.reason)) for outlet in context["outlets"]] == [
        ("blocked", True),
        ("blocked", False),
    ]
    assert context["blocking"].blocked_by == owner


def test_a_phone_is_known_as_stopped_even_when_its_contact_is_added_later(account: Account, marketing: Number) -> None:
    permissions.opt_out(number=marketing, phone="+14155550177", evidence=STOP)
    late = build.contact(account, phone="+14155550177")
    assert [outlet.state for outlet in profile_context(account, late)["outlets"]] == ["stopped"]


def test_the_profile_asks_no_more_questions_for_many_numbers_and_lists(
    account: Account,
    ana: Contact,
    django_assert_num_queries: Any,  # noqa: ANN401
) -> None:
    for n in range(5):
        build.number(account, label=f"Number {n}")
        permissions.join(group=build.group(account, f"List {n}"), contacts=[ana], evidence=STOP)
    with django_assert_num_queries(8):  # and the one of permission, which goes past Django
        assert [list(shown) for shown in profile_context(account, ana).values() if isinstance(shown, QuerySet)]
