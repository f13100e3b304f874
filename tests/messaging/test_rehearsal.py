"""Trying out: what a text would do, with nothing done, and past texts through other words (B9)."""

import pytest
from django.core import mail
from django.urls import reverse

from bots.drafts import Draft, DraftTrigger
from bots.models import Action, Bot, BotNumber, Trigger
from contacts import permissions
from contacts.models import Contact, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import inbound, rehearsal, replaying
from messaging.rehearsal import Turn
from shout.models import Account
from tests import build, carrier, everything
from tests.outside import OutsideClient

Kind = Action.Kind
ANA = "+14155550142"


def bot(account: Account, word: str, *actions: dict[str, object], name: str = "", **fields: object) -> Bot:
    match = fields.pop("match", "whole")
    made = Bot.objects.create(account=account, name=name or word, **fields)
    Trigger.objects.create(account=account, bot=made, word=word, match=match)
    for position, action in enumerate(actions):
        Action.objects.create(account=account, bot=made, position=position, **action)
    return made


def vip(account: Account) -> Bot:
    group = build.group(account)
    return bot(account, "VIP", {"kind": Kind.ASSIGN_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Welcome"})


def rehearse(number: Number, *texts: str, phone: str = ANA) -> list[Turn]:
    return rehearsal.rehearse(number=number, phone=phone, texts=texts)


def said(turns: list[Turn]) -> list[list[str]]:
    return [[reply.line.text.body for reply in turn.replies] for turn in turns]


def test_a_rehearsal_shows_everything_and_leaves_the_database_as_it_was(account: Account, marketing: Number) -> None:
    bot(
        account,
        "HELLO",
        {"kind": Kind.ASSIGN_GROUP, "group": build.group(account)},
        {"kind": Kind.NOTIFY, "body": "Ana says hello"},
        {"kind": Kind.CALL, "url": "https://example.com/hook"},
        {"kind": Kind.ASK, "body": "Your ZIP?", "field": "postal_code", "answer": "zip", "again": "Five digits"},
        {"kind": Kind.REPLY, "body": "Thanks for {{ postal_code }}"},
    )
    before = everything.contents(account)
    turns = rehearse(marketing, "Hello!", "what?", "94110", "stop", "hello")
    assert everything.contents(account) == before
    assert mail.outbox == []
    assert said(turns)[:3] == [["Your ZIP?"], ["Five digits"], ["Thanks for 94110"]]
    assert [deed.words for deed in turns[0].trace.deeds] == ["Added to the group VIP", "You were told: Ana says hello"]
    assert [call.url for call in turns[0].trace.calls] == ["https://example.com/hook"]
    assert turns[0].trace.is_question
    assert turns[2].trace.deeds[0].words == "postal_code set to “94110”"
    assert turns[4].replies[0].fate == "Would not leave: They have stopped this number"


def test_a_rehearsal_says_the_same_as_the_real_text(account: Account, marketing: Number) -> None:
    vip(account)
    [turn] = rehearse(marketing, "vip.")
    carrier.text(marketing, "vip.", phone=ANA)
    inbound.process(account_id=account.pk)
    real = account.messages.get(direction="in")
    assert turn.trace.text.trace == real.trace
    assert said([turn]) == [list(account.messages.filter(direction="out").values_list("body", flat=True))]


def test_who_is_stopped_gets_nothing_and_the_tester_says_why(account: Account, marketing: Number) -> None:
    vip(account)
    permissions.opt_out(number=marketing, phone=ANA, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD))
    [turn] = rehearse(marketing, "VIP")
    assert turn.replies[0].fate == "Would not leave: They have stopped this number"
    [other] = rehearse(marketing, "VIP", phone=build.phone())
    assert other.replies[0].fate == "Would leave at once"


def test_the_others_that_fitted_say_why_they_did_not_answer(account: Account, marketing: Number) -> None:
    bot(account, "VIP", name="Whole")
    bot(account, "VIP", name="Contains", match="contains")
    bot(account, "VIP", name="Paused", status=Bot.Status.PAUSED)
    elsewhere = bot(account, "VIP", name="Elsewhere", on_all_numbers=False)
    BotNumber.objects.create(account=account, bot=elsewhere, number=build.number(account, label="Other"))
    here = bot(account, "VIP", name="Here", on_all_numbers=False)
    BotNumber.objects.create(account=account, bot=here, number=marketing)
    [turn] = rehearse(marketing, "vip")
    assert {fit.bot: fit.why_not for fit in turn.trace.fits} == {
        "Here": "",
        "Whole": "listens on all numbers, the other on Marketing itself",
        "Contains": "fits less exactly",
        "Paused": "is paused",
        "Elsewhere": "does not listen on Marketing",
    }
    assert turn.trace.fits[0].bot == "Here"


def test_a_word_in_the_middle_and_a_longer_word_are_told_apart(account: Account, marketing: Number) -> None:
    bot(account, "SALE", name="Short", match="contains")
    bot(account, "BIG SALE", name="Long", match="contains")
    [turn] = rehearse(marketing, "when is the big sale?")
    assert [(fit.bot, fit.why_not) for fit in turn.trace.fits] == [("Long", ""), ("Short", "has the shorter word")]


def test_the_tester_shows_a_conversation_to_whoever_may_look(
    account: Account, marketing: Number, viewers_browser: OutsideClient
) -> None:
    vip(account)
    before = everything.contents(account)
    url = reverse("messaging:bot_test")
    assert "Who texts what" in viewers_browser.get(url).content.decode()
    first = viewers_browser.post(url, {"number": marketing.pk, "who": "(415) 555-0142", "body": "VIP"})
    page = first.content.decode()
    assert "Welcome" in page
    assert "Would leave at once" in page
    assert 'name="said" value="VIP"' in page
    asked = {"number": marketing.pk, "who": ANA, "said": ["VIP"], "body": "STOP"}
    second = viewers_browser.post(url, asked).content.decode()
    assert "they get nothing more from Marketing" in second
    assert "Welcome" in second
    assert everything.contents(account) == before


def test_the_tester_finds_people_by_name_and_asks_when_several_fit(
    account: Account, marketing: Number, browser: OutsideClient
) -> None:
    build.contact(account, first_name="Ana", last_name="Ruiz")
    build.contact(account, first_name="Ana", last_name="Ode")
    url, asked = reverse("messaging:bot_test"), {"number": marketing.pk, "body": "Hi"}
    assert "As <" in browser.post(url, asked | {"who": "Ana Ruiz"}).content.decode()
    several = browser.post(url, asked | {"who": "Ana"})
    assert several.status_code == 422
    assert "Several contacts fit. Choose one." in several.content.decode()
    nobody = browser.post(url, asked | {"who": "Zoe"})
    assert "Type a phone number instead" in nobody.content.decode()


@pytest.mark.parametrize("wrong", [{"who": "12"}, {"who": ""}, {"body": ""}, {"number": "0"}, {"number": "x"}])
def test_the_tester_says_what_to_mend(
    account: Account, marketing: Number, browser: OutsideClient, wrong: dict[str, str]
) -> None:
    answer = browser.post(reverse("messaging:bot_test"), {"number": marketing.pk, "who": ANA, "body": "VIP"} | wrong)
    assert answer.status_code == 422


def test_a_conversation_without_end_is_refused(account: Account, marketing: Number, browser: OutsideClient) -> None:
    asked = {"number": marketing.pk, "who": ANA, "said": ["VIP"] * 20, "body": "VIP"}
    assert browser.post(reverse("messaging:bot_test"), asked).status_code == 400


def text(number: Number, *bodies: str, phone: str = ANA) -> None:
    for body in bodies:
        carrier.text(number, body, phone=phone)
    inbound.process(account_id=number.account_id)


def test_past_texts_tell_what_a_draft_would_gain_and_lose(account: Account, marketing: Number) -> None:
    old = vip(account)
    text(marketing, "vip", "vips", "VIPS", "stop", "hello")
    draft = Draft(name="New", triggers=(DraftTrigger(word="VIPS"), DraftTrigger(word="STOP")))
    instead = replaying.replay(account=account, draft=draft, bot=old)
    assert (instead.looked_at, instead.answered, instead.gained, instead.lost) == (5, 2, 2, 1)
    assert instead.then == [("Nobody", 2)]
    beside = replaying.replay(account=account, draft=draft)
    assert (beside.answered, beside.gained, beside.lost) == (2, 2, 0)


def test_past_texts_of_other_numbers_do_not_concern_a_draft(
    account: Account, marketing: Number, service: Number
) -> None:
    text(marketing, "vips")
    draft = Draft(name="New", triggers=(DraftTrigger(word="VIPS"),), numbers=(service.pk,))
    assert replaying.replay(account=account, draft=draft).looked_at == 0


def test_the_page_of_past_texts_changes_nothing(account: Account, marketing: Number, browser: OutsideClient) -> None:
    made = vip(account)
    text(marketing, "vip")
    before = everything.contents(account)
    page = browser.get(reverse("messaging:bot_replay", args=[made.pk])).content.decode()
    assert "The bot “VIP”" in page
    assert everything.contents(account) == before


def test_a_draft_is_tried_as_the_builder_posts_it(
    account: Account, marketing: Number, browser: OutsideClient, viewers_browser: OutsideClient
) -> None:
    text(marketing, "late")
    assert f'formaction="{reverse("messaging:draft_replay")}"' in browser.get(reverse("bots:bot_new")).content.decode()
    draft = {"name": "Late", "status": "active", "listens": "all", "word": "LATE", "match": "whole"}
    before = everything.contents(account)
    page = browser.post(reverse("messaging:draft_replay"), draft).content.decode()
    assert "Past texts through your draft" in page
    assert "Nobody" in page
    assert everything.contents(account) == before
    assert browser.post(reverse("messaging:draft_replay"), draft | {"kind": "bake"}).status_code == 400
    assert viewers_browser.post(reverse("messaging:draft_replay"), draft).status_code == 403


def test_contacts_stay_strangers(account: Account, marketing: Number) -> None:
    rehearse(marketing, "hello")
    assert not Contact.objects.filter(phone=ANA).exists()
